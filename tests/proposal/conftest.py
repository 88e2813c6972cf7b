"""A survey file and the study proposed from it, and what a researcher does to a proposal."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
import yaml

import wijkkit as wk
from wijkkit.study.checks import MARK

LABELS = {
    "geslacht": {1: "Jongen", 2: "Meisje"},
    "sportclub": {1: "Ja", 2: "Nee", 9: "Weet niet"},
    "opleiding": {1: "Laag", 2: "Hoog"},
    "cijfer": {1: "heel slecht", 5: "heel goed"},
    "y": {1: "Nooit", 2: "Vaak"},
}


@pytest.fixture
def survey(tmp_path):
    rows = pd.DataFrame(
        {
            "respnr": [1.0, 2, 3, 4],
            "buurtcode": ["BU1", "BU1", "BU2", "BU2"],
            "leeftijd": [4.0, 8, 11, 5],
            "geslacht": [1.0, 2, 2, 1],
            "sportclub": [1.0, 2, 9, 1],
            "opleiding": [1.0, 2, 1, 2],
            "cijfer": [1.0, 3, 5, 4],
            "weegfactor": [0.5, 1.5, 1, 1],
            "y": [1.0, 2, 1, 2],
        }
    )
    path = tmp_path / "monitor_2021.sav"
    pyreadstat.write_sav(
        rows,
        path,
        variable_value_labels=LABELS,
        column_labels={"sportclub": "Is lid van een sportclub"},
    )
    return path


@pytest.fixture
def study(tmp_path, survey):
    wk.new_study(tmp_path / "own", survey)
    return tmp_path / "own"


def finished(folder: Path, direction: str = "higher") -> Path:
    """Take the marks away and say which way is better, of every indicator the same."""
    for path in folder.glob("*.yml"):
        lines = path.read_text(encoding="utf-8").splitlines()
        asked = next((x.split(":", 1)[1] for x in lines if x.startswith("  ask:")), "")
        lines = [x.split(MARK)[0] for x in lines if not x.startswith("  ask:")]
        lines = [x.replace(f"  {direction}: []", f"  {direction}:{asked}") for x in lines]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    for path in folder.glob("wijken/*.yml"):
        text = path.read_text(encoding="utf-8")
        path.write_text("\n".join(x.split(MARK)[0] for x in text.splitlines()) + "\n", "utf-8")
    return folder


def codebook_of(folder: Path) -> dict:
    return yaml.safe_load((folder / "codebook.yml").read_text(encoding="utf-8"))["columns"]
