"""Candidates are ranked for the goals that a wijk chose itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from wijkkit.pipeline.process.evaluate import choice_tables, open_goals

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


def test_without_goals_or_a_catalogue_nothing_is_ranked(facts):
    known = facts(registry={})
    path = known.study.folder / "catalogue.csv"
    path.write_text(CATALOGUE.splitlines()[0] + "\n")
    assert all(table.empty for table in choice_tables(known).values())
    path.write_text(CATALOGUE.replace("outdoor", "").replace("sport", ""))
    without = known.study.settings.model_copy(update={"goals": ()})
    aimless = replace(known, study=replace(known.study, settings=without))
    assert all(table.empty for table in choice_tables(aimless).values())


@pytest.mark.parametrize(
    ("target", "runs", "evidence", "counted", "is_open"),
    [
        # The last figure is 55, at least 50.
        (50, True, "3", True, False),
        (52, True, "3", True, True),
        (None, True, "3", True, True),
        # Nothing runs for it: there is nothing weak.
        (50, False, "3", True, False),
        (50, True, "none", True, True),
        (50, True, None, True, True),
        (50, True, "3", False, True),
    ],
)
def test_a_goal_is_open_until_it_is_reached_by_what_is_known_to_work(
    facts, registry_table, target, runs, evidence, counted, is_open
):
    status = "running" if runs else "stopped"
    rows = {
        "goals": [{"key": "D1", "study_goal": "outdoor", "target": target}],
        "interventions": [{"key": "I1", "goal": "D1", "status": status, "evidence": evidence}],
        "activities": [{"key": "A1", "intervention": "I1" if counted else "I2"}],
    }
    registry = {
        kind: registry_table(kind, *({"wijk": "a"} | row for row in some))
        for kind, some in rows.items()
    }
    found = open_goals(facts(registry=registry), "a", ["outdoor"])
    assert found == (["outdoor"] if is_open else [])
