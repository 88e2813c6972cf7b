"""What a notebook sees of the released tables: one wijk, or the city."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, ClassVar, Literal

import pandas as pd

from wijkkit.display import ShowsItself
from wijkkit.language import in_words, listed, number, small_first, text
from wijkkit.language.messages import catalogue
from wijkkit.released import design
from wijkkit.released import effects as effect
from wijkkit.released import goals as goal
from wijkkit.released import outcomes as outcome
from wijkkit.released import programme as process
from wijkkit.released import sentences as said
from wijkkit.released.store import Released, open_released
from wijkkit.study import Study, open_study
from wijkkit.study.model import Neighbourhood
from wijkkit.tables import EVERYBODY

#: What stands in one row of a table where it has no number: frame -> column.
_TOGETHER = {"methods": "method", "design_checks": "item", "slopes": "label"}
#: Drawings of a frame that have a caption of their own.
_DRAWN = ("position", "funnel", "rug")
#: Frames of the effect: their caption says what was evaluated otherwise than study.yml plans.
_EVALUATED = ("effects", "methods")
#: Columns of differences, and frames whose number is one.
_CHANGES = ("change", "city_change", "gap")
_DIFFERENCES = (*_EVALUATED, "design_checks", "slopes")
#: What is said where a topic has no sentence.
_ABSENT = {"key_figures": "key_figures.none", "package": "choice.none"}


def _frame(
    kind: str, make: Callable[..., pd.DataFrame], absent: str = ""
) -> Callable[..., pd.DataFrame]:
    """Return the method of a view that gives what `make` returns of it as a frame for readers."""

    @wraps(make)
    def method(view: CityView, *args: Any, **options: Any) -> pd.DataFrame:
        return view.framed(kind, make(view, *args, **options), absent)

    return method


@dataclass(frozen=True, repr=False)
class CityView(ShowsItself):
    """A study and its released tables."""

    study: Study
    released: Released
    is_wijk: ClassVar[bool] = False

    @property
    def language(self) -> str:
        return self.study.language

    @property
    def place(self) -> tuple[str, str]:
        """The area that the frames are about, and its level."""
        return "city", "city"

    @property
    def programme(self) -> tuple[str, ...]:
        """The wijken with the programme."""
        return tuple(self.study.starts)

    @property
    def everywhere(self) -> str:
        """What all wijken of the study together are called; the city only where they are all of it."""
        if self.study.settings.city.complete:
            return self.study.settings.city.name
        n = len(self.study.neighbourhoods)
        key = "show.area.one" if n == 1 else "show.area.everywhere"
        return text(key, self.language, n=in_words(n, self.language))

    def area_name(self, area: str, level: str) -> str:
        """Return what readers call an area."""
        if level == "wijk":
            return self.study.neighbourhood(area).name
        if level == "arm":
            return text(f"show.area.{area}", self.language)
        if level == "reference":
            above = self.study.settings.references
            return self.study.text(next(one.label for one in above if one.id == area))
        return self.everywhere if level == "city" else area

    # Frames as their module makes them, with its columns.
    indicators = _frame("indicators", outcome.outcomes)
    participants = _frame("participants", design.participants)
    baseline = _frame("baseline", design.baseline)
    slopes = _frame("slopes", design.slopes)
    effects = _frame("effects", effect.effects)
    methods = _frame("methods", effect.methods)
    design_checks = _frame("design_checks", effect.design_checks)
    measures = _frame("measures", process.measures)
    steps = _frame("steps", process.steps)
    explanations = _frame("explanations", process.explanations)
    elements = _frame("elements", process.elements)
    assumptions = _frame("assumptions", process.assumptions)
    side_by_side = _frame("side_by_side", process.side_by_side)
    key_figures = _frame("key_figures", process.key_figures)
    interviews = _frame("interviews", process.interviews)
    questions = _frame("questions", said.questions, "questions.none")
    quotes = _frame("quotes", said.quotes, "interviews.no_quotes")
    absent = _frame("absent", said.absent)
    borders = _frame("borders", process.borders)
    timeline = _frame("timeline", design.timeline)

    def outcomes(self) -> pd.DataFrame:
        """Return a row per indicator of a goal: now, at first, the change; see `outcomes`."""
        return self.framed("outcomes", outcome.outcomes(self, outcome.goal_indicators(self)))

    def waves(self, indicators: Iterable[str] = ()) -> pd.DataFrame:
        """Return a row per indicator, wave and area: this area, and all wijken together."""
        return self.framed(
            "waves", outcome.waves(self, list(indicators) or outcome.goal_indicators(self))
        )

    def wijken(self, indicators: Iterable[str] = ()) -> pd.DataFrame:
        """Return a row per indicator and wijk of the last wave, with its place in the funnel."""
        return self.framed(
            "wijken", outcome.wijken(self, list(indicators) or outcome.goal_indicators(self))
        )

    def outside(self) -> pd.DataFrame:
        """Return the rows of `wijken` outside the limits of the funnel, and those of this wijk.

        Of the city a row per indicator and position, with the names of the wijken there.
        """
        found = self.wijken()
        rows = found[found["own"] | ~found["position"].isin(["inside", "unknown"])]
        if self.is_wijk:
            return self.framed("outside_own", rows)
        named = rows.groupby(["indicator", "label", "position"], sort=False)["name"]
        together = named.agg(lambda names: listed(names, self.language)).reset_index()
        return self.framed("outside", together)

    def places(
        self,
        indicator: str,
        wave: str = "",
        wijken: Iterable[str] = (),
        group_by: str = "",
        group: str = EVERYBODY,
        of: Literal["estimates", "changes", "gaps"] = "estimates",
    ) -> pd.DataFrame:
        """Return one number of an indicator: a row per wijk, and one of all together.

        In the last wave in which it was asked, of all `wijken` (slugs) and everybody, where no
        other is said. `of`: the number itself, its change, or the gap of the grouping.
        """
        found = outcome.places(self, indicator, of, wave, tuple(wijken), group_by, group)
        return self._called(found, indicator, wave, of, group_by, group)

    def groups(self, indicator: str, grouping: str = "", wave: str = "") -> pd.DataFrame:
        """Return one number of an indicator: a row per group of a grouping, see `places`."""
        found = outcome.groups(self, indicator, grouping, wave)
        one = outcome.grouping_of(self, grouping)
        return self._called(found, indicator, wave, "groups", one.id if one else "", "")

    def _called(
        self, frame: pd.DataFrame, indicator: str, wave: str, of: str, group_by: str, group: str
    ) -> pd.DataFrame:
        """Return a frame of one indicator with its caption."""
        frame = self.framed("places", frame)
        found = self.study.indicators[indicator]
        one = outcome.grouping_of(self, group_by)
        fields = {
            "indicator": self.study.text(found.label),
            "wave": wave or outcome.waves_of(self, found)[-1].id,
            "grouping": self.study.text(one.label) if one else "",
            "group": self.group_name(group_by, group),
            "first": outcome.waves_of(self, found)[0].id,
        }
        frame.attrs["caption"] = text(f"show.explore.{of}", self.language, **fields)
        return frame

    def group_name(self, group_by: str, group: str) -> str:
        """Return what readers call a group of a grouping, or everybody."""
        everybody = text("show.explore.everybody", self.language)
        return self.study.group_names.get(f"{group_by}.{group}", everybody)

    def gaps(self, grouping: str = "") -> pd.DataFrame:
        """Return a row per indicator with the ends of a grouping and the gap between them."""
        frame = self.framed("gaps", outcome.gaps(self, grouping))
        ends = {end: frame[f"{end}_group"].iloc[0] for end in ("first", "last") if len(frame)}
        frame.attrs["heads"] = {**frame.attrs["heads"], **ends}
        return frame

    @property
    def evaluated(self) -> Study:
        """The study as its effect was evaluated, see `wijkkit.evaluate_effect`."""
        return effect.evaluated(self)

    def detectable(self) -> pd.DataFrame:
        """Return a row per outcome: the smallest change that the design can be expected to find."""
        frame = self.framed("detectable", effect.detectable(self))
        icc = number(self.study.settings.evaluation.icc, self.language, 3)
        frame.attrs["caption"] = frame.attrs["caption"].replace("{icc}", icc)
        return frame

    def network(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return who met whom, and a row per organisation."""
        ties, places = process.network(self)
        return self.framed("network", ties), self.framed("network", places)

    def rows(self, name: str) -> pd.DataFrame:
        """Return a released table as a frame for readers: of this wijk, or of all."""
        return self.framed(name, self.own(name))

    def framed(self, kind: str, frame: pd.DataFrame, absent: str = "") -> pd.DataFrame:
        """Return a frame that knows its language, caption, areas, and what an empty one says."""
        words: Any = catalogue("show", self.language)
        name = self.area_name(*self.place)
        grouping = self.study.gap_grouping
        divided = small_first(self.study.text(grouping.label)) if grouping else ""
        caption = words["caption"].get(kind, "").replace("{grouping}", divided)
        asked = effect.asked_otherwise(self) if kind in _EVALUATED else ""
        if kind == "borders" and len(frame):
            asked = process.not_on_the_map(self, frame)
        caption = ". ".join(filter(None, (caption.replace("{name}", name), asked)))
        frame.attrs = {
            "language": self.language,
            "name": name,
            "everywhere": self.everywhere,
            "waves": {wave.id: self.study.text(wave.label) for wave in self.study.waves},
            "references": {
                prefix: self.area_name(area, "reference")
                for area, prefix in outcome.references_of(self).items()
            },
            "caption": caption,
            "captions": {key: words["caption"][key].replace("{name}", name) for key in _DRAWN},
            "heads": words["heads"].get(kind, {}),
            "together": _TOGETHER.get(kind, ""),
            "differences": (*_CHANGES, *(("value",) if kind in _DIFFERENCES else ())),
            **({"axis": words["favourable_axis"]} if kind == "effects" else {}),
            **({"absent": f"show.{absent}"} if absent else {}),
        }
        return frame

    def sentences(self, *topics: str) -> pd.DataFrame:
        """Return what was released, or follows from what was, on topics in sentences."""
        absent = _ABSENT.get(topics[0], "nothing") if self.programme else "wijken.none"
        return self.framed("sentences", said.sentences(self, topics), absent)

    def recommendations(self) -> pd.DataFrame:
        """Return a row per explanation that is supported or open, with what would settle it."""
        return self._advice(said.recommendations(self))

    def programme_recommendations(self) -> pd.DataFrame:
        """Return the programme's own recommendations, with what the data say of each."""
        return self._advice(said.programme_recommendations(self))

    def _advice(self, frame: pd.DataFrame) -> pd.DataFrame:
        return self.framed("recommendations", frame, "nothing" if self.programme else "wijken.none")

    def table(self, name: str) -> pd.DataFrame:
        """Return a released table of the whole city."""
        return self.released.table(name)

    def own(self, name: str) -> pd.DataFrame:
        """Return the rows of a released table that are about what is viewed: here the city, all."""
        return self.table(name)

    def __repr__(self) -> str:
        return f"<{self.study.settings.city.name}: released tables {', '.join(self.released)}>"

    def _facts(self) -> Mapping[str, object]:
        return {"city": self.study.settings.city.name, "released_tables": ", ".join(self.released)}


@dataclass(frozen=True, repr=False)
class WijkView(CityView):
    """One neighbourhood's view: the city's released tables, and which wijk this is."""

    wijk: Neighbourhood
    is_wijk: ClassVar[bool] = True

    @property
    def slug(self) -> str:
        return self.wijk.wijk

    @property
    def place(self) -> tuple[str, str]:
        return self.slug, "wijk"

    @property
    def name(self) -> str:
        return self.wijk.name

    @property
    def city(self) -> CityView:
        """The same released tables, of all wijken together."""
        return CityView(self.study, self.released)

    goals = _frame("goals", goal.goals)
    interventions = _frame("interventions", process.interventions)
    choice = _frame("choice", process.choice)
    choice_scores = _frame("choice_scores", process.choice_scores)
    profile = _frame("profile", process.profile)

    def comparable(self) -> pd.DataFrame:
        """Return with which wijken this one is compared, and on figures of which period."""
        absent = "no_figures" if self.own("area_figures").empty else "not_placed"
        return self.framed("comparable", said.comparable(self), f"comparable.{absent}")

    def own(self, name: str) -> pd.DataFrame:
        """Return the rows of a released table that are about this wijk.

        A table says it by `wijk`, or by `area` where `area_level` is ``wijk``.
        """
        table = self.released.table(name, own=self.slug)
        if "wijk" in table:
            return table[table["wijk"] == self.slug].reset_index(drop=True)
        mine = table["area"] == self.slug
        if "area_level" in table:
            mine &= table["area_level"] == "wijk"
        return table[mine].reset_index(drop=True)

    def __repr__(self) -> str:
        return f"<{self.name} ({self.wijk.arm}) in {self.study.settings.city.name}>"

    def _facts(self) -> Mapping[str, object]:
        return {"wijk": self.name, "arm": self.wijk.arm, **super()._facts()}


def open_city(study: str | Study = "parameters") -> CityView:
    """Open the released tables of a study."""
    study = study if isinstance(study, Study) else open_study(study)
    return CityView(study, open_released(study))


def open_wijk(study: str | Study = "parameters", wijk: str = "") -> WijkView:
    """Open the released tables of a study for one neighbourhood, its first one where none is named.

    Examples
    --------
    >>> import wijkkit as wk
    >>> wk.open_wijk("parameters", "ankerveld")
    <Ankerveld (programme) in Lindestad>
    """
    study = study if isinstance(study, Study) else open_study(study)
    chosen = study.neighbourhood(wijk or next(iter(study.neighbourhoods)))
    return WijkView(study, open_released(study), chosen)
