"""Candidates are ranked for the goals that a wijk chose itself."""

from __future__ import annotations

import pytest

from wijkkit.pipeline.process.evaluate import choice_tables

CATALOGUE = """intervention,name,goals,factors,evidence,reach,reach_low_ses,cost,strengthens,overlaps,description
square,Square,outdoor,,3,40,40,5000,,,
club,Club,sport,,3,40,40,4000,,,
"""


@pytest.fixture
def tables(facts, registry_table):
    known = facts()
    (known.study.folder / "catalogue.csv").write_text(CATALOGUE)
    goals = registry_table(
        "goals",
        {"wijk": "a", "key": "D1", "study_goal": "outdoor", "status": "adopted"},
        {"wijk": "a", "key": "D2", "study_goal": "sport", "status": "dropped"},
        {"wijk": "b", "key": "D1", "name": "A goal of its own"},
    )
    return choice_tables(facts(registry={"goals": goals}))


@pytest.mark.parametrize(
    ("wijk", "goals"),
    [("a", ["outdoor"]), ("b", ["outdoor", "sport"]), ("c", ["outdoor", "sport"])],
)
def test_a_wijk_has_the_goals_it_chose_and_all_where_it_chose_none(tables, wijk, goals):
    table = tables["choice_goals"]
    assert table.loc[table["wijk"].eq(wijk), "goal"].tolist() == goals


def test_what_serves_a_goal_of_the_wijk_comes_first(tables):
    first = tables["choice"].groupby("wijk", sort=False)["intervention"].first()
    assert first["a"] == "square"
    scores = tables["choice_scores"].query("criterion == 'goal_fit'")
    fit = scores.set_index(["wijk", "intervention"])["score"]
    assert (fit["a", "square"], fit["b", "club"]) == (1.0, 0.5)


def test_what_works_on_none_of_the_goals_of_a_wijk_is_no_candidate(tables):
    for name in ("choice", "choice_scores"):
        of_wijk = tables[name].groupby("wijk")["intervention"].agg(set)
        assert of_wijk["a"] == {"square"} and of_wijk["b"] == {"square", "club"}
