"""What is wrong with a workbook, in the words of who filled it in."""

from __future__ import annotations

from dataclasses import dataclass

from wijkkit.errors import Problem
from wijkkit.language import text
from wijkkit.registry.definition import Kind
from wijkkit.registry.faults import Fault, fault_words
from wijkkit.registry.wording import sheet_name


@dataclass(frozen=True, slots=True)
class ImportProblem:
    """One thing that is wrong: where, what, what stands there, what should, and what to do.

    All of it is in the workbook's language.
    """

    what: str
    sheet: str = ""
    cell: str = ""
    found: str = ""
    expected: str = ""
    remedy: str = ""

    def as_problem(self, file: str, language: str) -> Problem:
        """Return it as a problem of an error, in one sentence in its own language."""
        place = self.sheet
        if self.cell:
            place = text("registry.import.place", language, sheet=self.sheet, cell=self.cell)
        details = [
            text(f"registry.import.{name}", language, **{name: value})
            for name, value in (("found", self.found), ("expected", self.expected))
            if value
        ]
        what = f"{self.what} ({'; '.join(details)})" if details else self.what
        return Problem(what, file=file, place=place, remedy=self.remedy)


def form_problem(
    rule: str, language: str, sheet: str = "", cell: str = "", found: str = "", **fields: object
) -> ImportProblem:
    """Return a problem of the workbook's form: a file, sheet, column, key or formula.

    Examples
    --------
    >>> form_problem("formula", "nl", "Doelen", "C5", "=1+1").remedy
    'Kopieer de cel en plak alleen de waarde.'
    """
    key = f"registry.import.fault.{rule}"
    fields = {"sheet": sheet, **fields}
    return ImportProblem(
        text(f"{key}.what", language, **fields),
        sheet,
        cell,
        found,
        text(f"{key}.expected", language, **fields),
        text(f"{key}.remedy", language, **fields),
    )


def row_problem(fault: Fault, kind: Kind, cell: str, language: str) -> ImportProblem:
    """Return a fault of a row as a problem of its cell."""
    words = fault_words(fault, kind, language)
    return ImportProblem(
        words.what, sheet_name(kind, language), cell, words.found, words.expected, words.remedy
    )
