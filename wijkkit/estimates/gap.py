"""The gap between the least and the most advantaged group, and its change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from wijkkit.estimates.asked import Asked, asked_rows, not_asked
from wijkkit.estimates.change import change, interval_method, wave_pairs, worst
from wijkkit.estimates.design import LonelyPsu
from wijkkit.estimates.domain_mean import DomainMeans, domain_means
from wijkkit.estimates.grid import SCALE, asked_outcome, wave_design
from wijkkit.estimates.interval import check_confidence
from wijkkit.estimates.layout import Block, Groupings, blocks, keys
from wijkkit.estimates.linearisation import Domains, domains, units_and_strata, variance
from wijkkit.estimates.survey_interval import t_limits
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
    design = wave_design(respondents, lonely_psu)
    divided = [b for b in blocks(respondents, waves, groupings, areas=areas) if b.group_by]
    ends = [_ends(block) for block in divided]
    overs = [domains(block.code, block.size, design) for block in divided]
    pairs = [domains(end.code, end.size, design) for end in ends]
    parts = []
    for key, indicator in indicators.items():
        asked = asked_rows(respondents, indicator)
        outcome = asked_outcome(respondents, key, indicator, asked)
        never = not_asked(divided, indicator, asked)
        for block, over, pair in zip(divided, overs, pairs, strict=True):
            means = domain_means(outcome, over)
            gap = _gap(means, block, pair, np.isnan(outcome), confidence)
            skipped = np.tile(never[block.group_by], len(block.areas))
            parts.append(_cells(indicator, gap, means.n, skipped, len(block.groups)))
    if not parts:
        return tidy(pd.DataFrame(columns=["indicator"]))
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    rows = keys(ends, list(indicators)).assign(**columns, source="survey")
    return tidy(pd.concat([rows, _changes(rows, confidence)], ignore_index=True))


def _ends(block: Block) -> Block:
    """The block of area and wave, holding the respondents of the first and the last group."""
    last = len(block.groups) - 1
    cell, group = np.divmod(block.code, last + 1)
    inside = (block.code >= 0) & ((group == 0) | (group == last))
    name = f"{block.groups[0]}-{block.groups[-1]}"
    code = np.where(inside, cell, -1)
    return Block(block.area_level, block.group_by, block.areas, block.waves, (name,), code)


def _gap(
    means: DomainMeans, block: Block, pair: Domains, absent: np.ndarray, confidence: float
) -> dict[str, np.ndarray]:
    last = len(block.groups) - 1
    by_group = means.value.reshape(-1, last + 1)
    value = by_group[:, 0] - by_group[:, last]
    sign = np.where(block.code % (last + 1) == 0, 1.0, -1.0)
    used = (pair.code >= 0) & ~absent
    spread, _ = variance(np.where(used, sign * means.influence, 0.0), pair, used)
    units, strata = units_and_strata(pair, used)
    reasons = means.reason.reshape(-1, last + 1)[:, [0, last]]
    # A zero or full cell has no standard error of its own, so neither has its gap.
    there = ((reasons == "") | (reasons == "no_df")).all(axis=1) & (spread > 0)
    se = np.where(there, np.sqrt(spread), np.nan)
    lower, upper = t_limits(value, se, units - strata, confidence)
    return {"value": value, "lower": lower, "upper": upper, "se": se, "df": units - strata}


def _cells(
    indicator: Asked,
    gap: dict[str, np.ndarray],
    n: np.ndarray,
    skipped: np.ndarray,
    n_groups: int,
) -> dict[str, np.ndarray]:
    outer = [0, n_groups - 1]
    never = skipped.reshape(-1, n_groups)[:, outer].any(axis=1)
    fewest = n.reshape(-1, n_groups)[:, outer].min(axis=1)
    scale = SCALE[indicator.unit]
    return {
        **{name: gap[name] * scale for name in ("value", "lower", "upper", "se")},
        "df": gap["df"],
        "n": fewest,
        "unit": np.full(len(fewest), "score" if indicator.unit == "score" else "points"),
        "method": interval_method(gap["value"], gap["lower"], "t"),
        "status": np.where(never, "not_asked", np.where(fewest > 0, "ok", "missing")),
    }


def _changes(rows: pd.DataFrame, confidence: float) -> pd.DataFrame:
    joined = wave_pairs(rows)
    sides = (joined[name] for name in ("value_first", "se_first", "value", "se"))
    df = (joined["df_first"] + joined["df"]).to_numpy()
    found = change(*sides, measure="points", df=df, confidence=confidence)
    return joined.assign(
        value=found.value,
        lower=found.lower,
        upper=found.upper,
        n=np.fmin(joined["n_first"], joined["n"]),
        method=interval_method(found.value, found.lower, "t"),
        status=worst(joined["status_first"], joined["status"]),
    )
