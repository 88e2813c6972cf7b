"""A study: its files read, checked and held together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from wijkkit.display import ShowsItself
from wijkkit.errors import ParameterError, Problem
from wijkkit.language import listed, number, text
from wijkkit.language.messages import Nouns, Wording
from wijkkit.study.codebook import Codebook
from wijkkit.study.indicators import Indicator
from wijkkit.study.model import Goal, Grouping, Label, Neighbourhood, StudyFile, Wave, nouns_said
from wijkkit.study.settings import PopulationSettings
from wijkkit.study.settings.general import label_in

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, repr=False)
class Study(ShowsItself):
    """A study, read from its folder by `wijkkit.open_study`.

    Parameters
    ----------
    folder : Path
        The folder with study.yml, codebook.yml, indicators.yml and wijken/.
    settings : StudyFile
        What study.yml says.
    codebook : Codebook
        What codebook.yml says.
    indicators : mapping of str to Indicator
        What indicators.yml says, by key.
    neighbourhoods : mapping of str to Neighbourhood
        What wijken/ says, by slug, programme wijken first.
    """

    folder: Path
    settings: StudyFile
    codebook: Codebook
    indicators: Mapping[str, Indicator]
    neighbourhoods: Mapping[str, Neighbourhood]

    @cached_property
    def language(self) -> Wording:
        """The study's language, with the nouns that its pages use."""
        language = self.settings.language
        return Wording(language, nouns_said(self.settings.words, language))

    def nouns(self, language: str) -> Nouns:
        """Return the study's nouns in another language than its own."""
        return Nouns(language, nouns_said(self.settings.words, language))

    @property
    def waves(self) -> tuple[Wave, ...]:
        return self.settings.waves

    @property
    def goals(self) -> tuple[Goal, ...]:
        return self.settings.goals

    @property
    def groupings(self) -> tuple[Grouping, ...]:
        """The divisions of which two groups or more are in the population, with these groups."""
        where = self.settings.population.where
        found = [
            (one, tuple(g for g in one.groups if g.id in where.get(one.column, (g.id,))))
            for one in self.settings.groupings
        ]
        return tuple(
            one.model_copy(update={"groups": groups}) for one, groups in found if len(groups) > 1
        )

    def start_of(self, wijk: str) -> date | None:
        """Return the day on which the programme started in a wijk: its own, or the programme's."""
        return self.neighbourhoods[wijk].start or self.settings.programme.start

    @cached_property
    def starts(self) -> dict[str, date]:
        """The day on which the programme started, by programme wijk."""
        mine = (wijk for wijk, arm in self.arms.items() if arm == "programme")
        return {wijk: start for wijk in mine if (start := self.start_of(wijk)) is not None}

    @property
    def begun(self) -> tuple[date, ...]:
        """The days on which the programme started: in its wijken, or as a whole."""
        start = self.settings.programme.start
        return tuple(self.starts.values()) or ((start,) if start else ())

    @cached_property
    def arms(self) -> dict[str, str]:
        """The arm of each wijk: programme, comparator or none."""
        return {wijk: neighbourhood.arm for wijk, neighbourhood in self.neighbourhoods.items()}

    @property
    def gap_grouping(self) -> Grouping | None:
        """The grouping whose gap is evaluated: `evaluation.grouping`, or the first ordered one."""
        wanted = self.settings.evaluation.grouping
        named = [grouping for grouping in self.groupings if grouping.id == wanted]
        return next(iter(named or [one for one in self.groupings if one.ordered]), None)

    @property
    def runs(self) -> Path:
        """Folder of executed notebooks, released tables and the event log."""
        return self.path(self.settings.output.runs)

    @property
    def site(self) -> Path:
        """Folder of the reports."""
        return self.path(self.settings.output.site)

    @property
    def ledgers(self) -> tuple[Path, ...]:
        """Folders of what was published: one beside each of the survey's files."""
        surveys = (self.path(source.path).parent for source in self.settings.sources.survey)
        return tuple(dict.fromkeys(folder / "publications" for folder in surveys))

    def path(self, relative: str) -> Path:
        """Resolve a path of the study's files, which are relative to its folder."""
        return (self.folder / relative).resolve()

    def text(self, label: Label) -> str:
        """Return `label` in the study's language, or in the language it has."""
        return label_in(label, self.settings.language)

    @property
    def group_names(self) -> dict[str, str]:
        """What readers call each group, by ``GROUPING.GROUP``."""
        return {
            f"{grouping.id}.{group.id}": f"{self.text(grouping.label)}: {self.text(group.label)}"
            for grouping in self.groupings
            for group in grouping.groups
        }

    def select(
        self, ages: tuple[float, float] | None = None, **where: str | Sequence[str]
    ) -> Study:
        """Return the study of some respondents: by age, and by the values of columns.

        Everything that is made of it is about them alone, as with ``population:`` in study.yml.

        Parameters
        ----------
        ages : (float, float), optional
            First age that belongs to it, and the first that does not any more.
        **where : str or sequence of str
            Column of the survey and the values that belong to it.

        Examples
        --------
        >>> import wijkkit as wk
        >>> girls = wk.open_study("parameters").select(sex="girl", ages=(4, 9))
        >>> wk.load_respondents(girls)["sex"].unique().tolist()
        ['girl']
        """
        listed = {
            column: (values,) if isinstance(values, str) else tuple(values)
            for column, values in where.items()
        }
        before = self.settings.population
        population = PopulationSettings(
            ages=None if ages is None else (float(ages[0]), float(ages[1])),
            where={**before.where, **listed},
        )
        if ages is None:
            population = population.model_copy(update={"ages": before.ages})
        settings = self.settings.model_copy(update={"population": population})
        return replace(self, settings=settings)

    @property
    def among(self) -> str:
        """Whom the study is about, in its own words; empty where that is everybody it asked."""
        population, said = self.settings.population, []
        if population.ages is not None:
            first, end = (number(age, self.language, age % 1 > 0) for age in population.ages)
            said.append(text("common.ages", self.language, first=first, end=end))
        for column, values in population.where.items():
            label, names = self.column_words(column)
            shown = listed([names.get(value, value) for value in values], self.language)
            said.append(text("common.where", self.language, column=label, values=shown))
        return "; ".join(said)

    def column_words(self, column: str) -> tuple[str, dict[str, str]]:
        """Return what readers call a column of the survey (its name at least), and its values."""
        about = self.codebook.columns.get(column)
        own = text("effect.item.age", self.language) if column == "age" else column
        label = self.text(about.label) if about is not None and about.label else own
        names = {value: self.text(name) for value, name in (about.names if about else {}).items()}
        for grouping in self.settings.groupings:
            if grouping.column == column:
                label = self.text(grouping.label)
                names |= {group.id: self.text(group.label) for group in grouping.groups}
        return label, names

    def neighbourhood(self, slug: str) -> Neighbourhood:
        """Return the neighbourhood called `slug`; ParameterError names those most like it, or all."""
        try:
            return self.neighbourhoods[slug]
        except KeyError:
            called = {
                name.casefold(): key
                for key, found in self.neighbourhoods.items()
                for name in (key, found.name, found.code)
            }
            near = {called[name]: None for name in get_close_matches(slug.casefold(), called)}
            what, known = (
                f"unknown wijk '{slug}'",
                ", ".join(near or list(self.neighbourhoods)[:80]),
            )
            file, remedy = self.file_of(), "Use one of these, or add it there."
            raise ParameterError(Problem(what, file, "", slug, known, remedy)) from None

    def file_of(self, wijk: str = "") -> str:
        """Return which of the study's files says a wijk, or all of them."""
        own = f"wijken/{wijk}.yml" if wijk else "wijken/"
        if (self.folder / own).exists() or not (self.folder / "wijken.csv").is_file():
            return own
        return f"wijken.csv, {self.neighbourhoods[wijk].name}" if wijk else "wijken.csv"

    def codes_written(self, wijk: str, wave: str, code: str = "") -> str:
        """Return how that file says the code of a wijk in a wave; none where it was no part of it."""
        if self.file_of(wijk).endswith(".yml"):
            return f"codes: {{'{wave}': {code or []!r}}}"
        return f"{wave}={code} in a column 'codes'"

    def wijk_of_code(self) -> dict[tuple[str, str], str]:
        """Return (wave, code in that wave) -> wijk, for every wave of the study."""
        return {
            (wave.id, code): wijk
            for wijk, neighbourhood in self.neighbourhoods.items()
            for wave in self.waves
            for code in neighbourhood.codes_in(wave.id)
        }

    def areas(self) -> pd.DataFrame:
        """Return the neighbourhoods as a table: wijk, name, code, district, arm, pair."""
        import pandas as pd  # takes longer to load than a study to open

        rows = [one.model_dump(exclude={"codes"}) for one in self.neighbourhoods.values()]
        return pd.DataFrame(rows, columns=["wijk", "name", "code", "district", "arm", "pair"])

    def __repr__(self) -> str:
        return (
            f"<Study {self.text(self.settings.title)!r}: {len(self.neighbourhoods)} {self.nouns('en').units}, "
            f"{len(self.waves)} waves, {len(self.indicators)} indicators>"
        )

    def _facts(self) -> Mapping[str, object]:
        return {
            "title": self.text(self.settings.title),
            "city": self.settings.city.name,
            "waves": ", ".join(self.text(wave.label) for wave in self.waves),
            "neighbourhoods": [one.name for one in self.neighbourhoods.values()],
            "goals": "; ".join(self.text(goal.label) for goal in self.goals),
            "indicators": ", ".join(self.indicators),
        }
