"""Make the images in docs/img from a finished run.

    python -m docs.screenshots [FOLDER]

FOLDER is a working folder with parameters/, notebooks/ and reports/_site/, as `make reports`
leaves it; this one by default. Needs chromium and playwright.
"""

from __future__ import annotations

import secrets
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.workbench.servers import CHROMIUM_OPTIONS, dashboard, free_port, lab, serving, token_of
from wijkkit.study import open_study

IMAGES = Path(__file__).parent / "img"
FIGURE = 'figure[role="img"]'


def main(folder: Path) -> None:
    """Photograph the first wijk's report, the dashboard and JupyterLab."""
    study = open_study(folder / "parameters")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=CHROMIUM_OPTIONS
        )
        page = browser.new_page(viewport={"width": 1200, "height": 800})
        page.set_default_timeout(90_000)
        page.goto((study.site / f"{next(iter(study.neighbourhoods))}.html").as_uri())
        page.screenshot(path=IMAGES / "report.png")
        with tempfile.TemporaryDirectory() as temporary:
            _dashboard(page, folder, Path(temporary))
            _lab(page, folder, Path(temporary))
        browser.close()


def _dashboard(page: Page, folder: Path, temporary: Path) -> None:
    port = free_port()
    arguments = dashboard(str((folder / "parameters").resolve()), port)
    with serving(temporary, arguments, port) as address:
        token = token_of(temporary / "server.log")
        page.goto(f"{address}/wijken/w/ankerveld?token={token}")
        page.screenshot(path=IMAGES / "dashboard.png")


def _lab(page: Page, folder: Path, temporary: Path) -> None:
    port, token = free_port(), secrets.token_hex(16)
    with serving(temporary, lab(port, token), port, working=folder) as address:
        page.goto(f"{address}/lab/tree/notebooks/verkenner.ipynb?token={token}")
        page.get_by_text("| Idle").wait_for()
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.locator("#jp-mainmenu-run").get_by_text("Run All Cells", exact=True).click()
        page.locator(FIGURE).wait_for()
        page.locator(FIGURE).scroll_into_view_if_needed()
        page.wait_for_timeout(2000)
        page.screenshot(path=IMAGES / "lab.png")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
