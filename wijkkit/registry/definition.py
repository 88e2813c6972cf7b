"""The words in which the registry's tables are defined: columns, and kinds of rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Type = Literal["text", "integer", "number", "date", "choice", "reference"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a kind.

    Parameters
    ----------
    name, type : str
        A `choice` holds one of `choices` or a key of the study (`listed_in`); a `reference` holds
        the `key` of a row of the kind `refers_to` of the same wijk.
    meaning : str
        What it holds, with its unit.
    required : bool
        Whether a row must have it.
    released : bool
        Whether a report may show it; names of persons, contact data and notes never are.
    minimum, maximum : float, optional
        Range of a number, both included.
    choices : tuple of str
    choice_set : str
        The name of those choices, under which the catalogue has their labels.
    listed_in : {"", "goals", "indicators"}
        The list of the study that holds the choices.
    refers_to : str
    doubtful_to : float
        A number above zero up to this one is asked about: it may be on another scale.
    """

    name: str
    type: Type
    meaning: str
    required: bool = False
    released: bool = True
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    choice_set: str = ""
    listed_in: Literal["", "goals", "indicators"] = ""
    refers_to: str = ""
    doubtful_to: float = 0.0


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of rows: a table of the store, a sheet of the workbook, a tab of the forms.

    Parameters
    ----------
    name : str
    prefix : str
        What a key made by the registry starts with.
    columns : tuple of Column
    unique : tuple of str
        Columns that together name one thing within a wijk, beside its key.
    ordered : tuple of (str, str)
        Pairs of columns of which the first may not be above (or after) the second.
    repeatable : bool
        Whether two rows may say exactly the same: two people of one organisation without names.
    """

    name: str
    prefix: str
    columns: tuple[Column, ...]
    unique: tuple[str, ...] = ()
    ordered: tuple[tuple[str, str], ...] = ()
    repeatable: bool = False

    def __getitem__(self, name: str) -> Column:
        return {column.name: column for column in self.columns}[name]
