"""The panel of questions shows a figure for each, and the code that made it."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

import wijkkit as wk
from tests.project_folder import write_project
from wijkkit.workbench.questions import QUESTIONS, question_panel


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    folder: Path = write_project(tmp_path_factory.mktemp("questions"))
    return wk.people(folder / "parameters")


def test_each_question_has_its_figure_and_its_code(people):
    panel = question_panel(people)
    what, first, second, figure, code = panel.children
    for question in QUESTIONS:
        what.value, first.value, second.value = question, "sport", "outdoor_play"
        assert "<svg" in figure.value, question
        line = html.unescape(re.search("<code>(.*)</code>", code.value)[1])
        assert eval(line, {"people": people}).figure is not None
        assert second.disabled is (question != "scatter")


def test_what_cannot_be_answered_is_said(people):
    one_wave = people[people.wave == "2021"]
    panel = question_panel(one_wave)
    panel.children[0].value = "change"
    assert "there is no change to estimate" in panel.children[3].value
