"""Group-time effects are those of the R package did."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wijkkit.evaluation.effect.staggered import (
    GroupTimeEffects,
    average_effect,
    group_time_effects,
    interval,
)

SCENARIOS = {
    "mpdta_nev_dr": {},
    "mpdta_nev_reg_cov": {"covariates": "lpop"},
}
#: The package divides by G where we divide by G - 1 clusters (500 counties).
DIVISOR = np.sqrt(499 / 500)


@pytest.fixture(scope="module")
def folder(shared_data: Path) -> Path:
    return shared_data / "did"


def fit(folder: Path, scenario: str) -> GroupTimeEffects:
    data = pd.read_csv(folder / "mpdta.csv")
    options = dict(SCENARIOS[scenario])
    if "covariates" in options:
        options["covariates"] = data[["lpop"]]
    start = data["first.treat"].replace(0, np.nan)
    return group_time_effects(data["lemp"], start, data["year"], data["countyreal"], **options)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_group_time_effects_and_errors(folder, scenario):
    reference = pd.read_csv(folder / "csdid_r_ref" / "ref_attgt.csv")
    reference = reference[reference["scenario"] == scenario].rename(
        columns={"group": "start", "t": "wave"}
    )
    found = fit(folder, scenario)
    parts = zip(found.start, found.wave, found.estimate, found.influence.T, strict=True)
    ours = pd.DataFrame(
        {"start": int(start), "wave": int(wave)} | interval(found, estimate, influence, 0.95)
        for start, wave, estimate, influence in parts
    )
    both = reference.merge(ours, on=["start", "wave"], validate="one_to_one")
    assert len(both) == len(reference) == len(ours)
    assert both["estimate"].to_numpy() == pytest.approx(both["att"].to_numpy(), abs=1e-10)
    error = both["error"].to_numpy() * DIVISOR
    assert error == pytest.approx(both["se"].to_numpy(), rel=1e-8)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_average_and_its_error(folder, scenario):
    reference = pd.read_csv(folder / "csdid_r_ref" / "ref_aggte.csv")
    reference = reference[(reference["scenario"] == scenario) & (reference["type"] == "simple")]
    found = average_effect(fit(folder, scenario))
    assert found["estimate"] == pytest.approx(reference["overall_att"].iloc[0], abs=1e-10)
    assert found["error"] * DIVISOR == pytest.approx(reference["overall_se"].iloc[0], rel=1e-8)
