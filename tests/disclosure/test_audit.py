"""The audit refuses a release that shows or gives away what it may not, and names the cell."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from towns import KEYS, areas_of, count, estimate, linked, people_of, town

from wijkkit.disclosure import GGD, OPENSAFELY, Composition, policy_for, release
from wijkkit.disclosure.audit import audit
from wijkkit.disclosure.audit_evidence import evidence
from wijkkit.disclosure.policy import stricter
from wijkkit.errors import DisclosureError
from wijkkit.study import open_study

KEY = {"indicator": "play", "area": "a", "area_level": "wijk", "wave": "1"}
ONE = pd.DataFrame({"wijk": ["a"], "district": ["d"], "arm": ["none"]})


def counts_of(*rows: tuple) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["group_by", "group", "x", "n"])
    return table.assign(**KEY)[[*KEYS, "x", "n"]]


def released(counts, areas=ONE, policy=GGD):
    return release(estimate(counts), counts, areas=areas, policy=policy).table


def refused(table, counts, match, areas=ONE, policy=GGD, **options):
    with pytest.raises(DisclosureError, match=match) as caught:
        audit(table, linked(table, counts, policy), counts, areas=areas, policy=policy, **options)
    return caught.value.problems


def shown(value: float, n: float, **changes) -> dict:
    return {"value": value, "lower": 1.0, "upper": 99.0, "n": n, "status": "ok"} | changes


@pytest.mark.parametrize(
    ("x", "n", "row", "match"),
    [
        (12, 29, shown(41.0, 30.0), "too few respondents"),
        (4, 60, shown(10.0, 60.0), "too few in the category"),
        (56, 60, shown(90.0, 60.0), "too few outside"),
        (92, 100, shown(92.0, 100.0), "too large a share"),
        (20, 60, shown(33.3, 60.0), "value is finer"),
        (20, 60, shown(34.0, 60.0, lower=22.7), "lower is finer"),
        (20, 60, shown(34.0, 60.0, upper=47.1), "upper is finer"),
        (20, 61, shown(34.0, 61.0), "n is finer"),
        (20, 60, shown(float("nan"), 60.0), "without a number"),
        (3, 60, shown(5.0, float("nan"), status="hidden"), "hidden, yet a number"),
    ],
)
def test_a_number_against_the_policy_is_named(x, n, row, match):
    counts = counts_of(("", "all", x, n))
    problems = refused(estimate(counts).assign(**row), counts, match)
    assert problems[0].place == "play, wijk a, 1"


def test_a_release_without_secondary_suppression_is_refused_and_the_cell_named():
    counts = counts_of(("", "all", 40, 100), ("sex", "girl", 40, 68), ("sex", "boy", 0, 32))
    table = released(counts)
    assert (table["status"] != "ok").sum() > 1
    lone = release(estimate(counts.iloc[:2]), counts.iloc[:2], areas=ONE, policy=GGD).table
    table = pd.concat([lone, table.iloc[[2]]], ignore_index=True)
    problems = refused(table, counts, "can be derived")
    assert {problem.place for problem in problems} == {"play, wijk a, 1, sex boy"}


def test_sums_over_areas_are_attacked_as_well():
    areas = pd.DataFrame({"wijk": ["a", "b"], "district": "d", "arm": "none"})
    rows = [("wijk", "a", 0, 32), ("wijk", "b", 40, 68), ("gebied", "d", 40, 100)]
    counts = pd.DataFrame(rows, columns=["area_level", "area", "x", "n"]).assign(
        indicator="play", wave="1", group_by="", group="all"
    )[[*KEYS, "x", "n"]]
    alone = [
        release(estimate(counts.iloc[[k]]), counts.iloc[[k]], areas=areas, policy=GGD).table
        for k in range(3)
    ]
    refused(pd.concat(alone, ignore_index=True), counts, "can be derived", areas)
    assert release(estimate(counts), counts, areas=areas, policy=GGD).audit["narrowest"] >= 3


def test_sums_of_indicator_parts_are_attacked_as_well():
    rows = [("care", 40, 100), ("youth", 40, 100), ("other", 0, 100)]
    counts = pd.concat(
        [counts_of(("", "all", x, n)).assign(indicator=name) for name, x, n in rows],
        ignore_index=True,
    )
    strict = stricter(GGD, {"protection": 6, "min_count": 10})
    alone = released(counts, policy=strict)
    parts = Composition(indicators={"care": ("youth", "other")})
    # Without knowing that they add up, nothing is hidden besides; with it, something must be.
    assert alone["status"].tolist() == ["ok", "ok", "hidden"]
    refused(alone, counts, "can be derived", policy=strict, composition=parts)
    out = release(estimate(counts), counts, areas=ONE, policy=strict, composition=parts)
    assert (out.table["status"] == "hidden").sum() > 1


def test_an_honest_release_passes_and_says_what_was_attacked():
    made = town(3, size=(10, 90))
    out = release(made.estimates, made.counts, areas=made.areas, policy=OPENSAFELY)
    assert out.audit["cells"] == len(made.counts)
    assert out.audit["hidden"] == len(out.hidden) > 0
    assert out.audit["attacked"] >= out.audit["hidden"]


def test_estimates_without_usable_counts_are_all_named():
    counts = counts_of(("", "all", 20, 60), ("sex", "girl", 12, 30), ("sex", "boy", 8, 30))
    wrong = counts.assign(x=[20.5, 31, 8])
    with pytest.raises(DisclosureError) as caught:
        release(estimate(counts), wrong, areas=ONE, policy=GGD)
    assert len(caught.value.problems) == 2
    with pytest.raises(DisclosureError, match="no counts"):
        release(estimate(counts), counts.iloc[:2], areas=ONE, policy=GGD)
    with pytest.raises(DisclosureError, match="twice"):
        release(estimate(counts), pd.concat([counts, counts]), areas=ONE, policy=GGD)


def test_what_was_not_asked_stays_so_and_what_came_hidden_stays_hidden():
    counts = counts_of(("", "all", 20, 60), ("sex", "girl", 12, 31), ("sex", "boy", 8, 29))
    table = estimate(counts)
    table.loc[0, "status"], table.loc[1, "status"] = "not_asked", "hidden"
    out = release(table, counts, areas=ONE, policy=GGD)
    assert out.table["status"].tolist() == ["not_asked", "hidden", "too_few"]
    assert out.hidden["reason"].tolist() == ["stated", "too_few"]


def test_the_inputs_are_left_as_they_are():
    areas = areas_of(3, 1)
    counts = count(people_of(areas, np.random.default_rng(1)))
    estimates, kept = estimate(counts), counts.copy()
    before = estimates.copy()
    release(estimates, counts, areas=areas, policy=GGD)
    pd.testing.assert_frame_equal(estimates, before)
    pd.testing.assert_frame_equal(counts, kept)


def test_a_study_follows_its_preset():
    study = open_study("parameters")
    assert policy_for(study).name == study.settings.disclosure.policy


@pytest.mark.parametrize(
    ("reason", "bounds"),
    [
        ("few_inside", {"x_max": 4, "rest_max": np.inf}),
        ("few_outside", {"x_max": np.inf, "rest_max": 4}),
        ("linked", {"x_min": 5, "rest_min": 5, "x_max": np.inf, "rest_max": np.inf}),
        ("too_few", {"n_max": 29}),
    ],
)
def test_the_attacker_knows_what_the_reason_of_a_hidden_cell_says(reason, bounds):
    hidden = {"value": np.nan, "lower": np.nan, "upper": np.nan, "n": np.nan, "status": "hidden"}
    about = {"x": 4.0, "respondents": 40.0, "public": False, "repeated": False, "unit": "percent"}
    system = pd.DataFrame([hidden | about | {"reason": reason}])
    found = evidence(system, GGD).iloc[0]
    assert {name: found[name] for name in bounds} == bounds
