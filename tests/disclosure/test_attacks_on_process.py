"""Attacks on the process evaluation: numbers of participants, and answers of key persons."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from wijkkit.disclosure import GGD
from wijkkit.evaluation.process.implementation import implementation, implementation_by_wijk
from wijkkit.evaluation.process.people import OF_PEOPLE, rounded_people, without_small_counts
from wijkkit.evaluation.process.shown_scales import shown_scales
from wijkkit.registry import open_registry, tables_for_release
from wijkkit.registry.frames import kind_frame
from wijkkit.registry.tables import COLUMNS, KINDS
from wijkkit.study import open_study

TODAY = date(2021, 7, 1)
Tables = Mapping[str, pd.DataFrame]


def registry(*activities: dict[str, object], target: int = 400) -> Tables:
    """The registry of a wijk with one intervention per activity."""

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
        {"wijk": "a", "key": f"A{at}", "intervention": f"I{at}", "name": f"A{at}"} | activity
        for at, activity in numbered
    ]
    rows = {"interventions": items, "activities": done, "partners": []}
    return {kind: frame(kind, found) for kind, found in rows.items()}


def by_hand(tables: Tables) -> pd.DataFrame:
    """All measures of each intervention and of the wijk, as they were registered."""
    given = [tables[kind] for kind in ("interventions", "activities", "partners")]
    each = implementation(*given, as_of=TODAY)
    wijk = implementation_by_wijk(["a"], *given, as_of=TODAY)
    return pd.concat([each, wijk], ignore_index=True)


def released(tables: Tables) -> pd.DataFrame:
    return without_small_counts(by_hand(rounded_people(tables, GGD)), GGD)


def value(table: pd.DataFrame, measure: str, intervention: str = "") -> pd.Series:
    rows = table[table["measure"].eq(measure) & table["intervention"].eq(intervention)]
    assert len(rows) == 1
    return rows.iloc[0]


def counts_behind(percent: float, planned: int, base: int = GGD.count_base) -> set[int]:
    """All numbers of participants that are rounded to what this whole percentage comes from."""
    return {
        count
        for count in range(planned + 1)
        if abs(100 * (base * np.floor(count / base + 0.5)) / planned - percent) <= 0.5
    }


def test_a_ratio_with_all_its_digits_gives_the_participants_and_a_rounded_one_five_of_them():
    tables = registry({"participants": 79, "planned_participants": 128})
    exact = value(by_hand(tables), "reach_of_plan")["value"]
    assert Fraction(exact / 100).limit_denominator(200) == Fraction(79, 128)
    shown = value(released(tables), "reach_of_plan")
    assert pd.isna(shown["numerator"]) and pd.isna(shown["denominator"])
    assert shown["value"] == round(shown["value"])
    behind = counts_behind(shown["value"], 128)
    assert 79 in behind and len(behind) >= GGD.count_base


def test_the_intervention_with_few_participants_does_not_follow_from_the_wijk_and_the_others():
    plans = {"planned_participants": 50}
    tables = registry({"participants": 3, **plans}, {"participants": 44, **plans}, target=60)
    exact = by_hand(tables)
    total, other = (value(exact, "reach_of_plan", name) for name in ("", "I1"))
    assert total["value"] - other["value"] / 2 == pytest.approx(100 * 3 / 100)
    shown = released(tables)
    assert value(shown, "reach_of_plan", "I0")["status"] != "ok"
    # The small one is left out of the total as well: nothing can be subtracted.
    assert value(shown, "reach_of_plan")["value"] == value(shown, "reach_of_plan", "I1")["value"]


def test_two_periods_of_an_activity_do_not_give_a_small_one():
    tables = registry({"participants": 34}, {"participants": 4}, target=40)
    activities = tables["activities"].assign(intervention="I0", name="club")
    tables = {**tables, "activities": activities}
    exact = value(by_hand(tables), "reach", "I0")
    assert (exact["upper"] - exact["lower"]) * 40 / 100 == pytest.approx(4)
    shown = value(released(tables), "reach", "I0")
    assert shown["status"] == "ok"
    assert pd.isna(shown["upper"]) or shown["upper"] == shown["lower"] == shown["value"]


@pytest.mark.parametrize("low", [2, 5, 36])
def test_a_share_of_few_people_or_of_nearly_all_is_hidden(low):
    known = {"participants": 50, "participants_ses_known": 40, "participants_low_ses": low}
    tables = registry(known)
    assert value(by_hand(tables), "low_ses_reached")["status"] == "ok"
    for name, intervention in (("low_ses_reached", ""), ("equity", "I0")):
        found = value(released(tables), name, intervention)
        assert found["status"] == "too_few" and pd.isna(found["value"])


def test_what_is_left_open_of_a_share_is_as_wide_as_the_policy_asks():
    known = {"participants": 90, "participants_ses_known": 80}
    shown = [
        value(released(registry({**known, "participants_low_ses": low})), "low_ses_reached")[
            "value"
        ]
        for low in range(8, 63)
    ]
    alike = pd.Series(shown).value_counts()
    assert alike.min() >= GGD.count_base


def test_a_target_group_is_rounded_and_a_small_one_is_absent():
    tables = rounded_people(registry({"participants": 20}, target=7), GGD)
    item = tables["interventions"].iloc[0]
    assert item["target_size"] == 5 and pd.isna(item["target_low_ses"])


# key persons ---------------------------------------------------------------------------------


def scales(sizes: dict[str, int], seed: int = 1) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Answers of so many key persons per wijk, and the scale's mean with its interval by hand."""
    random = np.random.default_rng(seed)
    rows = [
        {"wijk": wijk, "arm": arm, "wave": wave, "score": random.integers(4, 21) / 4}
        for arm in ("programme", "comparator")
        for wijk, n in sizes.items()
        for wave in ("1", "2")
        for _ in range(n)
    ]
    answers = pd.DataFrame(rows)
    means = answers.groupby(["arm", "wave", "wijk"])["score"].mean().groupby(["arm", "wave"])
    half = stats.t.ppf(0.975, len(sizes) - 1) * means.std(ddof=1) / np.sqrt(len(sizes))
    table = pd.DataFrame(
        {"mean": means.mean(), "lower": means.mean() - half, "upper": means.mean() + half}
    )
    table = table.assign(
        scale="s",
        n=sum(sizes.values()),
        status="ok",
        **dict.fromkeys(("alpha", "alpha_lower", "alpha_upper", "omega"), 0.7123),
    )
    change = {
        "scale": "s",
        "first": "1",
        "last": "2",
        "programme": 0.25,
        "comparator": 0.111,
        "value": 0.139,
        "lower": -0.4,
        "upper": 0.678,
        "p": 0.5,
        "status": "ok",
        "reason": "",
    }
    return table.reset_index(), pd.DataFrame([change]), answers


def test_a_mean_and_an_interval_give_the_answer_of_the_one_key_person_of_a_wijk():
    table, changes, answers = scales({"a": 6, "b": 1})
    row = table.set_index(["arm", "wave"]).loc[("programme", "1")]
    apart = (row["upper"] - row["mean"]) / stats.t.ppf(0.975, 1) * np.sqrt(2) / np.sqrt(2)
    alone = answers.query("wijk == 'b' and arm == 'programme' and wave == '1'")["score"].item()
    assert min(abs(row["mean"] + side * apart - alone) for side in (-1, 1)) < 1e-9
    shown, moved = shown_scales(table, changes, answers, GGD)
    assert shown["status"].eq("too_few").all() and moved["status"].eq("too_few").all()
    assert shown[["mean", "lower", "upper", "n", "alpha"]].isna().all(axis=None)
    assert moved[["programme", "comparator", "value", "lower", "upper", "p"]].isna().all(axis=None)


def test_scales_of_enough_key_persons_are_rounded_and_changes_follow_from_the_rounded_means():
    table, changes, answers = scales({"a": 6, "b": 7, "c": 5})
    shown, moved = shown_scales(table, changes, answers, GGD)
    means = shown.set_index(["arm", "wave"])["mean"]
    assert shown["status"].eq("ok").all()
    for name in ("mean", "lower", "upper"):
        assert shown[name].to_numpy() == pytest.approx(shown[name].round(1).to_numpy())
    assert (shown["lower"] <= table["lower"] + 1e-9).all()
    assert (shown["upper"] >= table["upper"] - 1e-9).all()
    row = moved.iloc[0]
    for arm in ("programme", "comparator"):
        assert row[arm] == pytest.approx(means[arm, "2"] - means[arm, "1"])
    assert row["value"] == pytest.approx(row["programme"] - row["comparator"])
    assert row["upper"] - row["lower"] >= 1.078


# the demo ------------------------------------------------------------------------------------


def test_no_table_of_the_demo_holds_a_figure_of_exact_participants(demo_run: Path):
    study = open_study(demo_run / "parameters")
    with open_registry(study) as opened:
        done = tables_for_release(opened)["activities"]
    sums = done.groupby("wijk")[["participants", "planned_participants"]].sum().astype(float)
    exact = 100 * sums["participants"] / sums["planned_participants"]
    folder = study.runs / "released"
    side = pd.read_parquet(folder / "side_by_side.parquet").set_index("wijk")["reach_of_plan"]
    assert (side - exact[side.index]).abs().between(1e-6, 1).all()
    for name in ("implementation", "implementation_by_wijk"):
        table = pd.read_parquet(folder / f"{name}.parquet")
        people = table[table["measure"].isin(OF_PEOPLE)]
        assert people[["numerator", "denominator"]].isna().all(axis=None)
    items = pd.read_parquet(folder / "interventions.parquet")
    assert (items["target_size"].dropna() % GGD.count_base == 0).all()
    text = pd.read_parquet(folder / "explanations.parquet")["fields"].str.cat()
    assert not any(f"{share / 100:.6f}"[:8] in text for share in exact)
