"""All released tables as a data package: CSV files and a ``datapackage.json`` that describes them.

The description follows Data Package v1 (Frictionless): name, title, licences, sources, and per
file its fields with type, unit and definition.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from wijkkit.disclosure import signed_off
from wijkkit.errors import ReportError
from wijkkit.export.rows import Labels
from wijkkit.files import sha256, write_whole
from wijkkit.language import text
from wijkkit.language.messages import catalogue
from wijkkit.released import Released
from wijkkit.study import Study

#: Licences by the name that study.yml has for them: title and address.
LICENCES = {
    "CC-BY-4.0": (
        "Creative Commons Attribution 4.0",
        "https://creativecommons.org/licenses/by/4.0/",
    ),
    "CC0-1.0": ("CC0 1.0 Universal", "https://creativecommons.org/publicdomain/zero/1.0/"),
    "ODC-By-1.0": ("Open Data Commons Attribution", "https://opendatacommons.org/licenses/by/1-0/"),
}
_TYPES = {"i": "integer", "u": "integer", "f": "number", "b": "boolean", "M": "date"}


def write_data_package(study: Study, released: Released, folder: Path) -> list[Path]:
    """Write the released tables to a new or empty folder.

    Borders are left out: they are no table, and their maker publishes them.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    list of Path
        The CSV files, and last the ``datapackage.json``.

    Raises
    ------
    ReportError
        The folder holds something.

    Examples
    --------
    >>> from pathlib import Path
    >>> import wijkkit as wk
    >>> view = wk.open_city("parameters")
    >>> write_data_package(view.study, view.released, Path("package"))[-1].name
    'datapackage.json'
    """
    if folder.is_dir() and any(folder.iterdir()):
        raise ReportError(
            "a data package needs a folder of its own",
            found=f"{sum(1 for _ in folder.iterdir())} files",
            expected="a new or empty folder",
            remedy="Name another folder with --to.",
        )
    tables = {name: released.table(name) for name in released if name != "borders"}
    tables["indicators"] = indicator_table(study)
    paths, resources = [], []
    for name, table in tables.items():
        path = folder / f"{name}.csv"
        write_whole(path, table.to_csv(index=False, date_format="%Y-%m-%d"))
        paths.append(path)
        resources.append(_resource(study, name, table, path))
    descriptor = folder / "datapackage.json"
    about = {**_about(study), "resources": resources}
    write_whole(descriptor, json.dumps(about, indent=1, ensure_ascii=False) + "\n")
    return [*paths, descriptor]


def indicator_table(study: Study) -> pd.DataFrame:
    """Return the definitions of the indicators: label, unit, of whom, how asked, which way is better."""
    labels = Labels(study)
    rows = [
        {
            "indicator": key,
            "label": labels.indicator(key),
            "theme": labels.theme(key),
            "unit": indicator.unit,
            "denominator": study.text(indicator.denominator),
            "question": study.text(indicator.question_version),
            "better": indicator.direction,
            "goal": indicator.goal or "",
        }
        for key, indicator in study.indicators.items()
    ]
    return pd.DataFrame(rows)


def _about(study: Study) -> dict[str, Any]:
    language, title = study.language, study.text(study.settings.title)
    state = "approved" if signed_off(study) else "concept"
    licence = study.settings.report.licence
    about: dict[str, Any] = {
        "profile": "tabular-data-package",
        "name": _slug(title),
        "title": title,
        "description": text(f"export.package.{state}", language, study=title),
        "sources": [{"title": source} for source in _sources(study)],
    }
    if licence:
        named, path = LICENCES[licence]
        about["licenses"] = [{"name": licence, "title": named, "path": path}]
    return about


def _sources(study: Study) -> Iterator[str]:
    """Yield the sources of the study by name; where they are kept is nobody's business."""
    sources = study.settings.sources
    yield from (source.id for source in sources.survey)
    for figures in sources.area_figures:
        yield " ".join(filter(None, (figures.id, figures.table, figures.period, figures.release)))


def _resource(study: Study, name: str, table: pd.DataFrame, path: Path) -> dict[str, Any]:
    known = catalogue("export", study.language)["package"]
    described = known["tables"].get(name, "")
    return {
        "profile": "tabular-data-resource",
        "name": name.replace("_", "-"),
        "path": path.name,
        **({"description": described} if described else {}),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": path.stat().st_size,
        "hash": f"sha256:{sha256(path)}",
        "schema": {
            "fields": [_field(column, table[column], known["fields"]) for column in table],
            "missingValues": [""],
        },
    }


def _field(name: str, values: pd.Series, known: dict[str, str]) -> dict[str, str]:
    field = {"name": str(name), "type": _TYPES.get(values.dtype.kind, "string")}
    return {**field, "description": known[name]} if name in known else field


def _slug(title: str) -> str:
    letters = (letter if letter.isascii() and letter.isalnum() else "-" for letter in title.lower())
    return "-".join(filter(None, "".join(letters).split("-"))) or "study"
