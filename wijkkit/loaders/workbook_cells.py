"""What a workbook's cells are beside their values: errors, formulas without a result, percentages."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

#: Number formats of Excel itself that show a percentage.
_BUILT_IN_PERCENT = {"9", "10"}
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_ATTRIBUTE = re.compile(rb'\b([rst])="([^"]*)"')
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]+)</")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_PLACE = re.compile(r"([A-Z]+)(\d+)")


@dataclass(frozen=True, slots=True)
class CellKinds:
    """Places as (row, column), both from 1.

    Parameters
    ----------
    errors : dict
        Place -> the error that the cell shows, such as ``#N/A``.
    uncalculated : set
        Formulas of which the file holds no result, as a program other than Excel writes them.
    percentages : set
        Numbers that are shown times 100 with a percent sign.
    """

    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    uncalculated: set[tuple[int, int]] = field(default_factory=set)
    percentages: set[tuple[int, int]] = field(default_factory=set)


def cell_kinds(path: Path, sheet: str) -> CellKinds:
    """Return the cells of one sheet that are more than their value; none where it has no part."""
    found = CellKinds()
    with zipfile.ZipFile(path) as archive:
        part = _sheet_part(archive, sheet)
        if part is None:
            return found
        percent = _percent_styles(archive)
        content = archive.read(part)
    if not percent and b't="e"' not in content and not _FORMULA.search(content):
        return found
    for attributes, inside in _CELL.findall(content):
        said = {name: value.decode() for name, value in _ATTRIBUTE.findall(attributes)}
        place = _place(said.get(b"r", ""))
        if place is None:
            continue
        value = _VALUE.search(inside)
        if said.get(b"t") == "e":
            found.errors[place] = value[1].decode() if value else "an error"
        elif value is None and _FORMULA.search(inside):
            found.uncalculated.add(place)
        elif value is not None and said.get(b"s") in percent and said.get(b"t", "n") == "n":
            found.percentages.add(place)
    return found


def column_letters(number: int) -> str:
    """Return a column as Excel calls it.

    Examples
    --------
    >>> column_letters(1), column_letters(28)
    ('A', 'AB')
    """
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _place(reference: str) -> tuple[int, int] | None:
    match = _PLACE.fullmatch(reference)
    if match is None:
        return None
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column


def _root(archive: zipfile.ZipFile, part: str) -> ElementTree.Element | None:
    """Return a part's XML; a part with a document type is no part of a workbook."""
    if part not in archive.namelist():
        return None
    content = archive.read(part)
    if b"<!DOCTYPE" in content:
        return None
    try:
        return ElementTree.fromstring(content)
    except ElementTree.ParseError:
        return None


def _sheet_part(archive: zipfile.ZipFile, sheet: str) -> str | None:
    book, links = (
        _root(archive, "xl/workbook.xml"),
        _root(archive, "xl/_rels/workbook.xml.rels"),
    )
    if book is None or links is None:
        return None
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    for item in book.iter():
        if item.tag.endswith("}sheet") and item.get("name") == sheet:
            number = next((v for k, v in item.attrib.items() if k.endswith("}id")), None)
            target = targets.get(number, "").lstrip("/")
            part = target if target.startswith("xl/") else f"xl/{target}"
            return part if part in archive.namelist() else None
    return None


def _percent_styles(archive: zipfile.ZipFile) -> set[str]:
    styles = _root(archive, "xl/styles.xml")
    if styles is None:
        return set()
    percent = _BUILT_IN_PERCENT | {
        item.get("numFmtId", "")
        for item in styles.iter()
        if item.tag.endswith("}numFmt")
        and "%" in re.sub(r'"[^"]*"', "", item.get("formatCode", ""))
    }
    for item in styles.iter():
        if item.tag.endswith("}cellXfs"):
            return {
                str(number) for number, form in enumerate(item) if form.get("numFmtId") in percent
            }
    return set()
