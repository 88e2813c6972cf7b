"""Released numbers for other programs: a data package, and the import file of Swing (ABF).

The package is CSV files and a ``datapackage.json`` that describes them by Data Package v1
(Frictionless): name, title, licences, sources, and per file its fields with type, unit and
definition.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from wijkkit.disclosure import signed_off
from wijkkit.errors import Problem, ReportError
from wijkkit.export.rows import Labels
from wijkkit.files import sha256, write_saved, write_whole
from wijkkit.language import text
from wijkkit.language.messages import catalogue
from wijkkit.released import Released
from wijkkit.study import Study
from wijkkit.tables import EVERYBODY

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

    Borders are left out: they are no table, and their maker publishes them. Returns the CSV files,
    and last the ``datapackage.json``. Raises ReportError: The folder holds something.
    """
    if folder.is_dir() and any(folder.iterdir()):
        raise ReportError(
            "a data package needs a folder of its own",
            found=f"{sum(1 for _ in folder.iterdir())} files",
            expected="a new or empty folder",
            remedy="Name another folder with --to.",
        )
    tables = {name: released.table(name) for name in released if name != "borders"}
    if not tables:
        released.table("estimates")  # which says what to run
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
    """Return the definitions of the indicators: label, unit, of whom, how asked, which way is
    better.
    """
    labels = Labels(study)
    return pd.DataFrame(
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
    )


def _about(study: Study) -> dict[str, Any]:
    title, sources = study.text(study.settings.title), study.settings.sources
    state = "approved" if signed_off(study) else "concept"
    # By name: where sources are kept is nobody's business.
    names = [source.id for source in sources.survey]
    for one in sources.area_figures:
        names.append(" ".join(filter(None, (one.id, one.table, one.period, one.release))))
    about: dict[str, Any] = {
        "profile": "tabular-data-package",
        "name": "-".join(re.findall("[a-z0-9]+", title.lower())) or "study",
        "title": title,
        "description": text(f"export.package.{state}", study.language, study=title),
        "sources": [{"title": name} for name in names],
    }
    if licence := study.settings.report.licence:
        named, path = LICENCES[licence]
        about["licenses"] = [{"name": licence, "title": named, "path": path}]
    return about


def _resource(study: Study, name: str, table: pd.DataFrame, path: Path) -> dict[str, Any]:
    known = catalogue("export", study.language)["package"]
    described = known["tables"].get(name, "")
    fields = [
        {"name": str(one), "type": _TYPES.get(table[one].dtype.kind, "string")} for one in table
    ]
    for field in fields:
        if field["name"] in known["fields"]:
            field["description"] = known["fields"][field["name"]]
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
        "schema": {"fields": fields, "missingValues": [""]},
    }


# The import file of Swing (ABF): percentages per wave and area, in the long form.
#
# Sheets and columns as GGDs have them: ``data`` with one row per number, ``metadata`` with one row
# per indicator. What is absent has Swing's code for a number withheld for privacy.

#: Swing's "missing for privacy".
HIDDEN = -99996
DATA = ("PERIODE", "GEBIEDSNIVEAU", "GEBIED", "NAAM", "WAARDE")
METADATA = tuple(
    "Name,Description,Indicator code,RoundOff,More information,Unit,Source,Data type".split(",")
)
#: Length of an area's code in Swing: municipality 4, wijk 2, buurt 2.
_LENGTHS = {"wijk": 6, "buurt": 8}


def write_swing(study: Study, released: Released, target: Path) -> Path:
    """Write the released estimates of the wijken to a workbook (``.xlsx``) that Swing imports.

    Raises ReportError: A wijk's code is none of CBS: Swing knows areas by the digits of that code.
    """
    rows, names = swing_rows(study, released), metadata_rows(study, released)
    workbook = Workbook()
    workbook.properties.title = "Swing"
    _fill(workbook.active, "data", DATA, rows)
    _fill(workbook.create_sheet(), "metadata", METADATA, names)
    write_saved(target, workbook.save)
    return target


def swing_rows(study: Study, released: Released) -> pd.DataFrame:
    """Return the sheet ``data``: period, level, area, indicator and value of each number.

    A period is the year in which a wave ended. An area is the digits of its CBS code, as text and
    with its zeros: six for a wijk, eight for a buurt. Indicators are named by their key, with the
    group behind it.
    """
    years = {wave.id: wave.end.year for wave in study.waves}
    codes = _codes(study)
    table = _of_wijken(study, released)
    return pd.DataFrame(
        {
            "PERIODE": table["wave"].map(years),
            "GEBIEDSNIVEAU": table["area"].map(_levels(study)),
            "GEBIED": table["area"].map(codes),
            "NAAM": _code_of(table),
            "WAARDE": table["value"].where(table["status"].eq("ok")).fillna(HIDDEN),
        }
    )


def metadata_rows(study: Study, released: Released) -> pd.DataFrame:
    """Return the sheet ``metadata``: one row per indicator and group."""
    labels = Labels(study)
    table = _of_wijken(study, released)
    table = table.assign(code=_code_of(table)).drop_duplicates("code")
    source = text("export.swing.source", study.language, study=study.text(study.settings.title))
    more, rows = text("export.swing.more", study.language), []
    for row in table.itertuples():
        name, about = labels.indicator(row.indicator), labels.about(row.indicator)
        if row.group != EVERYBODY:
            name = f"{name} ({labels.group(row.group_by, row.group)})"
        percent = row.unit == "percent"
        digits, unit, kind = ("0", "p", "Percentage") if percent else ("0,1", "g", "Mean")
        rows.append((name, about, row.code, digits, more, unit, source, kind))
    return pd.DataFrame(rows, columns=list(METADATA))


def _of_wijken(study: Study, released: Released) -> pd.DataFrame:
    table = released.table("estimates")
    table = table[table["area_level"].eq("wijk") & table["status"].ne("not_asked")]
    order = table["indicator"].map(list(study.indicators).index)
    table = table.assign(order=order).sort_values(["order", "wave"], kind="stable")
    return table.drop(columns="order").reset_index(drop=True)


def _code_of(table: pd.DataFrame) -> list[str]:
    keys = zip(table["indicator"], table["group_by"], table["group"], strict=True)
    return [key if group == EVERYBODY else f"{key}_{by}_{group}" for key, by, group in keys]


def _codes(study: Study) -> dict[str, str]:
    """Return the digits of each wijk's CBS code: ``WK059901`` is ``059901``."""
    codes = {
        wijk: "".join(filter(str.isdigit, neighbourhood.code))
        for wijk, neighbourhood in study.neighbourhoods.items()
    }
    wrong = {wijk: study.neighbourhoods[wijk].code for wijk, code in codes.items() if not code}
    if wrong:
        raise ReportError(
            Problem(
                "Swing knows an area by the digits of its code, and this one has none",
                file="wijken",
                place=wijk,
                found=code,
                expected="a CBS code such as WK059901",
                remedy="Give the wijk the code of CBS.",
            )
            for wijk, code in wrong.items()
        )
    levels = _levels(study)
    return {wijk: code.zfill(_LENGTHS[levels[wijk]]) for wijk, code in codes.items()}


def _levels(study: Study) -> dict[str, str]:
    """Return per neighbourhood of the study whether CBS calls it a wijk or a buurt."""
    return {
        wijk: "buurt" if neighbourhood.code.upper().startswith("BU") else "wijk"
        for wijk, neighbourhood in study.neighbourhoods.items()
    }


def _fill(sheet: Worksheet, name: str, heads: tuple[str, ...], rows: pd.DataFrame) -> None:
    def whole(value: object) -> object:
        return int(value) if isinstance(value, float) and value.is_integer() else value

    sheet.title = name
    sheet.append(list(heads))
    for row in rows[list(heads)].itertuples(index=False, name=None):
        sheet.append(list(map(whole, row)))
    for line in sheet.iter_rows(min_row=2):
        for cell in line:
            if isinstance(cell.value, str):
                cell.data_type = "s"
    sheet.freeze_panes = "A2"
