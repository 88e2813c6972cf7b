"""Slope and relative index of inequality of a survey."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from wijkkit.disclosure.slopes import shown_beside
from wijkkit.estimates.grid import estimate_grid
from wijkkit.estimates.inequality import estimate_slope, to_ends
from wijkkit.study.indicators import Indicator

GROUPS = {"ses": ("ses", ("low", "middle", "high"))}
SHARES = {"low": 0.5, "middle": 0.6, "high": 0.8}


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    rng = np.random.default_rng(7)
    n = 900
    made = pd.DataFrame(
        {
            "wave": rng.choice(["2018", "2021"], n),
            "wijk": rng.choice(["a", "b"], n),
            "district": "d",
            "arm": "programme",
            "age": 6.0,
            "weight": rng.uniform(0.5, 2.0, n),
            "ses": rng.choice(list(SHARES), n, p=[0.25, 0.35, 0.4]),
        }
    )
    made["play"] = (rng.random(n) < made["ses"].map(SHARES)).astype(float)
    made.loc[rng.random(n) < 0.05, "play"] = np.nan
    return made


@pytest.fixture(scope="module")
def indicators() -> dict[str, Indicator]:
    return {
        "play": Indicator(
            label="Play", function="f", columns={}, question_version="1", direction="higher"
        )
    }


def city(table: pd.DataFrame, method: str, wave: str) -> pd.Series:
    rows = table[table["area_level"].eq("city") & table["method"].eq(method)]
    return rows[rows["wave"].eq(wave)].iloc[0]


def test_the_slope_is_that_of_respondents_on_the_rank_of_their_group(people, indicators):
    table = estimate_slope(people, indicators, ["2018", "2021"], GROUPS)
    rows = people[people["wave"].eq("2018") & people["play"].notna()]
    share = rows.groupby("ses")["weight"].sum().reindex(list(SHARES)) / rows["weight"].sum()
    rank = rows["ses"].map(share.cumsum() - share / 2)
    slope, start = np.polyfit(rank, rows["play"], 1, w=np.sqrt(rows["weight"]))
    assert city(table, "slope_index", "2018")["value"] == pytest.approx(-100 * slope)
    relative = city(table, "relative_index", "2018")["value"]
    assert relative == pytest.approx(start / (start + slope))


def test_errors_are_those_of_independent_groups_in_a_simple_sample(people, indicators):
    even = people.assign(weight=1.0)
    table = estimate_slope(even, indicators, ["2018", "2021"], GROUPS)
    rows = even[even["wave"].eq("2018") & even["play"].notna()]
    group = rows.groupby("ses")["play"]
    p, n = group.mean().reindex(list(SHARES)), group.size().reindex(list(SHARES))
    n_all = len(people[people["wave"].eq("2018")])
    error = np.sqrt(p * (1 - p) / n * n_all / (n_all - 1))
    ends = to_ends(n.to_numpy(float))
    low, high = ends @ p
    slope = np.sqrt(((ends[0] - ends[1]) ** 2 * error**2).sum())
    found = city(table, "slope_index", "2018")
    t = stats.t.ppf(0.975, len(rows) - 1)
    assert (found["upper"] - found["lower"]) / 2 == pytest.approx(100 * t * slope, rel=1e-6)
    ratio = np.sqrt(((ends[0] / low - ends[1] / high) ** 2 * error**2).sum())
    found = city(table, "relative_index", "2018")
    width = np.log(found["upper"] / found["lower"])
    assert width == pytest.approx(2 * t * ratio, rel=1e-6)


def test_a_change_is_a_difference_of_slopes_and_a_ratio_of_relative_indices(people, indicators):
    table = estimate_slope(people, indicators, ["2018", "2021"], GROUPS)
    first, later, change = (
        city(table, "slope_index", wave) for wave in ("2018", "2021", "2018-2021")
    )
    assert change["value"] == pytest.approx(later["value"] - first["value"])
    halves = [(row["upper"] - row["lower"]) / 2 for row in (first, later, change)]
    assert halves[2] == pytest.approx(np.hypot(*halves[:2]), rel=1e-2)  # df differ a little
    first, later, change = (
        city(table, "relative_index", wave) for wave in ("2018", "2021", "2018-2021")
    )
    assert change["value"] == pytest.approx(later["value"] / first["value"])


def test_a_group_that_nobody_is_in_or_of_which_all_answer_alike_leaves_no_number_or_no_interval(
    people, indicators
):
    without = people[people["ses"].ne("middle")]
    table = estimate_slope(without, indicators, ["2018", "2021"], GROUPS)
    assert table["status"].eq("missing").all() and table["value"].isna().all()
    alike = people.assign(play=people["play"].mask(people["ses"].eq("high"), 1.0))
    table = estimate_slope(alike, indicators, ["2018", "2021"], GROUPS)
    assert table["value"].notna().all() and table["lower"].isna().all()


def test_two_groups_have_no_slope(people, indicators):
    two = {"ses": ("ses", ("low", "high"))}
    rows = people[people["ses"].ne("middle")]
    assert estimate_slope(rows, indicators, ["2018", "2021"], two).empty


def test_a_slope_is_not_released_where_a_group_in_the_middle_is_hidden(people, indicators):
    waves = ["2018", "2021"]
    table = estimate_grid(people, indicators, waves, GROUPS).table.assign(step=1.0)
    hidden = table["area"].eq("a") & table["group"].eq("middle") & table["wave"].eq("2021")
    released = table.assign(status=table["status"].mask(hidden, "hidden"))
    slopes = shown_beside(estimate_slope(people, indicators, waves, GROUPS), released)
    there = slopes.set_index(["area", "wave", "method"])["status"]
    assert there["a", "2018", "slope_index"] == "ok"
    assert there["a", "2021", "slope_index"] == there["a", "2018-2021", "slope_index"] == "hidden"
    assert there["b", "2018-2021", "relative_index"] == "ok"
