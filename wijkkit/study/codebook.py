"""What ``codebook.yml`` says: how a source's own columns become the standard ones."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from wijkkit.study.model import Key, Model


class Column(Model):
    """One standard column of the survey.

    Parameters
    ----------
    source : str or dict of str to str
        The column's name in the file; per survey source (its id) where they differ. A source
        that is left out of the dict did not ask it.
    type : {"code", "category", "integer", "number", "text", "date"}
        `code` is text that may look like a number (a respondent number, an area code);
        `category` holds the standard values of `values`.
    values : dict of str to str, int or float
        Raw value -> standard value: every recode is written here. Raw values are written as text.
        All raw values must be listed, except those of a `code` or `text` column, which may be
        recoded in part.
    labels : dict of str to str, int or float
        Value label as it stands in the file -> standard value, for files that hold labels.
    missing : tuple
        User-missing codes, beside those that the file itself declares.
    minimum, maximum : float, optional
        Range of valid numbers, both included.
    required : bool
        No value may be missing.
    """

    source: str | dict[Key, str]
    type: Literal["code", "category", "integer", "number", "text", "date"]
    values: dict[str, str | int | float] = Field(default_factory=dict)
    labels: dict[str, str | int | float] = Field(default_factory=dict)
    missing: tuple[str | int | float, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    required: bool = False


class Codebook(Model):
    """The survey's columns by standard name.

    `area` and `age` must be there; `respondent` where a file numbers them (duplicates are errors),
    rows are numbered otherwise; `wave` where a file holds several waves;
    `weight`, `stratum`, `psu` and `fpc` where the design has them.
    """

    columns: dict[str, Column]
