"""The dashboard is read-only, opens released tables only, and its address says what is shown."""

from __future__ import annotations

import ipywidgets as widgets
import pytest

from tests.studies import write_study
from tests.workbench.test_explorer import control, every, said
from wijkkit.errors import BatchError, ParameterError
from wijkkit.study import open_study
from wijkkit.workbench.address import from_address, to_address
from wijkkit.workbench.dashboard import dashboard, dashboard_notebook, serve_dashboard
from wijkkit.workbench.parameter_set import ParameterSet


def test_an_address_gives_back_what_was_chosen(view):
    chosen = ParameterSet(
        indicator="play", wave="2018", wijken=["noord", "zuid"], group_by="ses", group="low"
    )
    assert from_address(to_address(chosen), view.study) == chosen


@pytest.mark.parametrize(
    ("query", "word"),
    [("?wave=2018", "not complete"), ("?indicator=chess&wave=2018", "does not have this")],
)
def test_an_address_that_does_not_fit_says_why(view, query, word):
    with pytest.raises(ParameterError, match=word):
        from_address(query, view.study)


def test_the_page_shows_what_its_address_names(view):
    page = dashboard(view, "?indicator=play&wave=2018&wijken=zuid")
    assert "Zuid: 52% (47–57)." in said(page)
    assert "Noord" not in said(page)


def test_an_address_that_does_not_fit_shows_the_first_choice_and_says_so(view):
    page = dashboard(view, "?indicator=<script>&wave=2018")
    assert "Het adres past niet" in said(page) and "<script" not in said(page)
    assert "Noord: 63% (58–68)." in said(page)


def test_the_link_follows_what_is_chosen(view):
    page = dashboard(view, "")
    control(page, "Wijken").value = ("noord",)
    assert 'href="?indicator=play&amp;wave=2021&amp;wijken=noord"' in said(page)


def test_nothing_on_the_page_writes(view):
    page = dashboard(view, "")
    assert not [w for w in every(page) if isinstance(w, (widgets.Button, widgets.Text))]


@pytest.mark.parametrize("ip", ["192.0.2.1", "no such host"])
def test_an_address_of_another_machine_is_refused(view, ip):
    with pytest.raises(ParameterError, match="no such address"):
        serve_dashboard(view.study, ip=ip, browser=False)


def test_nothing_is_served_before_anything_is_released(view, tmp_path):
    study = open_study(write_study(tmp_path / "studie"))
    with pytest.raises(BatchError, match="wijkkit run"):
        serve_dashboard(study, browser=False)


def test_the_page_that_is_served_opens_the_released_tables_of_its_study(view):
    notebook = dashboard_notebook(view.study)
    made: dict = {}
    exec(notebook.cells[0].source.replace("dashboard(wk", "page = dashboard(wk"), made)
    assert "Noord: 63% (58–68)." in said(made["page"])
