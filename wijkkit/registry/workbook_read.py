"""Read a registry workbook: cells with their places, and everything that is wrong with its form."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from wijkkit.errors import DataError
from wijkkit.language import text
from wijkkit.language.messages import LANGUAGES
from wijkkit.loaders.workbook import check_archive
from wijkkit.registry.import_problems import form_problem
from wijkkit.registry.tables import KINDS
from wijkkit.registry.wording import sheet_name
from wijkkit.registry.workbook_layout import (
    LAYOUT,
    MAXIMUM_BYTES,
    METADATA_KEYS,
    METADATA_SHEET,
    ROWS,
    SEAL,
    seal,
)
from wijkkit.registry.workbook_rows import WorkbookContent, read_sheet

#: What a missing, damaged or hostile file raises in the libraries that read it. Entities in its
#: XML are a ValueError.
_UNREADABLE = (
    OSError, ValueError, KeyError, IndexError, TypeError, AttributeError, SyntaxError,
    zipfile.BadZipFile, zlib.error, InvalidFileException, DataError,
)  # fmt: skip


def read_registry_workbook(path: Path, language: str) -> WorkbookContent:
    """Read a workbook that `write_workbook` laid out.

    Parameters
    ----------
    path : Path
    language : {"nl", "en"}
        Of problems that are found before the workbook's own language is known.
    """
    content = WorkbookContent(language=language)
    try:
        _check_file(path, content)
        if not content.problems:
            _read_book(path, content)
    except _UNREADABLE:
        content.problems.append(form_problem("unreadable", content.language, found=path.name))
    return content


def _read_book(path: Path, content: WorkbookContent) -> None:
    book = load_workbook(path, read_only=True, keep_links=False)
    try:
        _read_metadata(book, content)
        if not content.problems:
            _read_sheets(book, content)
    finally:
        book.close()


def _check_file(path: Path, content: WorkbookContent) -> None:
    if not path.is_file():
        content.problems.append(form_problem("no_file", content.language, found=path.name))
    elif path.suffix.lower() != ".xlsx":
        content.problems.append(form_problem("unreadable", content.language, found=path.name))
    elif path.stat().st_size > MAXIMUM_BYTES:
        maximum = f"{MAXIMUM_BYTES // 2**20} MB"
        content.problems.append(form_problem("too_large", content.language, maximum=maximum))
    else:
        check_archive(path, path.name)


def _read_metadata(book: Any, content: WorkbookContent) -> None:
    if METADATA_SHEET not in book.sheetnames:
        content.problems.append(form_problem("not_a_registry", content.language))
        return
    rows = list(book[METADATA_SHEET].iter_rows(max_row=200, max_col=2, values_only=True))
    said = {str(row[0]): row[1] for row in rows if len(row) == 2}
    if any(said.get(key) is None for key in METADATA_KEYS) or said["language"] not in LANGUAGES:
        content.problems.append(form_problem("not_a_registry", content.language))
        return
    if said["layout"] != LAYOUT:
        problem = form_problem(
            "newer", content.language, found=str(said["layout"]), expected=LAYOUT
        )
        content.problems.append(problem)
    content.wijk, content.workbook = str(said["wijk"]), str(said["workbook"])[:40]
    if said["language"] != content.language:
        # The study's own language stays as it is: its nouns are in the headings.
        content.language = str(said["language"])
    if said.get(SEAL) not in (None, seal(content.wijk, str(said["workbook"]))):
        content.problems.append(form_problem("changed_wijk", content.language, found=content.wijk))
    exported: dict[str, tuple[str, ...]] = {}
    for row in rows:
        if len(row) == 2 and str(row[0]).startswith(ROWS):
            name = str(row[0]).removeprefix(ROWS)
            exported[name] = (*exported.get(name, ()), *str(row[1] or "").split())
    content.exported = exported


def _read_sheets(book: Any, content: WorkbookContent) -> None:
    language = content.language
    names = {sheet_name(kind, language): kind for kind in KINDS.values()}
    own = {METADATA_SHEET, text("registry.workbook.readme", language)}
    own.add(text("registry.workbook.lists", language))
    content.ignored = tuple(name for name in book.sheetnames if name not in {*names, *own})
    for name, kind in names.items():
        if name in book.sheetnames:
            read_sheet(book[name], kind, name, content)
        else:
            content.problems.append(form_problem("no_sheet", language, sheet=name))
