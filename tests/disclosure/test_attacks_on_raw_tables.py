"""Every attack wins on unprotected tables, and the same attacker fails on what is released.

An attack that cannot succeed proves nothing. Unprotected is what a careful office would publish
by hand: percentages with one decimal, exact n, and small counts hidden one by one.
"""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from attacker import pairs
from towns import KEYS, estimate

from wijkkit.disclosure import GGD, OPENSAFELY, Composition, release, release_derived
from wijkkit.disclosure.primary import primary_reasons
from wijkkit.tables import tidy

AREAS = pd.DataFrame({"wijk": ["a", "b", "c"], "district": "d", "arm": "none"})
Pairs = Callable[[pd.Series], set[tuple[int, int]]]


def cells(rows: list[tuple], **keys: str) -> pd.DataFrame:
    """Counts: (area level, area, group_by, group, x, n)."""
    table = pd.DataFrame(rows, columns=["area_level", "area", "group_by", "group", "x", "n"])
    return table.assign(**({"indicator": "play", "wave": "1"} | keys))[[*KEYS, "x", "n"]]


def by_hand(counts: pd.DataFrame) -> pd.DataFrame:
    """One decimal, exact n, small counts hidden one by one."""
    table = estimate(counts).round({"value": 1, "lower": 1, "upper": 1})
    hide = primary_reasons(counts, GGD).ne("").to_numpy()
    table.loc[hide, ["value", "lower", "upper", "n"]] = np.nan
    return table.assign(status=np.where(hide, "hidden", "ok"))


def read_by_hand(row: pd.Series) -> set[tuple[int, int]]:
    """Every (x, n) of a row that was made by hand."""
    n = int(row["n"])
    return {(x, n) for x in range(n + 1) if abs(round(100 * x / n, 1) - row["value"]) < 1e-9}


def read_released(row: pd.Series) -> set[tuple[int, int]]:
    """Every (x, n) of a released row."""
    return set(pairs(row["value"], row["n"], GGD))


def both(counts: pd.DataFrame) -> list[tuple[pd.DataFrame, Pairs]]:
    """The tables made by hand and released, each with how the attacker reads them."""
    released = release(estimate(counts), counts, areas=AREAS, policy=GGD).table
    return [(by_hand(counts), read_by_hand), (released, read_released)]


def left_over(table: pd.DataFrame, read: Pairs, total: int, parts: list[int]) -> set[int]:
    """What a hidden part can be: the total minus the other parts, where all of them are shown."""
    rows = [table.iloc[at] for at in (total, *parts)]
    if any(row["status"] != "ok" for row in rows):
        return set(range(5))
    whole, *others = ({x for x, _ in read(row)} for row in rows)
    return {
        rest for one in whole for other in itertools.product(*others)
        if 0 <= (rest := one - sum(other)) < 5
    }  # fmt: skip


MARGINS = cells(
    [
        ("wijk", "a", "", "all", 60, 200),
        ("wijk", "a", "ses", "low", 2, 50),
        ("wijk", "a", "ses", "middle", 20, 70),
        ("wijk", "a", "ses", "high", 38, 80),
    ]
)
TWO_WAY = cells(
    [
        ("wijk", "a", "sex", "girl", 22, 100),
        ("wijk", "a", "both", "girl.low", 2, 40),
        ("wijk", "a", "both", "girl.high", 20, 60),
    ]
)
NESTED = cells(
    [
        ("gebied", "d", "", "all", 56, 210),
        ("wijk", "a", "", "all", 1, 60),
        ("wijk", "b", "", "all", 30, 80),
        ("wijk", "c", "", "all", 25, 70),
    ]
)


@pytest.mark.parametrize(
    ("counts", "parts", "truth"),
    [(MARGINS, [2, 3], 2), (TWO_WAY, [2], 2), (NESTED, [2, 3], 1)],
    ids=["margins", "two-way", "nested"],
)
def test_subtraction_gives_a_hidden_count_by_hand_and_not_of_a_release(counts, parts, truth):
    if parts == [2]:
        groups = {("sex", "girl"): (("both", "girl.low"), ("both", "girl.high"))}
        table = release(
            estimate(counts),
            counts,
            areas=AREAS,
            policy=GGD,
            composition=Composition(groups=groups),
        ).table
        hand, control = (by_hand(counts), read_by_hand), (table, read_released)
    else:
        hand, control = both(counts)
    assert left_over(*hand, 0, parts) == {truth}
    assert len(left_over(*control, 0, parts)) > 2


def test_a_percentage_and_its_n_give_the_count_by_hand_and_not_of_a_release():
    counts = cells([("wijk", "a", "", "all", 17, 44)])
    (hand, read_hand), (table, read) = both(counts)
    assert read_hand(hand.iloc[0]) == {(17, 44)}
    assert len({x for x, _ in read(table.iloc[0])}) >= GGD.count_class


def test_a_percentage_and_its_interval_give_count_and_n_by_hand_and_not_of_a_release():
    def read(row: pd.Series) -> set[tuple[int, int]]:
        """Every (x, n) whose own percentage and Wilson interval are rounded to these."""
        tried = [(x, n) for n in range(30, 150) for x in range(5, n - 4)]
        grid = cells([("wijk", "a", "", f"{x} of {n}", x, n) for x, n in tried])
        like = estimate(grid).round({"value": 1, "lower": 1, "upper": 1})
        same = (like[["value", "lower", "upper"]] - row[["value", "lower", "upper"]]).abs() < 0.05
        return {pair for pair, yes in zip(tried, same.all(axis=1), strict=True) if yes}

    (hand, _), (table, _) = both(cells([("wijk", "a", "", "all", 17, 44)]))
    numbers = ["value", "lower", "upper"]
    assert read(hand.iloc[0][numbers].astype(float)) == {(17, 44)}
    assert (17, 44) not in read(table.iloc[0][numbers].astype(float))


def test_a_change_and_one_wave_give_the_other_by_hand_and_not_of_a_release():
    counts = pd.concat(
        [
            cells([("wijk", "a", "", "all", x, n)], wave=w)
            for w, x, n in (("1", 3, 40), ("2", 20, 45))
        ]
    ).reset_index(drop=True)
    hand = by_hand(counts)
    change = round(100 * 20 / 45 - 100 * 3 / 40, 1)
    value = hand["value"].iloc[1] - change
    # The n of the first wave is in the methods section.
    assert {x for x in range(41) if abs(100 * x / 40 - value) < 0.11} == {3}
    row = counts.iloc[0][KEYS].to_dict() | {"wave": "1-2", "value": change, "unit": "points"}
    out = release(estimate(counts), counts, areas=AREAS, policy=GGD)
    assert release_derived(tidy(pd.DataFrame([row])), out)["value"].isna().all()


@pytest.mark.parametrize(("removed", "of_them"), [(1, 1), (1, 0), (6, 2)])
def test_two_releases_tell_of_those_left_out_by_hand_and_not_of_a_release(
    tmp_path, removed, of_them
):
    one = cells([("wijk", "a", "", "all", 40, 97)])
    other = cells([("wijk", "a", "", "all", 40 - of_them, 97 - removed)])
    tables = [by_hand(counts).iloc[0] for counts in (one, other)]
    (before,), (after,) = (read_by_hand(row) for row in tables)
    assert before[0] - after[0] == of_them
    out = [
        release(
            estimate(counts), counts, areas=AREAS, policy=GGD, ledger=tmp_path / "ledger"
        ).table.iloc[0]
        for counts in (one, other)
    ]
    learned = {
        a - b
        for a, n in read_released(out[0])
        for b, m in read_released(out[1])
        if n - m == removed and 0 <= a - b <= removed
    }
    told = not out[0].equals(out[1]) and out[1]["status"] == "ok"
    assert not told or len(learned) > 1


def test_a_mean_and_its_n_give_the_total_by_hand_and_not_of_a_release():
    total, n = 287, 33
    assert {t for t in range(500) if round(t / n, 2) == round(total / n, 2)} == {total}
    counts = cells([("wijk", "a", "", "all", np.nan, n)])
    table = tidy(counts.assign(value=total / n, lower=7.0, upper=10.4, unit="score"))
    row = release(table, counts, areas=AREAS, policy=GGD).table.iloc[0]
    assert len({t for t in range(500) if abs(t / n - row["value"]) <= 0.05 + 1e-9}) >= 3


def test_one_who_dominates_a_total_is_known_by_hand():
    """All others give little: the total minus their most is nearly what the one gave."""
    scores = np.array([900.0, *np.full(39, 1.0)])
    mean, n = round(scores.mean(), 1), len(scores)
    low, high = (mean - 0.05) * n - 39 * 2, (mean + 0.05) * n
    assert low <= 900 <= high and (high - low) / 900 < 0.15


def test_averaging_undoes_random_rounding_and_not_that_of_a_release():
    random = np.random.default_rng(1)
    down = 17 - 17 % 5
    rounded = np.where(random.random(4000) < (17 - down) / 5, down + 5, down)
    assert round(rounded.mean()) == 17
    counts = cells([("wijk", "a", "", "all", 17, 44)])
    released = [release(estimate(counts), counts, areas=AREAS, policy=GGD).table for _ in range(3)]
    assert len({float(table["value"].iloc[0]) for table in released}) == 1


def test_coordinates_give_the_count_of_an_exact_plot_and_not_of_a_released_one():
    def read(value: float, n: int) -> float:
        figure, axes = plt.subplots()
        axes.plot([0, 1], [0, value], gid="line")
        axes.set_ylim(0, 100)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None})
        plt.close(figure)
        path = re.search(r'<g id="line">\s*<path d="([^"]*)"', buffer.getvalue().decode()).group(1)
        zero, top = (float(y) for y in re.findall(r"[ML] [\d.]+ ([\d.]+)", path))
        height = figure.get_size_inches()[1] * 72 * (0.88 - 0.11)
        return (zero - top) / height * n

    # 400 is so many that no printed percentage gives the count, but a coordinate does.
    assert read(100 * 137 / 400, 400) == pytest.approx(137, abs=0.01)
    counts = cells([("wijk", "a", "", "all", 137, 400)])
    row = release(estimate(counts), counts, areas=AREAS, policy=GGD).table.iloc[0]
    drawn = read(row["value"], 400)
    assert drawn == pytest.approx(row["value"] * 4, abs=0.01)
    assert len({x for x, n in read_released(row) if n == 400}) > 2


def test_a_saturated_model_gives_a_hidden_group_by_hand():
    """Intercept and coefficients of a saturated model are the groups' shares."""
    groups = {"low": (3, 60), "high": (57, 140)}
    y = np.concatenate([np.repeat([1.0, 0.0], [x, n - x]) for x, n in groups.values()])
    low = np.repeat([1.0, 0.0], [60, 140])
    design = np.column_stack([np.ones(200), low])
    intercept, gap = np.linalg.lstsq(design, y, rcond=None)[0].round(3)
    assert {x for x in range(61) if abs(x / 60 - (intercept + gap)) < 0.0011} == {3}


def test_a_small_count_is_plain_where_the_threshold_is_lowered():
    counts = cells([("wijk", "a", "", "all", 6, 44)])
    (hand, read), _ = both(counts)
    assert read(hand.iloc[0]) == {(6, 44)}
    strict = release(estimate(counts), counts, areas=AREAS, policy=OPENSAFELY).table
    assert strict["status"].tolist() == ["hidden"]
