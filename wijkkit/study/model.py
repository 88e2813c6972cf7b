"""What a study is: city, waves, neighbourhoods, groups, goals, sources and settings.

Plain pydantic models of ``study.yml`` and ``wijken/*.yml``. They check each value on its own;
`wijkkit.study.checks` holds them against each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints

from wijkkit.language.messages import KNOWN, Noun
from wijkkit.study import settings
from wijkkit.study.settings.general import Key, Label, Model, Slug
from wijkkit.study.settings.sources import ReferencePopulation, Sources

# The nouns that a study says (``words:`` in study.yml).

#: What study.yml calls a role -> what the messages call it.
_ROLES = {"unit": "unit", "whole": "whole", "population": "person", "respondent": "respondent"}


#: Small letters, spaces, hyphens and apostrophes: a word inside a sentence.
Word = Annotated[str, StringConstraints(pattern=r"^[^\W\d_A-Z][\w '’-]{0,39}$")]


class OwnNoun(Model):
    """A noun that is not known."""

    one: Word
    other: Word
    """Singular and plural."""
    article: Literal["de", "het"] = "de"
    """Of the Dutch singular."""


def _is_known(word: str) -> str:
    if word not in KNOWN:
        raise ValueError(
            f"a noun that is not known; use one of {', '.join(KNOWN)}, "
            "or say it yourself: {nl: {one: leerling, other: leerlingen}}"
        )
    return word


#: A known noun by its Dutch singular, or an own one per language.
NounSaid = Annotated[str, AfterValidator(_is_known)] | dict[Literal["nl", "en"], OwnNoun]


def nouns_said(words: Mapping[Any, str | Mapping[Any, OwnNoun]], language: str) -> dict[str, Noun]:
    """Return role -> noun in a language; an own noun without it is that of its other language."""
    found = {}
    for role, said in words.items():
        if isinstance(said, str):
            found[_ROLES[role]] = KNOWN[said][0 if language == "nl" else 1]
        elif said:
            own = said.get(language) or next(iter(said.values()))
            found[_ROLES[role]] = Noun(own.one, own.other, own.article)
    return found


class City(Model):
    """The municipality, or what the wijken of the study are part of."""

    name: str
    """What it is called."""
    code: str = ""
    """Its code in the area figures: ``GM0599``."""
    complete: bool = False
    """Whether the wijken of the study are all there are, so that they are called by its name."""


class Wave(Model):
    """One cross-section of the survey; `start` and `end` are its field work."""

    id: Key
    """Its key, such as ``2021``; what it is called in tables and figures."""
    label: Label
    """What it is called in sentences."""
    start: date
    end: date
    """First and last day of its field work."""


class Programme(Model):
    """The programme under study and the day it started in its wijken."""

    name: Label
    """What it is called."""
    start: date | None = None
    """The day it started, where a wijk has no day of its own; none where no wijk has it."""


class Group(Model):
    """One group of a grouping."""

    id: Key
    """The value that the grouping's column has for it."""
    label: Label
    """What it is called."""


class Grouping(Model):
    """A variable that divides respondents."""

    id: Key
    """Its key."""
    label: Label
    """What it is called."""
    column: str
    """The standard column of the codebook."""
    groups: tuple[Group, ...] = Field(min_length=2)
    """In order, the least advantaged first."""
    ordered: bool = True
    """Whether that order means something, so that a gap and a slope can be given."""


class Target(Model):
    """The value a goal is to reach, in the indicator's unit, and when."""

    value: float
    """In the indicator's unit."""
    wave: Key | None = None
    """By when it is to be reached."""


class Goal(Model):
    """A shared goal and the indicator that measures it."""

    id: Key
    """Its key."""
    label: Label
    """What is to be reached, in words."""
    indicator: Key
    """The indicator that measures it."""
    domain: Literal["gezond", "veilig", "talentontwikkeling"]
    """What it belongs to."""
    target: Target | None = None
    """The value that is to be reached."""


class Neighbourhood(Model):
    """One wijk: a row of ``wijken.csv``, or ``wijken/<wijk>.yml`` (also a papermill parameter
    file).
    """

    wijk: Slug
    """Its short name, which becomes the name of files."""
    name: str
    """What it is called."""
    code: str
    """Its code in the survey and the area figures."""
    district: str = ""
    """The part of town that it is in."""
    arm: Literal["programme", "comparator", "none"] = "none"
    """Whether the programme runs in it, or it is compared with."""
    pair: Key | None = None
    """A key that it shares with the wijk that it is paired with."""
    start: date | None = None
    """The day the programme started here, where that is not the day in study.yml."""
    codes: dict[Key, str | tuple[str, ...]] = Field(default_factory=dict)
    """Wave -> its code or codes in that wave, where they are others: merged, split, renamed."""

    def codes_in(self, wave: str | None) -> tuple[str, ...]:
        """Return the codes that the survey has for it in a wave."""
        codes = self.codes.get(wave, self.code) if wave else self.code
        return (codes,) if isinstance(codes, str) else codes


class Output(Model):
    """Where a run writes, relative to the study's folder."""

    runs: str = "runs"
    """The folder of executed notebooks and tables."""
    site: str = "site"
    """The folder of the reports."""


class NamedOutput(Model):
    """An output that disclosure control cannot read, which a second person accepts by name."""

    why: str = Field(min_length=10)
    """Why it discloses nothing of a child, for the sign-off."""


class StudyFile(Model):
    """The content of ``study.yml``."""

    title: Label
    """What the study is called."""
    language: Literal["nl", "en"] = "nl"
    """In which it is reported."""
    city: City
    """The municipality."""
    programme: Programme = Field(default_factory=lambda study: Programme(name=study["title"]))
    """What is evaluated, where a wijk has a programme."""
    waves: tuple[Wave, ...] = ()
    """The measurements, in order."""
    groupings: tuple[Grouping, ...] = ()
    """Variables that divide respondents."""
    goals: tuple[Goal, ...] = ()
    """What the programme is to reach."""
    words: dict[Literal["unit", "whole", "population", "respondent"], NounSaid] = Field(
        default_factory=dict
    )
    """What the areas (`unit`), all of them together (`whole`), the people (`population`) and those
    who answered (`respondent`) are called.
    """
    sources: Sources
    """Where the data are."""
    references: tuple[ReferencePopulation, ...] = Field(default=(), max_length=3)
    """Populations above the study, beside its wijken together."""
    population: settings.PopulationSettings = settings.PopulationSettings()
    """Whom the study is about."""
    evaluation: settings.EvaluationSettings = settings.EvaluationSettings()
    """How the effect is estimated."""
    disclosure: settings.DisclosureSettings = settings.DisclosureSettings()
    """What is protected, and how."""
    registry: settings.RegistrySettings = settings.RegistrySettings()
    """Where what was done is kept."""
    choice: settings.ChoiceSettings = settings.ChoiceSettings()
    """How interventions are weighed."""
    process: settings.ProcessSettings = settings.ProcessSettings()
    """How the process is judged."""
    logic_model: settings.LogicModelSettings = settings.LogicModelSettings()
    """The logic model."""
    report: settings.ReportSettings = settings.ReportSettings()
    """What the reports look like."""
    batch: settings.BatchSettings = settings.BatchSettings()
    """How notebooks are run."""
    output: Output = Output()
    """Where a run writes."""
    outputs: dict[str, NamedOutput] = Field(default_factory=dict)
    """Label -> an output that control cannot read and a second person accepts."""
