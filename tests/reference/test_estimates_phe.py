"""Proportions and the slope index equal the results public health agencies publish."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from wijkkit.estimates import wilson
from wijkkit.estimates.inequality import to_ends

#: Closed forms; the files hold 15 digits.
CLOSED = 1e-8
#: The published limits of the slope index were simulated and vary by this much.
SIMULATED = 0.05


@pytest.fixture(scope="module")
def phe(shared_data):
    return shared_data / "phe"


def test_wilson_equals_the_published_limits(phe):
    table = pd.read_csv(phe / "test_BW.csv").iloc[:12]
    table = table[table["method"].ne("Byars")]
    assert len(table) > 3
    for row in table.itertuples():
        found = wilson(row.x, row.n, confidence=float(row.confidence.rstrip("%")) / 100)
        assert [found.lower, found.upper] == pytest.approx([row.lowercl, row.uppercl], rel=CLOSED)


@pytest.mark.parametrize("confidence, name", [(0.95, "95_0"), (0.998, "99_8")])
def test_proportions_equal_the_published_ones(phe, confidence, name):
    table = pd.read_csv(phe / "test_Prop.csv")
    table = table[table["value"].notna()]
    assert len(table) >= 8
    for row in table.itertuples():
        options = {"multiplier": row.multiplier, "confidence": confidence}
        found = wilson(row.Numerator, row.Denominator, **options)
        want = [row.value, getattr(row, f"lower{name}cl"), getattr(row, f"upper{name}cl")]
        assert [found.value, found.lower, found.upper] == pytest.approx(want, rel=CLOSED)


def test_grouped_proportions_equal_the_published_ones(phe):
    table = pd.read_csv(phe / "test_Prop_g_results.csv")
    table = table[table["value"].notna()]
    multiplier = table["multiplier"].iloc[0]
    found = wilson(table["Numerator"], table["Denominator"], multiplier=multiplier)
    assert (table["multiplier"].nunique(), len(table) >= 3) == (1, True)
    for ours, theirs in (("value", "value"), ("lower", "lowercl"), ("upper", "uppercl")):
        np.testing.assert_allclose(getattr(found, ours), table[theirs], rtol=CLOSED)


def test_the_slope_and_relative_index_equal_the_published_ones(phe):
    table = pd.read_csv(phe / "SII_test_data_part.csv")
    starts = np.flatnonzero(table["sii"].notna())
    checked = 0
    for start, end in zip(starts, [*starts[1:], len(table)], strict=True):
        rows = table.iloc[start:end]
        rows = rows[~rows["TestDescription"].str.contains("error")]
        first = rows.iloc[0]
        sign = -1 if "-100" in first["TestDescription"] else 1
        scale = 100 if "100)" in first["TestDescription"] else 1
        # Rates and proportions: standard errors are given on another scale than the values.
        se = (rows["UpperCL"] - rows["LowerCL"]) / 2 / stats.norm.ppf(0.975)
        z = stats.norm.ppf(0.5 + first["Confidence"] / 200)
        ends = to_ends(rows["Population"].to_numpy(float))
        low, high = ends @ rows["Value"].to_numpy(float)
        ratio = high / low if sign > 0 else low / high
        slope = sign * scale * (high - low)
        assert [slope, ratio] == pytest.approx([first["sii"], first["rii"]], rel=CLOSED)
        if not np.isnan(first["sii_lowercl_1"]):
            half = z * scale * np.sqrt(((ends[1] - ends[0]) ** 2) @ se.to_numpy(float) ** 2)
            assert abs(slope - half - first["sii_lowercl_1"]) < SIMULATED * 2 * half
            assert abs(slope + half - first["sii_uppercl_1"]) < SIMULATED * 2 * half
            checked += 1
    assert checked >= 10
