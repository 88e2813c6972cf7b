"""What is recommended to a programme, and how many figures are absent, counted by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.studies import replace, write_study
from wijkkit.released import open_city, open_wijk
from wijkkit.released.store import write_released
from wijkkit.show.values import shown_interval
from wijkkit.study import open_study

CODES = """evaluation:
  explanations: {codes: {municipal_support: [town, money]}}
sources:"""


@pytest.fixture
def folder(tmp_path):
    """A study of three wijken of which two have the programme."""
    folder = write_study(tmp_path / "study")
    replace(folder, "study.yml", "title: Proef\n", "title: Proef\nlanguage: en\n")
    replace(folder, "study.yml", "sources:", CODES)
    for name, arm in (("noord", "programme"), ("zuid", "programme"), ("oost", "comparator")):
        content = f"wijk: {name}\nname: {name.title()}\ncode: BU{name}\narm: {arm}\n"
        (folder / "wijken" / f"{name}.yml").write_text(content, encoding="utf-8")
    return folder


def questions(**asked: str) -> pd.DataFrame:
    """The wijken, by their first letter, in which each rule asks."""
    names = {"n": "noord", "z": "zuid", "x": "elsewhere"}
    rows = [(names[one], rule) for rule, wijken in asked.items() for one in wijken]
    return pd.DataFrame(rows, columns=["wijk", "rule"]).assign(subject="", question="?")


def said(folder, **tables: pd.DataFrame) -> list[str]:
    study = open_study(folder)
    noord = {"wijk": "noord", "better": 2, "worse": 0, "registered": 60.0}
    known = {
        "questions": questions(clash_open="nx"),
        "side_by_side": pd.DataFrame([noord, noord | {"wijk": "zuid", "worse": 1, "registered": 85.0}]),
        "interventions": pd.DataFrame(
            {"wijk": ["noord", "noord", "zuid", "zuid", "zuid", "elsewhere"],
             "evidence": ["3", "none", None, "unknown", "0", "4"]}
        ),
        "interview_codes": pd.DataFrame(
            [("town", "programme", "2018", 9, 9), ("town", "programme", "2021", 3, 8),
             ("money", "programme", "2021", 4, 8), ("town", "comparator", "2021", 7, 8),
             ("other", "programme", "2021", 8, 8)],
            columns=["code", "arm", "wave", "groups", "of"],
        ).assign(role="all"),
    } | tables  # fmt: skip
    for name, table in known.items():
        write_released(study, name, table)
    return open_city(folder).programme_recommendations()["sentence"].tolist()


def test_each_recommendation_says_what_was_counted(folder):
    frame, learning, science, registration = said(folder)
    assert "In 1 of the 2" in frame
    assert "came up in 4 of the 8 group interviews" in frame
    assert "have not come equally far" in learning and "questions" not in learning
    assert science == (
        "Of the 5 interventions, 1 is recognised. Of 2 the evidence is not known."
    )  # fmt: skip
    assert "60 to 85 percent" in registration


@pytest.mark.parametrize(
    ("asked", "shared"),
    [({"step_overdue": "nz"}, "same 1 kind of questions comes up"),
     ({"step_overdue": "nz", "low_reach": "zn", "goal_worse": "nnx"}, "same 2 kinds"),
     ({"step_overdue": "nn", "low_reach": "zx"}, None)],
)  # fmt: skip
def test_questions_are_shared_that_every_wijk_of_the_programme_has(folder, asked, shared):
    frame, learning, *_ = said(folder, questions=questions(**asked))
    assert "None of the 2" in frame
    assert (shared in learning) if shared else ("the same" not in learning)


def test_an_empty_registry_has_no_clash_and_no_question_in_common(folder):
    frame, learning, *_ = said(folder, questions=questions(nothing_registered="nz"))
    assert "None of the 2" not in frame and "comes up" not in learning
    frame, *_ = said(folder, questions=questions(nothing_registered="n"))
    assert "None of the 2" in frame


def test_a_question_names_the_other_goals_and_interventions_that_it_is_about(folder):
    rows = [("goal_without_target", "D1"), ("goal_without_target", "D2"), ("low_reach", "I1")]
    rows += [("low_reach", "I2"), ("step_overdue", "1"), ("step_overdue", "2")]
    asked = pd.DataFrame(rows, columns=["rule", "subject"]).assign(wijk="noord", question="Why?")
    names = pd.DataFrame({"wijk": "noord", "key": ["D1", "D2"], "name": ["Play", "Read"]})
    done = pd.DataFrame({"wijk": "noord", "intervention": ["I1", "I2"], "name": ["Club", "Walk"]})
    said(folder, questions=asked, goals=names, implementation=done)
    found = open_wijk(folder, "noord").questions().set_index("rule")["sentence"]
    assert found["goal_without_target"] == "Why? This also holds for ‘Read’."
    assert found["low_reach"] == "Why? This also holds for Walk."
    assert "Read" not in found["step_overdue"] and found["step_overdue"] != "Why?"


def test_a_quality_has_no_more_decimals_than_the_release_left_it(folder):
    row = {"wijk": "noord", "measure": "quality", "value": 66.0, "lower": 64.0, "upper": 68.0}
    said(folder, implementation_by_wijk=pd.DataFrame([row | {"unit": "score", "status": "ok"}]))
    (found,) = open_city(folder).measures().to_dict("records")
    assert shown_interval(found, "en") == "66 (64–68)"


def test_wijken_that_came_equally_far_single_none_out(folder):
    same = pd.DataFrame({"wijk": ["noord", "zuid"], "better": [2, 1], "worse": [1, 0]})
    _, learning, _, registration = said(folder, side_by_side=same.assign(registered=None))
    assert "have come equally far" in learning
    assert registration == "This study has no data on this."


def test_absent_figures_are_counted_by_reason_and_coarse_ones_beside_them(folder):
    rows = [("ok", "percent", 1.0)] * 4 + [("ok", "percent", 2.0), ("ok", "score", 5.0)]
    rows += [("hidden", "percent", None)] * 2 + [("too_few", "percent", None)]
    rows += [("not_asked", "percent", None)] * 3
    table = pd.DataFrame(rows, columns=["status", "unit", "step"])
    write_released(open_study(folder), "estimates", table)
    found = open_city(folder).absent()
    counts = [("sentence", 3), ("hidden", 2), ("too_few", 1), ("coarser", 1)]
    assert list(zip(found["status"], found["n"], strict=True)) == counts
    assert found["of"].eq(9).all() and "3" in found["sentence"].iloc[0]
    write_released(open_study(folder), "estimates", table.head(4))
    assert open_city(folder).absent()["status"].tolist() == ["none"]
