"""JupyterLab and the dashboard in a real browser: a changed widget changes the figure."""

from __future__ import annotations

import secrets
import shutil
from urllib.parse import urlsplit

import pytest

from tests.conftest import ROOT
from tests.workbench.servers import dashboard, free_port, lab
from wijkkit.workbench.dashboard import serve_dashboard

pytestmark = pytest.mark.browser


def figure_that_says(page, words: str):
    return page.locator(f'figure[role="img"][aria-label*="{words}"]')


def choose_first_wave(page) -> None:
    page.get_by_label("Meting", exact=True).select_option(label="meting 1")


def test_in_jupyterlab_the_explorer_runs_whole_and_follows(view, tmp_path, serve, page):
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    token = secrets.token_hex(16)
    port = free_port()
    with serve(lab(tmp_path / "notebooks", port, token), port) as address:
        refused = page.request.get(f"{address}/api/contents", max_redirects=0)
        assert refused.status == 403
        page.goto(f"{address}/lab/tree/verkenner.ipynb?token={token}")
        page.get_by_text("| Idle").wait_for()
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_text("Run All Cells", exact=True).click()
        figure_that_says(page, "Noord: 63%").wait_for()
        assert page.locator('[data-mime-type*="error"], [data-mime-type*="stderr"]').count() == 0
        choose_first_wave(page)
        figure_that_says(page, "Noord: 41%").wait_for()
        assert figure_that_says(page, "Noord: 63%").count() == 0


def test_the_dashboard_follows_shows_no_code_cells_and_keeps_its_state_in_the_address(
    view, tmp_path, serve, page
):
    pytest.importorskip("voila", reason="voila is not installed")
    port, hosts = free_port(), set()
    page.on("response", lambda request: hosts.add(urlsplit(request.url).hostname))
    with serve(dashboard("parameters", port), port) as address:
        page.goto(address)
        figure_that_says(page, "Noord: 63%").wait_for()
        assert page.locator("h1").inner_text() == "Dashboard van Proefstad"
        assert "open_city('/" not in page.content()
        choose_first_wave(page)
        figure_that_says(page, "Noord: 41%").wait_for()
        page.get_by_role("link", name="Deze keuze als adres").click()
        page.wait_for_url("**wave=2018**")
        figure_that_says(page, "Noord: 41%").wait_for()
        assert hosts == {"127.0.0.1"}


def test_the_dashboard_listens_to_this_machine_only(view, monkeypatch):
    app = pytest.importorskip("voila.app", reason="voila is not installed")
    started = []
    monkeypatch.setattr(app.Voila, "launch_instance", lambda argv, **_: started.append(argv))
    serve_dashboard(view.study)
    assert "--Voila.ip=127.0.0.1" in started[0]
