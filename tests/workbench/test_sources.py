"""The explorer on the sources: on purpose, at the desk, and nothing of it is kept."""

from __future__ import annotations

import html
import os
import re
from pathlib import Path

import ipywidgets as widgets
import nbformat
import pandas as pd
import papermill
import pytest

import wijkkit as wk
from tests.conftest import ROOT
from tests.project_folder import write_project
from tests.workbench.test_explorer import control, every, run, said
from wijkkit.errors import DisclosureError
from wijkkit.study.guard import STAGE
from wijkkit.workbench.explorer import _of_people
from wijkkit.workbench.parameter_set import QUESTIONS

ON_PURPOSE = "Ik werk met opzet op de bronnen"


@pytest.fixture
def sources(view):
    """The study with a survey; zuid has three children in 2021, one of whom plays enough."""
    rows = [
        f"{wave}{area}{n},{area},8,{wave},1,{7 if n % 3 == 0 else 0}"
        for wave in ("2018", "2021")
        for area, size in (("BU1", 60), ("BU2", 3))
        for n in range(size)
    ]
    text = "\n".join(["nr,buurt,leeftijd,meting,opl,dagen", *rows]) + "\n"
    (view.study.folder / "enquete.csv").write_text(text, encoding="utf-8")
    return view


def pressed(panel: widgets.Widget) -> widgets.Widget:
    control(panel, ON_PURPOSE).click()
    return panel


def test_nothing_is_estimated_before_the_button_is_pressed(sources, monkeypatch):
    monkeypatch.setattr("wijkkit.workbench.explorer.people", lambda _: pytest.fail())
    panel = wk.explorer(sources, sources=True)
    assert "Onbeschermde cijfers" in said(panel)
    assert "%" not in said(panel)


def test_after_the_button_what_was_hidden_is_shown_beneath_the_warning(sources):
    assert "33%" not in said(wk.explorer(sources))
    shown = said(pressed(wk.explorer(sources, sources=True)))
    assert shown.index("Onbeschermde cijfers") < shown.index("Zuid 33%")
    assert 'role="alert"' in shown


def test_there_is_nothing_to_save_it_with(sources):
    panel = pressed(wk.explorer(sources, sources=True))
    assert not [w for w in every(panel) if isinstance(w, (widgets.Button, widgets.Text))]


def test_nothing_is_written_to_the_study(sources):
    before = sorted(sources.study.folder.rglob("*"))
    pressed(wk.explorer(sources, sources=True))
    assert sorted(sources.study.folder.rglob("*")) == before


def test_sources_that_cannot_be_read_are_said_in_the_panel(view):
    assert "enquete.csv" in said(pressed(wk.explorer(view, sources=True)))


@pytest.mark.parametrize("stage", ["stad", "wijk"])
def test_a_batch_is_refused(sources, monkeypatch, stage):
    monkeypatch.setenv(STAGE, stage)
    with pytest.raises(DisclosureError, match="at the desk"):
        wk.explorer(sources, sources=True)


def test_a_button_pressed_in_a_batch_opens_nothing(sources, monkeypatch):
    panel = wk.explorer(sources, sources=True)
    monkeypatch.setenv(STAGE, "wijk")
    assert "%" not in said(pressed(panel))


def test_a_notebook_that_runs_without_anybody_keeps_no_number_of_the_sources(sources, tmp_path):
    before = Path.cwd()
    os.chdir(tmp_path)
    try:
        papermill.execute_notebook(
            str(ROOT / "notebooks" / "verkenner.ipynb"),
            "out.ipynb",
            {"sources": True},
            progress_bar=False,
        )
    finally:
        os.chdir(before)
    text = (tmp_path / "out.ipynb").read_text(encoding="utf-8")
    assert nbformat.reads(text, 4).metadata.get("widgets")
    assert "Onbeschermde cijfers" in text and "33%" not in text


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    return wk.people(write_project(tmp_path_factory.mktemp("questions")) / "parameters")


@pytest.mark.parametrize("question", QUESTIONS)
def test_each_question_to_people_has_its_figure_and_runs_as_it_is_printed(people, question):
    panel = _of_people(people)
    control(panel, "Vraag").value = question
    control(panel, "Groep").value = ("sex", "girl")
    control(panel, "Wijken").value = ("ankerveld", "rietoord")
    assert ("<svg" in said(panel) and "Ankerveld" in said(panel)) or question in ("age", "gap")
    assert run(panel, people=people).figure is not None


def test_people_of_a_group_and_a_wave_are_those_that_are_counted(people):
    panel = _of_people(people)
    control(panel, "Meting").value, control(panel, "Groep").value = "2018", ("sex", "girl")
    control(panel, "Indicator").value = "sport"
    girls = people[(people.sex == "girl") & (people.wave == "2018")].proportion("sport", by="wijk")
    space = {"people": people}
    exec(html.unescape(re.search("<code>(.*)</code>", said(panel), re.DOTALL)[1]), space)
    pd.testing.assert_frame_equal(space["answer"].frame, girls.frame)


def test_what_cannot_be_answered_is_said(people):
    panel = _of_people(people[people.wave == "2021"])
    control(panel, "Vraag").value = "change"
    assert "there is no change to estimate" in said(panel)


def test_a_study_without_ages_is_asked_by_its_groups_and_a_gap_is_of_the_chosen_grouping(people):
    panel = _of_people(wk.people(people.study, people.frame.assign(age=float("nan"))))
    control(panel, "Vraag").value = "age"
    assert "by=&#x27;ses&#x27;" in said(panel) and "<svg" in said(panel)
    control(panel, "Vraag").value, control(panel, "Groep").value = "gap", ("sex", "girl")
    assert "between=&#x27;sex&#x27;, by=&#x27;arm&#x27;" in said(panel) and "<svg" in said(panel)
