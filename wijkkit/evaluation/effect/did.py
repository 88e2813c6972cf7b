"""Difference-in-differences of one outcome, every method side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from wijkkit.evaluation.effect.estimate import Estimate, NotEstimable, possible
from wijkkit.evaluation.effect.methods import METHODS, Options
from wijkkit.evaluation.effect.sample import Sample, make_sample
from wijkkit.evaluation.effect.target import Scale, scales

DID_COLUMNS = (
    "contrast",
    "method",
    "scale",
    "estimate",
    "lower",
    "upper",
    "p",
    "floor",
    "df",
    "n",
    "clusters",
    "status",
    "reason",
)
#: Width of an interval, in the outcome's unit, below which only rounding is left.
_ROUNDING = 1e-9
_NUMBERS = ("estimate", "lower", "upper", "p", "floor", "df")


def did(
    outcome: ArrayLike,
    treated: ArrayLike,
    post: ArrayLike,
    cluster: ArrayLike,
    *,
    wave: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    covariates: ArrayLike | None = None,
    group: ArrayLike | None = None,
    pair: ArrayLike | None = None,
    unit: ArrayLike | None = None,
    family: Literal["logistic", "linear"] = "logistic",
    methods: Sequence[str] = tuple(METHODS),
    options: Options | None = None,
) -> pd.DataFrame:
    """Estimate the effect of a programme by difference-in-differences.

    The model is ``outcome ~ arm + waves + arm x post + covariates``; the effect is the product.
    With `group` it is the triple difference: the effect in the group minus that in the others.

    Parameters
    ----------
    outcome : (n,) array
        0/1 for the logistic family; NaN is missing and left out.
    treated, post : (n,) array of bool
        The respondent's cluster has the programme; the wave lies after its start.
    cluster : (n,) array
        The unit that got the programme or not: the wijk.
    wave, weight, unit : (n,) array, optional
        The wave (`post` where absent), survey weight, and respondent in a panel.
    covariates : (n, k) array, optional
        Numbers; categories as dummies.
    group : (n,) array, optional
        1 for the group whose difference with the others is wanted, NaN for neither.
    pair : (n,) array, optional
        Matched pair of the cluster.
    family : {"logistic", "linear"}
    methods : sequence of str
        Keys of `wijkkit.evaluation.effect.methods.METHODS`.
    options : Options, optional
        Confidence level, replications, seed.

    Returns
    -------
    DataFrame
        One row per method and scale: ``contrast`` (did or ddd), ``method``, ``scale``
        (odds_ratio, points: percentage points, score), ``estimate``, ``lower``, ``upper``,
        ``p``, ``floor`` (smallest p the test can reach), ``df``, ``n``, ``clusters``,
        ``status`` and ``reason`` where the method cannot be had. Numbers are absent unless
        status is ``ok``.

    Raises
    ------
    EstimationError
        The arrays do not fit each other. What data do not allow is a row with its reason.

    Examples
    --------
    >>> import numpy as np
    >>> arm, post = np.repeat([1, 1, 0, 0], 40), np.tile([0, 1], 80)
    >>> cluster = np.repeat(["a", "b", "c", "d"], 40)
    >>> ill = (np.arange(160) % 7 < 3) & ~((arm == 1) & (post == 1) & (np.arange(160) % 3 == 0))
    >>> table = did(ill, arm, post, cluster, methods=["model_based", "cluster_period"])
    >>> table[["method", "scale", "status"]].values.tolist()
    [['model_based', 'odds_ratio', 'ok'], ['model_based', 'points', 'ok'],
     ['cluster_period', 'odds_ratio', 'ok'], ['cluster_period', 'points', 'ok']]
    """
    binary = family == "logistic"
    contrast = "did" if group is None else "ddd"
    options = options or Options()
    try:
        sample = make_sample(
            outcome,
            treated,
            post,
            cluster,
            wave=wave,
            weight=weight,
            covariates=covariates,
            group=group,
            pair=pair,
            unit=unit,
            binary=binary,
        )
    except NotEstimable as error:
        return unavailable(contrast, error.reason, binary, methods)
    return pd.concat(
        [estimate_rows(sample, contrast, method, options) for method in methods],
        ignore_index=True,
    )


def estimate_rows(sample: Sample, contrast: str, method: str, options: Options) -> pd.DataFrame:
    """Return the rows of one method, one per scale."""
    rows = []
    for scale in scales(sample):
        row: dict[str, Any] = {"contrast": contrast, "method": method, "scale": scale}
        row |= {"n": len(sample.y), "clusters": sample.clusters}
        try:
            found = METHODS[method](sample, scale, options)
            _require_width(found, sample, scale)
            row |= _on_scale(found, scale, contrast == "ddd") | {
                "status": "ok",
                "reason": _remark(found, options),
            }
        except NotEstimable as error:
            row |= {"status": error.status, "reason": error.reason}
        rows.append(row)
    return pd.DataFrame(rows).reindex(columns=list(DID_COLUMNS)).astype(_types())


def _require_width(found: Estimate, sample: Sample, scale: Scale) -> None:
    """Raise NotEstimable where nothing but rounding separates the limits: nothing varies."""
    unit = np.abs(sample.y).max() if scale == "score" else 1.0
    if found.upper - found.lower <= _ROUNDING * unit:
        raise NotEstimable("no_variation")


def unavailable(
    contrast: str, reason: str, binary: bool, methods: Sequence[str] = tuple(METHODS)
) -> pd.DataFrame:
    """Return the rows of an effect that no method can estimate, for one reason."""
    rows = [
        {"contrast": contrast, "method": method, "scale": scale, "n": 0, "clusters": 0}
        | {"status": NotEstimable(reason).status, "reason": reason}
        for method in methods
        for scale in (("odds_ratio", "points") if binary else ("score",))
    ]
    return pd.DataFrame(rows).reindex(columns=list(DID_COLUMNS)).astype(_types())


def _types() -> dict[str, str]:
    return dict.fromkeys(_NUMBERS, "float64") | {"n": "int64", "clusters": "int64"}


def _on_scale(found: Estimate, scale: Scale, triple: bool) -> dict[str, float]:
    limits = np.array([found.estimate, found.lower, found.upper])
    if scale == "odds_ratio":
        with np.errstate(over="ignore"):
            limits = np.exp(limits)
    elif scale == "points":
        limits = possible(100 * limits, scale, triple)
    estimate, lower, upper = map(float, limits)
    return {
        "estimate": estimate,
        "lower": lower,
        "upper": upper,
        "p": found.p,
        "floor": found.floor,
        "df": found.df,
    }


def _remark(found: Estimate, options: Options) -> str:
    return "floor" if found.floor > 1 - options.level else ""
