"""What all models of a study's files share, and the settings of the general kind."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, ClassVar, Literal, Self, cast

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from wijkkit.display import facts_table


class Model(BaseModel):
    """Frozen; unknown keys and values of another type are errors.

    The sentence below a key, or below several keys, is what the documentation says of it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    #: Pairs of numbers of which the first must be below the second.
    rising: ClassVar[tuple[tuple[str, str], ...]] = ()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        wrong = [pair for pair in self.rising if getattr(self, pair[0]) >= getattr(self, pair[1])]
        if wrong:
            raise ValueError("; ".join(f"{low} is not below {high}" for low, high in wrong))
        return self

    def _repr_html_(self) -> str:
        return facts_table(type(self).__name__, dict(self))


#: Short names that no wijk may have: other pages and the whole city have them.
TAKEN = re.compile(r"city|stad|index|woorden|.*-kort")


def _is_slug(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value) or len(value) > 60:
        raise ValueError("use lower-case letters, digits and single hyphens only")
    if TAKEN.fullmatch(value):
        raise ValueError("another page or area has this name: use another")
    return value


#: A short name that may become a file name: lower-case letters, digits and hyphens.
Slug = Annotated[str, AfterValidator(_is_slug)]
#: What parts the cells of a csv file: one sign.
Sign = Annotated[str, StringConstraints(min_length=1, max_length=1)]
#: A key of a wave, goal, indicator or group: letters, digits, ``_`` and ``-``.
Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,59}$")]
#: A text for readers: one text, or one per language (``{nl: ..., en: ...}``).
Label = str | Annotated[dict[Literal["nl", "en"], str], Field(min_length=1)]


def label_in(label: Label, language: str) -> str:
    """Return a label in a language, or in the one that it has."""
    if isinstance(label, str):
        return label
    return label.get(cast(Any, language)) or next(iter(label.values()))


# Settings of the batch (``batch:`` in study.yml).


class BatchSettings(Model):
    """What one notebook may use before it is stopped."""

    cell_seconds: Annotated[float, Field(gt=0)] = 1800.0
    notebook_seconds: Annotated[float, Field(gt=0)] = 3600.0
    """Wall-clock time of one cell and of the whole notebook."""
    memory_mb: Annotated[int, Field(ge=256)] = 4096
    """Memory of the notebook's process."""
    output_mb: Annotated[int, Field(ge=1)] = 20
    """Text it may print, and the size of one output."""


# Settings of disclosure control (``disclosure:`` in study.yml).


Count = Annotated[int, Field(ge=0, lt=1_000_000)]
Share = Annotated[float, Field(gt=0, le=1)]


class DisclosureSettings(Model):
    """Which policy protects the release, and what the study sets differently.

    A key that is absent keeps the preset's own value. A value that is looser than the preset's
    asks for a `reason`, which the manifest, the sign-off and the page of method repeat.
    """

    policy: Literal["ggd", "cbs"] = "ggd"
    """The preset."""
    min_n: Count | None = None
    """Fewest respondents of a question in an area and group that is shown."""
    min_count: Count | None = None
    """Fewest respondents with the answer, and without it."""
    exact_zero: Literal["show", "hide"] | None = None
    """Whether a figure of nobody or of everybody is shown."""
    max_share: Share | None = None
    """Largest share (0-1) of a wijk that is shown as a figure; a larger one is "above" it."""
    protection: Count | None = None
    """Least width of what anyone can work out of a hidden count."""
    decimals: Count | None = None
    score_decimals: Count | None = None
    """Decimals of percentages and of scores."""
    max_dominance: Share | None = None
    """Largest share (0-1) of one respondent in a total of scores."""
    reason: str = ""
    """Why a value is looser than the preset's."""
    published_elsewhere: tuple[str, ...] = ()
    """Files with figures of this study's cells that are public already."""


# Whom a study is about (``population:`` in study.yml).

Age = Annotated[float, Field(ge=0)]


def rising_ages(ages: tuple[float, float]) -> tuple[float, float]:
    """Return ages of which the first is below the second."""
    if ages[0] >= ages[1]:
        raise ValueError("the first age must be below the first that does not belong any more")
    return ages


class PopulationSettings(Model):
    """Which respondents the study is about; all of its survey where empty.

    They are chosen once for everything: estimates, effect, process and release. The others keep
    their place in the design of the survey.
    """

    ages: Annotated[tuple[Age, Age], AfterValidator(rising_ages)] | None = None
    """First age (years) that belongs to it, and the first that does not any more. A respondent of
    unknown age does not belong to it.
    """
    where: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Column of the survey -> the values that belong to it: ``{sex: [girl]}``."""


# Settings of the registry (``registry:`` in study.yml).


class RegistrySettings(Model):
    """Where the registry is kept."""

    url: str | None = None
    """A database by its SQLAlchemy URL, such as ``postgresql://user@host/registry``."""
    url_variable: str | None = None
    """Name of an environment variable that holds the URL, so that no password stands in a file."""
    path: str = "registry.sqlite"
    """A SQLite file relative to the study; used where neither `url` nor `url_variable` is given."""
    as_of: date | None = None
    """The day on which the live pages judge a registry that is no longer kept up; today where
    absent.
    """
    users: str = "users.json"
    """The file of who may open the live pages, relative to the study."""


# Settings of the reports (``report:`` in study.yml).


class ReportSettings(Model):
    """What a report says of its maker, and where its sources are."""

    author: str = ""
    contact: str = ""
    """Who made the reports and where a reader can ask; the house style's contact where empty."""
    sources: str = "reports"
    """Folder with wijk.qmd, stad.qmd, index.qmd and theme/, relative to the study's folder. Where
    the study has no such folder, the one of the project is used.
    """
    date: str = ""
    """Date on the reports (``YYYY-MM-DD``); the day on which the last notebook ran where empty."""
    licence: Literal["", "CC-BY-4.0", "CC0-1.0", "ODC-By-1.0"] = ""
    """Licence of the released tables, in a data package; none where empty."""
    quarto_seconds: Annotated[float, Field(gt=0)] = 300.0
    """Longest that Quarto may take for one form of one report."""
