"""Design-based totals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from wijkkit.estimates.design import Columns, LonelyPsu, survey_design
from wijkkit.estimates.domain_mean import precision
from wijkkit.estimates.interval import check_confidence, t_limits
from wijkkit.estimates.survey_mean import count_missing, group_domains, outcome_values, result_rows
from wijkkit.estimates.weight_set import WeightSet


def survey_total(
    frame: pd.DataFrame,
    outcome: str,
    *,
    by: str | Sequence[str] | None = None,
    weight: str | WeightSet | None = None,
    strata: Columns = None,
    psu: Columns = None,
    fpc: Columns = None,
    sampled: str | None = None,
    lonely_psu: LonelyPsu = "absent",
    confidence: float = 0.95,
) -> pd.DataFrame:
    r"""Return the estimated total of `outcome` in the population, for each group of `by`.

    .. math:: \hat T = \sum_i w_i y_i

    Parameters
    ----------
    frame, outcome, by, weight, strata, psu, fpc, sampled, lonely_psu, confidence
        As in `survey_mean`; the weights must add up to the population.

    Returns
    -------
    DataFrame
        As from `survey_mean`. Respondents without outcome are left out, so the total is one of
        those who would answer.

    References
    ----------
    Särndal CE, Swensson B, Wretman J (1992). Model assisted survey sampling. Springer.

    Examples
    --------
    >>> frame = pd.DataFrame({"children": [1, 2, 1, 3], "w": [10.0, 10, 20, 20]})
    >>> survey_total(frame, "children", weight="w")[["value", "se"]].round(3)
       value      se
    0  110.0  44.347
    """
    check_confidence(confidence)
    design = survey_design(
        frame,
        weight=weight,
        strata=strata,
        psu=psu,
        fpc=fpc,
        sampled=sampled,
        lonely_psu=lonely_psu,
    )
    groups, over = group_domains(frame, by, design)
    values = outcome_values(frame, outcome)
    used = (over.code >= 0) & ~np.isnan(values)
    parts = np.where(used, design.weight * values, 0.0)
    found = precision(parts, parts, over, used)
    total = np.bincount(over.code[used], parts[used], minlength=over.size)
    value = np.where(found.n > 0, total, np.nan)
    limits = t_limits(value, found.se, found.df, confidence)
    missing = count_missing(np.isnan(values), over)
    return result_rows(groups, value, found, limits, missing, "t", confidence)
