"""The verdict on simulated studies: errors per outcome and per family, coverage, power."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

PATH = Path(__file__).resolve().parents[3] / "benchmarks" / "verdicts.py"


@pytest.fixture(scope="module")
def verdicts():
    spec = importlib.util.spec_from_file_location("verdicts_benchmark", PATH)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("arms", "icc", "sizes"),
    [
        ((3, 3), (0.0, 0.0), "30/25 v 450/225"),
        ((3, 3), (0.10, 0.01), "164/69"),
        ((2, 10), (0.10, 0.01), "30/25 v 450/225"),
        ((3, 30), (0.01, 0.10), "164/69"),
    ],
)
def test_without_an_effect_the_verdict_is_seldom_wrong(verdicts, arms, icc, sizes):
    found = verdicts.measured(verdicts.Setting(arms, icc, sizes, 0.3), 4000)
    # Monte Carlo errors: 0.2 per outcome (five a study), 0.35 of the family.
    assert found["p < 0.05"] <= 5.7
    assert found["any shown"] <= 6.2
    assert found["coverage"] >= 94.3


@pytest.mark.parametrize("sizes", ["164/69", "40/40"])
@pytest.mark.parametrize("icc", [0.0, 0.01])
def test_an_effect_of_the_printed_size_is_shown_in_about_80_percent(verdicts, icc, sizes):
    found = verdicts.measured(verdicts.Setting((6, 6), (icc, icc), sizes, 0.5), 4000)
    assert 77 <= found["power"] <= 83
    assert found["coverage, effect"] >= 94.2
