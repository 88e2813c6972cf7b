"""In what steps slopes and relative indices stand, and what they tell, against closed forms."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from attacker import Attacker, found_of, held
from test_attack import NOTHING, between_groups
from towns import town

from wijkkit.disclosure import GGD
from wijkkit.disclosure.audit import Search
from wijkkit.disclosure.policy import statuses
from wijkkit.disclosure.release import Made
from wijkkit.disclosure.rounding import to_step
from wijkkit.disclosure.slopes import _before, _rounded, parts_of_slopes, shown_beside, with_slopes
from wijkkit.estimates.inequality import estimate_slope


def hold_slopes(seed: int) -> pd.DataFrame:
    """Attack a town that shows its slopes; the slopes of everybody, as they stand."""
    waves, weights = (("1",), ("1", "2"))[seed % 2], ("", "proportional")[seed // 2 % 2]
    made = town(seed, wijken=4, size=(70, 160), waves=waves, weights=weights, missing_ses=0.0)
    slopes = between_groups(made, estimate_slope)
    released = made.release(GGD, made=Made([], NOTHING, NOTHING, slopes=slopes))
    assert released.left_out == ()
    shown = shown_beside(released.slopes, released.table)
    # None of which a figure is hidden was taken for one that is shown.
    assert (shown["status"] == released.slopes["status"]).all()
    no_finer_than_what_it_is_made_of(shown)
    rules = statuses(made.cells.assign(status=made.estimates.table["status"]), GGD)
    secret = released.table[(rules != "ok") & made.estimates.table["status"].eq("ok").to_numpy()]
    attacker = Attacker((made, released.table, NOTHING.assign(status=[]), shown))
    held(found_of(attacker, made, secret, enough=GGD.protection), GGD.protection)
    # Each stands within half a step of the exact one.
    apart = (shown["value"] - slopes["value"]).abs()
    there = shown["status"].eq("ok")
    assert (apart[there] <= shown["step"][there] / 2 + 1e-9).all()
    for row, exact in zip(shown[there].itertuples(), slopes[there].itertuples(), strict=True):
        assert (row.lower, row.upper) == pytest.approx(limits_of(row, exact))
    return shown[there]


def no_finer_than_what_it_is_made_of(slopes: pd.DataFrame) -> None:
    """A change than both its waves, a relative index than its slope, without which it is none."""
    rows = slopes[slopes["status"].eq("ok")]
    place = ["area_level", "area", "unit", "wave"]
    steps = dict(zip(zip(*(rows[name] for name in place), strict=True), rows["step"], strict=True))
    for (level, area, unit, wave), step in steps.items():
        least = [steps[level, area, unit, one] for one in wave.split("-") if "-" in wave]
        least += [steps[level, area, "points", wave] / 100] if unit == "ratio" else []
        assert step >= max(least, default=0) - 1e-9


def limits_of(row, exact) -> tuple[float, float]:
    """In the finest step the nearest; in a coarser one those of any value that stands so, outwards."""
    step, half = row.step, row.step / 2
    if step <= {"points": 1.0, "ratio": 0.01}[row.unit]:
        return tuple(to_step([exact.lower, exact.upper], step))
    if row.unit == "points":
        low = row.value - half - (exact.value - exact.lower)
        high = row.value + half + (exact.upper - exact.value)
    else:
        low = (row.value - half) * exact.lower / exact.value
        high = (row.value + half) * exact.upper / exact.value
    return step * np.floor(round(low / step, 9)), step * np.ceil(round(high / step, 9))


def test_no_hidden_count_is_found_from_slopes_and_those_of_the_city_stand():
    """In towns in which counts were found when one slope that was hidden ended the search."""
    found = pd.concat([hold_slopes(seed) for seed in (0, 3, 4)])
    city = found[found["area_level"].eq("city")]
    assert set(city["unit"]) == {"points", "ratio"} and len(city) > 6
    # Some stand in their finest step, some in a coarser one.
    assert {1.0, 10.0} <= set(city["step"])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(60))
def test_no_hidden_count_is_found_from_slopes_of_many_towns(seed):
    hold_slopes(seed)


def three_groups() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Groups of one size, and the slope and relative index that the closed form of a line gives."""
    shares = np.array([40.0, 25.0, 10.0])
    keys = {"indicator": "play", "area": "city", "area_level": "city", "wave": "1"}
    table = pd.DataFrame([keys | {"group_by": "ses", "group": g} for g in ("low", "mid", "high")])
    table = table.assign(value=shares, unit="percent", status="ok")
    rows = pd.DataFrame([keys | {"group_by": "ses", "group": "low-mid-high"}] * 2).assign(
        value=[1.5 * (40 - 10), (25 + 22.5) / (25 - 22.5)], unit=["points", "ratio"], status="ok"
    )
    return table, rows


def test_a_slope_is_made_of_its_cells_by_the_weights_of_a_line():
    table, rows = three_groups()
    parts, alone = parts_of_slopes(rows, table, np.full(3, 50.0))
    assert alone.all() and [part.row for part in parts] == [0, 1]
    for part in parts:
        assert part.cells.tolist() == [0, 1, 2]
        assert part.values == pytest.approx([25 + 22.5, 25 - 22.5])
        assert part.ends[0] - part.ends[1] == pytest.approx([1.5, 0, -1.5])
    # Any weight above nothing counts.
    light, alone = parts_of_slopes(rows, table, np.full(3, 0.5))
    assert alone.all() and light[0].values == pytest.approx(parts[0].values)
    # A slope of other cells than these is none of them alone, and is hidden.
    other = rows.assign(value=rows["value"] + 1, lower=0.0, upper=99.0, method="")
    assert not parts_of_slopes(other, table, np.full(3, 50.0))[1].any()
    _, hidden = with_slopes(other, table, np.full(3, 50.0), np.ones(3), np.ones(3, bool), [])
    assert hidden["status"].eq("hidden").all() and hidden["value"].isna().all()


def test_a_change_waits_for_both_waves_and_an_index_for_its_slope():
    waves = [("points", "1"), ("points", "2"), ("points", "1-2"), ("ratio", "2"), ("ratio", "1-2")]
    rows = pd.DataFrame(waves, columns=["unit", "wave"]).assign(
        indicator="play", area_level="city", area="city", group_by="ses"
    )
    assert _before(rows, ["1", "2"]) == [[], [], [0, 1], [1], [3, 2]]
    assert _before(rows.assign(area=list("abcde")), ["1", "2"]) == [[], [], [], [], []]


@pytest.mark.parametrize("multiple", [1.0, 2.0, 5.0, 10.0])
def test_limits_of_an_index_in_a_coarse_step_are_those_of_any_that_stands_so(multiple):
    random = np.random.default_rng(1)
    value = random.uniform(0.3, 3, 100)
    exact = pd.DataFrame({"value": value, "lower": value * random.uniform(0.6, 0.95, 100),
                          "upper": value * random.uniform(1.05, 1.6, 100)})  # fmt: skip
    exact = exact.assign(unit="ratio", status="ok")
    made = _rounded(exact, np.full(100, 0.01), np.full(100, multiple))
    for row, one in zip(made.itertuples(), exact.itertuples(), strict=True):
        assert row.step == pytest.approx(0.01 * multiple)
        assert row.value == pytest.approx(to_step(one.value, row.step))
        assert (row.lower, row.upper) == pytest.approx(limits_of(row, one))


@pytest.mark.parametrize("seed", range(3))
def test_the_towns_that_are_held_open_show_the_same_slopes(seed):
    """Of one wave, so that both indices are known exactly in any town."""
    made = town(seed, wijken=4, size=(70, 160), missing_ses=0.0)
    slopes = between_groups(made, estimate_slope)
    released = made.release(GGD, made=Made([], NOTHING, NOTHING, slopes=slopes))
    shown = shown_beside(released.slopes, released.table).query("status == 'ok'")
    (one,) = released.settled
    search = Search(one.choice)
    search.widths(one.multiple, one.lines)
    system, n = one.system, one.system.respondents()
    compared = 0
    towns = search._found[1:]
    for count, _ in towns:
        share = 100 * count / n
        for row in shown.itertuples():
            here = (system.area == row.area) & (system.level == row.area_level)
            cells = np.flatnonzero(here & (system.slot == 1))
            rank = np.cumsum(n[cells]) / n[cells].sum() - n[cells] / n[cells].sum() / 2
            tilt, start = np.polyfit(rank, share[cells], 1, w=np.sqrt(n[cells]))
            value = -tilt if row.unit == "points" else start / (start + tilt)
            assert abs(value - row.value) <= row.step / 2 + 1e-6
            compared += 1
    assert compared or not towns
