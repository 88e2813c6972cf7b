"""The tests notice mistakes in the control code."""

from __future__ import annotations

from pathlib import Path

import pytest
from mutants import MUTANTS, ROOT, surviving


def test_every_mutant_is_a_change_of_code_that_is_there():
    for name, before, after in MUTANTS:
        text = Path(ROOT, "wijkkit", "disclosure", f"{name}.py").read_text(encoding="utf-8")
        assert before in text and before != after, (name, before)


@pytest.mark.slow
def test_at_least_95_percent_of_the_mutants_are_killed():
    assert len(surviving()) <= 0.05 * len(MUTANTS)
