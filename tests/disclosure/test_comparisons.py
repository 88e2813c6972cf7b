"""Verdicts of released areas: an attacker learns nothing from them, and they are valid."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import confint_proportions_2indep
from towns import KEYS, estimate

from wijkkit.disclosure import GGD, Release, release, release_verdicts
from wijkkit.disclosure.derived import combined
from wijkkit.disclosure.numbers import wilson
from wijkkit.estimates import compare
from wijkkit.study.indicators import Indicator
from wijkkit.tables import tidy

AREAS = pd.DataFrame({"wijk": ["a", "b"], "district": ["d", "e"], "arm": "none"})
SIZE = {"a": 60, "b": 240}
REST = 96
COUNTS = range(5, 50)


def indicator(direction: str = "higher") -> Indicator:
    return Indicator(
        label="Play", function="f", columns={}, question_version="1", direction=direction
    )


def people() -> pd.DataFrame:
    """Two wijken; of column `i12` 12 respondents in `a` are in the category, 96 in `b`."""
    wijk = np.repeat(list(SIZE), list(SIZE.values()))
    number = np.concatenate([np.arange(n) for n in SIZE.values()])
    table = pd.DataFrame({"wijk": wijk, "wave": "1", "age": 5.0, "weight": 1.0})
    answers = {f"i{x}": (number < np.where(wijk == "a", x, REST)).astype(float) for x in COUNTS}
    return table.merge(AREAS, on="wijk").assign(**answers)


def counts_of(x: int) -> pd.DataFrame:
    rows = [
        ("wijk", "a", x, SIZE["a"]),
        ("wijk", "b", REST, SIZE["b"]),
        ("city", "city", x + REST, sum(SIZE.values())),
    ]
    key = {"indicator": f"i{x}", "wave": "1", "group_by": "", "group": "all"}
    table = pd.DataFrame(rows, columns=["area_level", "area", "x", "n"]).assign(**key)
    return table[[*KEYS, "x", "n"]]


def one(verdict: str = "better", against: str = "city", area: str = "a") -> pd.DataFrame:
    key = {"indicator": "play", "area": area, "area_level": "wijk", "wave": "1"}
    return pd.DataFrame([key | {"against": against, "verdict": verdict}])


def shown(*rows: tuple, **changes: object) -> Release:
    """A release of these areas: (level, area, value, lower, upper)."""
    table = pd.DataFrame(rows, columns=["area_level", "area", "value", "lower", "upper"])
    table = table.assign(indicator="play", wave="1", group="all", unit="percent", **changes)
    return Release(tidy(table), pd.DataFrame(), {}, GGD)


NONE = pd.DataFrame({"area": [], "comparable": []})
ALIKE = pd.DataFrame({"area": "a", "comparable": ["b", "c"]})
CITY = ("city", "city", 50.0, 47.0, 53.0)


def test_exact_verdicts_split_what_the_numbers_leave_open_and_released_ones_do_not():
    indicators = {f"i{x}": indicator() for x in COUNTS}
    exact = compare(people(), indicators, ["1"], areas=AREAS)
    counts = pd.concat([counts_of(x) for x in COUNTS], ignore_index=True)
    out = release(estimate(counts), counts, areas=AREAS, policy=GGD)
    ours = release_verdicts(exact, NONE, out, dict.fromkeys(indicators, "higher"))
    numbers = ["value", "lower", "upper", "n"]
    seen = out.table.set_index(["indicator", "area"])[numbers].unstack().fillna(-1)
    looks = {name: tuple(row) for name, *row in seen.itertuples()}

    def split(table: pd.DataFrame) -> int:
        """How many sets of towns that look alike are told apart by the verdict on `a`."""
        of_a = table[(table["area"] == "a") & (table["against"] == "city")]
        said = of_a.set_index("indicator")["verdict"]
        return int(said.groupby(said.index.map(looks)).nunique().gt(1).sum())

    assert len(set(looks.values())) < len(COUNTS)
    assert split(exact) > 0
    assert split(ours) == 0
    assert set(ours["verdict"]) >= {"better", "worse", "not_distinguishable"}


@pytest.mark.parametrize(
    ("value", "lower", "upper", "direction", "verdict"),
    [
        (60.0, 54.0, 66.0, "higher", "better"),
        (60.0, 54.0, 66.0, "lower", "worse"),
        (40.0, 34.0, 46.0, "higher", "worse"),
        # 6 - sqrt(5.2^2 + 3^2) is just below 0: the interval of the city counts too.
        (56.0, 50.8, 61.2, "higher", "not_distinguishable"),
        # 5 - sqrt(4^2 + 3^2) is 0: no difference is on neither side.
        (55.0, 51.0, 59.0, "higher", "not_distinguishable"),
    ],
)
def test_a_verdict_follows_from_the_intervals_that_are_shown(
    value, lower, upper, direction, verdict
):
    released = shown(("wijk", "a", value, lower, upper), CITY)
    out = release_verdicts(one("worse"), NONE, released, {"play": direction})
    assert out["verdict"].tolist() == [verdict]


def test_comparable_wijken_count_equally_and_their_intervals_as_one_of_a_mean():
    own = ("wijk", "a", 60.0, 56.0, 64.0)
    others = [("wijk", "b", 50.0, 44.0, 56.0), ("wijk", "c", 58.0, 50.0, 66.0)]
    # 60 - 54 = 6; sqrt(4^2 + (6^2 + 8^2) / 4) = 6.4, and 5.6 with 50 to 62 for wijk c.
    apart = [others[0], ("wijk", "c", 58.0, 55.0, 61.0)]
    for rows, verdict in ((others, "not_distinguishable"), (apart, "better")):
        out = release_verdicts(
            one(against="comparable"), ALIKE, shown(own, *rows), {"play": "higher"}
        )
        assert out["verdict"].tolist() == [verdict]


@pytest.mark.parametrize("hidden", ["a", "b", "c"])
def test_nothing_is_said_where_a_number_beneath_is_hidden(hidden):
    rows = [
        ("wijk", name, value, value - 1, value + 1)
        for name, value in zip("abc", (70, 40, 40), strict=True)
    ]
    released = shown(*rows, status=["hidden" if name == hidden else "ok" for name in "abc"])
    out = release_verdicts(one(against="comparable"), ALIKE, released, {"play": "higher"})
    assert out["verdict"].tolist() == ["unknown"]


def test_nothing_is_said_of_a_wijk_without_comparable_ones_or_that_is_the_whole_city():
    released = shown(("wijk", "a", 70.0, 69.0, 71.0), CITY)
    rows = pd.concat([one(against="comparable"), one("unknown")])
    out = release_verdicts(rows, NONE, released, {"play": "higher"})
    assert out["verdict"].tolist() == ["unknown", "unknown"]


def test_the_interval_of_a_difference_is_that_of_newcombe():
    x, n = np.array([20, 33]), np.array([60, 240])
    low, high = wilson(x / n, n)
    parts = pd.DataFrame({"row": 0, "sign": [1, -1], "value": x / n, "lower": low, "upper": high})
    (total,), (below,), (above,) = combined(parts, 1)
    expected = confint_proportions_2indep(20, 60, 33, 240, method="newcomb", compare="diff")
    assert (total - below, total + above) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("share", [0.05, 0.2, 0.5])
def test_of_equal_areas_at_most_one_in_twenty_stands_out_though_they_are_in_the_city(share):
    random, towns, n = np.random.default_rng(1), 4000, 600
    own_n = int(share * n)
    own = random.binomial(own_n, 0.4, towns)
    city = own + random.binomial(n - own_n, 0.4, towns)
    limits = [(own / own_n, *wilson(own / own_n, own_n)), (city / n, *wilson(city / n, n))]
    columns = ["value", "lower", "upper"]
    parts = pd.concat(
        pd.DataFrame(dict(zip(columns, numbers, strict=True))).assign(
            row=np.arange(towns), sign=sign
        )
        for sign, numbers in zip((1, -1), limits, strict=True)
    )
    difference, below, above = combined(parts, towns)
    stands_out = (difference - below > 0) | (difference + above < 0)
    assert 0 < stands_out.mean() <= 0.05
