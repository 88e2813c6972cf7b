"""Trends before the start, and bounds on the effect if they were not parallel."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from wijkkit.evaluation.effect.check_rows import Row, estimate_row, scale_of
from wijkkit.evaluation.effect.cluster_period import cluster_cells, respondents_error
from wijkkit.evaluation.effect.estimate import Estimate
from wijkkit.evaluation.effect.methods import Options
from wijkkit.evaluation.effect.outcome_arrays import arrays_of
from wijkkit.evaluation.effect.outcomes import compared_waves, earlier_waves
from wijkkit.evaluation.effect.reasons import NotEstimable
from wijkkit.evaluation.effect.sample import Bools, Floats, sample_of
from wijkkit.evaluation.effect.two_arms import RATIOS, Ratios, change_test
from wijkkit.study import Study


def pre_trend_rows(study: Study, respondents: pd.DataFrame, outcome: str) -> Iterator[Row]:
    """Yield the placebo effect between each pair of earlier waves, and the bounds they allow.

    Raises
    ------
    NotEstimable
        ``no_earlier_wave``: nothing can be said about trends before the start.
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

    Parameters
    ----------
    before : (G, K) float
        Changes of each cluster between earlier waves.
    after : (G,) float
        Its change from the baseline to the follow-up.
    treated : (G,) bool
    size : float
    level : float
    ratios : tuple of float
    least : float
        As of `two_arms.change_test`.

    Returns
    -------
    Estimate
        The p-value is absent.

    References
    ----------
    Rambachan A, Roth J (2023), Rev Econ Stud 90:2555-2591.

    Examples
    --------
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
