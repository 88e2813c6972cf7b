"""The sheets of ``study.xlsx`` and their columns, and how a cell holds a value of YAML."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import yaml

from wijkkit.proposal.files import inline

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

    Examples
    --------
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
    """Return what a cell holds, as `to_cell` wrote it or a person did; None where it is empty.

    Raises
    ------
    ValueError
        It begins like YAML and is none.
    """
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
            raise ValueError("text that begins like a list and is none") from None
    return text or None
