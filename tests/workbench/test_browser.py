"""JupyterLab as `make lab` starts it, in a real browser."""

from __future__ import annotations

import json
import secrets
import shutil

import pytest

from tests.conftest import ROOT
from tests.workbench.conftest import make_view
from tests.workbench.servers import free_port, lab, serving

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project's folder with a small study."""
    folder = tmp_path_factory.mktemp("project")
    make_view(folder)
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    return folder


@pytest.fixture(scope="module")
def address(project):
    """The address of its JupyterLab, with the token that opens it."""
    token, port = secrets.token_hex(16), free_port()
    with serving(project, lab(port, token), port) as address:
        yield lambda path: f"{address}{path}?token={token}"


def figure_that_says(page, words: str):
    return page.locator(f'figure[role="img"][aria-label*="{words}"]')


def run_all_cells(page) -> None:
    page.get_by_text("| Idle").wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.locator("#jp-mainmenu-run").get_by_text("Run All Cells", exact=True).click()


def test_without_the_token_nothing_opens(address, page):
    refused = page.request.get(address("/api/contents").partition("?")[0], max_redirects=0)
    assert refused.status == 403


def test_it_opens_at_the_start_page_that_checks_the_study_and_links_to_its_files(address, page):
    page.goto(address("/"))
    page.get_by_role("heading", name="Werkbank").wait_for()
    run_all_cells(page)
    page.get_by_text("enquete.csv: the file is missing").wait_for()
    page.get_by_role("link", name="study.yml").click()
    page.get_by_text("city: {name: Proefstad}").wait_for()


def test_the_explorer_runs_whole_and_follows(address, page):
    page.goto(address("/lab/workspaces/explorer/tree/notebooks/verkenner.ipynb"))
    run_all_cells(page)
    figure_that_says(page, "Noord: 63%").wait_for()
    assert page.locator('[data-mime-type*="error"], [data-mime-type*="stderr"]').count() == 0
    page.get_by_label("Meting", exact=True).select_option(label="meting 1")
    figure_that_says(page, "Noord: 41%").wait_for()
    assert figure_that_says(page, "Noord: 63%").count() == 0


def test_a_notebook_is_saved_without_the_state_of_its_widgets(address, project, page):
    state = {"nbformat": 4, "nbformat_minor": 5, "cells": [], "metadata": {"widgets": {"a": "12%"}}}
    page.goto(address("/lab"))
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    saved = page.request.put(
        address("/api/contents/kept.ipynb"),
        data=json.dumps({"type": "notebook", "content": state}),
        headers={"X-XSRFToken": cookies.get("_xsrf", "")},
    )
    assert saved.status == 201
    assert json.loads((project / "kept.ipynb").read_text())["metadata"] == {}
