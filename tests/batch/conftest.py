"""Tests of the batch import their makers from this folder, and load little before a notebook."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="package", autouse=True)
def _few():
    from making import FEW

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("wijkkit.batch.runner.PRELOAD", FEW)
        yield
