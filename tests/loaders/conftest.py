"""A small study in a temporary folder, to be read or broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.loaders.study_maker import StudyMaker


@pytest.fixture
def make_study(tmp_path: Path) -> StudyMaker:
    return StudyMaker(tmp_path)
