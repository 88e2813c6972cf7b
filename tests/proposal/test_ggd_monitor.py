"""A youth monitor as GGDs have it: from the file to a right study with few lines by hand."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

import wijkkit as wk
from tests.conftest import ROOT
from wijkkit.pipeline.checking import validate
from wijkkit.study.unfinished import MARK

GGD = ROOT.parent / "shared" / "data" / "ggd"
pytestmark = pytest.mark.skipif(
    not (GGD / "gmjv_testdata.sav").is_file(), reason="the monitor's test file is not beside the project"
)  # fmt: skip

#: What the researcher writes: file -> (what stands on the line, what is to stand there).
BY_HAND = {
    "study.yml": [
        ("title:", 'title: "GMJV"'),
        ("city:", 'city: {name: "GGD Limburg-Noord"}'),
        ("programme:", 'programme: {name: "Geen programma", start: 2023-01-01}'),
        ('{id: "2022"', '  - {id: "2022", label: "2022", start: 2022-04-01, end: 2022-07-31}'),
        ('{id: "2024"', '  - {id: "2024", label: "2024", start: 2024-04-01, end: 2024-07-31}'),
        ("goals:", 'goals: [{id: psych, label: "Minder klachten", indicator: has_lvpks403, domain: gezond}]'),
    ],
    "indicators.yml": [
        ("# which_lvees402:", "{line[2:]}"),
        ("has_lvpda413:", '{line.replace("function", "waves: [\'2024\'], function", 1)}'),
        ("  higher: []", "  higher: [{all but lower}]"),
        ("  lower: []", "  lower: [has_lvpks403, has_lfdgb403, has_lvpda413]"),
        ("  ask:", ""),
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def proposed(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("ggd")
    wk.new_study(folder / "own", GGD / "gmjv_testdata.sav", columns={"wave": "AGOJB401"})
    return folder / "own"


@pytest.fixture(scope="module")
def completed(proposed, tmp_path_factory) -> tuple[Path, int]:
    """The proposal with what only the researcher knows, and how many lines that changed."""
    folder = proposed.parent / "completed"
    shutil.copytree(proposed, folder)
    changed = 0
    for path in sorted(folder.glob("*.yml")):
        before = path.read_text(encoding="utf-8").splitlines()
        names = re.findall(r'"(has_\w+)"', next((x for x in before if x.startswith("  ask:")), ""))
        after = []
        for line in before:
            new = line.split(f" {MARK}")[0] if not line.startswith(MARK) else None
            for start, text in BY_HAND.get(path.name, ()):
                if (
                    start in line
                    and line.startswith(start[:2])
                    or line.strip().startswith(f"- {start}")
                ):
                    new = _said(text, line, names)
            after.append(new)
        changed += sum(old != new for old, new in zip(before, after, strict=True))
        path.write_text("\n".join(x for x in after if x is not None) + "\n", encoding="utf-8")
    return folder, changed


def _said(text: str, line: str, names: list[str]) -> str | None:
    lower = ["has_lvpks403", "has_lfdgb403", "has_lvpda413"]
    if text == "{line[2:]}":
        return line[2:]
    if "waves" in text:
        return line.replace("function", "waves: ['2024'], function", 1)
    return text.replace("{all but lower}", ", ".join(n for n in names if n not in lower)) or None


def test_the_roles_are_those_of_the_study_made_by_hand(proposed):
    columns = yaml.safe_load((proposed / "codebook.yml").read_text(encoding="utf-8"))["columns"]
    right = yaml.safe_load((GGD / "study" / "codebook.yml").read_text(encoding="utf-8"))["columns"]
    for role in ("area", "wave", "weight", "stratum", "sex"):
        assert columns[role]["source"] == right[role]["source"], role
    study = yaml.safe_load((proposed / "study.yml").read_text(encoding="utf-8"))
    groupings = {g["id"]: g for g in study["groupings"]}
    assert columns[groupings["age_group"]["column"]]["source"] == right["lft"]["source"]
    assert "age" not in columns


def test_every_question_with_two_values_is_proposed_under_its_label(proposed):
    found = yaml.safe_load((proposed / "indicators.yml").read_text(encoding="utf-8"))
    names = set(found) - {"direction"}
    assert len(names) == len(found["direction"]["ask"]) == 67
    assert found["has_lvpks403"]["label"] == "Heeft psychische klachten (MHI-5)"


def test_at_most_twenty_lines_are_written_by_hand(completed):
    folder, changed = completed
    assert 0 < changed <= 20
    own, right = (wk.open_study(f).neighbourhoods for f in (folder, GGD / "study"))
    assert {(h.name, h.code) for h in own.values()} == {(h.name, h.code) for h in right.values()}


def test_every_estimate_is_that_of_r(completed):
    study = validate(completed[0])
    table = wk.estimate(study, wk.load_respondents(study)).estimates.table
    table = table[table["group"].eq("all") & table["area_level"].isin(["wijk", "city"])]
    names = {slug: int(hood.code) for slug, hood in study.neighbourhoods.items()} | {"city": 0}
    table = table.assign(gem=table["area"].map(names), year=table["wave"].astype(int))
    table["v"] = table["indicator"].str.removeprefix("has_").str.upper()
    table["v"] = table["v"].replace({"WHICH_LVEES402_STERK_EENZAAM": "LVEES402"})
    reference = pd.read_csv(GGD / "gmjv_reference.csv")
    both = reference.merge(table, on=["v", "year", "gem"], how="left", suffixes=("_r", ""))
    asked = both["n_r"].gt(0) & both["p"].notna()
    assert asked.sum() > 100
    np.testing.assert_allclose(both["value"][asked], both["p"][asked], rtol=0, atol=1e-9)
    np.testing.assert_array_equal(both["n"][asked], both["n_r"][asked])
