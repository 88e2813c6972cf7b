"""Choosing interventions: scores with reasons, two rankings, their stability, packages."""

from __future__ import annotations

from itertools import chain, combinations

import numpy as np
import pandas as pd
import pytest
from pymcdm.methods import PROMETHEE_II, WSM

from wijkkit.errors import EstimationError
from wijkkit.evaluation.choice import choice_sentences, choose, choose_package
from wijkkit.evaluation.choice.criteria import CRITERIA
from wijkkit.evaluation.choice.panel import choice_panel
from wijkkit.evaluation.choice.ranking import changed_weights, criterion_flows, ranks
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


def every_package(table, value, goals, budget, covered):
    best = None
    for chosen in chain.from_iterable(combinations(range(len(table)), k) for k in range(9)):
        rows = table.iloc[list(chosen)]
        names = set(rows["intervention"])
        fits = rows["cost"].sum() <= budget
        covers = set(goals) <= set(covered).union(*rows["goals"])
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
    covered = ["sport"] if seed % 2 else []
    found = choose_package(table, value, list(GOALS["goal"]), budget=budget, covered=covered)
    best = every_package(table, value, GOALS["goal"], budget, covered)
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


def test_a_package_has_nothing_that_works_on_none_of_the_open_goals_and_says_what_it_works_on():
    table = catalogue()
    only = list(GOALS["goal"])[:1]
    found = choose(table, GOALS[GOALS["goal"].isin(only)], budget=10**6, language="en").package
    chosen = table[table["intervention"].isin(found.chosen)]
    assert len(chosen) and all(only[0] in goals for goals in chosen["goals"])
    assert found.works_on == tuple(only)
    labels = {"sport": "more sport", **dict(zip(GOALS["goal"], GOALS["label"], strict=True))}
    said = choice_sentences(choose(table, GOALS, budget=10**6, language="en"), labels, 10**6, "en")
    assert [labels[goal] in said[-1] for goal in GOALS["goal"]] == [True] * len(GOALS)


def test_a_goal_that_was_met_needs_no_package_and_one_that_only_something_runs_for_does():
    goals = list(GOALS["goal"])
    everything = choose(catalogue(), GOALS, budget=10**6, met=goals, language="en").package
    assert everything.chosen == ()
    running = choose(catalogue(), GOALS, budget=10**6, running=["i0"], language="en").package
    assert set(running.works_on) == set(goals) and "i0" not in running.chosen
