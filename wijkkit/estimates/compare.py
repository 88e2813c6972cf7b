"""Areas against the city and against comparable wijken, and the judgement of a difference."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from wijkkit.estimates.design import LonelyPsu
from wijkkit.estimates.grid import SCALE, Estimates, asked_outcome, wave_design
from wijkkit.estimates.interval import check_confidence, t_limits
from wijkkit.estimates.layout import asked_rows, blocks, keys, not_asked
from wijkkit.estimates.linearisation import (
    Cells,
    Domains,
    average_factor,
    domain_means,
    domains,
    sums,
)
from wijkkit.study.indicators import Indicator
from wijkkit.tables import rows_with

#: Verdicts on a difference of which the whole interval lies at one side of zero.
CLEAR = ("higher", "lower")

#: What an area is compared with.
Against = Literal["city", "comparable"]

#: Columns of a table of comparisons, one row per indicator, area, wave and reference.
COMPARISON_COLUMNS = tuple(
    "indicator area area_level wave against difference lower upper unit verdict".split()
)


def judged(
    table: pd.DataFrame,
    against: Against,
    numbers: Iterable[ArrayLike],
    indicators: Mapping[str, Indicator],
) -> pd.DataFrame:
    """Complete a table of key columns to one of comparisons."""
    difference, lower, upper = numbers
    known = [indicators[key] for key in table["indicator"]]
    return table.assign(
        against=against,
        difference=difference,
        lower=lower,
        upper=upper,
        unit=["score" if one.unit == "score" else "points" for one in known],
        verdict=verdicts(lower, upper, [one.direction for one in known]),
    )[list(COMPARISON_COLUMNS)]


def verdicts(lower: ArrayLike, upper: ArrayLike, direction: ArrayLike) -> NDArray[np.str_]:
    """Judge differences by their interval and by which way is better; where neither is, not at all."""
    return by_direction(sides(lower, upper), direction)


def sides(lower: ArrayLike, upper: ArrayLike) -> NDArray[np.str_]:
    """Say at which side of zero the whole of each interval lies."""
    lower, upper = np.asarray(lower, float), np.asarray(upper, float)
    return np.select(
        [np.isnan(lower) | np.isnan(upper), lower > 0, upper < 0],
        ["unknown", *CLEAR],
        default="not_distinguishable",
    )


def with_sides(rows: pd.DataFrame) -> pd.DataFrame:
    """Return differences with `verdict`, their side of zero; of ratios it is ``unknown``."""
    difference = rows["unit"].isin(["points", "score"]) & rows["status"].eq("ok")
    return rows.assign(verdict=np.where(difference, sides(rows["lower"], rows["upper"]), "unknown"))


def by_direction(side: ArrayLike, direction: ArrayLike) -> NDArray[np.str_]:
    """Judge the sides of `sides` by which way is better; where neither is (``none``), not at all.

    >>> by_direction(["higher", "lower", "not_distinguishable"], "lower").tolist()
    ['worse', 'better', 'not_distinguishable']
    """
    side, direction = np.asarray(side, str), np.asarray(direction, str)
    better = np.where(side == direction, "better", "worse")
    return np.where(direction == "none", "unknown", np.where(np.isin(side, CLEAR), better, side))


Floats = NDArray[np.float64]


def covariance_with_all(
    influence: Floats,
    whole: Floats,
    over: Domains,
    everyone: Domains,
    which: NDArray[np.int64],
    used: NDArray[np.bool_],
) -> Floats:
    """Return the covariance of each domain's total of `influence` with that of the whole it is in.

    >>> import pandas as pd
    >>> from wijkkit.estimates.design import survey_design
    >>> from wijkkit.estimates.linearisation import domains
    >>> design = survey_design(pd.DataFrame(index=range(4)))
    >>> over = domains(np.zeros(4, dtype=np.int64), 1, design)
    >>> u = np.array([-1.0, 1, -1, 1]) / 4
    >>> covariance_with_all(u, u, over, over, np.zeros(1, int), np.full(4, True)).round(4).tolist()
    [0.3333]
    """
    total = np.zeros(over.size)
    for cells, all_cells in zip(over.cells, everyone.cells, strict=True):
        added = _stage_covariance(influence, whole, cells, over)
        if over.design.lonely_psu == "average":
            # Both variances grow by a factor of their own; the correlation stays what it is.
            own = average_factor(cells, used, over.size)
            wholes = average_factor(all_cells, used, everyone.size)
            added = added * np.sqrt(own * wholes[which])
        total += added
    return total


def _stage_covariance(influence: Floats, whole: Floats, cells: Cells, over: Domains) -> Floats:
    stage, policy = cells.stage, over.design.lonely_psu
    of_unit = np.bincount(stage.unit, whole, minlength=len(stage.stratum_of_unit))
    of_stratum = np.bincount(stage.stratum_of_unit, of_unit, minlength=len(stage.sampled))
    mean_whole = of_stratum / stage.sampled
    unit_of_cell = np.zeros(len(cells.stratum_cell), dtype=np.int64)
    unit_of_cell[cells.cell] = stage.unit[cells.rows]
    totals = np.bincount(cells.cell, influence[cells.rows], minlength=len(cells.stratum_cell))
    deviation = of_unit[unit_of_cell] - mean_whole[stage.stratum_of_unit[unit_of_cell]]
    products = np.bincount(cells.stratum_cell, totals * deviation, minlength=len(cells.domain))
    sampled = stage.sampled[cells.stratum]
    scale = stage.chance[cells.stratum] * stage.kept[cells.stratum]
    with np.errstate(divide="ignore", invalid="ignore"):
        added = np.where(sampled > 1, scale * sampled / (sampled - 1) * products, 0.0)
    if policy == "adjust":
        own = np.bincount(cells.stratum_cell, totals, minlength=len(cells.domain))
        added = np.where(sampled == 1, scale * own * of_stratum[cells.stratum], added)
    return sums(cells.domain, added, over.size)


def compare(
    respondents: pd.DataFrame,
    indicators: Mapping[str, Indicator],
    waves: Sequence[str],
    *,
    areas: pd.DataFrame | None = None,
    lonely_psu: LonelyPsu = "absent",
    confidence: float = 0.95,
) -> pd.DataFrame:
    r"""Compare every wijk, gebied and arm with the city it is part of.

    The area's respondents are in the city's estimate as well. With a for the area and c for the
    city the variance of the difference is :math:`V_a + V_c - 2\,\mathrm{cov}(a, c)`, all
    three design-based; taking the two as independent would make it too large.

    Parameters
    ----------
    respondents, indicators, waves, areas, lonely_psu, confidence
        As in `estimate_grid`; each indicator also has a `direction`.

    Returns
    -------
    DataFrame
        ``indicator, area, area_level, wave, against, difference, lower, upper, unit, verdict``.
        `against` is ``city``; `difference` is area minus city, in percentage points (unit
        ``points``) or in the unit of the score. `verdict`: ``better`` or ``worse`` where the
        interval lies on one side of no difference, ``not_distinguishable`` where it does not,
        ``unknown`` where there is none (or where the area is the whole city). "Better" follows
        the indicator's direction. Intervals are not adjusted for the number of areas: of 71 equal
        wijken, 3 or 4 stand out by chance.

    Examples
    --------
    >>> from wijkkit.study.indicators import Indicator
    >>> play = Indicator(label="Play", function="f", columns={}, question_version="1",
    ...                  direction="higher")
    >>> people = pd.DataFrame({"wave": "2018", "wijk": ["a"] * 20 + ["b"] * 80, "district": "d",
    ...     "arm": "none", "age": 5.0, "weight": 1.0,
    ...     "play": [1.0, 1, 1, 1, 0] * 4 + [1.0, 0] * 40})
    >>> compare(people, {"play": play}, ["2018"])[["area", "difference", "verdict"]].round(1)
      area  difference              verdict
    0    a        24.0               better
    1    b        -6.0                worse
    2    d         0.0              unknown
    """
    check_confidence(confidence)
    design = wave_design(respondents, lonely_psu)
    *parts, city = blocks(respondents, waves, {}, areas=areas)
    everyone, *overs = (domains(one.code, one.size, design) for one in (city, *parts))
    rows = []
    for key, indicator in indicators.items():
        asked = asked_rows(respondents, indicator)
        outcome = asked_outcome(respondents, key, indicator, asked)
        used, scale = ~np.isnan(outcome), SCALE[indicator.unit]
        whole = domain_means(outcome, everyone)
        never = not_asked([city], indicator, asked)[""]
        for block, over in zip(parts, overs, strict=True):
            means, wave = domain_means(outcome, over), np.arange(block.size) % len(block.waves)
            difference = means.value - whole.value[wave]
            influences = means.influence, whole.influence
            shared = covariance_with_all(*influences, over, everyone, wave, used)
            spread = means.se**2 + whole.se[wave] ** 2 - 2 * shared
            # Nothing but rounding is left where the area is the whole city.
            spread = np.where(spread > 1e-12 * whole.se[wave] ** 2, spread, np.nan)
            limits = t_limits(difference, np.sqrt(spread), means.df, confidence)
            skipped = np.tile(never, len(block.areas))
            numbers = (np.where(skipped, np.nan, part * scale) for part in (difference, *limits))
            rows.append(judged(keys([block], [key]), "city", numbers, {key: indicator}))
    if not rows:
        return pd.DataFrame(columns=list(COMPARISON_COLUMNS))
    return pd.concat(rows, ignore_index=True)


def compare_comparable(
    estimates: Estimates,
    indicators: Mapping[str, Indicator],
    comparable: Mapping[str, Sequence[str]],
) -> pd.DataFrame:
    """Compare wijken with the mean of their comparable wijken.

    The reference is the plain mean of the comparable wijken's estimates: each counts equally.
    Its variance is the sum of theirs divided by the square of their number; their samples are
    taken as independent. None is left out: one without a standard error is often one in which
    all or none have the characteristic, and the mean of the others would lie too far from it.

    As from `compare`, with `against` ``comparable``; ``unknown`` where a wijk has fewer than two
    comparable ones, or one of them has no standard error. `comparable`: Wijk -> the wijken it is
    compared with, as from `comparable_map`.
    """
    table = rows_with(estimates.with_precision(), area_level="wijk", group_by="")
    links = [
        (wijk, other) for wijk, others in comparable.items() for other in others if other != wijk
    ]
    others = pd.DataFrame(links, columns=["wijk", "area"], dtype="str").merge(table, on="area")
    found = others.assign(variance=others["se"] ** 2).groupby(["wijk", "indicator", "wave"])
    reference = found.agg(
        mean=("value", "mean"),
        variance=("variance", "sum"),
        size=("value", "size"),
        known=("se", "count"),
    )
    own = table[table["area"].isin(list(comparable))]
    rows = own.merge(
        reference.rename_axis(index={"wijk": "area"}),
        on=["area", "indicator", "wave"],
        how="left",
    )
    enough = (rows["size"] >= 2) & (rows["known"] == rows["size"])
    difference = (rows["value"] - rows["mean"]).where(enough)
    se = np.sqrt(rows["se"] ** 2 + rows["variance"] / rows["size"] ** 2)
    ends = t_limits(difference, se, rows["df"].to_numpy(), 0.95)
    return judged(rows, "comparable", (difference, *ends), indicators)
