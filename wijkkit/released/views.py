"""What a notebook sees of the released tables: one wijk, or the city."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import pandas as pd

from wijkkit.display import ShowsItself
from wijkkit.language import in_words, number, small_first, text
from wijkkit.language.messages import catalogue
from wijkkit.released import design, effects, goals, outcomes, programme
from wijkkit.released import sentences as said
from wijkkit.released.store import Released, open_released
from wijkkit.study import Study, open_study
from wijkkit.study.model import Neighbourhood
from wijkkit.tables import EVERYBODY

#: What stands in one row of a table where it has no number: frame -> column.
_TOGETHER = {"methods": "method", "design_checks": "item"}
#: Drawings of a frame that have a caption of their own.
_DRAWN = ("position", "funnel", "rug")
#: Frames of the effect: their caption says what was evaluated otherwise than study.yml plans.
_EVALUATED = ("effects", "methods")
#: What is said where a topic has no sentence.
_ABSENT = {"key_figures": "key_figures.none", "package": "choice.none"}


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

    def outcomes(self) -> pd.DataFrame:
        """Return a row per indicator of a goal: now, at first, the change; see `outcomes`."""
        return self.framed("outcomes", outcomes.outcomes(self, outcomes.goal_indicators(self)))

    def indicators(self) -> pd.DataFrame:
        """Return a row per indicator of the study, whether it has a goal or not."""
        return self.framed("indicators", outcomes.outcomes(self))

    def waves(self, indicators: Iterable[str] = ()) -> pd.DataFrame:
        """Return a row per indicator, wave and area: this area, and all wijken together."""
        return self.framed(
            "waves", outcomes.waves(self, list(indicators) or outcomes.goal_indicators(self))
        )

    def wijken(self, indicators: Iterable[str] = ()) -> pd.DataFrame:
        """Return a row per indicator and wijk of the last wave, with its place in the funnel."""
        return self.framed(
            "wijken", outcomes.wijken(self, list(indicators) or outcomes.goal_indicators(self))
        )

    def outside(self) -> pd.DataFrame:
        """Return the rows of `wijken` outside the limits of the funnel, and those of this wijk."""
        found = self.wijken()
        rows = found[found["own"] | ~found["position"].isin(["inside", "unknown"])]
        return self.framed("outside_own" if self.is_wijk else "outside", rows)

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
        found = outcomes.places(self, indicator, of, wave, tuple(wijken), group_by, group)
        return self._called(found, indicator, wave, of, group_by, group)

    def groups(self, indicator: str, grouping: str = "", wave: str = "") -> pd.DataFrame:
        """Return one number of an indicator: a row per group of a grouping, see `places`."""
        found = outcomes.groups(self, indicator, grouping, wave)
        one = outcomes.grouping_of(self, grouping)
        return self._called(found, indicator, wave, "groups", one.id if one else "", "")

    def _called(
        self, frame: pd.DataFrame, indicator: str, wave: str, of: str, group_by: str, group: str
    ) -> pd.DataFrame:
        """Return a frame of one indicator with its caption."""
        frame = self.framed("places", frame)
        found = self.study.indicators[indicator]
        one = outcomes.grouping_of(self, group_by if group_by or of == "estimates" else "")
        fields = {
            "indicator": self.study.text(found.label),
            "wave": wave or outcomes.waves_of(self, found)[-1].id,
            "grouping": self.study.text(one.label) if one else "",
            "group": self.group_name(group_by, group),
            "first": outcomes.waves_of(self, found)[0].id,
        }
        frame.attrs["caption"] = text(f"show.explore.{of}", self.language, **fields)
        return frame

    def group_name(self, group_by: str, group: str) -> str:
        """Return what readers call a group of a grouping, or everybody."""
        for grouping in self.study.groupings:
            for one in grouping.groups if grouping.id == group_by else ():
                if one.id == group:
                    return f"{self.study.text(grouping.label)}: {self.study.text(one.label)}"
        return text("show.explore.everybody", self.language)

    def gaps(self, grouping: str = "") -> pd.DataFrame:
        """Return a row per indicator with the ends of a grouping and the gap between them."""
        frame = self.framed("gaps", outcomes.gaps(self, grouping))
        ends = {end: frame[f"{end}_group"].iloc[0] for end in ("first", "last") if len(frame)}
        frame.attrs["heads"] = {**frame.attrs["heads"], **ends}
        return frame

    def participants(self) -> pd.DataFrame:
        """Return who took part: a row per area and wave."""
        return self.framed("participants", design.participants(self))

    def baseline(self) -> pd.DataFrame:
        """Return both arms side by side at the first measurement: a row per characteristic."""
        return self.framed("baseline", design.baseline(self))

    def slopes(self) -> pd.DataFrame:
        """Return the slope index of inequality: a row per indicator and wave, or change."""
        return self.framed("slopes", design.slopes(self))

    def effects(self) -> pd.DataFrame:
        """Return a row per outcome: the effect by the method that conclusions rest on."""
        return self.framed("effects", effects.effects(self))

    def methods(self) -> pd.DataFrame:
        """Return a row per outcome and method, in percentage points."""
        return self.framed("methods", effects.methods(self))

    @property
    def evaluated(self) -> Study:
        """The study as its effect was evaluated, see `wijkkit.evaluate_effect`."""
        return effects.evaluated(self)

    def detectable(self) -> pd.DataFrame:
        """Return a row per outcome: the smallest change that the design can be expected to find."""
        frame = self.framed("detectable", effects.detectable(self))
        icc = number(self.study.settings.evaluation.icc, self.language, 3)
        frame.attrs["caption"] = frame.attrs["caption"].replace("{icc}", icc)
        return frame

    def design_checks(self) -> pd.DataFrame:
        """Return a row per outcome and check of the design's assumptions."""
        return self.framed("design_checks", effects.design_checks(self))

    def measures(self) -> pd.DataFrame:
        """Return a row per measure of implementation, of interventions or of wijken."""
        return self.framed("measures", programme.measures(self))

    def steps(self) -> pd.DataFrame:
        """Return a row per step of the last round."""
        return self.framed("steps", programme.steps(self))

    def network(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return who met whom, and a row per organisation."""
        ties, places = programme.network(self)
        return self.framed("network", ties), self.framed("network", places)

    def explanations(self) -> pd.DataFrame:
        """Return a row per explanation with its verdict; those that play a part first."""
        return self.framed("explanations", programme.explanations(self))

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
        asked = effects.asked_otherwise(self) if kind in _EVALUATED else ""
        caption = ". ".join(filter(None, (caption.replace("{name}", name), asked)))
        frame.attrs = {
            "language": self.language,
            "name": name,
            "everywhere": self.everywhere,
            "references": {
                prefix: self.area_name(area, "reference")
                for area, prefix in outcomes.references_of(self).items()
            },
            "caption": caption,
            "captions": {key: words["caption"][key].replace("{name}", name) for key in _DRAWN},
            "heads": words["heads"].get(kind, {}),
            "together": _TOGETHER.get(kind, ""),
            **({"axis": words["favourable_axis"]} if kind == "effects" else {}),
            **({"absent": f"show.{absent}"} if absent else {}),
        }
        return frame

    def elements(self) -> pd.DataFrame:
        """Return a row per element of the logic model."""
        return self.framed("elements", programme.elements(self))

    def assumptions(self) -> pd.DataFrame:
        """Return a row per assumption of the logic model."""
        return self.framed("assumptions", programme.assumptions(self))

    def side_by_side(self) -> pd.DataFrame:
        """Return a row per wijk with the programme: goals, implementation, pace."""
        return self.framed("side_by_side", programme.side_by_side(self))

    def key_figures(self) -> pd.DataFrame:
        """Return a row per scale, arm and wave of the key figures."""
        return self.framed("key_figures", programme.key_figures(self))

    def interviews(self, by_role: bool = False) -> pd.DataFrame:
        """Return a row per subject of the group interviews, arm and wave."""
        return self.framed("interviews", programme.interviews(self, by_role))

    def sentences(self, *topics: str) -> pd.DataFrame:
        """Return what was released, or follows from what was, on topics in sentences."""
        absent = _ABSENT.get(topics[0], "nothing") if self.programme else "wijken.none"
        return self.framed("sentences", said.sentences(self, topics), absent)

    def questions(self) -> pd.DataFrame:
        """Return what the data ask, the weightiest first; of the city in how many wijken."""
        return self.framed("questions", said.questions(self), "questions.none")

    def quotes(self) -> pd.DataFrame:
        """Return the quotes that a researcher chose, and which stand at an explanation."""
        return self.framed("quotes", said.quotes(self), "interviews.no_quotes")

    def recommendations(self) -> pd.DataFrame:
        """Return a row per explanation that is supported or open, with what would settle it."""
        absent = "nothing" if self.programme else "wijken.none"
        return self.framed("recommendations", said.recommendations(self), absent)

    def programme_recommendations(self) -> pd.DataFrame:
        """Return the programme's own recommendations, with what the data say of each."""
        frame = said.programme_recommendations(self)
        return self.framed("recommendations", frame, "wijken.none")

    def absent(self) -> pd.DataFrame:
        """Return how many figures are absent for which reason, or coarse."""
        return self.framed("absent", said.absent(self))

    def borders(self) -> pd.DataFrame:
        """Return a row per wijk with its border and its role."""
        return self.framed("borders", programme.borders(self))

    def timeline(self) -> pd.DataFrame:
        """Return a row per measurement, the programme and the corona measures."""
        return self.framed("timeline", design.timeline(self))

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
    """One neighbourhood's view: the city's released tables, and which wijk this is.

    Parameters
    ----------
    wijk : Neighbourhood
    """

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

    def goals(self) -> pd.DataFrame:
        """Return a row per goal of this wijk: baseline, now, target and a mark."""
        return self.framed("goals", goals.goals(self))

    def interventions(self) -> pd.DataFrame:
        """Return a row per intervention: what it is, which goals it works on, what was done."""
        return self.framed("interventions", programme.interventions(self))

    def choice(self) -> pd.DataFrame:
        """Return a row per candidate intervention, the best fitting first."""
        return self.framed("choice", programme.choice(self))

    def choice_scores(self) -> pd.DataFrame:
        """Return a row per candidate and criterion, with the reason of the score."""
        return self.framed("choice_scores", programme.choice_scores(self))

    def comparable(self) -> pd.DataFrame:
        """Return with which wijken this one is compared, and on figures of which period."""
        absent = "no_figures" if self.own("area_figures").empty else "not_placed"
        return self.framed("comparable", said.comparable(self), f"comparable.{absent}")

    def profile(self) -> pd.DataFrame:
        """Return a row per area figure, period and area: this wijk and the municipality."""
        return self.framed("profile", programme.profile(self))

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
    """Open the released tables of a study for one neighbourhood.

    Parameters
    ----------
    wijk : str
        Its slug; the study's first one where empty.

    Examples
    --------
    >>> import wijkkit as wk
    >>> wk.open_wijk("parameters", "ankerveld")
    <Ankerveld (programme) in Lindestad>
    """
    study = study if isinstance(study, Study) else open_study(study)
    chosen = study.neighbourhood(wijk or next(iter(study.neighbourhoods)))
    return WijkView(study, open_released(study), chosen)
