"""What of the effect may be shown, and in what steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from wijkkit.disclosure.alike import Candidates, Form, candidates, finest_form, forms
from wijkkit.disclosure.choice import Settled
from wijkkit.disclosure.effects import (
    Comparison,
    Contrast,
    cells_compared,
    everything_known,
    of_waves,
    shown_effects,
)
from wijkkit.disclosure.rounding import down, to_step
from wijkkit.evaluation.effect.did import RECOMMENDED, allowed_ratios
from wijkkit.evaluation.effect.evaluate import EffectResults
from wijkkit.evaluation.effect.outcomes import (
    arrays_of,
    as_evaluated,
    compared_waves,
    earlier_waves,
    is_turned,
)
from wijkkit.evaluation.effect.sample import NotEstimable, sample_of
from wijkkit.evaluation.effect.staggered import STAGGERED
from wijkkit.evaluation.effect.two_arms import (
    cluster_changes,
    half_width,
    respondents_error,
    statistic_error,
)
from wijkkit.pipeline.effect import RATIO, STEPS
from wijkkit.study import Study
from wijkkit.tables import ARMS, EVERYBODY

#: Multiples of its finest step in which an effect is tried that hidden counts depend on, and those
#: of its limits, outwards. The first are tried with less of the figures before the next.
TRIED = (
    ((1.0, 2.0, 5.0), (1.0, 2.0, 5.0, 10.0)),
    ((1.0, 2.0, 5.0), (1.0, 2.0, 5.0, 10.0, 20.0, 40.0)),
    ((10.0,), (10.0, 20.0, 40.0)),
)


class Effects:
    """What of the effects may be shown beside the figures, and in what steps."""

    def __init__(self, study: Study, results: EffectResults, respondents: pd.DataFrame) -> None:
        self._study = as_evaluated(study, results.arguments)
        self.results, self._people = results, respondents
        self.outcomes = tuple(results.effects["outcome"].unique())
        #: How the effect on everybody stands where hidden counts depend on it.
        self._forms: dict[str, Form | None] = {}

    def beside(self, table: pd.DataFrame, settled: tuple[Settled, ...]) -> tuple[Settled, ...]:
        """Return what is shown of each system so that the effect on everybody can be shown too."""
        left = [one for one in self.outcomes if _open(self._study, one, _shown_in(table))]
        if not left:
            return settled
        outcomes, compared = tuple(left), _comparison(self._study)
        while left:
            outcome = left.pop(0)
            if everything_known(settled, outcome, compared):
                self._forms.pop(outcome, None)
                continue
            self._forms[outcome], new = self._form(outcome, compared, settled)
            # What else is shown of the systems of which less is shown now is judged again.
            changed = {
                name
                for before, after in zip(settled, new, strict=True)
                if (before.multiple != after.multiple).any()
                for name in before.system.indicators
            }
            left += [o for o in outcomes if o in changed - {outcome} and o not in left]
            settled = new
        return settled

    def parts(self, table: pd.DataFrame, settled: Sequence[Settled]) -> dict[str, dict[str, float]]:
        """Return what of the effect on each outcome may be shown, in multiples of its finest step.

        A part of which a figure of an arm is hidden is hidden. Where hidden counts stay open
        although the count of everybody in each wijk were known, all that is made of these is
        shown; otherwise the recommended effect on everybody alone, in the form of `beside`.
        """
        shown = {}
        for outcome in self.outcomes:
            names = _open(self._study, outcome, _shown_in(table))
            if names:
                shown[outcome] = self._in_steps(outcome, names, settled)
        return shown

    def _in_steps(
        self, outcome: str, names: list[str], settled: Sequence[Settled]
    ) -> dict[str, float]:
        compared = _comparison(self._study)
        if everything_known(settled, outcome, compared):
            contrasts = [
                one
                for one in _contrasts(self._study, self.results, outcome, names)
                if one.name != EVERYBODY
            ]
            shown = shown_effects(settled, outcome, compared, contrasts)
            before = everything_known(settled, outcome, compared, earlier_waves(self._study))
            names = [name for name in names if before or name not in ("pre_trend", "bounds")]
            groups = (EVERYBODY, *(one.name for one in contrasts))
            checks = [name for name in names if name not in groups]
            return {EVERYBODY: 1.0, "methods": 1.0, **dict.fromkeys(checks, 1.0), **shown}
        form = self._forms.get(outcome)
        if form is None:
            return {}
        own = {"lower": form.lower, "upper": form.upper, "threshold": min(form.thresholds)}
        return {EVERYBODY: form.step, "composition": 1.0, **own}

    def _form(
        self, outcome: str, compared: Comparison, settled: tuple[Settled, ...]
    ) -> tuple[Form | None, tuple[Settled, ...]]:
        """Return how the effect on everybody may stand, and what is shown of each system then."""
        study, rows = self._study, self.results.effects
        rows = rows[rows["outcome"].eq(outcome) & rows["group"].eq(EVERYBODY)]
        rows = rows[rows["method"].eq(RECOMMENDED) & rows["scale"].ne(RATIO)]
        if len(rows) != 1 or rows["status"].iloc[0] != "ok":
            return None, settled
        arrays = arrays_of(study, self._people, outcome, compared_waves(study))
        sample, settings = sample_of(arrays), study.settings.evaluation
        scale: Any = str(rows["scale"].iloc[0])
        unit = 1.0 if scale == "score" else 100.0
        change, least = cluster_changes(sample, scale), respondents_error(sample, scale)
        change, least, finest = unit * change, unit * least, STEPS[scale]
        ratios = allowed_ratios(sample, settings)
        shown = _Effect(sample.treated, finest, settings.level, ratios, least, rows.iloc[0])
        wijken = sample.names.tolist()
        turned = -1.0 if is_turned(study.indicators[outcome]) else 1.0

        def made(one: Settled) -> Candidates:
            way = turned * (1.0 if one.wave == compared.after else -1.0)
            return candidates(one, cells_compared(one, outcome, compared), wijken, change, way)

        waves = list(of_waves(settled, outcome, compared_waves(study)))
        for steps, ends in TRIED:
            form, new = finest_form(waves, made, forms(steps, ends), shown)
            if form is not None:
                break
        instead = {id(one): after for one, after in zip(waves, new, strict=True)}
        return form, tuple(instead.get(id(one), one) for one in settled)


def _shown_in(table: pd.DataFrame) -> set[tuple[str, ...]]:
    """Return the figures of arms that are shown."""
    arms = table[table["area_level"].eq("arm") & table["status"].eq("ok")]
    keys = ["indicator", "area", "wave", "group_by", "group"]
    return set(arms[keys].itertuples(index=False, name=None))


@dataclass(frozen=True, slots=True)
class _Effect:
    """What is shown of the recommended effect, of many changes of wijken at once."""

    treated: np.ndarray
    finest: float
    level: float
    ratios: tuple[float, float]
    #: Of the test: it follows from the share of everybody in both arms, which counts of wijken
    #: that agree with what is shown leave as it is.
    least: float
    row: pd.Series

    def __call__(self, change: np.ndarray, form: Form) -> np.ndarray:
        """Return the estimate, its limits and which thresholds p passes, as they are shown."""
        arms = change[:, self.treated], change[:, ~self.treated]
        sizes = arms[0].shape[1], arms[1].shape[1]
        squares = [((arm - arm.mean(axis=1, keepdims=True)) ** 2).sum(axis=1) for arm in arms]
        estimate = arms[0].mean(axis=1) - arms[1].mean(axis=1)
        error = statistic_error(squares[0], squares[1], sizes, self.ratios)
        half = half_width(error, self.least, 1 - self.level, sizes, self.ratios)
        said = [
            np.abs(estimate) > half_width(error, self.least, p, sizes, self.ratios)
            for p in self._thresholds(form)
        ]
        lower, upper = self.finest * form.lower, self.finest * form.upper
        return np.column_stack(
            [
                to_step(estimate, self.finest * form.step),
                down(estimate - half, lower),
                -down(-estimate - half, upper),
                *said,
            ]
        )

    def _thresholds(self, form: Form) -> list[float]:
        """Return what p is said to be below: also that of a verdict beside other outcomes."""
        alpha = 1 - self.level
        p, holm = float(self.row["p"]), float(self.row["p_holm"])
        beside = alpha * p / holm if holm > 0 and p < alpha else alpha
        return sorted({*form.thresholds, alpha, beside})


def _comparison(study: Study) -> Comparison:
    treated = {wijk: arm == "programme" for wijk, arm in study.arms.items() if arm != "none"}
    groups = {one.id: tuple(group.id for group in one.groups) for one in study.groupings}
    return Comparison(treated, *compared_waves(study), groups)


def _contrasts(
    study: Study, results: EffectResults, outcome: str, names: list[str]
) -> Iterator[Contrast]:
    """Yield the effects by cluster means that may be shown, of the indicator as it is named."""
    rows, grouping = results.effects, study.gap_grouping
    rows = rows[rows["outcome"].eq(outcome) & rows["method"].eq(RECOMMENDED)]
    rows = rows[rows["scale"].ne(RATIO) & rows["status"].eq("ok") & rows["group"].isin(names)]
    ends = ["estimate", "lower", "upper"]
    for row in rows.to_dict("records"):
        value, lower, upper = (float(row[end]) for end in ends)
        if is_turned(study.indicators[outcome]):
            value, lower, upper = -value, -upper, -lower
        name = str(row["group"])
        parts: tuple[tuple[str, str, float], ...] = (
            (grouping.id if grouping and name != EVERYBODY else "", name, 1.0),
        )
        if row["contrast"] == "ddd" and grouping is not None:
            first, last = grouping.groups[0].id, grouping.groups[-1].id
            parts = ((grouping.id, first, 1.0), (grouping.id, last, -1.0))
        yield Contrast(name, parts, value, lower, upper, STEPS[str(row["scale"])])


#: What rests on everybody in both waves alone.
_OF_EVERYBODY = "detectable contamination composition reweighted missing leave_one_out".split()


def _open(study: Study, outcome: str, there: set[tuple[str, ...]]) -> list[str]:
    try:
        waves, earlier = compared_waves(study), earlier_waves(study)
    except NotEstimable:
        return []
    asked = study.indicators[outcome].waves
    before = [wave for wave in earlier if not asked or wave in asked]

    def known(when: tuple[str, ...], group_by: str, group: str) -> bool:
        cells = [(arm, wave) for arm in ARMS for wave in when]
        return all((outcome, arm, wave, group_by, group) in there for arm, wave in cells)

    if not known(waves, "", EVERYBODY):
        return []
    parts, grouping = [EVERYBODY], study.gap_grouping
    if grouping is not None:
        groups = [group.id for group in grouping.groups]
        shown = [group for group in groups if known(waves, grouping.id, group)]
        ends = [groups[0], groups[-1]]
        parts += shown + (["-".join(ends)] if set(ends) <= set(shown) else [])
    parts += _OF_EVERYBODY
    every = [wave.id for wave in study.waves if not asked or wave.id in asked]
    if known(tuple(every), "", EVERYBODY):
        parts.append(STAGGERED)
    if known(tuple(before), "", EVERYBODY):
        parts += ["pre_trend", "bounds"]
    return parts
