"""Choosing interventions: scores with reasons, two rankings, their stability, packages."""

from __future__ import annotations

from itertools import chain, combinations

import numpy as np
import pandas as pd
import pytest
from pymcdm.methods import PROMETHEE_II, WSM

from wijkkit.errors import EstimationError
from wijkkit.evaluation.choice import choose
from wijkkit.evaluation.choice.choose import choose_package
from wijkkit.evaluation.choice.criteria import CRITERIA, changed_weights, criterion_flows, ranks
from wijkkit.evaluation.choice.panel import choice_panel, choice_sentences
from wijkkit.pipeline.process.evaluate import open_goals
from wijkkit.study.settings import ChoiceSettings


def catalogue(rows: int = 6, seed: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    goals = ("outdoor", "sport", "support")
    return pd.DataFrame(
        {
            "intervention": [f"i{i}" for i in range(rows)],
            "name": [f"Intervention {i}" for i in range(rows)],
            "goals": [
                tuple(g for g in goals if rng.random() < 0.5) or (goals[i % 3],)
                for i in range(rows)
            ],
            "factors": [("norms",) if rng.random() < 0.5 else () for _ in range(rows)],
            "evidence": rng.integers(0, 5, rows).astype(float),
            "reach": rng.uniform(5, 80, rows),
            "reach_low_ses": rng.uniform(5, 80, rows),
            "cost": rng.uniform(1000, 20000, rows).round(),
            "strengthens": [() for _ in range(rows)],
            "overlaps": [() for _ in range(rows)],
        }
    )


GOALS = pd.DataFrame(
    {"goal": ["outdoor", "sport", "support"], "label": ["Outdoor", "Sport", "Support"]}
)


def test_the_weighted_sum_and_the_flows_are_those_of_the_library():
    found = choose(catalogue(), GOALS, language="en", factors=["norms"])
    matrix = found.scores["score"].to_numpy().reshape(6, len(CRITERIA))
    weights = np.array(list(found.weights.values()))
    types = np.ones(len(CRITERIA))
    ranking = found.ranking.sort_values("intervention")
    plain = WSM(lambda x, cost=False: x)
    expected = plain(matrix, weights, types, validation=False)
    np.testing.assert_allclose(ranking["weighted_sum"], expected, rtol=1e-12)
    method = PROMETHEE_II("vshape_2", p=[0.5] * 7, q=[0.1] * 7)
    expected = method(matrix, weights, types, validation=False)
    np.testing.assert_allclose(ranking["net_flow"], expected, rtol=0, atol=1e-12)


def test_every_score_has_a_reason_and_contributions_add_up():
    found = choose(catalogue(), GOALS, language="nl", running=["i0"])
    assert found.scores["reason"].str.len().min() > 5
    assert len(found.scores) == 6 * len(CRITERIA)
    total = found.scores.groupby("intervention")["contribution"].sum()
    ranking = found.ranking.set_index("intervention")["weighted_sum"]
    np.testing.assert_allclose(total.sort_index(), ranking.sort_index(), rtol=1e-12)
    assert sum(found.weights.values()) == pytest.approx(1)


def test_what_the_catalogue_does_not_say_counts_as_nothing_and_is_said():
    table = catalogue()
    table.loc[0, ["evidence", "reach", "reach_low_ses", "cost"]] = np.nan
    found = choose(table, GOALS, language="nl")
    mine = found.scores.query("intervention == 'i0'").set_index("criterion")
    for criterion in ("evidence", "reach", "equity", "cost"):
        assert mine.loc[criterion, "score"] == 0
        assert not mine.loc[criterion, "known"]
        assert "Dit telt als 0" in mine.loc[criterion, "reason"]
    assert found.ranking.set_index("intervention").loc["i0", "unknown"] == 5  # and no factors


@pytest.mark.parametrize(
    ("criterion", "values", "expected"),
    [
        ("evidence", {"evidence": 3.0}, 0.75),
        ("reach", {"reach": 30.0}, 0.3),
        # Children of low SES as large a part of those reached as they can be.
        ("equity", {"reach": 30.0, "reach_low_ses": 15.0}, 0.5),
        ("equity", {"reach": 30.0, "reach_low_ses": 60.0}, 1.0),
        ("equity", {"reach": 1.0, "reach_low_ses": 0.5}, 0.5),
        ("equity", {"reach": 0.0, "reach_low_ses": 0.0}, None),
    ],
)
def test_a_score_is_the_part_of_the_most_that_can_be(criterion, values, expected):
    found = choose(catalogue(3).assign(**values), GOALS, language="en").scores
    row = found[found["criterion"].eq(criterion)].iloc[0]
    assert row["known"] == (expected is not None)
    assert row["score"] == pytest.approx(expected or 0.0)


@pytest.mark.parametrize(
    ("costs", "budget", "expected"),
    [
        ((5e3, 2e4, 1e4), None, [0.75, 0, 0.5]),
        ((5e3, 6e4, 1e4), 4e4, [0.875, 0, 0.75]),
        ((0.0, 0.0, 0.0), None, [1, 1, 1]),
    ],
)
def test_what_costs_as_much_as_the_dearest_or_the_budget_scores_nothing(costs, budget, expected):
    found = choose(catalogue(3).assign(cost=costs), GOALS, budget=budget, language="en").scores
    assert found.loc[found["criterion"].eq("cost"), "score"].tolist() == expected


def test_no_evidence_and_unknown_evidence_are_told_apart():
    table = catalogue(2)
    table["evidence"] = [0.0, np.nan]
    scores = choose(table, GOALS, language="nl").scores.query("criterion == 'evidence'")
    assert scores["known"].tolist() == [True, False]
    assert scores["reason"].nunique() == 2


def test_priorities_of_goals_move_the_fit():
    table = catalogue(2)
    table["goals"] = [("outdoor",), ("sport",)]
    goals = GOALS.assign(priority=[3.0, 1.0, 1.0])
    scores = choose(table, goals, language="nl").scores.query("criterion == 'goal_fit'")
    assert scores["score"].tolist() == [0.6, 0.2]
    with pytest.raises(EstimationError, match="priority above zero"):
        choose(table, GOALS.assign(priority=[1.0, 0.0, 1.0]))


def test_what_already_runs_or_overlaps_scores_nothing_and_what_strengthens_scores_fully():
    table = catalogue(4)
    table["overlaps"] = [(), ("i0",), (), ()]
    table["strengthens"] = [(), (), ("i0",), ()]
    found = choose(table, GOALS, running=["i0"], language="en").scores
    rows = found.query("criterion == 'fit_running'")
    assert rows["score"].tolist() == [0.0, 0.0, 1.0, 0.5]
    assert all("Intervention 0" in reason for reason in rows["reason"].iloc[1:3])


def test_flows_are_opposite_for_two_candidates_and_zero_for_one():
    flows = criterion_flows(np.array([[0.9, 0.1], [0.2, 0.1]]), 0.1, 0.5)
    np.testing.assert_allclose(flows, [[1, 0], [-1, 0]])
    assert criterion_flows(np.array([[0.9, 0.1]]), 0.1, 0.5).tolist() == [[0.0, 0.0]]


def test_ranks_do_not_part_equal_sums():
    assert ranks(np.array([0.1 + 0.2, 0.3, 0.5])).tolist() == [2, 2, 1]


def test_changed_weights_stay_weights_and_centre_on_the_chosen_ones():
    weights = np.array([0.5, 0.3, 0.2, 0.0])
    drawn = changed_weights(weights, 50, 20_000, 1)
    np.testing.assert_allclose(drawn.sum(axis=0), 1)
    np.testing.assert_allclose(drawn.mean(axis=1), weights, atol=0.003)  # 4 standard errors
    assert (drawn[3] == 0).all()
    np.testing.assert_array_equal(drawn, changed_weights(weights, 50, 20_000, 1))


def test_a_ranking_without_a_rival_is_firm_and_a_tie_is_not_broken_by_chance():
    table = catalogue(3)
    table.loc[0, ["evidence", "reach", "reach_low_ses", "cost"]] = [4, 90, 90, 0]
    table["goals"] = [("outdoor", "sport", "support"), ("sport",), ("sport",)]
    table.loc[1:, ["evidence", "reach", "reach_low_ses", "cost"]] = [1, 10, 10, 15000]
    table["factors"] = [()] * 3
    ranking = choose(table, GOALS, language="nl").ranking
    assert ranking["intervention"].iloc[0] == "i0"
    assert ranking["first"].iloc[0] == 100
    assert ranking["rank"].tolist() == [1, 2, 2]


def every_package(table, value, goals, budget):
    best = None
    for chosen in chain.from_iterable(combinations(range(len(table)), k) for k in range(9)):
        rows = table.iloc[list(chosen)]
        names = set(rows["intervention"])
        fits = rows["cost"].sum() <= budget
        covers = set(goals) <= set().union(*rows["goals"])
        apart = all(not names & set(overlaps) for overlaps in rows["overlaps"])
        if fits and covers and apart:
            worth = sum(value[i] for i in chosen)
            best = worth if best is None else max(best, worth)
    return best


@pytest.mark.parametrize("seed", range(12))
def test_a_package_is_the_best_of_all_combinations(seed):
    rng = np.random.default_rng(seed)
    table = catalogue(8, seed)
    table["overlaps"] = [(f"i{(i + 1) % 8}",) if rng.random() < 0.3 else () for i in range(8)]
    value = rng.uniform(0.1, 1, 8)
    budget = float(rng.uniform(8_000, 45_000))
    goals = [goal for goal in GOALS["goal"] if goal != "sport" or seed % 2 == 0]
    found = choose_package(table, value, goals, budget=budget)
    best = every_package(table, value, goals, budget)
    if best is None:
        assert found.status in ("over_budget", "uncovered")
        assert found.chosen == ()
    else:
        assert found.status == "optimal"
        assert found.value == pytest.approx(best)
        assert found.cost <= budget


def test_a_package_says_what_covering_every_goal_costs_at_least():
    table = catalogue(3)
    table["goals"] = [("outdoor",), ("sport",), ("support",)]
    table["cost"] = [5.0, 6.0, 7.0]
    found = choose_package(table, [1, 1, 1], list(GOALS["goal"]), budget=10)
    assert (found.status, found.least_cost) == ("over_budget", 18)


def test_a_package_may_cost_the_whole_budget_and_be_worth_nothing():
    table = catalogue(3)
    table["goals"] = [("outdoor",), ("sport",), ("support",)]
    table["cost"] = [5.0, 6.0, 7.0]
    found = choose_package(table, [0, 0, 0], list(GOALS["goal"]), budget=18)
    assert (found.status, found.cost, found.value) == ("optimal", 18, 0)
    for budget, value in ((0, [1, 1, 1]), (18, [1, -0.1, 1])):
        with pytest.raises(EstimationError, match="no package can be chosen"):
            choose_package(table, value, list(GOALS["goal"]), budget=budget)
    # Where no goal is open and no cost is known there is nothing to choose, nor to refuse.
    found = choose_package(table.assign(cost=np.nan), [1, 1, 1], [], budget=18)
    assert (found.status, found.chosen, found.left_out) == ("optimal", (), ("i0", "i1", "i2"))


def test_how_firm_the_first_place_is_is_said_where_there_is_a_second():
    table = catalogue(2)
    table["goals"] = [("outdoor", "sport", "support"), ("sport",)]
    for rows, firm in ((2, True), (1, False)):
        found = choose(table.head(rows), GOALS, language="en")
        said = choice_sentences(found, dict(GOALS.values), language="en")
        assert said[0].startswith("Intervention 0 has the highest score")
        assert any("somewhat differently" in sentence for sentence in said) == firm


def test_goals_without_a_candidate_and_costs_that_are_unknown_are_named():
    table = catalogue(3)
    table["goals"] = [("outdoor",), ("sport",), ("support",)]
    table["cost"] = [5.0, 6.0, np.nan]
    found = choose_package(table, [1, 1, 1], list(GOALS["goal"]), budget=100)
    assert (found.status, found.uncovered, found.left_out) == ("uncovered", ("support",), ("i2",))
    choice = choose(table, GOALS, budget=100, language="nl")
    said = " ".join(choice_sentences(choice, dict(GOALS.values), 100))
    assert "Support" in said and "kosten zijn niet bekend" in said


@pytest.mark.parametrize("weights", [{"evidence": -1}, dict.fromkeys(CRITERIA, 0)])
def test_weights_that_rank_nothing_are_refused(weights):
    with pytest.raises(EstimationError, match="rank nothing"):
        choose(catalogue(), GOALS, weights=weights)


def test_unknown_criteria_and_empty_tables_are_refused_together():
    with pytest.raises(EstimationError) as error:
        choose(catalogue().head(0), GOALS.head(0), weights={"beauty": 1})
    assert len(error.value.problems) == 3


def test_moving_a_slider_moves_the_ranking_in_the_panel():
    table = catalogue(2)
    table[["evidence", "cost"]] = [[4.0, 19000.0], [0.0, 1000.0]]
    table[["reach", "reach_low_ses"]] = 30.0
    table["goals"], table["factors"] = [("sport",), ("sport",)], [(), ()]
    table["name"] = ["Strong <b>", "Cheap"]
    panel = choice_panel(table, GOALS, settings=ChoiceSettings(), language="en")
    sliders = {w.description: w for w in panel.children if hasattr(w, "readout_format")}
    assert len(sliders) == len(CRITERIA)
    shown = panel.children[-1]
    assert shown.value.index("Strong") < shown.value.index("Cheap")
    assert "<b>" not in shown.value
    sliders["Evidence"].value, sliders["Cost"].value = 0, 5
    assert shown.value.index("Cheap") < shown.value.index("Strong")
    for slider in sliders.values():
        slider.value = 0
    assert "at least one criterion" in shown.value


def test_a_candidate_that_works_on_no_goal_does_not_count():
    table = catalogue(4).assign(cost=10.0, overlaps=[()] * 4)
    table["goals"] = [("outdoor",), ("sport",), ("support",), ("elsewhere",)]
    found = choose(table, GOALS, budget=100, language="nl")
    assert set(found.ranking["intervention"]) == {"i0", "i1", "i2"}
    assert set(found.package.chosen) == {"i0", "i1", "i2"}
    nothing = choose(table.iloc[[3]], GOALS, budget=100, language="nl")
    assert nothing.ranking.empty and nothing.unserved == ("outdoor", "sport", "support")
    said = choice_sentences(nothing, dict(GOALS.values), 100)
    assert len(said) == 1 and "‘Outdoor’, ‘Sport’ en ‘Support’." in said[0]


def test_the_package_is_for_the_open_goals_and_says_which_and_which_not():
    table = catalogue(3).assign(cost=10.0, overlaps=[()] * 3)
    table["goals"] = [("outdoor",), ("sport",), ("support",)]
    found = choose(
        table, GOALS, budget=100, running=["i0"], open_goals=["outdoor", "sport"], language="nl"
    )
    assert (found.package.status, found.package.uncovered) == ("uncovered", ("outdoor",))
    found = choose(table, GOALS, budget=100, open_goals=["outdoor", "sport"], language="nl")
    assert set(found.package.chosen) == {"i0", "i1"}
    said = " ".join(choice_sentences(found, dict(GOALS.values), 100))
    assert "werkt aan ‘Outdoor’ en ‘Sport’" in said and "Aan ‘Support’ hoeft" in said


def test_what_runs_and_ranks_low_or_works_on_no_goal_is_said():
    table = catalogue(4).assign(cost=10.0, overlaps=[()] * 4, evidence=[4.0, 4.0, 0.0, 4.0])
    table["reach"] = table["reach_low_ses"] = [80.0, 70.0, 5.0, 80.0]
    table["goals"] = [("outdoor",), ("sport",), ("support",), ("elsewhere",)]
    found = choose(table, GOALS, running=["i2", "i3"], language="nl")
    said = " ".join(choice_sentences(found, dict(GOALS.values), language="nl"))
    assert "In de onderste helft van 3 staan: Intervention 2 (plaats 3)." in said
    assert "aan geen van de doelen werkt: Intervention 3." in said
    assert "onderste helft" not in " ".join(
        choice_sentences(choose(table, GOALS, running=["i0"]), dict(GOALS.values))
    )


@pytest.mark.parametrize(
    ("target", "evidence", "counted", "expected"),
    [
        (45.0, "2", True, False),
        (60.0, "2", True, True),
        (None, "2", True, True),
        (45.0, "none", True, True),
        (45.0, None, True, True),
        (45.0, "2", False, True),
    ],
)
def test_a_goal_is_open_until_it_is_reached_by_something_that_works_and_is_done(
    facts, registry_table, target, evidence, counted, expected
):
    goal = {"wijk": "a", "key": "D1", "study_goal": "outdoor", "target": target}
    item = {"wijk": "a", "key": "I1", "goal": "D1", "status": "running", "evidence": evidence}
    done = {"wijk": "a", "key": "A1", "intervention": "I1" if counted else "I9"}
    tables = {"goals": goal, "interventions": item, "activities": done}
    known = facts(registry={kind: registry_table(kind, row) for kind, row in tables.items()})
    assert open_goals(known, "a", ["outdoor"]) == (["outdoor"] if expected else [])
