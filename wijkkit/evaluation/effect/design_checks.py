"""What the data say of the design: trends before the start, contamination, each wijk left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from wijkkit.errors import EstimationError
from wijkkit.evaluation.effect.did import METHODS, RECOMMENDED, Options
from wijkkit.evaluation.effect.fit import Scale
from wijkkit.evaluation.effect.outcomes import arrays_of, compared_waves, earlier_waves
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

Row = dict[str, object]


def recommended(sample: Sample, options: Options) -> Estimate:
    """Return the effect as a difference, by the recommended test."""
    return METHODS[RECOMMENDED](sample, scale_of(sample), options)


def estimate_row(item: str, found: Estimate, n: int, scale: str) -> Row:
    """Return the row of an estimate; shares become percentage points."""
    unit = 100.0 if scale == "points" else 1.0
    lower, upper = possible(unit * np.array([found.lower, found.upper]), scale)
    return {
        "item": item,
        "scale": scale,
        "estimate": unit * found.estimate,
        "lower": float(lower),
        "upper": float(upper),
        "p": found.p,
        "n": n,
        "status": "ok",
        "reason": "",
    }


def scale_of(sample: Sample) -> Scale:
    return "points" if sample.binary else "score"


def guarded_row(item: str, make: Callable[[], Row]) -> Row:
    """Return the row, or the reason why it cannot be had."""
    try:
        return make()
    except NotEstimable as error:
        return {"item": item, "status": error.status, "reason": error.reason}


def subset(arrays: dict[str, Any], rows: Bools) -> dict[str, Any]:
    """Return the arguments of `did` with only these rows."""
    return {
        name: value[rows] if isinstance(value, np.ndarray) else value
        for name, value in arrays.items()
    }


def pre_trend_rows(study: Study, respondents: pd.DataFrame, outcome: str) -> Iterator[Row]:
    """Yield the placebo effect between each pair of earlier waves, and the bounds they allow.

    Raises NotEstimable: ``no_earlier_wave``: nothing can be said about trends before the start.
    """
    waves = (*asked_earlier(study, respondents, outcome), *compared_waves(study))
    if len(waves) < 3:
        raise NotEstimable("no_earlier_wave")
    settings = study.settings.evaluation
    sample = sample_of(arrays_of(study, respondents, outcome, waves))
    sample.require_two_per_arm()
    scale, ratios = scale_of(sample), Options.of(settings).ratios(sample)
    steps = np.diff(cluster_cells(sample, scale), axis=1)
    before, after, n = steps[:, :-1], steps[:, -1], len(sample.y)
    between = np.diff(np.eye(len(waves)), axis=0)
    least = [respondents_error(sample, scale, contrast) for contrast in between]
    for change, error, first, last in zip(before.T, least, waves, waves[1:], strict=False):
        found = change_test(change, sample.treated, settings.level, ratios, error)
        yield estimate_row(f"{first}-{last}", found, n, scale)
    for size in settings.violations:
        found = bounded_effect(
            before, after, sample.treated, size, settings.level, ratios, least[-1]
        )
        yield {"check": "bounds"} | estimate_row(f"{size:g}", found, n, scale)


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
    intervals = [
        change_test(after + sign * size * change, treated, level, ratios, least)
        for change in before.T
        for sign in (1, -1)
    ]
    central = change_test(after, treated, level, ratios, least)
    return Estimate(
        central.estimate,
        min(found.lower for found in [central, *intervals]),
        max(found.upper for found in [central, *intervals]),
        np.nan,
    )


def contamination_rows(study: Study, respondents: pd.DataFrame, outcome: str) -> Iterator[Row]:
    """Yield the effect restated for each share of `evaluation.contamination`."""
    settings = study.settings.evaluation
    sample = sample_of(arrays_of(study, respondents, outcome, compared_waves(study)))
    found = recommended(sample, Options.of(settings))
    for share in settings.contamination:
        yield estimate_row(
            f"{share:g}", decontaminated(found, share), len(sample.y), scale_of(sample)
        )


def decontaminated(found: Estimate, share: float) -> Estimate:
    """Return an effect as it would be had no comparator been reached.

    If a share c of the comparators got the same effect, the observed difference is (1 - c) of
    it: estimate and limits are divided by 1 - c, the test stays the same.

    `share`: c, from 0 up to 1.

    >>> decontaminated(Estimate(-3.0, -6.0, 0.0, 0.05), 0.25).estimate
    -4.0
    """
    if not 0 <= share < 1:
        raise EstimationError(
            "the share of comparators reached is out of range",
            found=str(share),
            expected="from 0 up to 1",
            remedy="Correct evaluation.contamination.",
        )
    scaled = [end / (1 - share) for end in (found.estimate, found.lower, found.upper)]
    return Estimate(scaled[0], scaled[1], scaled[2], found.p, found.df, found.floor)


def leave_one_out_rows(study: Study, respondents: pd.DataFrame, outcome: str) -> Iterator[Row]:
    """Yield the effect without each wijk and without each pair; `item` is what was left out.

    One that changes the conclusion carries it: then the result is that wijk's, not the
    programme's.
    """
    arrays = arrays_of(study, respondents, outcome, compared_waves(study))
    options = Options.of(study.settings.evaluation)
    for column in ("cluster", "pair"):
        values = arrays[column]
        if values is None:
            continue
        for value in dict.fromkeys(value for value in values if value):
            rows = np.array([other != value for other in values])

            def without(rows=rows, value=value) -> Row:
                sample = sample_of(subset(arrays, rows))
                found = recommended(sample, options)
                return estimate_row(str(value), found, len(sample.y), scale_of(sample))

            yield guarded_row(str(value), without)
