"""In what steps slopes and relative indices stand, and what they tell, against closed forms."""

from __future__ import annotations

from types import SimpleNamespace

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
from wijkkit.disclosure.slopes import (
    _before,
    _linked,
    _rounded,
    _stepped,
    _System,
    _told,
    parts_of_slopes,
    shown_beside,
    with_slopes,
)
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
    assert (shown["status"].eq("ok") == released.slopes["status"].eq("ok")).all()
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
    search.ends(one.multiple, one.lines).width()
    system, n = one.system, one.system.respondents()
    compared = 0
    found = [alike.toarray()[:, : len(n)] for alike in search._found]
    towns = np.concatenate([np.zeros((0, len(n))), *found])
    for moved in towns:
        share = 100 * (one.choice.shown.count + moved) / n
        for row in shown.itertuples():
            here = (system.area == row.area) & (system.level == row.area_level)
            cells = np.flatnonzero(here & (system.slot == 1))
            rank = np.cumsum(n[cells]) / n[cells].sum() - n[cells] / n[cells].sum() / 2
            tilt, start = np.polyfit(rank, share[cells], 1, w=np.sqrt(n[cells]))
            value = -tilt if row.unit == "points" else start / (start + tilt)
            assert abs(value - row.value) <= row.step / 2 + 1e-6
            compared += 1
    assert compared or not len(towns)


def ratio_of(slopes: pd.DataFrame) -> np.ndarray:
    return slopes["unit"].eq("ratio").to_numpy()


def told_of(slopes: pd.DataFrame) -> np.ndarray:
    fine = np.where(slopes["unit"].eq("ratio"), 0.01, 1.0)
    return _told(slopes, fine, ratio_of(slopes))


@pytest.mark.parametrize("multiple", [1.0, 2.0, 5.0, 10.0])
def test_how_far_a_slope_may_be_from_the_truth_by_what_it_is_rounded_to(multiple):
    value = np.array([7.3, -12.0, 1.37, 0.4])
    slopes = pd.DataFrame({"value": value, "unit": ["points"] * 2 + ["ratio"] * 2})
    # Limits so far that they say nothing more.
    far = slopes.assign(lower=[-9e3, -9e3, 1e-3, 1e-3], upper=[9e3, 9e3, 9e3, 9e3])
    low, high = told_of(far)[[1.0, 2.0, 5.0, 10.0].index(multiple)]
    step = multiple * np.array([1.0, 1.0, 0.01, 0.01])
    shown = to_step(value, step)
    ends = [shown - step / 2, shown + step / 2]
    for found, end in zip((low, high), ends, strict=True):
        expected = np.where(value == np.array([7.3, -12.0, 0, 0]), end - value, np.log(end / value))
        if multiple > 1:
            assert found == pytest.approx(expected)
        assert (np.abs(found) <= np.abs(expected) + 1e-9).all()
    assert (low <= 0).all() and (high >= 0).all() and (high - low > 0).all()


@pytest.mark.parametrize("seed", range(2))
def test_what_slopes_tell_of_counts_is_what_they_would_be_in_any_other_town(seed):
    """Of one wave and of two, of which the other is known exactly."""
    made = town(seed, wijken=4, size=(70, 160), waves=("1", "2"), missing_ses=0.0)
    slopes = between_groups(made, estimate_slope).reset_index(drop=True)
    table = made.estimates.table.reset_index(drop=True)
    parts, alone = parts_of_slopes(slopes, table, made.cells["n"].to_numpy(float))
    assert alone[slopes["status"].eq("ok")].all()
    told, random = told_of(slopes), np.random.default_rng(seed)
    kinds = set()
    for one in made.release(GGD).settled:
        system = one.system
        here = [p for p in parts if np.isin(p.cells, system.rows).all() and alone[p.row]]
        own, n = _System(one, here, told, ratio_of(slopes)), system.respondents()
        assert own.tells(np.isin(np.arange(len(slopes)), [here[0].row]))
        assert not own.tells(np.zeros(len(slopes), bool))
        assert not own.lines(np.zeros(len(slopes)))
        for part in here:
            multiple = np.where(np.arange(len(slopes)) == part.row, 2.0, 0.0)
            lines = own.lines(multiple)
            low, high = told[1][:, part.row]
            ratio = slopes["unit"].iloc[part.row] == "ratio"
            assert len(lines) == 1 + ratio
            places = [list(system.rows).index(cell) for cell in part.cells]
            rank = np.cumsum(n[places]) / n[places].sum() - n[places] / n[places].sum() / 2
            for _ in range(20):
                moved = np.zeros(len(n))
                moved[places] = random.integers(-6, 7, len(places))
                share = 100 * (one.choice.shown.count + moved)[places] / n[places]
                tilt, start = np.polyfit(rank, share, 1, w=np.sqrt(n[places]))
                was = part.values[0] - part.values[1], part.values[0] / part.values[1]
                if ratio and min(start, start + tilt) <= 0:
                    continue
                change = np.log(start / (start + tilt) / was[1]) if ratio else -tilt - was[0]
                change *= part.way
                if min(abs(change - low), abs(change - high)) < 1e-6:
                    continue
                sums = lines.sums @ moved
                holds = bool(((lines.low - 1e-9 <= sums) & (sums <= lines.high + 1e-9)).all())
                assert holds == (low <= change <= high)
                kinds.add((ratio, part.way, holds))
    assert len(kinds) == 8


def test_systems_are_taken_together_where_a_slope_lies_in_both():
    def settled(*rows: int) -> SimpleNamespace:
        return SimpleNamespace(system=SimpleNamespace(rows=np.array(rows)))

    def part(row: int, *cells: int) -> SimpleNamespace:
        return SimpleNamespace(row=row, cells=np.array(cells))

    every = [settled(0, 1), settled(2, 3), settled(4), settled(5, 6)]
    # A change of the first and the last; a slope of its own; lines across systems and out of them.
    lines = [part(7, 0, 1), part(7, 5, 6), part(2, 2, 3), part(3, 1, 2), part(4, 0, 9), part(0, 6)]
    found = list(_linked(every, lines))
    assert [list(one) for one in found] == [[0, 3], [1], [2]]
    told = {number: [p.row for p in own] for one in found for number, own in one.items()}
    assert told == {0: [7], 3: [7, 0], 1: [2], 2: []}
    assert [list(one) for one in _linked(every, [])] == [[0], [1], [2], [3]]


class Asking:
    """A system that leaves a count open where each of its slopes stands at least so coarse."""

    def __init__(self, least: dict[int, float]) -> None:
        self.least, self.asked = least, []

    def tells(self, which: np.ndarray) -> bool:
        return any(which[row] for row in self.least)

    def to_blame(self, multiple: np.ndarray, mine: np.ndarray, long: bool) -> np.ndarray:
        self.asked.append((long, multiple.copy()))
        found = np.zeros(len(multiple), bool)
        for row, least in self.least.items():
            found[row] = mine[row] and 0 < multiple[row] < (least or np.inf)
        return found


def test_each_slope_stands_in_the_finest_step_in_which_all_is_open():
    mine = np.eye(6, dtype=bool)
    first, then = mine[0] | mine[1] | mine[4], mine[2] | mine[3]
    one, other = Asking({0: 5.0, 2: 2.0}), Asking({1: 0.0, 3: 10.0})
    # The third waits for the first, the fourth for a hidden one; the last is of no kind.
    before = [[], [], [0], [1], [], []]
    start = np.array([1.0, 1.0, 1.0, 1.0, 0.0, 1.0])
    kinds = [(first, True), (then, False)]
    found = _stepped(start, kinds, before, (one, other))
    assert found.tolist() == [5.0, 0.0, 5.0, 0.0, 0.0, 1.0]
    # What is not tried yet is not known beside the others, and each search is as long as asked.
    assert all(long == (not beside[2:4].any()) for long, beside in one.asked)
    assert all((beside[5] == 0).all() for _, beside in one.asked + other.asked)
    # Without a system that they tell of all stand as they may; two that come first both count.
    assert _stepped(start, kinds, before, ()).tolist() == [1.0, 1.0, 1.0, 1.0, 0.0, 1.0]
    both = [[], [], [0, 1], [], [], []]
    done = _stepped(np.array([2.0, 5.0, 1.0, 0, 0, 0]), kinds, both, ())
    assert done.tolist() == [1.0, 1.0, 1.0, 0, 0, 0]


def test_a_slope_is_to_blame_where_it_is_of_the_wijk_of_a_count_that_is_narrow():
    made = town(0, wijken=4, size=(70, 160), missing_ses=0.0)
    slopes = between_groups(made, estimate_slope).reset_index(drop=True)
    table = made.estimates.table.reset_index(drop=True)
    parts, alone = parts_of_slopes(slopes, table, made.cells["n"].to_numpy(float))
    (one,) = made.release(GGD).settled
    own = _System(one, [p for p in parts if alone[p.row]], told_of(slopes), ratio_of(slopes))
    system, asked = one.system, []
    shown = np.where(alone, 1.0, 0.0)
    narrow = np.zeros(0, int)

    def search(multiple, lines, further):
        asked.append(further)
        return narrow

    own._search = SimpleNamespace(narrow=search)
    every = np.ones(len(slopes), bool)
    assert not own.to_blame(shown, every, True).any()
    assert not own.to_blame(shown, every, False).any()
    assert asked == [True, False]
    names = slopes["area"].to_numpy()
    of_wijk = slopes["area_level"].eq("wijk").to_numpy()
    for cell in np.flatnonzero(system.level == "wijk")[::3]:
        narrow = np.array([cell])
        found = own.to_blame(shown, of_wijk, False)
        here = of_wijk & alone & (names == system.area[cell])
        # Where none of its own wijk is shown, any.
        assert (found == (here if here.any() else of_wijk & alone)).all()
        none = own.to_blame(np.where(here, 0.0, shown), of_wijk, True)
        assert (none == (of_wijk & alone & ~here)).all()


@pytest.mark.parametrize("case", ["changes", "no cell", "nobody", "one wave"])
def test_a_change_of_a_slope_is_made_of_both_its_waves(case):
    made = town(2, wijken=3, size=(70, 160), waves=("1", "2"), missing_ses=0.0)
    slopes = between_groups(made, estimate_slope).query("status == 'ok'").reset_index(drop=True)
    slopes = slopes[slopes["area_level"].eq("city")].reset_index(drop=True)
    table = made.estimates.table.reset_index(drop=True)
    weight = made.cells["n"].to_numpy(float)
    hit = table["area_level"].eq("city") & table["wave"].eq("2") & table["group_by"].eq("ses")
    if case == "no cell":
        # The very first cell is one as well.
        order = np.argsort(~(table["area_level"].eq("city") & table["wave"].eq("1")), kind="stable")
        table, weight = table.iloc[order].reset_index(drop=True), weight[order]
        gone = ~(table["area_level"].eq("city") & table["wave"].eq("2"))
        gone |= table["group"].ne("middle")
        table, weight = table[gone].reset_index(drop=True), weight[gone.to_numpy()]
    elif case == "nobody":
        weight = np.where(hit & table["group"].eq("middle"), 0.0, weight)
    elif case == "one wave":
        slopes = slopes[slopes["wave"].eq("1")].reset_index(drop=True)
    parts, alone = parts_of_slopes(slopes, table, weight)
    broken = case in ("no cell", "nobody")
    assert alone.tolist() == [wave == "1" or not broken for wave in slopes["wave"]]
    ways = [(p.row, p.way) for p in parts]
    for row, wave in enumerate(slopes["wave"]):
        expected = {"1": [1.0], "2": [] if broken else [1.0], "1-2": [-1.0] + [1.0] * (not broken)}
        assert [way for at, way in ways if at == row] == expected[wave]
