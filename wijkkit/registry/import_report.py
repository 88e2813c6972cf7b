"""What an import stored, or why it stored nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from wijkkit.errors import Problem, RegistryError
from wijkkit.language import text
from wijkkit.registry.import_problems import ImportProblem
from wijkkit.showing import ShowsItself


@dataclass(frozen=True, slots=True, repr=False)
class ImportReport(ShowsItself):
    """What an import stored.

    Parameters
    ----------
    wijk : str
        Empty for a table of several wijken.
    language : str
    created, changed, removed, unchanged : int
        Rows of the workbook.
    ignored : tuple of str
        Sheets that do not belong to the registry.
    strange : tuple of str
        Columns that do not; they were left alone.
    gone : tuple of str
        Rows that the workbook was made with and that are no longer in it; they stay.
    """

    wijk: str
    language: str
    created: int
    changed: int
    removed: int
    unchanged: int
    ignored: tuple[str, ...] = ()
    strange: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    def __str__(self) -> str:
        counts = {name: getattr(self, name) for name in ("created", "changed", "removed")}
        key = "done" if any(counts.values()) else "nothing"
        lines = [text(f"registry.import.{key}", self.language, unchanged=self.unchanged, **counts)]
        if self.ignored:
            sheets = ", ".join(self.ignored)
            lines.append(text("registry.import.ignored", self.language, sheets=sheets))
        if self.strange:
            columns = ", ".join(self.strange)
            lines.append(text("registry.import.strange", self.language, columns=columns))
        if self.gone:
            rows = ", ".join(self.gone[:20]) + (" ..." if len(self.gone) > 20 else "")
            lines.append(text("registry.import.gone", self.language, rows=rows))
        if self.wijk and any(counts.values()):
            lines.append(text("registry.import.renew", self.language, wijk=self.wijk))
        return "\n".join(lines)


class WorkbookError(RegistryError):
    """A workbook was refused and nothing was stored; `found` lists everything wrong with it."""

    def __init__(
        self,
        problems: Problem | Iterable[Problem],
        found: tuple[ImportProblem, ...] = (),
        language: str = "en",
    ):
        super().__init__(problems)
        self.found = found
        self.language = language

    def table(self) -> pd.DataFrame:
        """Return what is wrong as a table in the workbook's language."""
        names = ("sheet", "cell", "what", "found", "expected", "remedy")
        labels = [text(f"registry.import.columns.{name}", self.language) for name in names]
        rows = [[getattr(problem, name) for name in names] for problem in self.found]
        return pd.DataFrame(rows, columns=labels, dtype="str")
