"""A study as one workbook, ``study.xlsx``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml
from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from wijkkit.files import write_saved
from wijkkit.proposal.files import inline
from wijkkit.study.checks import unfinished
from wijkkit.study.files import find_study, read_area_list
from wijkkit.study.strict_yaml import read_yaml

# The sheets of ``study.xlsx`` and their columns, and how a cell holds a value of YAML.

#: Sheet -> its columns: heading -> key in the file; the last one holds whatever else is said.
SHEETS: Mapping[str, Mapping[str, str]] = {
    "studie": {"sleutel": "key", "waarde": "value"},
    "bestanden": {
        "id": "id", "bestand": "path", "meting": "wave", "codering": "encoding",
        "decimaalteken": "decimal", "scheidingsteken": "separator", "blad": "sheet", "verder": "",
    },
    "metingen": {"id": "id", "label": "label", "van": "start", "tot": "end", "verder": ""},
    "gebieden": {
        "code": "code", "naam": "name", "arm": "arm", "paar": "pair", "hoort bij": "district",
        "kort": "wijk", "start": "start", "codes": "codes", "verder": "",
    },
    "kolommen": {
        "naam": "name", "rol": "role", "kolom in bestand": "source", "label": "label",
        "soort": "type", "leeg telt als": "empty", "verder": "",
    },
    "waarden": {
        "kolom": "column", "waarde": "raw", "betekenis": "value", "naam voor lezers": "name",
    },
    "indicatoren": {
        "code": "key", "naam": "label", "functie": "function", "kolommen": "columns",
        "antwoorden": "values", "beter": "direction", "metingen": "waves", "doel": "goal",
        "noemer": "denominator", "vraagversie": "question_version", "verder": "",
    },
    "uitsplitsingen": {
        "id": "id", "kolom": "column", "naam": "label", "geordend": "ordered",
        "waarde": "group", "naam van de groep": "group_label", "verder": "",
    },
    "vragen": {"bestand": "file", "vraag": "asked", "beantwoord": "done"},
}  # fmt: skip

#: Role in the sheet -> standard column; the others are questions.
ROLES = {
    "gebied": "area", "leeftijd": "age", "gewicht": "weight", "stratum": "stratum",
    "steekproefeenheid": "psu", "eindige populatie": "fpc", "meting": "wave",
    "respondent": "respondent",
}  # fmt: skip
QUESTION, UNUSED = "vraag", "niet gebruiken"
BETTER = {"hoger": "higher", "lager": "lower", "geen": "none"}
#: Meanings of a value that are no standard value.
MISSING, BESIDE_NO, BESIDE_MISSING = "ontbreekt", "nvt: nee", "nvt: ontbreekt"

#: Columns with a list to choose from: sheet, heading -> the choices.
CHOICES = {
    ("gebieden", "arm"): ("programme", "comparator", "none"),
    ("kolommen", "rol"): (*ROLES, QUESTION, UNUSED),
    ("kolommen", "soort"): ("code", "category", "integer", "number", "text", "date"),
    ("indicatoren", "beter"): tuple(BETTER),
    ("uitsplitsingen", "geordend"): ("ja", "nee"),
    ("vragen", "beantwoord"): ("ja", "nee"),
}


def to_cell(value: Any) -> Any:
    """Return a value of YAML as a cell: text and numbers as they are, the rest as YAML.

    >>> to_cell("2021"), to_cell(2021), to_cell(["a", 1])
    ('2021', 2021, '["a", 1]')
    """
    if value is None:
        return None
    if isinstance(value, bool | int | float | date):
        return value
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False) if value[:1] in '{["' or not value else value
    return inline(value)


def from_cell(cell: Any) -> Any:
    """Return what a cell holds, None where it is empty; ValueError where it only begins like YAML."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    if not isinstance(cell, str):
        return cell
    text = cell.strip()
    if text[:1] in ("{", "[", '"'):
        try:
            return yaml.safe_load(text)
        except yaml.YAMLError:
            raise ValueError("text that begins like a list and is not a list") from None
    return text or None


_HEAD = PatternFill("solid", fgColor="1F3B57")
_GREY = Font(color="6B6B6B")
_ROWS_BELOW = 200
#: What has a sheet of its own.
_ELSEWHERE = ("waves", "groupings")

Row = dict[str, Any]


def export_study(folder: str | Path, workbook: str | Path) -> Path:
    """Write the files of a study as one workbook, which is replaced."""
    folder, path = find_study(folder), Path(workbook)
    book = Workbook()
    book.remove(book.active)
    for name, rows in study_rows(folder).items():
        _write(book.create_sheet(name), name, rows)
    write_saved(path, book.save)
    return path


def study_rows(folder: Path) -> dict[str, list[Row]]:
    """Return the rows of each sheet, by the keys that `SHEETS` gives its headings."""
    study = read_yaml(folder / "study.yml") or {}
    codebook = read_yaml(folder / "codebook.yml") or {}
    indicators = read_yaml(folder / "indicators.yml") or {}
    columns = codebook.get("columns") or {}
    design = (codebook.get("design") or {}).items()
    surveys = (study.get("sources") or {}).get("survey") or []
    return {
        "studie": [*_settings(study), *({"key": f"design.{key}", "value": v} for key, v in design)],
        "bestanden": [_flat(survey, "bestanden") for survey in surveys],
        "metingen": [_flat(wave, "metingen") for wave in study.get("waves") or []],
        "gebieden": [_flat(area, "gebieden") for area in _areas(folder)],
        "kolommen": [_column(name, entry) for name, entry in columns.items()],
        "waarden": [row for name, entry in columns.items() for row in _values(name, entry)],
        "indicatoren": list(_indicators(indicators)),
        "uitsplitsingen": [r for g in study.get("groupings") or [] for r in _groups(g)],
        "vragen": [
            {
                "file": problem.file,
                "asked": problem.what.removeprefix("still open: "),
                "done": "nee",
            }
            for problem in unfinished(folder)
        ],
    }


def _settings(study: Mapping[str, Any]) -> Iterator[Row]:
    for key, value in study.items():
        if key in _ELSEWHERE:
            continue
        if key == "sources":
            value = {name: v for name, v in (value or {}).items() if name != "survey"}
        if isinstance(value, Mapping) and value:
            yield from ({"key": f"{key}.{inner}", "value": v} for inner, v in value.items())
        elif value or value == 0:
            yield {"key": key, "value": value}


def _flat(entry: Mapping[str, Any], sheet: str) -> Row:
    known = set(SHEETS[sheet].values())
    rest = {key: value for key, value in entry.items() if key not in known}
    return {**{k: v for k, v in entry.items() if k in known}, "": rest or None}


def _areas(folder: Path) -> list[dict[str, Any]]:
    listed = folder / "wijken.csv"
    found = read_area_list(listed, listed.name) if listed.is_file() else []
    areas: list[dict[str, Any]] = [{k: v for k, v in area.items() if v} for area in found]
    for path in sorted(folder.glob("wijken/*.yml")):
        area = dict(read_yaml(path, f"wijken/{path.name}"))
        areas.append(area | ({"start": str(area["start"])} if "start" in area else {}))
    return areas


def _column(name: str, entry: Mapping[str, Any]) -> Row:
    role = next((role for role, column in ROLES.items() if column == name), QUESTION)
    inside = ("values", "names", "missing", "not_applicable")
    return {"name": name, "role": role} | _flat(
        {key: value for key, value in entry.items() if key not in inside}, "kolommen"
    )


def _values(name: str, entry: Mapping[str, Any]) -> Iterator[Row]:
    names = dict(entry.get("names") or {})
    for raw, value in (entry.get("values") or {}).items():
        yield {"column": name, "raw": raw, "value": value, "name": names.pop(str(value), None)}
    for value, told in names.items():
        yield {"column": name, "raw": None, "value": value, "name": told}
    for raw in entry.get("missing") or ():
        yield {"column": name, "raw": raw, "value": MISSING}
    for raw, counts in (entry.get("not_applicable") or {}).items():
        yield {"column": name, "raw": raw, "value": BESIDE_NO if counts == "no" else BESIDE_MISSING}


def _indicators(content: Mapping[str, Any]) -> Iterator[Row]:
    together = content.get("direction") or {}
    said = {name: way for way, names in together.items() for name in names or () if way != "ask"}
    words = {way: word for word, way in BETTER.items()}
    for key, entry in content.items():
        if key == "direction":
            continue
        direction = entry.get("direction", said.get(key))
        apart = ("direction", "options", "answers")
        rest = {name: value for name, value in entry.items() if name not in apart}
        options, answers = dict(entry.get("options") or {}), entry.get("answers")
        values = "elk" if answers == "each" else options.pop("values", None)
        if answers not in (None, "each"):
            rest["answers"], values = answers, None
        if options:
            rest["options"] = options
        row = _flat(rest, "indicatoren")
        yield {**row, "key": key, "direction": words.get(direction), "values": values}


def _groups(grouping: Mapping[str, Any]) -> Iterator[Row]:
    rest = {key: value for key, value in grouping.items() if key != "groups"}
    row = _flat(rest, "uitsplitsingen")
    if "ordered" in row:
        row["ordered"] = "ja" if row["ordered"] else "nee"
    for place, group in enumerate(grouping["groups"]):
        first = row if place == 0 else {"id": row["id"]}
        yield {**first, "group": group["id"], "group_label": group["label"]}


def _write(sheet: Worksheet, name: str, rows: Iterable[Row]) -> None:
    headings = SHEETS[name]
    sheet.append(list(headings))
    for cell in sheet[1]:
        cell.font, cell.fill = Font(bold=True, color="FFFFFF"), _HEAD
    sheet.freeze_panes = "A2"
    for place, row in enumerate(rows, start=2):
        for number, key in enumerate(headings.values(), start=1):
            # Text that looks like a formula stays text.
            cell = sheet.cell(place, number)
            cell.value = to_cell(row.get(key))
            if isinstance(cell.value, str):
                cell.data_type, cell.number_format = "s", "@"
    for number, heading in enumerate(headings, start=1):
        letter = get_column_letter(number)
        wide = heading in ("waarde", "label", "naam", "vraag")
        sheet.column_dimensions[letter].width = 40 if wide else 18
        if choices := CHOICES.get((name, heading)):
            listed = f'"{",".join(choices)}"'
            allowed = DataValidation(type="list", formula1=listed, allow_blank=True)
            allowed.add(f"{letter}2:{letter}{sheet.max_row + _ROWS_BELOW}")
            sheet.add_data_validation(allowed)
        if (name, heading) == ("kolommen", "label"):
            for (cell,) in sheet.iter_rows(min_row=2, min_col=number, max_col=number):
                cell.font = _GREY
