"""What speaks for and against the assumptions of difference-in-differences."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pandas as pd

from wijkkit.evaluation.effect.design_checks import (
    contamination_rows,
    leave_one_out_rows,
    pre_trend_rows,
)
from wijkkit.evaluation.effect.missing import composition_rows, missing_rows
from wijkkit.evaluation.effect.sample import NotEstimable
from wijkkit.study import Study

ASSUMPTION_COLUMNS = (
    "outcome",
    "check",
    "item",
    "scale",
    "estimate",
    "lower",
    "upper",
    "p",
    "n",
    "status",
    "reason",
)
Row = dict[str, object]
Check = Callable[[Study, pd.DataFrame, str], Iterator[Row]]

_CHECKS: dict[str, Check] = {
    "pre_trend": pre_trend_rows,
    "composition": composition_rows,
    "missing": missing_rows,
    "contamination": contamination_rows,
    "leave_one_out": leave_one_out_rows,
}


def assumption_table(
    study: Study, respondents: pd.DataFrame, outcomes: tuple[str, ...]
) -> pd.DataFrame:
    """Return the checks of every outcome, one row per number.

    Returns
    -------
    DataFrame
        ``check``, ``item`` (what within the check), ``scale`` (points, score, or sd for a
        covariate in standard deviations), ``estimate``, ``lower``, ``upper``, ``p``, ``n``,
        ``status``, ``reason``. All estimates are the recommended one: cluster-period means.

        - ``pre_trend``: the effect that the programme would have had before it started.
        - ``bounds``: the effect if a departure from parallel trends was at most `item` times
          the largest one before the start.
        - ``composition``: how covariates changed; ``reweighted``: the effect when all arms and
          waves are weighted to look like the programme wijken at baseline.
        - ``missing``: complete cases, inverse probability weights, multiple imputation.
        - ``contamination``: the effect if a share `item` of the comparators was reached.
        - ``leave_one_out``: the effect without a wijk or a pair.
    """
    rows = []
    for outcome in outcomes:
        for name, check in _CHECKS.items():
            rows += [
                {"outcome": outcome, "check": name, **row}
                for row in _guarded(check, study, respondents, outcome)
            ]
    table = pd.DataFrame(rows).reindex(columns=list(ASSUMPTION_COLUMNS))
    numbers = ["estimate", "lower", "upper", "p", "n"]
    return table.assign(**table[numbers].astype(float))


def _guarded(check: Check, study: Study, respondents: pd.DataFrame, outcome: str) -> Iterator[Row]:
    try:
        yield from list(check(study, respondents, outcome))
    except NotEstimable as error:
        yield {"item": "all", "status": error.status, "reason": error.reason}
