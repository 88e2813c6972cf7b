"""A youth monitor as GGDs have it: from the file to a right study with few lines by hand."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from scipy import stats

import wijkkit as wk
from tests.conftest import ROOT
from wijkkit.pipeline.checks import validate
from wijkkit.study.checks import MARK

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
                if (start in line and line.startswith(start[:2])) or line.strip().startswith(
                    f"- {start}"
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


@pytest.fixture(scope="module")
def beside_r(completed) -> pd.DataFrame:
    """Each reference value beside the study's own, with its standard error and df."""
    study = validate(completed[0])
    people = wk.load_respondents(study)
    grid = wk.estimate(study, people).estimates
    table = grid.table.assign(se=grid.precision["se"], df=grid.precision["df"])
    table = table[table["group"].eq("all") & table["area_level"].isin(["wijk", "city"])]
    names = {slug: int(hood.code) for slug, hood in study.neighbourhoods.items()} | {"city": 0}
    rows = people.groupby(["wave", "wijk"]).size()
    rows = pd.concat([rows, rows.groupby("wave").sum().to_frame("city").stack()])
    table["there"] = [rows[key] for key in zip(table["wave"], table["area"], strict=True)]
    table = table.assign(gem=table["area"].map(names), year=table["wave"].astype(int))
    table["v"] = table["indicator"].str.removeprefix("has_").str.upper()
    table["v"] = table["v"].replace({"WHICH_LVEES402_STERK_EENZAAM": "LVEES402"})
    reference = pd.read_csv(GGD / "gmjv_reference.csv")
    both = reference.merge(table, on=["v", "year", "gem"], how="left", suffixes=("_r", ""))
    both = both[both["n_r"].gt(0) & both["p"].notna()]
    assert len(both) > 100
    return both


def test_every_estimate_is_that_of_r(beside_r):
    np.testing.assert_allclose(beside_r["value"], beside_r["p"], rtol=0, atol=1e-9)
    np.testing.assert_array_equal(beside_r["n"], beside_r["n_r"])


def test_every_limit_is_that_of_r_with_the_degrees_of_freedom_of_who_answered(beside_r):
    """`lo` and `hi`: xlogit in the design of one year, whose df count who did not answer as well.

    The study's count who answered, so that its intervals are wider, by less than 0.02 points.
    `lo_pool` and `hi_pool` take both years as one sample, which the study does not.
    """
    silent = beside_r["there"] - beside_r["n"]
    share = beside_r["value"] / 100
    logit = np.log(share / (1 - share))
    half = beside_r["se"] / 100 / (share * (1 - share))
    half *= stats.t.ppf(0.975, beside_r["df"] + silent)
    for limit, own, sign in (("lo", "lower", -1), ("hi", "upper", 1)):
        right = 100 / (1 + np.exp(-(logit + sign * half)))
        np.testing.assert_allclose(right, beside_r[limit], rtol=0, atol=1e-9)
        wider = sign * (beside_r[own] - beside_r[limit])
        assert wider.between(-1e-9, 0.02).all()
        assert np.isclose(wider[silent.eq(0)], 0, atol=1e-9).all() and silent.eq(0).any()
