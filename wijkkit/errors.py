"""Errors a user can cause.

Every one of them carries problems, and each problem says what is wrong, where, what was found,
what was expected and what to do. The command line prints them without a traceback and ends with
the error's exit code.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, repr=False)
class Problem:
    """One thing that is wrong.

    `what`: What is wrong, in one sentence without a full stop. `file`, `place`, `cell`: The file,
    the place in it (a key path, ``column 'x', row 12``, a sheet), and a sheet's cell. `found`,
    `expected`: What stands there and what should. `remedy`: What to do about it. `words`: What
    stands before what was found, what was expected, and a cell: in the language of who reads it.
    `rule`, `column`, `fields`: Of a row of the registry: the rule that it breaks, the column, and
    what the words of the rule need, so that they can be said in another language.

    >>> print(Problem("unknown key", file="study.yml", place="wavs", remedy="Did you mean 'waves'?"))
    study.yml, wavs: unknown key. Did you mean 'waves'?
    """

    what: str
    file: str = ""
    place: str = ""
    found: str = ""
    expected: str = ""
    remedy: str = ""
    cell: str = ""
    words: tuple[str, str, str] = ("found", "expected", "cell")
    rule: str = ""
    column: str = ""
    fields: Mapping[str, object] = field(default_factory=dict, hash=False)

    def __repr__(self) -> str:
        return f"<{self}>"

    def __str__(self) -> str:
        before_found, before_expected, before_cell = self.words
        cell = f"{before_cell} {self.cell}" if self.cell else ""
        where = ", ".join(part for part in (self.file, self.place, cell) if part)
        text = f"{where}: {self.what}" if where else self.what
        details = [
            f"{label} {value}"
            for label, value in ((before_found, self.found), (before_expected, self.expected))
            if value
        ]
        if details:
            text = f"{text} ({'; '.join(details)})"
        text = text if text.endswith("?") else f"{text}."
        return f"{text} {self.remedy}".rstrip()


class WijkkitError(Exception):
    """Base of all errors a user can cause; `problems` holds everything that is wrong at once."""

    exit_code = 2
    #: What the command line puts before a problem.
    lead = "error"

    def __init__(self, problems: str | Problem | Iterable[Problem], *details: Any, **named: Any):
        if isinstance(problems, str):
            problems = Problem(problems, *details, **named)
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    @classmethod
    def raise_for(cls, problems: Iterable[Problem]) -> None:
        """Raise this error with the problems, each once, where there are any."""
        if found := tuple(dict.fromkeys(problems)):
            raise cls(found)

    def __reduce__(self):
        return (type(self), (self.problems,))


@contextmanager
def collected(problems: list[Problem]) -> Iterator[None]:
    """Add what is wrong in this block to the problems, and go on after it."""
    try:
        yield
    except WijkkitError as error:
        problems.extend(error.problems)


def did_you_mean(name: str, known: Iterable[str], otherwise: str, cutoff: float = 0.6) -> str:
    """Return the question whether a name that is like `name` was meant, or else `otherwise`."""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=cutoff)
    return f"Did you mean '{close[0]}'?" if close else otherwise


def first_of(words: Sequence[object], most: int) -> str:
    """Return the first words of many with commas.

    >>> first_of(["a", "b", "c"], 2)
    'a, b, ...'
    """
    return ", ".join(map(str, words[:most])) + (", ..." if len(words) > most else "")


class StudyError(WijkkitError):
    """The study's own files (study.yml, codebook.yml, indicators.yml, wijken/) are wrong."""


class DataError(WijkkitError):
    """A source file is missing, unreadable or holds what it may not hold."""


class ParameterError(WijkkitError):
    """Parameters do not fit the notebook they are meant for."""


class EstimationError(WijkkitError, ValueError):
    """A statistic was asked for with arguments for which it is not defined."""


class DisclosureError(WijkkitError):
    """A release would show what must stay hidden, or a policy is looser than its floor."""


class RegistryError(WijkkitError):
    """The registry, or what is imported into it, is wrong."""


class BatchError(WijkkitError):
    """A run could not start, or some of its jobs failed."""

    exit_code = 3


class ReportError(WijkkitError):
    """A report could not be made."""

    exit_code = 4
