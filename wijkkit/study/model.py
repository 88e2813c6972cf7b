"""What a study is: city, waves, neighbourhoods, groups, goals, sources and settings.

Plain pydantic models of ``study.yml`` and ``wijken/*.yml``. They check each value on its own;
`wijkkit.study.checks` holds them against each other.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from wijkkit.showing import facts_table
from wijkkit.study.nouns import NounSaid
from wijkkit.study.settings import (
    BatchSettings,
    ChoiceSettings,
    DisclosureSettings,
    EvaluationSettings,
    LogicModelSettings,
    PopulationSettings,
    ProcessSettings,
    RegistrySettings,
    ReportSettings,
)


class Model(BaseModel):
    """Frozen; unknown keys and values of another type are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    def _repr_html_(self) -> str:
        return facts_table(type(self).__name__, dict(self))


def _is_slug(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value) or len(value) > 60:
        raise ValueError("use lower-case letters, digits and single hyphens only")
    return value


#: A short name that may become a file name: lower-case letters, digits and hyphens.
Slug = Annotated[str, AfterValidator(_is_slug)]
#: What parts the cells of a csv file: one sign.
Sign = Annotated[str, StringConstraints(min_length=1, max_length=1)]
#: A key of a wave, goal, indicator or group: letters, digits, ``_`` and ``-``.
Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,59}$")]
#: A text for readers: one text, or one per language (``{nl: ..., en: ...}``).
Label = str | dict[Literal["nl", "en"], str]


class City(Model):
    """The whole of the study; `complete` where its wijken are all there are."""

    name: str
    code: str = ""
    complete: bool = False


class Wave(Model):
    """One cross-section of the survey; `start` and `end` are its field work."""

    id: Key
    label: Label
    start: date
    end: date


class Programme(Model):
    """The programme under study and the day it started in its wijken."""

    name: Label
    start: date


class Group(Model):
    id: Key
    label: Label


class Grouping(Model):
    """A variable that divides respondents; `groups` in order, the least advantaged first."""

    id: Key
    label: Label
    column: str
    groups: tuple[Group, ...] = Field(min_length=2)
    ordered: bool = True


class Target(Model):
    """The value a goal is to reach, in the indicator's unit, and when."""

    value: float
    wave: Key | None = None


class Goal(Model):
    """A shared goal and the indicator that measures it."""

    id: Key
    label: Label
    indicator: Key
    domain: Literal["gezond", "veilig", "talentontwikkeling"]
    target: Target | None = None


class SurveySource(Model):
    """One survey file. `wave` names its wave, unless the codebook has a wave column."""

    id: Key
    path: str
    wave: Key | None = None
    #: A csv file with `respondent, weight`, whose weights replace those of the survey file.
    weights: str | None = None
    encoding: str | None = None
    #: Decimal sign and separator of a csv file; nothing is guessed.
    decimal: Literal[".", ","] = "."
    separator: Sign = ","
    #: Sheet of a workbook; needed where several sheets hold something.
    sheet: str | None = None
    #: Rows that hold no respondent, counted as in the file, such as texts of questions.
    skip_rows: tuple[int, ...] = ()
    #: Column of the file -> the values that its rows must have to be used.
    rows: dict[str, tuple[str, ...]] = Field(default_factory=dict)


class AreaFigureSource(Model):
    """Area figures: a file, a StatLine download, or an OData table with its cache."""

    id: Key
    kind: Literal["file", "statline", "odata"]
    level: Literal["wijk", "gebied", "city"]
    period: str
    path: str | None = None
    table: Key | None = None
    catalogue: str = "opendata.cbs.nl"
    code_column: str
    #: Where given, an area's name must agree: codes are used again for other areas.
    name_column: str | None = None
    #: Column -> the value its rows must have, where the source has several rows per area.
    filters: dict[str, str] = Field(default_factory=dict)
    #: figure -> column in the source, without its ``_nn`` where that is unique.
    figures: dict[Key, str]
    #: A figure's label and unit may be said in one source for all.
    labels: dict[Key, Label] = Field(default_factory=dict)
    units: dict[Key, str] = Field(default_factory=dict)
    release: str = ""
    encoding: str | None = None
    #: Decimal sign and separator of a csv file; nothing is guessed.
    decimal: Literal[".", ","] = "."
    separator: Sign = ","
    #: Sheet of a workbook; needed where several sheets hold something.
    sheet: str | None = None


class BorderSource(Model):
    """Borders of one area level. `crs` says what the coordinates are where the file does not."""

    level: Literal["wijk", "gebied", "city"]
    path: str | None = None
    url: str | None = None
    layer: str | None = None
    code_column: str
    name_column: str | None = None
    crs: str | None = None


class TableSource(Model):
    """A table of another kind: interviews, key figures, step log, stakeholders, catalogue."""

    path: str
    encoding: str | None = None
    #: Decimal sign and separator of a csv file; nothing is guessed.
    decimal: Literal[".", ","] = "."
    separator: Sign = ","
    #: Sheet of a workbook; needed where several sheets hold something.
    sheet: str | None = None


class ReferencePopulation(Model):
    """A population above the study, such as the region or the country, beside its wijken together.

    Parameters
    ----------
    id : str
    label : Label
    survey : tuple of SurveySource
        Files of its respondents, read by the study's codebook; they need no area.
    weight : str
        The standard column that holds their weights.
    figures : TableSource, optional
        Published figures instead: ``indicator, wave, value, source`` and where they are known
        ``lower, upper, n``.
    """

    id: Key
    label: Label
    survey: tuple[SurveySource, ...] = ()
    weight: str = "weight"
    figures: TableSource | None = None


class Sources(Model):
    survey: tuple[SurveySource, ...] = ()
    area_figures: tuple[AreaFigureSource, ...] = ()
    borders: tuple[BorderSource, ...] = ()
    key_figures: TableSource | None = None
    group_interviews: TableSource | None = None
    steps: TableSource | None = None
    stakeholders: TableSource | None = None
    interventions: TableSource | None = None
    catalogue: TableSource | None = None


class Neighbourhood(Model):
    """One wijk: a row of ``wijken.csv``, or ``wijken/<wijk>.yml`` (also a papermill parameter file)."""

    wijk: Slug
    name: str
    code: str
    district: str = ""
    arm: Literal["programme", "comparator", "none"] = "none"
    pair: Key | None = None
    #: The day the programme started here, where that is not the day in study.yml.
    start: date | None = None
    #: Wave -> its code or codes in that wave, where they are others: merged, split, renamed.
    codes: dict[Key, str | tuple[str, ...]] = Field(default_factory=dict)

    def codes_in(self, wave: str | None) -> tuple[str, ...]:
        """Return the codes that the survey has for it in a wave."""
        codes = self.codes.get(wave, self.code) if wave else self.code
        return (codes,) if isinstance(codes, str) else codes


class Output(Model):
    """Where a run writes, relative to the study's folder."""

    runs: str = "runs"
    site: str = "site"


class NamedOutput(Model):
    """An output that disclosure control cannot read, which a second person accepts by name."""

    #: Why it discloses nothing of a child, for the sign-off.
    why: str = Field(min_length=10)


class StudyFile(Model):
    """The content of ``study.yml``."""

    title: Label
    language: Literal["nl", "en"] = "nl"
    city: City
    programme: Programme
    waves: tuple[Wave, ...] = ()
    groupings: tuple[Grouping, ...] = ()
    goals: tuple[Goal, ...] = ()
    #: What the areas, all of them together, the people and those who answered are called.
    words: dict[Literal["unit", "whole", "population", "respondent"], NounSaid] = Field(
        default_factory=dict
    )
    sources: Sources
    references: tuple[ReferencePopulation, ...] = Field(default=(), max_length=3)
    population: PopulationSettings = PopulationSettings()
    evaluation: EvaluationSettings = EvaluationSettings()
    disclosure: DisclosureSettings = DisclosureSettings()
    registry: RegistrySettings = RegistrySettings()
    choice: ChoiceSettings = ChoiceSettings()
    process: ProcessSettings = ProcessSettings()
    logic_model: LogicModelSettings = LogicModelSettings()
    report: ReportSettings = ReportSettings()
    batch: BatchSettings = BatchSettings()
    output: Output = Output()
    outputs: dict[str, NamedOutput] = Field(default_factory=dict)
