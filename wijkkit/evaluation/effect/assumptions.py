"""What speaks for and against the assumptions of difference-in-differences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from wijkkit.evaluation.effect.did import METHODS, RECOMMENDED, allowed_ratios
from wijkkit.evaluation.effect.fit import Scale
from wijkkit.evaluation.effect.missing import Arrays, baseline_weights, imputed, response_weighted
from wijkkit.evaluation.effect.outcomes import (
    arrays_of,
    compared_waves,
    covariate_columns,
    earlier_waves,
    in_comparison,
)
from wijkkit.evaluation.effect.sample import (
    Bools,
    Estimate,
    Floats,
    NotEstimable,
    Sample,
    possible,
    sample_of,
)
from wijkkit.evaluation.effect.two_arms import (
    RATIOS,
    Ratios,
    change_test,
    cluster_cells,
    respondents_error,
)
from wijkkit.study import Study
from wijkkit.study.settings import EvaluationSettings

ASSUMPTION_COLUMNS = tuple(
    "outcome check item scale estimate lower upper p n status reason".split()
)
_NUMBERS = ["estimate", "lower", "upper", "p", "n"]


class Case(NamedTuple):
    """One number of a check: what it is called, and how it comes about (with its respondents)."""

    check: str
    item: str
    scale: str
    make: Callable[[], tuple[Estimate, int]]


@dataclass(frozen=True)
class Comparison:
    """An outcome in the two waves that are compared; NotEstimable where it cannot be."""

    study: Study
    respondents: pd.DataFrame
    outcome: str

    @property
    def settings(self) -> EvaluationSettings:
        return self.study.settings.evaluation

    @cached_property
    def arrays(self) -> Arrays:
        return arrays_of(self.study, self.respondents, self.outcome, compared_waves(self.study))

    @cached_property
    def sample(self) -> Sample:
        return sample_of(self.arrays)

    @property
    def scale(self) -> Scale:
        return "points" if self.arrays["family"] == "logistic" else "score"

    def effect(self, sample: Sample) -> Estimate:
        """Return the effect as a difference, by the recommended test."""
        return METHODS[RECOMMENDED](sample, "points" if sample.binary else "score", self.settings)

    def counted(self, sample: Sample) -> tuple[Estimate, int]:
        return self.effect(sample), len(sample.y)


def assumption_table(
    study: Study, respondents: pd.DataFrame, outcomes: tuple[str, ...]
) -> pd.DataFrame:
    """Return the checks of every outcome, one row per number.

    ``check``, ``item`` (what within the check), ``scale`` (points, score, or sd for a covariate in
    standard deviations), ``estimate``, ``lower``, ``upper``, ``p``, ``n``, ``status``, ``reason``.
    All estimates are the recommended one: cluster-period means.

    - ``pre_trend``: the effect that the programme would have had before it started.
    - ``bounds``: the effect if a departure from parallel trends was at most `item` times the
      largest one before the start.
    - ``composition``: how covariates changed; ``reweighted``: the effect when all arms and waves
      are weighted to look like the programme wijken at baseline.
    - ``missing``: complete cases, inverse probability weights, multiple imputation.
    - ``contamination``: the effect if a share `item` of the comparators was reached.
    - ``leave_one_out``: the effect without a wijk or a pair.
    """
    rows = [
        {"outcome": outcome} | row
        for outcome in outcomes
        for name, check in _CHECKS.items()
        for row in _rows(name, check, Comparison(study, respondents, outcome))
    ]
    table = pd.DataFrame(rows).reindex(columns=list(ASSUMPTION_COLUMNS))
    return table.assign(**table[_NUMBERS].astype(float))


def _rows(
    name: str, check: Callable[[Comparison], Iterator[Case]], asked: Comparison
) -> Iterator[dict[str, object]]:
    try:
        cases = list(check(asked))
    except NotEstimable as error:
        yield {"check": name, "item": "all", "status": error.status, "reason": error.reason}
        return
    for case in cases:
        row: dict[str, object] = {"check": case.check, "item": case.item}
        try:
            found, n = case.make()
        except NotEstimable as error:
            yield row | {"status": error.status, "reason": error.reason}
            continue
        unit = 100.0 if case.scale == "points" else 1.0
        lower, upper = possible(unit * np.array([found.lower, found.upper]), case.scale)
        numbers = (unit * found.estimate, float(lower), float(upper), found.p, n)
        row |= {"scale": case.scale, **dict(zip(_NUMBERS, numbers, strict=True))}
        yield row | {"status": "ok", "reason": ""}


def _trends(asked: Comparison) -> Iterator[Case]:
    """The placebo effect between each pair of earlier waves, and the bounds they allow."""
    study, settings = asked.study, asked.settings
    earlier = asked_earlier(study, asked.respondents, asked.outcome)
    waves = (*earlier, *compared_waves(study))
    if len(waves) < 3:
        raise NotEstimable("no_earlier_wave")
    sample = sample_of(arrays_of(study, asked.respondents, asked.outcome, waves))
    sample.require_two_per_arm()
    scale: Scale = "points" if sample.binary else "score"
    steps, n = np.diff(cluster_cells(sample, scale), axis=1), len(sample.y)
    before, after = steps[:, :-1], steps[:, -1]
    between = np.diff(np.eye(len(waves)), axis=0)
    least = [respondents_error(sample, scale, contrast) for contrast in between]
    given = (settings.level, allowed_ratios(sample, settings))
    for change, error, first, last in zip(before.T, least, waves, waves[1:], strict=False):
        found = change_test(change, sample.treated, *given, error)
        yield Case("pre_trend", f"{first}-{last}", scale, partial(_known, found, n))
    for size in settings.violations:
        found = bounded_effect(before, after, sample.treated, size, *given, least[-1])
        yield Case("bounds", f"{size:g}", scale, partial(_known, found, n))


def _known(found: Estimate, n: int) -> tuple[Estimate, int]:
    return found, n


def asked_earlier(study: Study, respondents: pd.DataFrame, outcome: str) -> list[str]:
    """Return the waves before the baseline in which the outcome is known."""
    asked = study.indicators[outcome].waves
    if outcome not in respondents:
        return []
    known = set(respondents.loc[respondents[outcome].notna(), "wave"].unique())
    return [wave for wave in earlier_waves(study) if wave in known and (not asked or wave in asked)]


def bounded_effect(
    before: Floats,
    after: Floats,
    treated: Bools,
    size: float,
    level: float,
    ratios: Ratios = RATIOS,
    least: float = 0.0,
) -> Estimate:
    """Return the effect if trends were not parallel, with bounds on relative magnitudes.

    The departure from parallel trends after the start is at most `size` times the largest one
    between earlier waves. Each bound of the effect is the estimate plus or minus `size` times
    one earlier departure; the interval is the union of the t intervals of all of them, which
    covers at least as often as `level`: a conservative form of Rambachan and Roth's bounds.

    Rambachan A, Roth J (2023), Rev Econ Stud 90:2555-2591.

    >>> import numpy as np
    >>> treated = np.array([True, True, True, False, False, False])
    >>> after = np.array([3.0, 4.0, 5.0, 0.0, 1.0, 2.0])
    >>> quiet = np.array([[0.1], [0.0], [-0.1], [0.1], [0.0], [-0.1]])
    >>> wide = bounded_effect(quiet + treated[:, None], after, treated, 1.0, 0.95)
    >>> narrow = bounded_effect(quiet, after, treated, 1.0, 0.95)
    >>> bool(wide.lower < narrow.lower < narrow.upper < wide.upper)
    True
    """
    central = change_test(after, treated, level, ratios, least)
    intervals = [central] + [
        change_test(after + sign * size * change, treated, level, ratios, least)
        for change in before.T
        for sign in (1, -1)
    ]
    lower, upper = min(one.lower for one in intervals), max(one.upper for one in intervals)
    return Estimate(central.estimate, lower, upper, np.nan)


def _composition(asked: Comparison) -> Iterator[Case]:
    """The difference-in-differences of each covariate, and the reweighted effect."""
    if not asked.settings.covariates:
        raise NotEstimable("no_covariates")
    study, sample = asked.study, asked.sample
    rows = in_comparison(study, asked.respondents, asked.outcome, compared_waves(study))
    names = covariate_columns(rows, asked.settings.covariates)
    without = replace(sample, covariates=np.empty((len(sample.y), 0)))

    def shift(values: Floats) -> tuple[Estimate, int]:
        spread = float(values.std())
        if spread == 0:
            raise NotEstimable("no_variation")
        return asked.counted(replace(without, y=values / spread, binary=False))

    def reweighted() -> tuple[Estimate, int]:
        weight = sample.weight * baseline_weights(sample)
        return asked.counted(replace(without, weight=weight))

    for name, values in zip(names, sample.covariates.T, strict=True):
        yield Case("composition", name, "sd", partial(shift, values))
    yield Case("reweighted", "covariates", asked.scale, reweighted)


def _missing(asked: Comparison) -> Iterator[Case]:
    """The effect in complete cases, reweighted for and filled in for missing outcomes."""
    arrays, complete, settings = asked.arrays, asked.sample, asked.settings

    def weighted() -> tuple[Estimate, int]:
        return asked.effect(sample_of(response_weighted(arrays))), len(complete.y)

    def filled_in() -> tuple[Estimate, int]:
        given = settings.imputations, settings.seed, settings.level
        return imputed(arrays, asked.effect, *given), len(arrays["outcome"])

    def nobody() -> tuple[Estimate, int]:
        raise NotEstimable("no_respondents_known")

    makes: dict[str, Callable[[], tuple[Estimate, int]]] = {
        "complete_cases": partial(asked.counted, complete),
        "inverse_probability": weighted,
        "multiple_imputation": filled_in,
        "unit_nonresponse": nobody,
    }
    for item, make in makes.items():
        yield Case("missing", item, asked.scale, make)


def _contamination(asked: Comparison) -> Iterator[Case]:
    """The effect restated for each share of `evaluation.contamination`."""
    found, n = asked.counted(asked.sample)
    for share in asked.settings.contamination:
        restated = partial(_known, decontaminated(found, share), n)
        yield Case("contamination", f"{share:g}", asked.scale, restated)


def decontaminated(found: Estimate, share: float) -> Estimate:
    """Return an effect as it would be had no comparator been reached.

    If a share c of the comparators got the same effect, the observed difference is (1 - c) of
    it: estimate and limits are divided by 1 - c, the test stays the same.

    >>> decontaminated(Estimate(-3.0, -6.0, 0.0, 0.05), 0.25).estimate
    -4.0
    """
    scaled = {end: getattr(found, end) / (1 - share) for end in ("estimate", "lower", "upper")}
    return replace(found, **scaled)


def _leave_one_out(asked: Comparison) -> Iterator[Case]:
    """The effect without each wijk and without each pair; `item` is what was left out.

    One that changes the conclusion carries it: then the result is that wijk's, not the programme's.
    """
    arrays = asked.arrays
    clusters = arrays["cluster"].tolist()
    wijken = [wijk for wijk in dict.fromkeys(clusters) if wijk in asked.sample.names]

    def without(left_out: list[str]) -> tuple[Estimate, int]:
        return asked.counted(asked.sample.without(np.isin(asked.sample.names, left_out)))

    parts = [(wijk, [wijk]) for wijk in wijken]
    if arrays["pair"] is not None:
        pair_of = dict(zip(clusters, arrays["pair"], strict=True))
        pairs = dict.fromkeys(pair for pair in map(pair_of.get, wijken) if pair)
        parts += [(str(pair), [w for w in wijken if pair_of[w] == pair]) for pair in pairs]
    for item, left_out in parts:
        yield Case("leave_one_out", item, asked.scale, partial(without, left_out))


_CHECKS: dict[str, Callable[[Comparison], Iterator[Case]]] = {
    "pre_trend": _trends,
    "composition": _composition,
    "missing": _missing,
    "contamination": _contamination,
    "leave_one_out": _leave_one_out,
}
