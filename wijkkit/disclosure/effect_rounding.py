"""How effects are shown: in steps, and the same as before where little has changed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from wijkkit.disclosure.effect_rows import COARSER
from wijkkit.disclosure.ledger_file import append_rows, read_rows
from wijkkit.disclosure.policy import Policy
from wijkkit.disclosure.rounding import to_step

KEYS = ["table", "outcome", "waves", "group", "method", "scale", "check", "item"]
_SHOWN = ["estimate", "below", "above", "p", "df", "n"]
_COLUMNS = [*KEYS, "name", "step", *_SHOWN]
#: What rests on the recommended method; the others' numbers are `COARSER`.
_RECOMMENDED = ("cluster_period", "complete_cases")
_SAME_ESTIMATE = (*_RECOMMENDED, "randomisation", "randomisation_paired")
#: A step in standard deviations of a covariate, and of a p-value.
_STANDARDISED, _P_VALUE = 0.1, 0.01
#: The length of an interval may move so much more than the effect when a respondent leaves.
_LOOSER = 3.0

_NUMBERS = ("estimate", "lower", "upper", "p", "df", "n", "step", "influence")


def show_effects(
    rows: pd.DataFrame, policy: Policy, level: float, ledger: Path | None = None
) -> pd.DataFrame:
    """Return rows of effects with the numbers that are shown; others are absent.

    The estimate is rounded to the nearest step, its distance to either limit upwards. The
    p-value of a t-test is computed again from what is shown; that of other tests is rounded
    upwards. An estimate that has moved no further since it was last shown than the policy's
    `protection` of respondents can move it is shown as it was, whether it is allowed or not; so
    is its interval.

    Parameters
    ----------
    rows : DataFrame
        Columns `KEYS`, ``estimate, lower, upper, p, df, n``; `name`, what it is shown or hidden
        with, and whether that is `allowed`; `step`, in log odds for an odds ratio; and
        `influence`: how far one respondent moves the estimate, on the scale of `step`.
    policy : Policy
    level : float
        Confidence level of the intervals.
    ledger : Path, optional
        What was shown before; what is shown now is added.

    Examples
    --------
    >>> from wijkkit.disclosure.policy import GGD
    >>> row = dict.fromkeys(KEYS, "") | {"method": "cluster_period", "scale": "points"}
    >>> row |= {"estimate": -15.76, "lower": -27.02, "upper": -4.51, "p": 0.018, "df": 4.0}
    >>> row |= {"n": 923, "name": "all", "allowed": True, "step": 1.0, "influence": 0.4}
    >>> shown = show_effects(pd.DataFrame([row]), GGD, 0.95)
    >>> shown[["estimate", "lower", "upper", "p", "n"]].round(3).values.tolist()
    [[-16.0, -28.0, -4.0, 0.021, 925.0]]
    """
    # Types also where there is no row or no number.
    rows = rows.astype(dict.fromkeys(KEYS, "str") | dict.fromkeys(_NUMBERS, "float64"))
    before = shown_before(ledger, rows)
    rows = rows.assign(step=rows["step"].where(rows["allowed"], before["step"]))
    ratio = rows["scale"].eq("odds_ratio").to_numpy()
    exact, step = _distances(rows, ratio), _steps(rows)
    same = _same(exact, before, step, policy.protection * rows["influence"].to_numpy(float))
    now = _in_steps(exact, step, policy).where(rows["allowed"]).where(~same, before[_SHOWN])
    t_test = now["df"].notna() & np.isfinite(now["below"])
    now["p"] = now["p"].where(~t_test, _p_value(now, level))
    if ledger is not None:
        known = now["estimate"].notna()
        finest = before["step"].where(same["estimate"], rows["step"])
        kept = rows[[*KEYS, "name"]].assign(step=finest)
        append_rows(ledger, kept.join(now)[known], KEYS)
    limits = {"lower": now["estimate"] - now["below"], "upper": now["estimate"] + now["above"]}
    shown = {name: np.round(values, 10) for name, values in now.assign(**limits).items()}
    for name in ("estimate", *limits):
        shown[name] = np.where(ratio, np.exp(shown[name]), shown[name])
    return rows.assign(**{name: values for name, values in shown.items() if name in rows})


def shown_before(ledger: Path | None, rows: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return what was last shown, of each of these rows or of all that were."""
    earlier = read_rows(ledger, KEYS, _COLUMNS)
    types = dict.fromkeys(KEYS, "str") | dict.fromkeys(["step", *_SHOWN], "float64")
    earlier = earlier.astype(types)
    if rows is None:
        return earlier
    return rows[KEYS].merge(earlier, on=KEYS, how="left").set_index(rows.index)


def _distances(rows: pd.DataFrame, ratio: np.ndarray) -> pd.DataFrame:
    """Return the estimate and its distance to either limit; an odds ratio as log odds."""
    with np.errstate(divide="ignore", invalid="ignore"):
        value, lower, upper = (
            np.where(ratio, np.log(numbers), numbers)
            for numbers in (rows[name].to_numpy(float) for name in ("estimate", "lower", "upper"))
        )
    numbers = {"estimate": value, "below": value - lower, "above": upper - value}
    return rows[["p", "df", "n"]].astype(float).assign(**numbers)[_SHOWN]


def _steps(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the steps of the estimate and of its distance to either limit."""
    standardised = rows["scale"].eq("sd")
    step = rows["step"].mask(standardised, _STANDARDISED)

    def of(known: tuple[str, ...]) -> pd.Series:
        return step.where(rows["method"].isin(known) | rows["item"].isin(known), step * COARSER)

    estimate, distance = of(_SAME_ESTIMATE).where(~standardised, step), of(_RECOMMENDED)
    return pd.DataFrame({"estimate": estimate, "below": distance, "above": distance})


def _in_steps(exact: pd.DataFrame, step: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    def upwards(name: str, size: pd.Series | float) -> pd.Series:
        return np.ceil(np.round(exact[name] / size, 9)) * size

    few = exact["df"] < 30
    return pd.DataFrame(
        {
            "estimate": to_step(exact["estimate"], step["estimate"]),
            "below": upwards("below", step["below"]),
            "above": upwards("above", step["above"]),
            "p": upwards("p", _P_VALUE),
            "df": exact["df"]
            .round()
            .clip(lower=1)
            .where(few, to_step(exact["df"], policy.count_base)),
            "n": to_step(exact["n"], policy.count_base),
        },
        index=exact.index,
    )


def _same(
    exact: pd.DataFrame, before: pd.DataFrame, step: pd.DataFrame, moved: np.ndarray
) -> pd.DataFrame:
    """Return which numbers are still those of before: estimate and n, interval and p-value."""
    value = (exact["estimate"] - before["estimate"]).abs() <= step["estimate"] / 2 + moved
    interval = value.copy()
    for name in ("below", "above"):
        near = (exact[name] - before[name]).abs() <= step[name] + _LOOSER * moved
        interval &= near | (np.isinf(exact[name]) & np.isinf(before[name]))
    of_value = dict.fromkeys(("estimate", "df", "n"), value)
    return pd.DataFrame(of_value | dict.fromkeys(("below", "above", "p"), interval))[_SHOWN]


def _p_value(now: pd.DataFrame, level: float) -> np.ndarray:
    reach = stats.t.ppf(0.5 + level / 2, now["df"])
    with np.errstate(divide="ignore", invalid="ignore"):
        return 2 * stats.t.sf(now["estimate"].abs() * reach / now["below"], now["df"])
