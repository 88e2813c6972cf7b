"""Released numbers in the forms in which they are handed on: workbook, CSV, package, Swing."""

from wijkkit.export.book import Book
from wijkkit.export.book_sheets import write_book
from wijkkit.export.formats import write_data_package, write_swing
from wijkkit.export.rows import write_area_csv, write_research

__all__ = [
    "Book",
    "write_area_csv",
    "write_book",
    "write_data_package",
    "write_research",
    "write_swing",
]
