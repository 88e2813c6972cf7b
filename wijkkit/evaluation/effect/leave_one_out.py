"""The effect without each wijk, and without each pair."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from wijkkit.evaluation.effect.check_rows import (
    Row,
    estimate_row,
    guarded_row,
    kept,
    recommended,
    scale_of,
)
from wijkkit.evaluation.effect.methods import Options
from wijkkit.evaluation.effect.outcome_arrays import arrays_of
from wijkkit.evaluation.effect.outcomes import compared_waves
from wijkkit.evaluation.effect.sample import sample_of
from wijkkit.study import Study


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
                sample = sample_of(kept(arrays, rows))
                found = recommended(sample, options)
                return estimate_row(str(value), found, len(sample.y), scale_of(sample))

            yield guarded_row(str(value), without)
