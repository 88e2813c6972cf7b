"""A small study with released estimates: enough to explore."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

import wijkkit as wk
from tests.studies import write_study
from tests.workbench.servers import serving
from wijkkit.released import CityView
from wijkkit.released.store import write_released
from wijkkit.tables import tidy

KEYS = ["indicator", "area", "area_level", "wave", "group_by", "group", "value", "status"]
ROWS = [
    ("play", "noord", "wijk", "2018", "", "all", 41.0, "ok"),
    ("play", "zuid", "wijk", "2018", "", "all", 52.0, "ok"),
    ("play", "city", "city", "2018", "", "all", 47.0, "ok"),
    ("play", "noord", "wijk", "2021", "", "all", 63.0, "ok"),
    ("play", "zuid", "wijk", "2021", "", "all", 12.0, "hidden"),
    ("play", "city", "city", "2021", "", "all", 49.0, "ok"),
    ("play", "noord", "wijk", "2021", "ses", "low", 38.0, "ok"),
    ("play", "zuid", "wijk", "2021", "ses", "low", 33.0, "too_few"),
]


def make_view(folder: Path) -> CityView:
    """Write the small study to `folder` and open its released tables."""
    study = wk.open_study(write_study(folder / "parameters"))
    rows = pd.DataFrame(ROWS, columns=KEYS)
    rows["lower"], rows["upper"], rows["unit"] = rows["value"] - 5, rows["value"] + 5, "percent"
    write_released(study, "estimates", tidy(rows))
    return wk.open_city(study)


@pytest.fixture
def view(tmp_path) -> CityView:
    """The released tables of the small study."""
    return make_view(tmp_path)


@pytest.fixture
def page(chromium):
    """A page of a real browser."""
    page = chromium.new_page()
    page.set_default_timeout(60_000)
    yield page
    page.close()


@pytest.fixture
def serve(tmp_path) -> Callable:
    """Serve from the test's folder, see `tests.workbench.servers.serving`."""
    return partial(serving, tmp_path)
