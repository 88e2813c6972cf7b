"""Attacks on released tables: each with the attacker's own code, on towns with known truth."""

from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd
import pytest
from attacker import PLACE, Town, attack_town, pairs, percentage
from towns import KEYS, areas_of, estimate, linked, pick, town, town_of

from wijkkit.disclosure import (
    CBS,
    GGD,
    OPENSAFELY,
    Composition,
    release,
    release_counts,
    release_derived,
)
from wijkkit.disclosure.policy import stricter
from wijkkit.errors import DisclosureError
from wijkkit.tables import tidy

POLICIES = pytest.mark.parametrize("policy", [GGD, OPENSAFELY, CBS], ids=lambda p: p.name)
#: The policy's width is that of an interval of a linear program; among whole numbers, which this
#: attacker tries, at least so much of it is left.
WHOLE = 2 / 3
AREA = {"area": "a", "area_level": "wijk", "wave": "1"}
ONE = pd.DataFrame({"wijk": ["a"], "district": ["d"], "arm": ["none"]})


def cells(rows: list[tuple], **keys: str) -> pd.DataFrame:
    """Counts of groups of one area: (group_by, group, x, n)."""
    table = pd.DataFrame(rows, columns=["group_by", "group", "x", "n"])
    return table.assign(**({"indicator": "play"} | AREA | keys))[[*KEYS, "x", "n"]]


def released(counts: pd.DataFrame, areas: pd.DataFrame = ONE, policy=GGD, **options):
    return release(estimate(counts), counts, areas=areas, policy=policy, **options)


# 1. margins inside one table -----------------------------------------------------------------


def test_a_hidden_group_does_not_follow_from_the_total_minus_the_other_groups():
    counts = cells(
        [
            ("", "all", 60, 200),
            ("ses", "low", 2, 50),
            ("ses", "middle", 20, 70),
            ("ses", "high", 38, 80),
        ]
    )
    out = released(counts)
    learned = attack_town(out.table, counts, ONE, GGD, out.hidden)
    low, high, truth = learned["play", "wijk", "a", "ses", "low"]
    assert low <= truth <= high
    assert high - low >= GGD.protection


def test_a_total_that_is_all_but_equal_to_its_other_group_does_not_show_that_nobody_is_left():
    counts = cells([("", "all", 40, 100), ("sex", "girl", 40, 68), ("sex", "boy", 0, 32)])
    out = released(counts)
    learned = attack_town(out.table, counts, ONE, GGD, out.hidden)
    low, high, _ = learned["play", "wijk", "a", "sex", "boy"]
    assert high - low >= GGD.protection


# 2. linked one- and two-way tables -----------------------------------------------------------


@pytest.mark.parametrize(
    "everybody, numbers",
    [
        (True, [(2, 40), (20, 60), (18, 50), (25, 70)]),
        (False, [(4, 31), (9, 33), (8, 31), (8, 31)]),
    ],
    ids=["with everybody", "without everybody"],
)
def test_a_two_way_table_does_not_show_what_its_one_way_tables_hide(everybody, numbers):
    groups = [("girl", "low"), ("girl", "high"), ("boy", "low"), ("boy", "high")]
    crossed = [(*group, *count) for group, count in zip(groups, numbers, strict=True)]
    rows = [("both", f"{sex}.{ses}", x, n) for sex, ses, x, n in crossed]
    for by, position in (("sex", 0), ("ses", 1)):
        for group in sorted({row[position] for row in crossed}):
            inside = [row for row in crossed if row[position] == group]
            rows.append((by, group, sum(r[2] for r in inside), sum(r[3] for r in inside)))
    if everybody:
        rows.append(("", "all", sum(r[2] for r in crossed), sum(r[3] for r in crossed)))
    counts = cells(rows)
    groups = {
        (by, group): tuple(
            ("both", f"{row[0]}.{row[1]}") for row in crossed if row[position] == group
        )
        for by, position in (("sex", 0), ("ses", 1))
        for group in {row[position] for row in crossed}
    }
    out = released(counts, composition=Composition(groups=groups))
    shown = out.table.set_index(["group_by", "group"])
    assert shown.loc[("both", "girl.low"), "status"] == "hidden"
    # The attacker subtracts girls with high SES from all girls, boys with low SES from all low.
    for total, part in ((("sex", "girl"), "girl.high"), (("ses", "low"), "boy.low")):
        whole, piece = shown.loc[total], shown.loc[("both", part)]
        if whole["status"] == piece["status"] == "ok":
            xs = {
                a - b
                for a, n in pairs(whole["value"], whole["n"], GGD)
                for b, m in pairs(piece["value"], piece["n"], GGD)
                if 0 <= a - b <= min(4, n - m)
            }
            assert max(xs) - min(xs) >= GGD.protection


# 3, 4. areas in areas ------------------------------------------------------------------------


@POLICIES
@pytest.mark.parametrize("seed", [1])
def test_nothing_hidden_follows_from_gebied_arm_and_city(policy, seed):
    made = town(seed, wijken=4, districts=2, size=(10, 90), share=(0.02, 0.4))
    out = release(made.estimates, made.counts, areas=made.areas, policy=policy)
    for cell, (low, high, truth) in attack_town(
        out.table, made.counts, made.areas, policy, out.hidden
    ).items():
        assert low <= truth <= high, cell
        assert high - low >= WHOLE * policy.protection, cell


def test_the_only_hidden_wijk_of_a_gebied_does_not_follow_from_the_gebied():
    areas = pd.DataFrame({"wijk": ["a", "b", "c"], "district": "d", "arm": "none"})
    rows = [
        cells([("", "all", x, n)], area=area, area_level=level)
        for area, level, x, n in [
            ("a", "wijk", 1, 60),
            ("b", "wijk", 30, 80),
            ("c", "wijk", 25, 70),
            ("d", "gebied", 56, 210),
            ("city", "city", 56, 210),
        ]
    ]
    counts = pd.concat(rows, ignore_index=True)
    out = released(counts, areas)
    learned = attack_town(out.table, counts, areas, GGD, out.hidden)
    low, high, _ = learned["play", "wijk", "a", "", "all"]
    assert low == 0 and high >= GGD.protection


def test_the_n_of_a_group_with_too_few_respondents_does_not_follow_from_the_others():
    counts = cells([("", "all", 60, 203), ("sex", "girl", 60, 202), ("sex", "boy", 0, 1)])
    table = released(counts).table.set_index("group")
    assert table.loc["boy", "status"] == "too_few"
    total, girl = table.loc["all"], table.loc["girl"]
    if total["status"] == girl["status"] == "ok":
        left = {
            n - m
            for _, n in pairs(total["value"], total["n"], GGD)
            for _, m in pairs(girl["value"], girl["n"], GGD)
            if 0 <= n - m < GGD.min_n
        }
        assert max(left) - min(left) >= GGD.protection


# 5. wave to wave -----------------------------------------------------------------------------


def two_waves(x1: int, n1: int, x2: int, n2: int) -> pd.DataFrame:
    waves = [cells([("", "all", x, n)], wave=wave) for wave, x, n in (("1", x1, n1), ("2", x2, n2))]
    return pd.concat(waves, ignore_index=True)


def changes(counts: pd.DataFrame) -> pd.DataFrame:
    """The exact change, as the estimates know it."""
    a, b = counts.iloc[0], counts.iloc[1]
    value = 100 * (b["x"] / b["n"] - a["x"] / a["n"])
    key = a[KEYS].to_dict() | {"wave": "1-2"}
    return tidy(
        pd.DataFrame(
            [key | {"value": value, "lower": value - 9, "upper": value + 9, "unit": "points"}]
        )
    )


def test_a_change_does_not_give_back_the_wave_that_is_hidden():
    counts = two_waves(3, 40, 20, 45)
    out = release_derived(changes(counts), released(counts))
    assert out["status"].tolist() == ["hidden"]
    assert out[["value", "lower", "upper", "n"]].isna().all(axis=None)


@pytest.mark.parametrize("x1", range(6, 20))
def test_a_change_tells_no_more_than_the_two_percentages_it_is_the_difference_of(x1):
    counts = two_waves(x1, 41, 17, 46)
    first, second = released(counts).table.to_dict("records")
    out = release_derived(changes(counts), released(counts)).iloc[0]
    assert out["value"] == second["value"] - first["value"]
    alike = [x for x in range(5, 37) if percentage(x, 41, GGD)[0] == first["value"]]
    others = {
        release_derived(changes(c), released(c)).iloc[0][["value", "lower", "upper"]].pipe(tuple)
        for c in (two_waves(x, 41, 17, 46) for x in alike)
    }
    assert len(others) == 1


# 6, 7. reruns --------------------------------------------------------------------------------


def test_a_rerun_without_one_respondent_does_not_tell_what_that_respondent_said(tmp_path):
    towns = [(x, n) for n in (31, 34, 37, 38) for x in range(n + 1)]
    before = _all_towns(towns, tmp_path / "said.jsonl")
    (tmp_path / "not.jsonl").write_bytes((tmp_path / "said.jsonl").read_bytes())
    answers: dict[tuple, set[int]] = {}
    for said, name in ((1, "said"), (0, "not")):
        left = {(x, n): (x - said, n - 1) for x, n in towns if said <= x <= n - 1 + said}
        after = _all_towns(list(left.values()), tmp_path / f"{name}.jsonl", list(left))
        for key in left:
            answers.setdefault((before[key], after[key]), set()).add(said)
    assert all(said == {0, 1} for said in answers.values())
    assert any(status == "ok" for (_, _, _, status), _ in answers)


def _all_towns(towns: list[tuple], ledger, names: list[tuple] | None = None) -> dict[tuple, tuple]:
    """What is released of towns of one cell, each under a name of its own."""
    names = names or towns
    counts = pd.concat(
        [
            cells([("", "all", x, n)], indicator=f"i{name[0]}of{name[1]}")
            for name, (x, n) in zip(names, towns, strict=True)
        ],
        ignore_index=True,
    )
    table = released(counts, ledger=ledger).table[["value", "lower", "n", "status"]].fillna(-1)
    return dict(zip(names, table.itertuples(index=False, name=None), strict=True))


def _same(one: pd.Series, other: pd.Series) -> bool:
    columns = ["value", "lower", "upper", "n", "status"]
    return one[columns].equals(other[columns])


def test_a_release_with_a_filter_does_not_tell_of_those_it_leaves_out(tmp_path):
    for removed, of_them in [
        (1, 1),
        (2, 0),
        (3, 3),
        (6, 0),
        (6, 6),
        (8, 1),
        (9, 9),
        (12, 0),
        (15, 15),
    ]:
        ledger = tmp_path / f"{removed}-{of_them}.jsonl"
        before = released(cells([("", "all", 40, 100)]), ledger=ledger).table.iloc[0]
        after = released(
            cells([("", "all", 40 - of_them, 100 - removed)]), ledger=ledger
        ).table.iloc[0]
        if after["status"] != "ok" or _same(before, after):
            continue
        differences = {
            a - b
            for a, n in pairs(before["value"], before["n"], GGD)
            for b, m in pairs(after["value"], after["n"], GGD)
            if n - m == removed and 0 <= a - b <= removed
        }
        assert len(differences) > 1, (removed, of_them)


def test_what_was_hidden_once_stays_hidden_though_another_choice_would_protect_as_well(tmp_path):
    ledger = tmp_path / "ledger.jsonl"
    first = released(cells([("", "all", 4, 60)]), ledger=ledger)
    again = released(cells([("", "all", 6, 60)]), ledger=ledger)
    assert first.table["status"].tolist() == again.table["status"].tolist() == ["hidden"]
    # The reason of a rerun tells no more than the first: it would say that 4 became 5.
    assert first.hidden["reason"].tolist() == again.hidden["reason"].tolist() == ["few_inside"]
    other = released(cells([("", "all", 12, 60)]), ledger=ledger)
    assert other.hidden["reason"].tolist() == ["earlier"]


def test_corrected_weights_change_the_percentage_and_tell_no_more_of_the_count(tmp_path):
    counts = cells([("", "all", 20, 60)])
    ledger = tmp_path / "ledger.jsonl"
    weighted = estimate(counts).assign(value=36.0, lower=24.0, upper=49.0)
    one = release(weighted, counts, areas=ONE, policy=GGD, ledger=ledger).table.iloc[0]
    corrected = weighted.assign(value=31.0, lower=20.0, upper=44.0)
    two = release(corrected, counts, areas=ONE, policy=GGD, ledger=ledger).table.iloc[0]
    assert one["value"] - two["value"] == 5
    assert one["n"] == two["n"]


# 8, 9, 10. percentages, intervals and means with n -------------------------------------------


@POLICIES
def test_percentage_interval_and_n_together_never_give_a_count_back(policy):
    tried = [
        (x, n)
        for n in [policy.min_n, 31, 44, 101]
        for x in range(policy.min_count, n - policy.min_count + 1)
        if n >= max(policy.min_n, 2 * policy.min_count)
        and x / n <= policy.max_share
        and (not policy.max_share_both or 1 - x / n <= policy.max_share)
    ]
    counts = pd.concat(
        [cells([("", "all", x, n)], indicator=f"i{x}-{n}") for x, n in tried], ignore_index=True
    )
    table = released(counts, policy=policy).table
    published = {}
    for (x, n), row in zip(tried, table.itertuples(), strict=True):
        assert row.status == "ok"
        published.setdefault((row.value, row.lower, row.upper, row.n), []).append((x, n))
    by_figure: dict[tuple, set] = {}
    for value, lower, upper, shown_n in published:
        by_figure.setdefault((value, shown_n), set()).add((lower, upper))
    for (value, shown_n), intervals in by_figure.items():
        possible = {x for x, _ in pairs(value, shown_n, policy)}
        assert len(possible) >= policy.count_class
        # The interval tells no more than the percentage and the n do.
        assert len(intervals) == 1


def test_a_mean_and_its_n_leave_several_totals_open():
    counts = cells([("", "all", math.nan, 33)]).assign(x=math.nan)
    table = tidy(counts.assign(value=287 / 33, lower=7.013, upper=10.381, unit="score"))
    row = release(table, counts, areas=ONE, policy=GGD).table.iloc[0]
    totals = {
        total
        for n in range(31, 36)
        for total in range(100, 500)
        if abs(total / n - row["value"]) <= 0.05 + 1e-9
    }
    assert len(totals) > GGD.protection
    assert (row["lower"], row["upper"]) == (7.0, 10.4)


def test_a_mean_of_a_group_too_small_does_not_show_its_size_where_sizes_must_stay_open():
    policy = stricter(GGD, {"min_count": 25, "protection": 20})
    rows = [("", "all", math.nan, 100), ("sex", "boy", math.nan, 80), ("sex", "girl", math.nan, 20)]
    counts = cells(rows).assign(x=math.nan)
    table = tidy(counts.assign(value=3.0, lower=2.0, upper=4.0, unit="score"))
    shown = release(table, counts, areas=ONE, policy=policy).table.set_index("group")
    assert shown["status"].to_dict() == {"all": "ok", "boy": "hidden", "girl": "too_few"}


# 11, 12. zero, hundred and dominance ---------------------------------------------------------


@pytest.mark.parametrize("x", [0, 50])
@POLICIES
def test_zero_and_hundred_percent_are_never_shown(policy, x):
    row = released(cells([("", "all", x, 50)]), policy=policy).table.iloc[0]
    assert row["status"] == "hidden" and math.isnan(row["value"])


@pytest.mark.parametrize("n", [50, 57, 60, 83, 120, 400])
def test_more_than_ninety_percent_leaves_enough_open_though_n_is_known(n):
    """Of all that looks the same, n known exactly, several numbers are outside the category."""
    counts = pd.concat(
        [cells([("", "all", n - rest, n)], indicator=f"{rest}") for rest in range(n // 5)],
        ignore_index=True,
    )
    hidden = released(counts).hidden
    assert hidden["above"].eq(90.0).all() and hidden["reason"].eq("large_share").all()
    hidden = hidden["indicator"].astype(int).tolist()
    assert hidden == list(range(math.ceil(n * 0.1 - 1e-9)))
    assert len(hidden) > GGD.protection
    # A naive reason, few outside or a large share, whichever comes first, leaves fewer.
    if n < 80:
        assert len([rest for rest in hidden if rest >= GGD.min_count]) <= GGD.protection


def test_a_percentage_is_said_to_be_above_ninety_only_where_the_weighted_one_is():
    counts = cells([("", "all", 92, 100)])
    for value, reason, above in ((95.0, "large_share", [90.0]), (85.0, "large_count", [math.nan])):
        out = release(estimate(counts).assign(value=value), counts, areas=ONE, policy=GGD)
        assert out.hidden["reason"].tolist() == [reason]
        pd.testing.assert_series_equal(out.hidden["above"], pd.Series(above, name="above"))
    few = cells([("", "all", 80, 100)])
    out = release(estimate(few).assign(value=93.0), few, areas=ONE, policy=GGD)
    assert out.hidden[["reason", "above"]].values.tolist() == [["large_estimate", 90.0]]


@pytest.mark.parametrize(
    "wijken",
    [
        [(58, 60), (60, 80), (50, 70)],
        [(58, 60), (80, 80), (20, 70), (30, 90)],
        [(95, 100), (93, 100), (91, 100), (80, 100)],
    ],
)
def test_a_wijk_above_ninety_percent_does_not_follow_from_the_city_and_the_other_wijken(wijken):
    names = [f"w{number}" for number in range(len(wijken))]
    areas = pd.DataFrame({"wijk": names, "district": "d", "arm": "none"})
    total = tuple(sum(pair) for pair in zip(*wijken, strict=True))
    counts = pd.concat(
        [cells([("", "all", *pair)], area=name) for name, pair in zip(names, wijken, strict=True)]
        + [cells([("", "all", *total)], area="city", area_level="city")],
        ignore_index=True,
    )
    out = released(counts, areas)
    assert out.table["status"].iloc[-1] == "ok"
    town = Town(out.table, GGD, out.hidden)
    town.add(("play", "city", "city", "", "all"), town.cells[:-1])
    large = out.hidden["reason"].eq("large_share")
    assert large.any()
    for cell in out.hidden.loc[large, PLACE].itertuples(index=False, name=None):
        for low, high in (town.count(cell), town.rest(cell)):
            assert high - low >= GGD.protection, cell


def test_a_category_above_ninety_percent_is_not_shown():
    table = released(
        cells([("", "all", 91, 100), ("sex", "girl", 45, 50), ("sex", "boy", 46, 50)])
    ).table
    assert table.set_index("group").loc["all", "status"] == "hidden"


def test_a_total_that_one_respondent_dominates_is_not_shown_and_must_be_judged():
    counts = cells([("", "all", math.nan, 40)]).assign(x=math.nan)
    table = tidy(counts.assign(value=3.0, lower=2.0, upper=4.0, unit="score"))
    for share, status in ((0.6, "hidden"), (0.4, "ok")):
        out = release(table, counts.assign(largest_share=share), areas=ONE, policy=CBS)
        assert out.table["status"].tolist() == [status]
    with pytest.raises(DisclosureError, match="largest_share"):
        release(table, counts, areas=ONE, policy=CBS)


# 13. minima, maxima and outliers -------------------------------------------------------------


def test_minima_maxima_and_outliers_do_not_pass():
    counts = cells([("", "all", 20, 50)])
    table = estimate(counts).assign(minimum=3.0, maximum=12.0, outliers="2.5;11.9")
    out = release(table, counts, areas=ONE, policy=GGD).table
    assert not {"minimum", "maximum", "outliers"} & set(out.columns)
    assert "x" not in out


# 14. averaging repeated rounding -------------------------------------------------------------


def test_repeating_a_release_gives_nothing_to_average():
    made = town(5)
    tables = [
        release(made.estimates, made.counts, areas=made.areas, policy=GGD).table for _ in range(4)
    ]
    assert all(table.equals(tables[0]) for table in tables)


def test_rounding_the_same_group_under_many_indicators_is_the_same_each_time():
    counts = pd.concat([cells([("", "all", 20, 47)], indicator=f"copy{k}") for k in range(20)])
    table = released(counts.reset_index(drop=True)).table
    assert len(table[["value", "lower", "upper", "n"]].drop_duplicates()) == 1


# 21. saturated regression --------------------------------------------------------------------


def test_a_saturated_model_of_gaps_does_not_give_a_hidden_group_back():
    counts = cells([("", "all", 60, 200), ("ses", "low", 3, 60), ("ses", "high", 57, 140)])
    out = released(counts)
    gap = tidy(
        pd.DataFrame(
            [
                counts.iloc[0][KEYS].to_dict()
                | {"group_by": "ses", "group": group, "value": v, "unit": "points"}
                for group, v in (("low-high", -35.7), ("high-low", 35.7))
            ]
        )
    )
    derived = release_derived(gap, out)
    # intercept (a shown group) + coefficient (its gap) would be the hidden one
    assert derived["value"].isna().all() and (derived["status"] == "hidden").all()


def test_a_change_of_a_gap_is_hidden_when_one_of_its_four_cells_is():
    frames = [
        cells([("ses", "low", low, 60), ("ses", "high", 40, 140)], wave=wave)
        for wave, low in (("1", 3), ("2", 20))
    ]
    counts = pd.concat(frames, ignore_index=True)
    row = counts.iloc[0][KEYS].to_dict() | {"wave": "1-2", "group": "low-high", "unit": "points"}
    out = release_derived(tidy(pd.DataFrame([row])), released(counts))
    assert out["status"].tolist() == ["hidden"]


def test_ratios_are_those_of_the_shown_percentages():
    counts = two_waves(20, 100, 40, 100)
    table = released(counts).table
    row = counts.iloc[0][KEYS].to_dict() | {"wave": "1-2", "value": 2.0}
    rows = [row | {"unit": unit} for unit in ("ratio", "odds_ratio")]
    out = release_derived(tidy(pd.DataFrame(rows)), released(counts))
    p, q = (table["value"] / 100).tolist()
    assert out["value"].tolist() == [round(q / p, 2), round(q / (1 - q) / (p / (1 - p)), 2)]
    assert (out["lower"] < out["value"]).all() and (out["upper"] > out["value"]).all()


# 23. a lowered threshold ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("min_n", 29),
        ("min_count", 4),
        ("max_share", 0.95),
        ("count_base", 3),
        ("count_class", 2),
        ("protection", 2),
        ("percent_step", 0.1),
        ("mean_step", 0.01),
        ("min_n", -1),
        ("min_n", math.nan),
        ("max_share", -0.1),
        ("min_n", math.inf),
    ],
)
def test_a_study_cannot_lower_a_threshold(field, value):
    with pytest.raises(DisclosureError, match=field):
        stricter(GGD, {field: value})


def test_every_lowered_threshold_is_named_at_once():
    with pytest.raises(DisclosureError) as caught:
        stricter(CBS, {"min_n": 1, "min_count": 1, "max_share_both": False, "max_dominance": 0.9})
    assert len(caught.value.problems) == 4


def test_a_protection_that_no_small_count_can_have_is_refused():
    with pytest.raises(DisclosureError, match="cannot stay that uncertain"):
        stricter(GGD, {"protection": 5})
    assert stricter(GGD, {"protection": 5, "min_count": 6}).protection == 5


def test_a_stricter_study_is_followed():
    strict = stricter(GGD, {"min_n": 60, "min_count": 10})
    counts = cells([("", "all", 20, 50)])
    assert released(counts).table["status"].tolist() == ["ok"]
    assert released(counts, policy=strict).table["status"].tolist() == ["too_few"]


# 24. indicator parts -------------------------------------------------------------------------


def test_an_indicator_does_not_follow_from_its_parts():
    parts = {"care": ("youth_care", "other_care")}
    rows = [("care", 22, 100), ("youth_care", 20, 100), ("other_care", 2, 100)]
    counts = pd.concat(
        [cells([("", "all", x, n)], indicator=name) for name, x, n in rows], ignore_index=True
    )
    table = released(counts, composition=Composition(indicators=parts)).table.set_index("indicator")
    assert table.loc["other_care", "status"] == "hidden"
    whole, part = table.loc["care"], table.loc["youth_care"]
    if whole["status"] == part["status"] == "ok":
        left = {
            a - b
            for a, n in pairs(whole["value"], whole["n"], GGD)
            for b, m in pairs(part["value"], part["n"], GGD)
            if n == m and 0 <= a - b <= 4
        }
        assert max(left) - min(left) >= WHOLE * GGD.protection


# 25. counts of participants ------------------------------------------------------------------


def test_small_numbers_of_participants_do_not_follow_from_their_total():
    parts = pd.DataFrame({"wijk": ["a", "b", "c"], "reached": [2, 33, 41]})
    total = pd.DataFrame({"wijk": ["all"], "reached": [76]})
    out = release_counts(pd.concat([parts, total], ignore_index=True), ("reached",), GGD)
    shown = out.set_index("wijk")["reached"]
    assert math.isnan(shown["a"])
    left = {
        whole - b - c
        for whole in range(int(shown["all"]) - 2, int(shown["all"]) + 3)
        for b in range(int(shown["b"]) - 2, int(shown["b"]) + 3)
        for c in range(int(shown["c"]) - 2, int(shown["c"]) + 3)
        if 0 <= whole - b - c <= 4
    }
    assert len(left) > GGD.protection


#: Nearly all of few respondents: what the reasons say of each n leaves no room for the others.
CROWDED = [
    ("", "all", 50, 55),
    ("ses", "low", 1, 1),
    ("ses", "middle", 15, 15),
    ("ses", "high", 34, 39),
    ("sex", "boy", 30, 32),
    ("sex", "girl", 20, 23),
]


def test_a_grouping_that_cannot_be_protected_is_hidden_as_a_whole():
    counts = cells(CROWDED)
    out = released(counts)
    together = out.hidden["reason"] == "together"
    assert out.hidden.loc[together, "group"].tolist() == ["boy", "girl"]
    # Otherwise girls would have the status too_few: not even that is said.
    assert out.table["status"].tolist()[-2:] == ["hidden", "hidden"]
    assert out.table["status"].eq("ok").any()
    learned = attack_town(out.table, counts, ONE, GGD, out.hidden)
    assert all(high - low >= GGD.protection for low, high, _ in learned.values())


def test_without_the_block_the_attacker_wins():
    counts = cells(CROWDED)
    table = released(counts).table.assign(value=math.nan, n=math.nan)
    table["status"] = ["hidden", "too_few", "too_few", "hidden", "hidden", "too_few"]
    hidden = linked(table, counts, GGD)
    assert hidden["reason"].iloc[4] == "few_outside"
    town = Town(table, GGD, hidden)
    for grouping in (slice(1, 4), slice(4, 6)):
        town.add(town.cells[0], town.cells[grouping])
    low, high = town.rest(town.cells[0])
    assert high - low < GGD.protection


def test_other_indicators_go_on_when_a_grouping_of_one_is_hidden():
    easy = cells([(*row[:2], row[3] // 2, row[3]) for row in CROWDED], indicator="sport")
    counts = pd.concat([cells(CROWDED), easy], ignore_index=True)
    out = released(counts)
    assert "together" in set(out.hidden["reason"])
    sport = out.hidden[out.hidden["indicator"] == "sport"]
    assert set(sport["reason"]) == {"too_few"}


def test_the_attack_works_on_a_release_without_secondary_suppression():
    """Without it the attacker wins: the attack above is one that can succeed."""
    counts = cells([("", "all", 40, 100), ("sex", "girl", 40, 68), ("sex", "boy", 0, 32)])
    table = estimate(counts)
    naive = tidy(table.assign(status=["ok", "ok", "hidden"]))
    shown = [percentage(x, n, GGD) for x, n in ((40, 100), (40, 68))]
    naive.loc[:1, "value"], naive.loc[:1, "n"] = zip(*shown, strict=True)
    learned = attack_town(naive, counts, ONE, replace(GGD))
    low, high, _ = learned["play", "wijk", "a", "sex", "boy"]
    assert high - low < GGD.protection


def test_random_towns_of_other_shapes_hold(tmp_path):
    areas = areas_of(3, 1)
    people = town(9, wijken=3, districts=1, size=(30, 60)).people
    made = town_of(people, areas, groupings=("ses", "sex"))
    out = release(made.estimates, made.counts, areas=areas, policy=GGD)
    for cell, (low, high, _) in attack_town(out.table, made.counts, areas, GGD, out.hidden).items():
        assert high - low >= WHOLE * GGD.protection, cell
    assert pick(out.table, area="city", area_level="city")["status"] in ("ok", "hidden")
