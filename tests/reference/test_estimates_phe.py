"""Counts, proportions, rates and indices equal the results public health agencies publish."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from wijkkit.estimates import (
    byar,
    rate,
    relative_index,
    slope_index,
    wilson,
)

#: Closed forms; the files hold 15 digits.
CLOSED = 1e-8
#: The published limits of the slope index were simulated and vary by this much.
SIMULATED = 0.05


@pytest.fixture(scope="module")
def phe(shared_data):
    return shared_data / "phe"


def test_byar_and_wilson_equal_the_published_limits(phe):
    table = pd.read_csv(phe / "test_BW.csv").iloc[:12]
    for row in table.itertuples():
        confidence = float(row.confidence.rstrip("%")) / 100
        if row.method == "Byars":
            found = byar(row.x, confidence=confidence)
        else:
            found = wilson(row.x, row.n, confidence=confidence)
        assert [found.lower, found.upper] == pytest.approx([row.lowercl, row.uppercl], rel=CLOSED)


def test_byar_has_no_lower_limit_where_its_approximation_breaks_down(phe):
    row = pd.read_csv(phe / "test_BW.csv").iloc[12]
    found = byar(row["x"], confidence=0.998)
    assert np.isnan(found.lower)
    assert found.upper == pytest.approx(row["uppercl"], rel=CLOSED)


@pytest.mark.parametrize("confidence, name", [(0.95, "95_0"), (0.998, "99_8")])
def test_proportions_and_rates_equal_the_published_ones(phe, confidence, name):
    for file, function in (("test_Prop.csv", wilson), ("test_Rate.csv", rate)):
        table = pd.read_csv(phe / file)
        table = table[table["value"].notna()]
        assert len(table) >= 8
        for row in table.itertuples():
            multiplier = row.multiplier
            found = function(
                row.Numerator, row.Denominator, multiplier=multiplier, confidence=confidence
            )
            want = [row.value, getattr(row, f"lower{name}cl"), getattr(row, f"upper{name}cl")]
            assert [found.value, found.lower, found.upper] == pytest.approx(want, rel=CLOSED)


def test_grouped_proportions_and_rates_equal_the_published_ones(phe):
    for file, function in (("test_Prop_g_results", wilson), ("test_Rate_g_results", rate)):
        table = pd.read_csv(phe / f"{file}.csv")
        table = table[table["value"].notna()]
        found = function(
            table["Numerator"], table["Denominator"], multiplier=table["multiplier"].iloc[0]
        )
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
        confidence = first["Confidence"] / 100
        options = {"se": se, "confidence": confidence}
        sii = slope_index(rows["Value"], rows["Population"], multiplier=sign * scale, **options)
        rii = relative_index(rows["Value"], rows["Population"], inverse=sign < 0, **options)
        assert [sii.value, rii.value] == pytest.approx([first["sii"], first["rii"]], rel=CLOSED)
        if not np.isnan(first["sii_lowercl_1"]):
            width = sii.upper - sii.lower
            assert abs(sii.lower - first["sii_lowercl_1"]) < SIMULATED * width
            assert abs(sii.upper - first["sii_uppercl_1"]) < SIMULATED * width
            assert rii.lower == pytest.approx(
                first["rii_lowercl_1"], abs=0.05 * (rii.upper - rii.lower)
            )
            checked += 1
    assert checked >= 10
