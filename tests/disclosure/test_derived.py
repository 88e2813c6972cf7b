"""What is made of cells, against a table of a few cells worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from wijkkit.disclosure.derived import (
    compared_cells,
    parts_of,
    relations,
    release_comparisons,
    release_derived,
    signs_of,
)
from wijkkit.errors import DisclosureError
from wijkkit.tables import tidy

KEYS = {"indicator": "play", "area": "city", "area_level": "city", "group_by": "ses"}


def cells(**columns: object) -> pd.DataFrame:
    """Low and high of two waves, in this order: low-1, high-1, low-2, high-2."""
    rows = [KEYS | {"wave": wave, "group": one} for wave in "12" for one in ("low", "high")]
    table = tidy(pd.DataFrame(rows).assign(value=50.0)).assign(step=1.0)
    return table.assign(**columns)


def figure(wave: str, group: str, unit: str = "points", **numbers: float) -> pd.DataFrame:
    numbers = {"value": -13.0, "lower": -20.4, "upper": -5.6} | numbers
    return tidy(pd.DataFrame([KEYS | {"wave": wave, "group": group, "unit": unit} | numbers]))


@pytest.mark.parametrize(
    ("wave", "group", "at", "sign"),
    [
        ("1", "low", [0], [1]),
        ("1-2", "low", [0, 2], [-1, 1]),
        ("2", "low-high", [2, 3], [1, -1]),
        # The later gap less the earlier one.
        ("1-2", "low-high", [0, 1, 2, 3], [-1, 1, 1, -1]),
    ],
)
def test_a_figure_is_so_much_of_each_of_its_cells(wave, group, at, sign):
    row = figure(wave, group)
    assert parts_of(row, cells())[:, 0].tolist() == at
    assert signs_of(row, cells())[:, 0].tolist() == sign
    # Beside a figure of more cells it has the same sum: a cell again counts for nothing.
    both = pd.concat([row, figure("1-2", "low-high")], ignore_index=True)
    value = np.array([3.0, 50.0, 700.0, 11.0])
    sums = (signs_of(both, cells()) * value[parts_of(both, cells())]).sum(axis=0)
    assert sums.tolist() == [np.array(sign) @ value[at], (700 - 11) - (3 - 50)]


@pytest.mark.parametrize("of", [("3", "low"), ("1-3", "low"), ("1", "none"), ("1", "low-none")])
def test_a_figure_of_cells_that_are_not_released_is_refused(of):
    with pytest.raises(DisclosureError, match="not in the release"):
        release_derived(figure(*of), cells(), 1.0)


@pytest.mark.parametrize(
    ("statuses", "own", "expected"),
    [
        (["ok", "ok"], "ok", "ok"),
        (["ok", "hidden"], "ok", "hidden"),
        (["above", "ok"], "ok", "hidden"),
        (["too_few", "hidden"], "missing", "hidden"),
        (["too_few", "missing"], "ok", "too_few"),
        (["missing", "not_asked"], "ok", "not_asked"),
        (["ok", "ok"], "missing", "missing"),
    ],
)
def test_a_figure_is_absent_for_the_first_reason_of_its_cells_or_its_own(statuses, own, expected):
    row = figure("1", "low-high").assign(status=own)
    found = release_derived(row, cells(status=[*statuses, "ok", "ok"]), 1.0)
    assert found["status"].item() == expected
    assert found["value"].isna().item() == (expected != "ok")
    assert found["verdict"].item() == ("lower" if expected == "ok" else "unknown")


@pytest.mark.parametrize(
    ("unit", "steps", "expected"),
    [
        # -13 (-20.4 to -5.6): to the nearest point; in tens as the limits of any value from -15
        # to -5 that is as uncertain, outwards.
        ("points", [1.0, 1.0], [-13, -20, -6, 1]),
        ("points", [1.0, 10.0], [-10, -30, 10, 10]),
        ("points", [5.0, 2.0], [-15, -25, -5, 5]),
        ("ratio", [1.0, 1.0], [1.24, 1.12, 1.35, 0.01]),
    ],
)
def test_a_figure_stands_in_the_coarsest_step_of_its_cells_and_a_ratio_in_hundredths(
    unit, steps, expected
):
    numbers = {} if unit == "points" else {"value": 1.236, "lower": 1.124, "upper": 1.346}
    row = figure("1", "low-high", unit, **numbers)
    found = release_derived(row, cells(step=[*steps, 1.0, 1.0]), 1.0)
    assert found[["value", "lower", "upper", "step"]].iloc[0].tolist() == expected


@pytest.mark.parametrize("unit", ["ratio", "odds_ratio"])
def test_a_ratio_of_a_coarser_cell_is_hidden(unit):
    row = figure("1", "low-high", unit, value=1.2, lower=1.1, upper=1.3)
    assert release_derived(row, cells(step=[1.0, 2.0, 1, 1]), 1.0)["status"].item() == "hidden"
    # Of a city whose finest step is two points that is none coarser.
    assert release_derived(row, cells(step=2.0), 2.0)["status"].item() == "ok"


WIJKEN = tidy(
    pd.DataFrame(
        {
            "indicator": "play",
            "area": ["a", "b", "c", "city"],
            "area_level": ["wijk"] * 3 + ["city"],
            "wave": "1",
            "group": "all",
            "value": [60.0, 40.0, 30.0, 45.0],
        }
    )
).assign(step=1.0)
ALIKE = pd.DataFrame({"area": ["a", "a", "b"], "comparable": ["b", "c", "a"]})


def against(**columns: object) -> pd.DataFrame:
    """Wijk a against the city and against b and c; city against itself is not asked."""
    rows = pd.DataFrame(
        {"indicator": "play", "area": "a", "area_level": "wijk", "wave": "1"}, [0, 1]
    )
    return rows.assign(
        against=["city", "comparable"], difference=[15.4, 25.4], lower=[1.4, 10.4],
        upper=[29.4, 40.4], unit="points", verdict="better",
    ).assign(**columns)  # fmt: skip


def test_a_wijk_is_compared_with_the_city_or_with_the_mean_of_those_like_it():
    at, sign = compared_cells(against(), ALIKE, WIJKEN)
    value = WIJKEN["value"].to_numpy()
    assert (value[at] * sign).sum(axis=0).tolist() == [60 - 45, 60 - (40 + 30) / 2]
    assert set(at[:, 0]) == {0, 3} and set(at[:, 1]) == {0, 1, 2}


@pytest.mark.parametrize(
    ("cell", "changed", "unjudged", "expected"),
    [
        (None, {}, None, [15, 25]),
        # A cell in a coarser step leaves the verdict alone; where that is withheld, nothing.
        ("city", {"step": 5.0}, None, ["bare", 25]),
        ("city", {"step": 5.0}, "city", ["hidden", 25]),
        ("c", {"step": 5.0}, "city", [15, "bare"]),
        ("c", {"status": "too_few"}, None, [15, "too_few"]),
        ("a", {"status": "hidden"}, None, ["hidden", "hidden"]),
        # What is not shown in its finest step is withheld alone.
        ("c", {}, "c", [15, 25]),
    ],
)
def test_a_comparison_stands_in_the_finest_step_and_its_verdict_beside_coarser_ones(
    cell, changed, unjudged, expected
):
    table = WIJKEN.copy()
    for name, value in changed.items():
        table.loc[table["area"].eq(cell), name] = value
    silent = unjudged and table["area"].eq(unjudged).to_numpy()
    found = release_comparisons(against(), ALIKE, table, 1.0, silent)
    for row, one in zip(found.itertuples(), expected, strict=True):
        there = isinstance(one, int)
        assert row.status == ("ok" if there or one == "bare" else one)
        assert row.verdict == ("better" if row.status == "ok" else "unknown")
        numbers = [row.difference, row.lower, row.upper, row.step]
        exact = {15: [15, 1, 29, 1], 25: [25, 10, 40, 1]}.get(one, [np.nan] * 4)
        assert numbers == pytest.approx(exact, nan_ok=True)


def test_a_reader_is_told_of_sums_of_cells_that_may_be_shown_and_are_there():
    gaps = pd.concat(
        [
            figure("1", "low-high"),
            figure("2", "low-high", "odds_ratio", value=1.2, lower=1.1, upper=1.3),
            figure("1-2", "low").assign(status="missing"),
        ],
        ignore_index=True,
    )
    shown = np.array([True, True, True, False])
    finest = np.array([1.0, 5.0, 1.0, 1.0])
    nothing = pd.DataFrame()
    told = list(relations([gaps, nothing], figure("1-2", "low"), nothing, nothing, cells(),
                          shown, finest))  # fmt: skip
    assert [(one.scale, one.most) for one in told] == [
        ("linear", np.inf),
        ("logit", np.inf),
        ("linear", 0.0),
    ]
    linear, odds, judged = told
    assert linear.at[:2, 0].tolist() == [0, 1] and linear.sign[:2, 0].tolist() == [1, -1]
    assert (linear.value, linear.lower, linear.upper) == (-13.0, -20.4, -5.6)
    # The coarser of its cells; one that is not shown is no figure.
    assert linear.step == [5.0] and np.isnan(odds.step).all() and judged.step == [1.0]
    (compared,) = relations([], nothing, against(), ALIKE, WIJKEN, np.ones(4, bool), np.ones(4))
    assert compared.most == 1.0 and compared.value.tolist() == [15.4, 25.4]
