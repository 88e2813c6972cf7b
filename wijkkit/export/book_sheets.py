"""A tables book as a workbook: a sheet with the tables, and one that says how to read them."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from wijkkit.export.book import Book, Cell, reading
from wijkkit.files import write_saved
from wijkkit.language import text

_HEADS = 3
_INK, _FILL = "1D2B36", "F1F5F8"
_MARGINS = 0.4
#: Widths of the first and the other columns, in letters; height of a line, in points.
_WIDE, _NARROW, _LINE = 48, 13, 15.0


def write_book(
    book: Book, target: Path, *, title: str = "", about: str = "", concept: bool = True
) -> Path:
    """Write a tables book to a workbook.

    Numbers are numbers, whole percentages by their number format; what is absent is a word.
    The heads stay in sight and are printed on every page.

    `title`: What the file says it is of; the book's own title where empty. `concept`: Nobody has
    approved the numbers yet; every sheet says so.
    """
    language = book.study.language
    workbook = Workbook()
    workbook.properties.title = title or book.title
    workbook.properties.language = language
    for style in _styles():
        workbook.add_named_style(style)
    mark = text("reports.concept", language) if concept else ""
    _tables(workbook.active, book, mark)
    _reading(workbook.create_sheet(text("export.reading.sheet", language)), book, about, mark)
    write_saved(target, workbook.save)
    return target


def _font(**how: object) -> Font:
    return Font(name="Calibri", **{"size": 11, **how})


def _styles() -> list[NamedStyle]:
    """Return the styles of the cells, which a reader can change in one place."""
    under = Border(bottom=Side("thin", color=_INK))
    wrapped = Alignment(wrap_text=True, vertical="top")
    centred = Alignment(horizontal="center", vertical="bottom", wrap_text=True)
    right = Alignment(horizontal="right", vertical="top")
    absent = Alignment(horizontal="right", vertical="top", wrap_text=True)
    fill = PatternFill("solid", fgColor=_FILL)
    small = {"size": 9, "color": "51606C"}
    return [
        NamedStyle("Book title", font=_font(bold=True, size=14, color=_INK)),
        NamedStyle("Book head", font=_font(bold=True), alignment=centred, fill=fill, border=under),
        NamedStyle("Book theme", font=_font(bold=True, size=12, color=_INK), fill=fill),
        NamedStyle("Book question", font=_font(color=_INK), alignment=wrapped),
        NamedStyle("Book note", font=_font(italic=True, **small), alignment=wrapped),
        NamedStyle("Book percentage", font=_font(), number_format='0"%"', alignment=right),
        NamedStyle("Book marked", font=_font(bold=True), number_format='0"%"', alignment=right),
        NamedStyle("Book score", font=_font(), number_format="0.0", alignment=right),
        NamedStyle("Book absent", font=_font(italic=True, **small), alignment=absent),
        NamedStyle("Book n", font=_font(**small), number_format='"n = "#,##0', alignment=right),
    ]


def _tables(sheet: Worksheet, book: Book, mark: str) -> None:
    sheet.title = text("export.tables", book.study.language)
    _put(sheet.cell(1, 1), book.title, "Book title")
    _put(sheet.cell(2, 1), mark, "Book note")
    _heads(sheet, book)
    row, places = _HEADS + 3, range(2, len(book.columns) + 2)
    for theme, indicators in book.themes.items():
        _put(sheet.cell(row, 1), theme, "Book theme")
        for place in places:
            sheet.cell(row, place).style = "Book theme"
        row += 1
        for indicator in indicators:
            _rows(sheet, book, indicator, row)
            row += 2
    lines = (1 + len(name) // _NARROW for name in _names(book))
    sheet.row_dimensions[_HEADS].height = _LINE * max(lines, default=1)
    sheet.freeze_panes = sheet.cell(_HEADS + 3, 2)
    sheet.column_dimensions["A"].width = _WIDE
    for place in places:
        sheet.column_dimensions[get_column_letter(place)].width = _NARROW
    _printed(sheet, row - 1, len(book.columns) + 1, f"1:{_HEADS + 2}")


def _heads(sheet: Worksheet, book: Book) -> None:
    """Write three rows of heads: area and wave, grouping, group; equal neighbours share a cell."""
    labels = book.labels
    rows = (
        _names(book),
        [labels.group_by(column.group_by) for column in book.columns],
        [labels.group(column.group_by, column.group) for column in book.columns],
    )
    for level in range(len(rows)):
        row, start = _HEADS + level, 2
        _put(sheet.cell(row, 1), "", "Book head")
        # Neighbours that are equal in this row and those above it.
        for parts, equal in groupby(zip(*rows[: level + 1], strict=True)):
            end = start + len(list(equal)) - 1
            for place in range(start, end + 1):
                sheet.cell(row, place).style = "Book head"
            _put(sheet.cell(row, start), parts[-1], "Book head")
            if end > start:
                sheet.merge_cells(None, row, start, row, end)
            start = end + 1


def _names(book: Book) -> list[str]:
    labels = book.labels
    return [f"{labels.area(column.area)} {labels.wave(column.wave)}" for column in book.columns]


def _rows(sheet: Worksheet, book: Book, indicator: str, row: int) -> None:
    """Write the two rows of an indicator: its numbers, and on how many respondents they rest."""
    label, about = book.labels.indicator(indicator), book.labels.about(indicator)
    _put(sheet.cell(row, 1), label, "Book question")
    _put(sheet.cell(row + 1, 1), about, "Book note")
    cells = [book.cell(indicator, column) for column in book.columns]
    words = max((len(cell.words) for cell in cells), default=0)
    lines = 1 + max(words // _NARROW, len(label) // _WIDE)
    sheet.row_dimensions[row].height = _LINE * lines
    sheet.row_dimensions[row + 1].height = _LINE * (1 + len(about) // 55)
    score = book.study.indicators[indicator].unit == "score"
    for place, cell in enumerate(cells, start=2):
        _number(sheet.cell(row, place), cell, score, book.study.language)
        if cell.n is not None:
            _put(sheet.cell(row + 1, place), cell.n, "Book n")


def _number(place: SheetCell, cell: Cell, score: bool, language: str) -> None:
    if cell.value is None:
        _put(place, cell.words, "Book absent")
        return
    style = "Book score" if score else "Book marked" if cell.mark else "Book percentage"
    _put(place, cell.value, style)
    shape = "0.0" if score else '0"%"'
    about = f'"{text("show.about_short", language, value="")}"' if cell.step > 1 else ""
    place.number_format = f'"{cell.mark} "{about}{shape}' if cell.mark else f"{about}{shape}"


def _reading(sheet: Worksheet, book: Book, about: str, mark: str) -> None:
    """Write the sheet that says how to read the tables."""
    _put(sheet.cell(1, 1), book.title, "Book title")
    _put(sheet.cell(2, 1), mark, "Book note")
    for row, (head, words) in enumerate([*reading(book), ("", about)], start=4):
        _put(sheet.cell(row, 1), head, "Book question")
        _put(sheet.cell(row, 2), words, "Book question")
        sheet.cell(row, 1).font = _font(bold=True)
        sheet.row_dimensions[row].height = _LINE * (1 + max(len(head) // 30, len(words) // 85))
    sheet.column_dimensions["A"].width = 34
    sheet.column_dimensions["B"].width = 90
    sheet.freeze_panes = "A4"
    _printed(sheet, sheet.max_row, 2, "1:2")


def _printed(sheet: Worksheet, rows: int, columns: int, heads: str) -> None:
    """Say what is printed: landscape on A4, one page wide, the heads on every page."""
    sheet.print_area = f"A1:{get_column_letter(columns)}{rows}"
    sheet.print_title_rows = heads
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = _MARGINS
    sheet.oddFooter.center.text = "&P / &N"
    sheet.oddFooter.left.text = "&A"


def _put(place: SheetCell, value: str | float, style: str) -> None:
    """Write a value; text is never a formula, whatever it starts with."""
    place.value = value
    if isinstance(value, str):
        place.data_type = "s"
    place.style = style
