"""Gap, slope and relative index: how groups differ, and how that changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from wijkkit.estimates.change import interval_method, wave_pairs, worst
from wijkkit.estimates.design import LonelyPsu
from wijkkit.estimates.grid import SCALE, asked_outcome, wave_design
from wijkkit.estimates.interval import check_confidence, t_limits
from wijkkit.estimates.layout import Asked, Block, Groupings, asked_rows, blocks, keys, not_asked
from wijkkit.estimates.linearisation import (
    DomainMeans,
    Domains,
    domain_means,
    domains,
    units_and_strata,
    variance,
)
from wijkkit.tables import tidy


def estimate_gap(
    respondents: pd.DataFrame,
    indicators: Mapping[str, Asked],
    waves: Sequence[str],
    groupings: Groupings,
    *,
    areas: pd.DataFrame | None = None,
    lonely_psu: LonelyPsu = "absent",
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return the gap of every indicator between the ends of each grouping, by area and wave.

    The gap is the value of the first group (least advantaged) minus that of the last (most
    advantaged). Its variance is that of the difference of the two influence functions, so that
    groups which share sampling units or strata are not taken as independent.

    Parameters
    ----------
    respondents, indicators, waves, groupings, areas, lonely_psu, confidence
        As in `estimate_grid`; give the groupings that have an order.

    Returns
    -------
    DataFrame
        Tidy estimate table: one row per indicator, area, wave and grouping, then one per later
        wave with the change since the first (`wave` holds both: ``2018-2021``). `group` holds
        both groups (``low-high``). Unit ``points`` (percentage points) or ``score``; `n` is the
        smaller of the two groups'. Status as `estimate_grid` where one of the groups is absent.

    Examples
    --------
    >>> from wijkkit.study.indicators import Indicator
    >>> play = Indicator(label="Play", function="f", columns={}, question_version="1",
    ...                  direction="higher")
    >>> people = pd.DataFrame({"wave": "2018", "wijk": "a", "district": "d", "arm": "programme",
    ...     "age": 5.0, "weight": 1.0, "play": [1.0, 0, 0, 0, 1, 1, 0, 1],
    ...     "ses": ["low"] * 4 + ["high"] * 4})
    >>> table = estimate_gap(people, {"play": play}, ["2018"], {"ses": ("ses", ["low", "high"])})
    >>> table.loc[table["area_level"] == "city", ["group", "value", "unit", "n"]]
          group  value    unit    n
    3  low-high  -50.0  points  4.0
    """
    check_confidence(confidence)
    given = (respondents, indicators, waves, groupings, areas, lonely_psu)
    rows = _of_groups(*given, _ends, _gap, fewest=2)
    if rows.empty:
        return tidy(rows)
    made = _with_limits(pd.concat([rows, _changes(rows)], ignore_index=True), confidence)
    return tidy(made.assign(method=interval_method(made["value"], made["lower"], "t")))


def _of_groups(
    respondents: pd.DataFrame,
    indicators: Mapping[str, Asked],
    waves: Sequence[str],
    groupings: Groupings,
    areas: pd.DataFrame | None,
    lonely_psu: LonelyPsu,
    joined: Callable[[Block], Block],
    index: Callable[..., dict[str, np.ndarray]],
    fewest: int,
) -> pd.DataFrame:
    """Return one row per indicator, area, wave and grouping, made of its groups by `index`.

    `joined`: The block in which the groups of an area and wave are one. `index`: Of the indicator,
    the groups' means and block, their joined domains, who answered, and which cells were not asked.
    """
    design = wave_design(respondents, lonely_psu)
    divided = blocks(respondents, waves, groupings, areas=areas)
    divided = [block for block in divided if len(block.groups) >= fewest]
    together = [joined(block) for block in divided]
    overs, wholes = (
        [domains(block.code, block.size, design) for block in some] for some in (divided, together)
    )
    parts = []
    for key, indicator in indicators.items():
        asked = asked_rows(respondents, indicator)
        outcome = asked_outcome(respondents, key, indicator, asked)
        never = not_asked(divided, indicator, asked)
        for block, over, whole in zip(divided, overs, wholes, strict=True):
            means = domain_means(outcome, over)
            skipped = np.tile(never[block.group_by], len(block.areas))
            skipped = skipped.reshape(-1, len(block.groups))
            parts.append(index(indicator, means, block, whole, ~np.isnan(outcome), skipped))
    if not parts:
        return pd.DataFrame(columns=["indicator"])
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return keys(together, list(indicators)).assign(**columns, source="survey")


def _joined(block: Block, groups: Sequence[int]) -> Block:
    """The block of area and wave, holding the respondents of these groups."""
    cell, group = np.divmod(block.code, len(block.groups))
    code = np.where((block.code >= 0) & np.isin(group, groups), cell, -1)
    return replace(block, groups=("-".join(block.groups[one] for one in groups),), code=code)


def _ends(block: Block) -> Block:
    return _joined(block, (0, len(block.groups) - 1))


def _gap(
    indicator: Asked,
    means: DomainMeans,
    block: Block,
    pair: Domains,
    known: np.ndarray,
    skipped: np.ndarray,
) -> dict[str, np.ndarray]:
    """Return the gap between the outermost groups of each area and wave, with its error."""
    outer = [0, len(block.groups) - 1]
    value = means.value.reshape(len(skipped), -1)[:, outer]
    sign = np.where(block.code % len(block.groups) == 0, 1.0, -1.0)
    used = (pair.code >= 0) & known
    spread, _ = variance(np.where(used, sign * means.influence, 0.0), pair, used)
    units, strata = units_and_strata(pair, used)
    reasons = means.reason.reshape(len(skipped), -1)[:, outer]
    # A zero or full cell has no standard error of its own, so neither has its gap.
    there = np.isin(reasons, ["", "no_df"]).all(axis=1) & (spread > 0)
    n = means.n.reshape(len(skipped), -1)[:, outer].min(axis=1)
    scale = SCALE[indicator.unit]
    return {
        "value": scale * (value[:, 0] - value[:, 1]),
        "se": scale * np.where(there, np.sqrt(spread), np.nan),
        "df": units - strata,
        "n": n,
        "unit": np.full(len(n), "score" if indicator.unit == "score" else "points"),
        "status": _status(skipped[:, outer], n > 0),
    }


def _status(skipped: np.ndarray, there: np.ndarray) -> np.ndarray:
    return np.where(skipped.any(axis=1), "not_asked", np.where(there, "ok", "missing"))


Floats = np.ndarray


def estimate_slope(
    respondents: pd.DataFrame,
    indicators: Mapping[str, Asked],
    waves: Sequence[str],
    groupings: Groupings,
    *,
    areas: pd.DataFrame | None = None,
    lonely_psu: LonelyPsu = "absent",
    confidence: float = 0.95,
) -> pd.DataFrame:
    r"""Return slope and relative index of inequality of every indicator, by area and wave.

    Groups stand on the scale 0-1 at the midpoint of their weighted share of the respondents of
    the area and wave, the least advantaged first; a straight line is fitted to their values,
    weighted by these shares. The slope index is its value at 0 minus that at 1, the relative
    index the one over the other. Unlike the gap between the outermost groups they use every
    group and how large it is. Shares are taken as known; the variance is that of the survey
    design, so that groups which share sampling units are not taken as independent.

    Mackenbach JP, Kunst AE (1997), Soc Sci Med 44:757-771.

    Parameters
    ----------
    respondents, indicators, waves, groupings, areas, lonely_psu, confidence
        As in `estimate_gap`; a grouping of fewer than three groups has no index.

    Returns
    -------
    DataFrame
        Tidy estimate table: `group` names all groups (``low-middle-high``), ``method`` is
        ``slope_index`` (unit ``points`` or ``score``) or ``relative_index`` (unit ``ratio``),
        and `wave` holds two for a change: a difference of slopes, a ratio of relative indices.
        `n` is that of the smallest group.

    Examples
    --------
    >>> from wijkkit.study.indicators import Indicator
    >>> play = Indicator(label="Play", function="f", columns={}, question_version="1",
    ...                  direction="higher")
    >>> people = pd.DataFrame({"wave": "2018", "wijk": "a", "district": "d", "arm": "programme",
    ...     "age": 5.0, "weight": 1.0, "play": [1.0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 1, 0],
    ...     "ses": ["low"] * 4 + ["middle"] * 4 + ["high"] * 4})
    >>> groups = {"ses": ("ses", ["low", "middle", "high"])}
    >>> table = estimate_slope(people, {"play": play}, ["2018"], groups)
    >>> table.loc[table["area_level"] == "city", ["method", "value"]].round(2).values.tolist()
    [['slope_index', -75.0], ['relative_index', 0.14]]
    """
    check_confidence(confidence)
    given = (respondents, indicators, waves, groupings, areas, lonely_psu)
    rows = _of_groups(*given, _together, _indices, fewest=3)
    if rows.empty:
        return tidy(rows)
    levels = [_of_index(rows, relative) for relative in (False, True)]
    made = pd.concat([*levels, *map(_changes, levels)], ignore_index=True)
    return tidy(_with_limits(made, confidence))


def _together(block: Block) -> Block:
    return _joined(block, range(len(block.groups)))


def _indices(
    indicator: Asked,
    means: DomainMeans,
    block: Block,
    everybody: Domains,
    known: np.ndarray,
    skipped: np.ndarray,
) -> dict[str, np.ndarray]:
    """Return slope and log relative index of each area and wave, with their standard errors."""
    k = len(block.groups)
    used = (block.code >= 0) & known
    code = np.where(used, block.code, 0)
    weight = np.where(used, everybody.design.weight, 0.0)
    size = np.bincount(code, weight, minlength=block.size).reshape(-1, k)
    value, n = means.value.reshape(-1, k), means.n.reshape(-1, k)
    there = (n > 0).all(axis=1)
    ends = np.full((len(size), 2, k), np.nan)
    for cell in np.flatnonzero(there):
        ends[cell] = to_ends(size[cell])
    low, high = np.einsum("cek,ck->ec", ends, value)
    reasons = means.reason.reshape(-1, k)
    # A group of which all answer alike has no error of its own, so neither has the line.
    sure = np.isin(reasons, ["", "no_df"]).all(axis=1)

    def error(weights: Floats) -> Floats:
        spread, _ = variance(
            np.where(used, np.nan_to_num(weights.ravel())[code] * means.influence, 0.0),
            everybody,
            used,
        )
        return np.where(sure & there & (spread > 0), np.sqrt(spread), np.nan)

    with np.errstate(divide="ignore", invalid="ignore"):
        positive = there & (low > 0) & (high > 0)
        log_ratio = np.where(positive, np.log(low / high), np.nan)
        of_ratio = ends[:, 0] / low[:, None] - ends[:, 1] / high[:, None]
    units, strata = units_and_strata(everybody, used)
    scale = SCALE[indicator.unit]
    return {
        "slope": scale * (low - high),
        "slope_se": scale * error(ends[:, 0] - ends[:, 1]),
        "log_ratio": log_ratio,
        "log_ratio_se": np.where(positive, error(of_ratio), np.nan),
        "df": units - strata,
        "n": n.min(axis=1),
        "unit": np.full(len(n), "score" if indicator.unit == "score" else "points"),
        "status": _status(skipped, np.asarray(there)),
    }


def to_ends(population: Floats) -> Floats:
    """Return the (2, k) weights by which the groups' values make the line's ends at 0 and 1."""
    share = population / population.sum()
    design = np.column_stack([np.ones(len(share)), np.cumsum(share) - share / 2])
    weighted = design * population[:, None]
    combine = np.linalg.solve(weighted.T @ design, weighted.T)
    return np.array([[1.0, 0.0], [1.0, 1.0]]) @ combine


def _of_index(rows: pd.DataFrame, relative: bool) -> pd.DataFrame:
    """Return the rows of one index: a relative one as its logarithm."""
    name = "log_ratio" if relative else "slope"
    made = rows.drop(columns=["slope", "slope_se", "log_ratio", "log_ratio_se"])
    made = made.assign(value=rows[name], se=rows[f"{name}_se"])
    if not relative:
        return made.assign(method="slope_index")
    # A line below zero at an end has no ratio.
    absent = made["status"].eq("ok") & made["value"].isna()
    status = made["status"].mask(absent, "missing")
    return made.assign(method="relative_index", unit="ratio", status=status)


def _changes(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the change since the first wave: waves are independent samples."""
    joined = wave_pairs(rows)
    return joined.assign(
        value=joined["value"] - joined["value_first"],
        se=np.hypot(joined["se"], joined["se_first"]),
        df=joined["df"] + joined["df_first"],
        n=np.fmin(joined["n_first"], joined["n"]),
        status=worst(joined["status_first"], joined["status"]),
    )


def _with_limits(rows: pd.DataFrame, confidence: float) -> pd.DataFrame:
    value, se, df = (rows[name].to_numpy(float) for name in ("value", "se", "df"))
    limits = t_limits(value, se, df, confidence)
    ratio = rows["unit"].eq("ratio").to_numpy()
    with np.errstate(over="ignore"):
        ends = [np.where(ratio, np.exp(end), end) for end in (value, *limits)]
    return rows.assign(value=ends[0], lower=ends[1], upper=ends[2])
