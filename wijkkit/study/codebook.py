"""What ``codebook.yml`` says: how a source's own columns become the standard ones."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from wijkkit.study.model import Key, Label, Model


class Column(Model):
    """One standard column of the survey."""

    source: str | dict[Key, str]
    """The column's name in the file; per survey source (its id) where they differ. A source that is
    left out of the dict did not ask it.
    """
    type: Literal["code", "category", "integer", "number", "text", "date"]
    """`code` is text that may look like a number (a respondent number, an area code); `category`
    holds the standard values of `values`.
    """
    values: dict[str, str | int | float] = Field(default_factory=dict)
    """Raw value -> standard value: every recode is written here. Raw values are written as text.
    All raw values must be listed, except those of a `code` or `text` column, which may be recoded
    in part.
    """
    labels: dict[str, str | int | float] = Field(default_factory=dict)
    """Value label as it stands in the file -> standard value, for files that hold labels."""
    missing: tuple[str | int | float, ...] = ()
    """User-missing codes, beside those that the file itself declares."""
    not_applicable: dict[str, Literal["no", "missing"]] = Field(default_factory=dict)
    """Raw value that says that the question was not for the respondent -> what it counts as: ``no``
    keeps the respondent in the denominator (0, or a standard value of its own, ``not_applicable``),
    ``missing`` leaves them out.
    """
    empty: str | int | float | None = None
    """Standard value of an empty cell, for a box that is ticked or not."""
    label: Label = ""
    """What the column is called for readers, as a rule the variable label of the file."""
    names: dict[str, Label] = Field(default_factory=dict)
    """Standard value -> what readers call it."""
    minimum: float | None = None
    maximum: float | None = None
    """Range of valid numbers, both included."""
    unit: Literal["months"] | None = None
    """Unit of a number of years that the file counts in months; its range is in years."""
    required: bool = False
    """No value may be missing."""


class WeightChoice(Model):
    """Another weight than `weight` for some estimates; of several that fit, the last counts.

    Where the design leaves out who has no weight, each estimate counts those who have its own.
    """

    weight: str
    """A standard column of type number."""
    level: Literal["area", "city"] | None = None
    """For the wijken, gebieden and arms, or for the city only; for both where absent."""
    indicators: tuple[Key, ...] = ()
    waves: tuple[Key, ...] = ()
    """For these only; for all where empty."""


class Design(Model):
    """How the respondents were drawn and weighted, beside the columns that say it."""

    weights: tuple[WeightChoice, ...] = ()
    """Where another weight counts than the column `weight`."""
    missing_weights: Literal["error", "drop"] = "error"
    zero_weights: Literal["error", "drop"] = "error"
    """What a respondent without a weight, or with a weight of 0, is: a mistake in the file, or
    somebody whom these estimates leave out, as in files that hold a weight for some only.
    """
    lonely_psu: Literal["absent", "certainty", "adjust", "average"] = "absent"
    """What a stratum with one sampling unit adds to the variance, as in `survey_design`."""


class Codebook(Model):
    """The survey's columns by standard name.

    `area` must be there where there is a survey; `age` in years where the file has it;
    `respondent` where a file numbers them (duplicates are errors),
    rows are numbered otherwise; `wave` where a file holds several waves: their keys, or (type
    date) the day on which each was asked, which lies in the field work of one of them;
    `weight`, `stratum`, `psu` and `fpc` where the design has them.
    """

    columns: dict[str, Column] = Field(default_factory=dict)
    """Standard name -> how the file's column becomes it."""
    design: Design = Design()
    """How the respondents were drawn and weighted."""

    def named(self, name: str) -> str:
        """Return what a standard column is called in the files; empty where there is none."""
        column = self.columns.get(name)
        names = "" if column is None else column.source
        if isinstance(names, str):
            return names
        return ", ".join(dict.fromkeys(own for own in names.values() if own))
