"""A demo study in a folder of its own, not run: its people, and a fresh process of notebooks.

It has two indicators and one grouping, as nearly every test makes a release.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import wijkkit as wk
from tests.project_folder import write_project
from tests.studies import SMALL, keep
from wijkkit.analysis import People
from wijkkit.study import guard


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = write_project(tmp_path_factory.mktemp("analysis"))
    return keep(made / "parameters", *SMALL)


@pytest.fixture(scope="session")
def respondents(folder: Path) -> pd.DataFrame:
    return wk.load_respondents(wk.open_study(folder))


@pytest.fixture
def people(folder: Path, respondents: pd.DataFrame) -> People:
    return wk.people(wk.open_study(folder), respondents)


@pytest.fixture(scope="session")
def estimates(folder: Path, respondents: pd.DataFrame):
    return wk.estimate(wk.open_study(folder), respondents)


@pytest.fixture(autouse=True)
def process(monkeypatch: pytest.MonkeyPatch):
    """A process that opened no source yet, as a notebook's is."""
    monkeypatch.setattr(guard, "_process", guard._Process())
    return guard._process
