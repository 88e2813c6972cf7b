"""The explorer on the sources: on purpose, at the desk, and nothing of it is kept."""

from __future__ import annotations

import os
from pathlib import Path

import ipywidgets as widgets
import nbformat
import papermill
import pytest

import wijkkit as wk
from tests.conftest import ROOT
from tests.workbench.test_explorer import control, every, said
from wijkkit.errors import DisclosureError
from wijkkit.study.guard import STAGE
from wijkkit.workbench.sources import open_sources

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
    monkeypatch.setattr("wijkkit.workbench.sources.load_respondents", lambda _: pytest.fail())
    panel = wk.explorer(sources, sources=True)
    assert "Onbeschermde cijfers" in said(panel)
    assert "%" not in said(panel)


def test_after_the_button_what_was_hidden_is_shown_beneath_the_warning(sources):
    assert "33%" not in said(wk.explorer(sources))
    shown = said(pressed(wk.explorer(sources, sources=True)))
    assert shown.index("Onbeschermde cijfers") < shown.index("Zuid: 33%")
    assert 'role="alert"' in shown


def test_there_is_nothing_to_save_it_with(sources):
    panel = pressed(wk.explorer(sources, sources=True))
    assert not [w for w in every(panel) if isinstance(w, (widgets.Button, widgets.Text))]
    assert "explore_figure" not in said(panel)


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
    with pytest.raises(DisclosureError, match="at the desk"):
        open_sources(sources.study)


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
