"""The effect if a share of the comparators was reached by the programme too."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from wijkkit.errors import EstimationError
from wijkkit.evaluation.effect.check_rows import Row, estimate_row, recommended, scale_of
from wijkkit.evaluation.effect.estimate import Estimate
from wijkkit.evaluation.effect.methods import Options
from wijkkit.evaluation.effect.outcome_arrays import arrays_of
from wijkkit.evaluation.effect.outcomes import compared_waves
from wijkkit.evaluation.effect.sample import sample_of
from wijkkit.study import Study


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

    Parameters
    ----------
    found : Estimate
        Of a difference in shares or scores.
    share : float
        c, from 0 up to 1.

    Examples
    --------
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
