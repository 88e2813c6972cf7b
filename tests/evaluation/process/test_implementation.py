"""Implementation along RE-AIM: what was registered, and what was not."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from wijkkit.evaluation.process.implementation import implementation, implementation_by_wijk
from wijkkit.evaluation.process.sentences import implementation_sentences, reach_sentences

TODAY = date(2021, 7, 1)


@pytest.fixture
def carried_out(registry_table):
    interventions = registry_table(
        "interventions",
        {"wijk": "a", "key": "I1", "name": "Play", "target_size": 200, "target_low_ses": 100,
         "start": date(2019, 1, 1)},
        {"wijk": "a", "key": "I2", "name": "Talk", "start": date(2021, 3, 1)},
        {"wijk": "b", "key": "I1", "name": "Other", "start": date(2018, 1, 1),
         "end": date(2018, 6, 1)},
    )  # fmt: skip
    activities = registry_table(
        "activities",
        {"wijk": "a", "key": "A1", "intervention": "I1", "name": "square",
         "planned_sessions": 10, "delivered_sessions": 8, "participants": 40,
         "planned_participants": 50, "participants_ses_known": 30, "participants_low_ses": 9,
         "quality": 70.0, "quality_n": 4, "quality_sd": 10.0},
        {"wijk": "a", "key": "A2", "intervention": "I1", "name": "square",
         "planned_sessions": 10, "delivered_sessions": 0, "participants": 30,
         "planned_participants": 50, "quality": 80.0, "quality_n": 2, "quality_sd": 6.0},
        {"wijk": "a", "key": "A3", "intervention": "I1", "name": "club",
         "planned_sessions": 20, "participants": 10},
    )  # fmt: skip
    partners = registry_table(
        "partners",
        {"wijk": "a", "intervention": "I1", "stakeholder": "P1", "takes_part": "yes"},
        {"wijk": "a", "intervention": "I1", "stakeholder": "P2", "takes_part": "no"},
        {"wijk": "a", "intervention": "I1", "stakeholder": "P3"},
    )
    return interventions, activities, partners


def measure(table, name, wijk="a", intervention="I1"):
    rows = table.query("wijk == @wijk and intervention == @intervention and measure == @name")
    assert len(rows) == 1
    return rows.iloc[0]


def test_what_was_not_registered_is_absent_and_never_zero(carried_out):
    table = implementation(*carried_out, as_of=TODAY)
    other = table.query("wijk == 'a' and intervention == 'I2'")
    assert set(other["status"]) == {"not_registered", "too_early"}
    assert other["value"].isna().all()


def test_a_registered_zero_stays_zero(carried_out, registry_table):
    interventions, activities, partners = carried_out
    nothing = activities.iloc[[1]]
    table = implementation(interventions, nothing, partners, as_of=TODAY)
    assert measure(table, "dose")["value"] == 0
    assert measure(table, "dose")["status"] == "ok"


def test_delivered_per_planned_uses_rows_that_hold_both(carried_out):
    row = measure(implementation(*carried_out, as_of=TODAY), "dose")
    assert (row["value"], row["numerator"], row["denominator"]) == (40, 8, 20)
    assert np.isnan(row["lower"]) and row["basis"] == "count"


def test_reach_holds_whatever_the_overlap_between_rows(carried_out):
    row = measure(implementation(*carried_out, as_of=TODAY), "reach")
    # The square's largest period (40) and the club (10) of 200; at least 40, at most 80.
    assert (row["value"], row["lower"], row["upper"]) == (25, 20, 40)
    assert row["basis"] == "overlap"


@pytest.mark.parametrize(("size", "ends"), [(60, (83.3, 66.7, 100)), (30, (133.3, 133.3, 133.3))])
def test_periods_together_reach_no_more_than_everybody(carried_out, size, ends):
    interventions, *others = carried_out
    small = interventions.assign(target_size=size)
    row = measure(implementation(small, *others, as_of=TODAY), "reach")
    assert tuple(row[["value", "lower", "upper"]]) == pytest.approx(ends, abs=0.1)


def test_reach_is_said_with_the_least_and_the_most_it_can_be(carried_out):
    interventions, activities, partners = carried_out
    said = reach_sentences(implementation(*carried_out, as_of=TODAY), "a", "nl")
    assert said[0] == "Van de doelgroep is bereikt: Play (20% tot 40%)."
    assert said[1].startswith("Een kind kan")
    once = implementation(interventions, activities.iloc[[0]], partners, as_of=TODAY)
    assert reach_sentences(once, "a", "en") == [
        "Of the target group, this part was reached: Play (20%)."
    ]
    assert reach_sentences(once, "c", "nl") == []
    hidden = implementation(*carried_out, as_of=TODAY).assign(lower=np.nan, upper=np.nan)
    assert reach_sentences(hidden, "a", "nl") == []


def test_ses_of_participants_is_a_sample_with_wilson_limits(carried_out):
    table = implementation(*carried_out, as_of=TODAY)
    row = measure(table, "low_ses_reached")
    assert row["value"] == pytest.approx(30)
    assert (row["lower"], row["upper"]) == pytest.approx((16.6647, 47.8757), abs=1e-3)
    gap = measure(table, "equity")
    assert (gap["value"], gap["unit"]) == (pytest.approx(-20), "points")
    assert gap["upper"] == pytest.approx(row["upper"] - 50)


def test_ses_known_of_everybody_needs_no_interval(carried_out):
    interventions, activities, partners = carried_out
    all_known = activities.iloc[[0]].assign(participants=30)
    row = measure(implementation(interventions, all_known, partners, as_of=TODAY), "equity")
    assert row["basis"] == "count" and np.isnan(row["lower"])


def test_numbers_that_contradict_each_other_give_no_figure(carried_out):
    interventions, activities, partners = carried_out
    wrong = activities.iloc[[0]].assign(participants_low_ses=31)
    row = measure(implementation(interventions, wrong, partners, as_of=TODAY), "low_ses_reached")
    assert row["status"] == "contradictory" and np.isnan(row["value"])


def test_quality_is_a_weighted_mean_with_a_t_interval(carried_out):
    row = measure(implementation(*carried_out, as_of=TODAY), "quality")
    value = (4 * 70 + 2 * 80) / 6
    error = np.sqrt((3 * 100 + 1 * 36) / 4 / 6)
    half = stats.t.ppf(0.975, 4) * error
    assert row["value"] == pytest.approx(value)
    assert (row["lower"], row["upper"]) == pytest.approx((value - half, value + half))


def test_quality_without_its_spread_has_no_interval(carried_out):
    interventions, activities, partners = carried_out
    for absent in ("quality_sd", "quality_n"):
        table = implementation(
            interventions, activities.assign(**{absent: None}), partners, as_of=TODAY
        )
        row = measure(table, "quality")
        assert row["status"] == "ok" and np.isnan(row["lower"])


def test_adoption_counts_partners_of_whom_it_is_known(carried_out):
    row = measure(implementation(*carried_out, as_of=TODAY), "adoption")
    assert (row["value"], row["denominator"]) == (50, 2)


@pytest.mark.parametrize(
    ("start", "end", "status", "value"),
    [
        (date(2019, 1, 1), None, "ok", 100),
        (date(2019, 1, 1), date(2020, 6, 1), "ok", 100),
        (date(2019, 1, 1), date(2019, 12, 1), "ok", 0),
        (date(2021, 1, 1), date(2021, 2, 1), "ok", 0),
        (date(2021, 1, 1), None, "too_early", np.nan),
        (None, None, "not_registered", np.nan),
    ],
)
def test_maintenance_is_judged_a_year_after_the_start(carried_out, start, end, status, value):
    interventions, activities, partners = carried_out
    one = interventions.iloc[[0]].assign(start=[start], end=[end])
    row = measure(implementation(one, activities, partners, as_of=TODAY), "maintenance")
    assert row["status"] == status
    np.testing.assert_equal(row["value"], value)


def test_a_wijk_without_registration_is_said_to_be_unknown(carried_out):
    by_wijk = implementation_by_wijk(["a", "b", "c"], *carried_out, as_of=TODAY)
    assert by_wijk.query("wijk == 'c'")["value"].isna().all()
    said = implementation_sentences(by_wijk, "b", 1, "nl")
    assert said[0].startswith("Bij 1 van de 1 interventies is geen enkele activiteit")
    assert "Niet geregistreerd" in said[-1]
    assert implementation_sentences(by_wijk, "c", 0, "nl") == [
        "In deze wijk zijn geen interventies geregistreerd."
    ]


def test_a_wijk_sums_its_interventions(carried_out):
    by_wijk = implementation_by_wijk(["a"], *carried_out, as_of=TODAY).set_index("measure")
    assert by_wijk.loc["dose", "value"] == 40
    assert by_wijk.loc["frequency", "status"] == "not_registered"
    assert by_wijk.loc["registered", "value"] == 50
    assert by_wijk.loc["maintenance", ["numerator", "denominator"]].tolist() == [1, 1]
    said = implementation_sentences(by_wijk.reset_index(), "a", 2, "en")
    assert "Of the planned sessions, 40% were held (8 of 20)." in said


def test_what_is_hidden_or_too_early_is_not_called_not_registered(carried_out):
    by_wijk = implementation_by_wijk(["a"], *carried_out, as_of=TODAY)
    for measure_, status in (("low_ses_reached", "too_few"), ("quality", "too_few")):
        by_wijk.loc[by_wijk["measure"].eq(measure_), "status"] = status
    by_wijk.loc[by_wijk["measure"].eq("maintenance"), "status"] = "too_early"
    said = implementation_sentences(by_wijk, "a", 2, "nl")
    assert said[-2:] == [
        "Te weinig mensen om te tonen: deelnemers met een lage SES en kwaliteit (0–100).",
        "Nog te vroeg om te zeggen: liep na een jaar nog.",
    ]


def test_tables_without_rows_give_tables_without_rows(registry_table):
    empty = [registry_table(kind) for kind in ("interventions", "activities", "partners")]
    assert implementation(*empty, as_of=TODAY).empty
    assert implementation_by_wijk(["a"], *empty, as_of=TODAY)["status"].eq("not_registered").all()
    assert isinstance(implementation(*empty, as_of=TODAY), pd.DataFrame)
