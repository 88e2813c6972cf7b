"""People in the registry: the keeper's own shares, and no small number of people behind them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wijkkit.disclosure import GGD
from wijkkit.evaluation.facts import Facts
from wijkkit.evaluation.process.implementation import implementation, implementation_by_wijk
from wijkkit.evaluation.process.people import (
    OF_PEOPLE,
    in_whole_numbers,
    shown_measures,
    shown_registry,
)
from wijkkit.live.interventions import intervention_rows
from wijkkit.live.snapshot import Snapshot
from wijkkit.registry import open_registry
from wijkkit.registry.registry import kind_frame
from wijkkit.registry.release import tables_for_release
from wijkkit.registry.tables import COLUMNS, KINDS
from wijkkit.study import open_study

TODAY = date(2021, 7, 1)
Tables = Mapping[str, pd.DataFrame]


def registry(*activities: dict[str, object], target: int = 400, same: bool = False) -> Tables:
    """The registry of a wijk with one intervention per activity, or one for all of them."""

    def frame(kind: str, rows: list[dict[str, object]]) -> pd.DataFrame:
        cells = [[{"version": 1, **row}.get(name) for name in COLUMNS[kind]] for row in rows]
        return kind_frame(KINDS[kind], cells)

    numbered = list(enumerate(activities))
    items = [
        {"wijk": "a", "key": f"I{at}", "name": f"I{at}", "status": "running"}
        | {"target_size": target, "target_low_ses": target // 2}
        for at, _ in numbered
    ]
    done = [
        {"wijk": "a", "key": f"A{at}", "intervention": f"I{0 if same else at}", "name": "club"}
        | activity
        for at, activity in numbered
    ]
    rows = {"interventions": items, "activities": done, "partners": []}
    return {kind: frame(kind, found) for kind, found in rows.items()}


def exact(tables: Tables) -> tuple[pd.DataFrame, pd.DataFrame]:
    given = [tables[kind] for kind in ("interventions", "activities", "partners")]
    return (
        implementation(*given, as_of=TODAY),
        implementation_by_wijk(["a"], *given, as_of=TODAY),
    )


def shown(tables: Tables) -> pd.DataFrame:
    tables = shown_registry(tables, GGD)
    measures = shown_measures(*exact(tables), tables["activities"], GGD)
    return in_whole_numbers(pd.concat(measures, ignore_index=True))


def value(table: pd.DataFrame, measure: str, intervention: str = "") -> pd.Series:
    rows = table[table["measure"].eq(measure) & table["intervention"].eq(intervention)]
    assert len(rows) == 1
    return rows.iloc[0]


def plan(participants: int, planned: int) -> dict[str, object]:
    return {"participants": participants, "planned_participants": planned}


@pytest.mark.parametrize("done, planned", [(851, 1398), (300, 471), (61, 100), (27, 30), (5, 8)])
def test_a_share_is_the_keepers_own_in_whole_percents(done, planned):
    found = shown(registry(plan(done, planned)))
    for name in ("", "I0"):
        row = value(found, "reach_of_plan", name)
        assert row["value"] == np.floor(100 * done / planned + 0.5)
        assert pd.isna(row["numerator"]) and pd.isna(row["denominator"])


@pytest.mark.parametrize("few", [0, 1, 4])
def test_a_small_number_is_absent_and_does_not_follow_from_the_wijk(few):
    found = shown(registry(plan(few, 50), plan(44, 50), target=60))
    assert value(found, "reach_of_plan", "I0")["status"] == "too_few"
    assert value(found, "reach_of_plan", "I1")["value"] == 88
    total = value(found, "reach_of_plan")
    assert total["status"] == "too_few" and pd.isna(total["value"])


def test_a_live_page_says_nothing_of_a_small_number(small_study):
    """The report counts it in its share: another sum beside that would give it back."""

    def rows(few: int) -> list:
        tables = registry(plan(few, 50), plan(44, 50), plan(few, 30), target=60)
        tables["activities"].loc[2, "intervention"] = "I1"
        facts = Facts(small_study("en"), tables, TODAY)
        return intervention_rows(Snapshot(facts.study, facts, GGD), "a")

    found = [rows(few) for few in (1, 2, 3, 4)]
    assert all(one == found[0] for one in found)
    assert [row.participants for row in found[0][:2]] == ["not shown (privacy)"] * 2
    assert rows(0)[1].participants == "44 of 80 (55%)"


def test_a_total_so_large_that_it_leaves_the_small_number_open_is_shown_as_it_is():
    found = shown(registry(plan(3, 50), plan(500, 900), plan(700, 900)))
    assert value(found, "reach_of_plan", "I0")["status"] == "too_few"
    assert value(found, "reach_of_plan")["value"] == np.floor(100 * 1203 / 1850 + 0.5)


def test_what_a_total_leaves_open_is_what_whole_numbers_leave_open():
    """All counts that fit what is shown, tried one by one."""
    random = np.random.default_rng(4)
    told = 0
    for _ in range(60):
        planned = random.integers(20, 260, 3)
        few = int(random.integers(0, 5))
        others = [int(random.integers(6, size)) for size in planned[1:]]
        tables = registry(*map(plan, (few, *others), planned.tolist()), target=5000)
        found = shown(tables)
        total = value(found, "reach_of_plan")
        parts = [value(found, "reach_of_plan", f"I{at}")["value"] for at in (1, 2)]
        ranges = [
            [x for x in range(size + 1) if np.floor(100 * x / size + 0.5) == part]
            for size, part in zip(planned[1:], parts, strict=True)
        ]
        whole = sum((few, *others))
        percent = np.floor(100 * whole / planned.sum() + 0.5)
        fit = {
            least
            for least in range(5)
            for one, two in itertools.product(*ranges)
            if np.floor(100 * (least + one + two) / planned.sum() + 0.5) == percent
        }
        open_ = max(fit) - min(fit)
        assert (total["status"] == "ok") == (open_ >= GGD.protection), (planned, few, others)
        told += total["status"] != "ok"
    assert 5 < told < 55


def test_two_periods_of_an_activity_do_not_give_a_small_one():
    tables = registry({"participants": 34}, {"participants": 4}, target=40, same=True)
    row = value(exact(tables)[0], "reach", "I0")
    assert (row["upper"] - row["lower"]) * 40 / 100 == pytest.approx(4)
    found = value(shown(tables), "reach", "I0")
    assert found["value"] == 85 and pd.isna(found["lower"]) and pd.isna(found["upper"])
    both = registry({"participants": 34}, {"participants": 14}, target=60, same=True)
    assert value(shown(both), "reach", "I0")["upper"] == 80
    beside = {kind: pd.concat([both[kind], tables[kind].assign(wijk="b")]) for kind in both}
    assert value(shown(beside).query("wijk == 'a'"), "reach", "I0")["upper"] == 80


@pytest.mark.parametrize("low, status", [(2, "too_few"), (36, "too_few"), (5, "ok"), (35, "ok")])
def test_a_share_of_few_people_or_of_nearly_all_is_absent(low, status):
    known = {"participants": 50, "participants_ses_known": 40, "participants_low_ses": low}
    for name, intervention in (
        ("low_ses_reached", ""),
        ("low_ses_reached", "I0"),
        ("equity", "I0"),
    ):
        found = value(shown(registry(known)), name, intervention)
        assert found["status"] == status and pd.isna(found["value"]) == (status != "ok")


def test_the_wijks_share_does_not_give_the_low_ses_of_one_intervention():
    def known(low: int) -> dict[str, object]:
        return {"participants": 50, "participants_ses_known": 40, "participants_low_ses": low}

    found = shown(registry(known(3), known(20)))
    assert value(found, "low_ses_reached", "I0")["status"] == "too_few"
    assert value(found, "low_ses_reached", "I1")["value"] == 50
    assert value(found, "low_ses_reached")["status"] == "too_few"


def observed(score: float, n: int) -> dict[str, object]:
    return {"quality": score, "quality_n": n, "quality_sd": 5.0}


def test_the_quality_of_a_single_list_is_absent_and_so_is_the_wijks_that_gives_it():
    found = shown(registry(observed(41, 1), observed(80, 20)))
    assert value(found, "quality", "I0")["status"] == "too_few"
    assert value(found, "quality", "I1")["value"] == 80
    assert value(found, "quality")["status"] == "too_few"
    several = shown(registry(observed(41, 4), observed(60, 3), observed(80, 20)))
    assert value(several, "quality")["status"] == "ok"
    assert pd.isna(value(several, "quality")["numerator"])


def test_a_small_target_group_is_absent_and_a_larger_one_is_as_registered():
    items = shown_registry(registry({"participants": 20}, target=7), GGD)["interventions"]
    assert items.loc[0, "target_size"] == 7 and pd.isna(items.loc[0, "target_low_ses"])


def test_the_demo_shows_the_shares_of_its_own_workbook_and_no_number_of_people(demo_run: Path):
    study = open_study(demo_run / "parameters")
    with open_registry(study) as opened:
        done = tables_for_release(opened)["activities"]
    both = done.dropna(subset=["participants", "planned_participants"])
    sums = both.groupby("wijk")[["participants", "planned_participants"]].sum().astype(float)
    own = np.floor(100 * sums["participants"] / sums["planned_participants"] + 0.5)
    folder = study.runs / "released"
    table = pd.read_parquet(folder / "implementation_by_wijk.parquet")
    mine = table[table["measure"].eq("reach_of_plan") & table["status"].eq("ok")]
    assert len(mine) and (mine["value"] == own[mine["wijk"]].to_numpy()).all()
    side = pd.read_parquet(folder / "side_by_side.parquet").set_index("wijk")["reach_of_plan"]
    pd.testing.assert_series_equal(side.dropna(), own[side.dropna().index], check_names=False)
    for name in ("implementation", "implementation_by_wijk"):
        people = pd.read_parquet(folder / f"{name}.parquet").query("measure in @OF_PEOPLE")
        assert people[["numerator", "denominator"]].isna().all(axis=None)
    text = pd.read_parquet(folder / "explanations.parquet")["fields"].str.cat()
    shares = sums["participants"] / sums["planned_participants"]
    assert not any(f"{share:.6f}" in text for share in shares)


def test_people_are_those_of_the_measures():
    assert {"reach", "reach_of_plan", "low_ses_reached", "equity"} == set(OF_PEOPLE)
