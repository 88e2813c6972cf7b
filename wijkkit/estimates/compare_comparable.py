"""Each wijk against its comparable wijken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from wijkkit.estimates.grid import Estimates
from wijkkit.estimates.interval import check_confidence
from wijkkit.estimates.survey_interval import t_limits
from wijkkit.estimates.verdict import Directed, judged, no_comparisons


def compare_comparable(
    estimates: Estimates,
    indicators: Mapping[str, Directed],
    comparable: Mapping[str, Sequence[str]],
    *,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Compare wijken with the mean of their comparable wijken.

    The reference is the plain mean of the comparable wijken's estimates: each counts equally.
    Its variance is the sum of theirs divided by the square of their number; their samples are
    taken as independent. None is left out: one without a standard error is often one in which
    all or none have the characteristic, and the mean of the others would lie too far from it.

    Parameters
    ----------
    estimates : Estimates
        From `estimate_grid`.
    indicators : mapping of str to Indicator
        The indicators and their direction.
    comparable : mapping of str to sequence of str
        Wijk -> the wijken it is compared with, as from `comparable_neighbourhoods`.
    confidence : float
        Coverage of the intervals.

    Returns
    -------
    DataFrame
        As from `compare`, with `against` ``comparable``; ``unknown`` where a wijk has fewer than
        two comparable ones, or one of them has no standard error.

    Examples
    --------
    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> estimates = wk.estimate(study, wk.load_respondents(study)).estimates
    >>> table = wk.compare_comparable(estimates, study.indicators, {"ankerveld": ["rietoord", "zilverhof"]})
    >>> sorted(table["area"].unique())
    ['ankerveld']
    """
    check_confidence(confidence)
    table = estimates.table[
        ["indicator", "area", "area_level", "wave", "group_by", "value", "unit"]
    ]
    table = table.assign(
        se=estimates.precision["se"].to_numpy(), df=estimates.precision["df"].to_numpy()
    )
    table = table[(table["area_level"] == "wijk") & (table["group_by"] == "")]
    links = [
        (wijk, other) for wijk, others in comparable.items() for other in others if other != wijk
    ]
    linked = pd.DataFrame(links, columns=["wijk", "area"], dtype="str")
    others = linked.merge(table, on="area")
    reference = (
        others.assign(variance=others["se"] ** 2)
        .groupby(["wijk", "indicator", "wave"])
        .agg(
            mean=("value", "mean"),
            variance=("variance", "sum"),
            size=("value", "size"),
            known=("se", "count"),
        )
        .reset_index()
        .rename(columns={"wijk": "area"})
    )
    own = table[table["area"].isin(list(comparable))]
    rows = own.merge(reference, on=["area", "indicator", "wave"], how="left")
    enough = (rows["size"] >= 2) & (rows["known"] == rows["size"])
    difference = (rows["value"] - rows["mean"]).where(enough)
    se = np.sqrt(rows["se"] ** 2 + rows["variance"] / rows["size"] ** 2)
    ends = t_limits(difference, se, rows["df"].to_numpy(), confidence)
    numbers = [np.asarray(values, dtype=float) for values in (difference, *ends)]
    parts = []
    for key, which in rows.groupby("indicator", sort=False).indices.items():
        part = rows.iloc[which][["indicator", "area", "area_level", "wave"]]
        mine = (values[which] for values in numbers)
        parts.append(judged(part, "comparable", mine, indicators[key]))
    return pd.concat(parts, ignore_index=True) if parts else no_comparisons()
