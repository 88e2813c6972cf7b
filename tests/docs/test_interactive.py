"""Each question of the page on interactive questions takes at most the lines it takes in R."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import matplotlib
import pandas as pd
import pytest
import yaml

from tests.conftest import ROOT
from tests.notebooks.test_any_study import small_study
from tests.studies import replace
from wijkkit.errors import WijkkitError
from wijkkit.study import guard

PAGE = ROOT / "docs" / "howto" / "interactive.md"
#: Lines in R with survey and ggplot2, without loading: of the questions that have a number.
ASKED = [5, 3, 2, 2, 2, 8, 3, 3, 1, 6, 2]


def questions() -> list[tuple[int, list[str]]]:
    found = re.findall(
        r"^## .*?\((\d+)\)\n\n```python\n(.*?)```", PAGE.read_text(), re.MULTILINE | re.DOTALL
    )
    return [(int(most), code.strip().splitlines()) for most, code in found]


def test_each_question_takes_at_most_the_lines_of_r():
    assert [most for most, _ in questions()] == ASKED
    for most, lines in questions():
        written = [line for line in lines if not line.startswith(("play.to_", "print"))]
        assert len(written) <= most, lines


def test_the_lines_are_no_wider_than_a_screen():
    assert all(len(line) <= 110 for _, lines in questions() for line in lines)


GGD = ROOT.parent / "shared" / "data" / "ggd"
#: What the page calls things -> what another study calls them.
NAMES = {
    "ggd": {
        "outdoor_play": "has_lvpks403", "psychosocial_problems": "has_lvpks403",
        "sport": "has_lfdgb403", "p.outdoor_days >= 5": 'p.lvpks403 == "1"',
        "p.outdoor_days >= 4": 'p.lvpks403 == "1"', "ses": "opl", '"girl"': '"vrouw"',
        '"arm"': '"wijk"', "rietoord": "nepgemeente-a",
        'pd.cut(p.age, [4, 8, 13], right=False).astype("str")': "p.lft", '"age", ': "",
    },
    "no age": {
        "outdoor_play": "play", "psychosocial_problems": "play",
        "outdoor_days": "days", 'people.sex == "girl"': 'people.ses == "low"',
        "rietoord": "zuid", 'pd.cut(p.age, [4, 8, 13], right=False).astype("str")': "p.ses",
        '"age", ': "",
    },
}  # fmt: skip
#: What a study may lack -> what the answer says then.
LACKING = {"map": "borders"}


def _without_age(folder: Path) -> Path:
    small_study(folder)
    replace(folder, "codebook.yml", "  age: {source: leeftijd, type: integer}\n", "")
    path = folder / "indicators.yml"
    play = yaml.safe_load(path.read_text())["play"]
    play.pop("goal")
    path.write_text(path.read_text() + yaml.safe_dump({"sport": {**play, "label": "Sport"}}))
    rows = pd.read_csv(folder / "enquete.csv", dtype=str).drop(columns="leeftijd")
    rows.to_csv(folder / "enquete.csv", index=False)
    return folder


@pytest.fixture(params=[pytest.param("ggd", marks=pytest.mark.slow), "no age"])
def other(request, tmp_path, monkeypatch) -> tuple[Path, dict[str, str]]:
    """A study that is not the demo's, in the working folder, and what it calls things."""
    folder = tmp_path / "parameters"
    if request.param == "no age":
        _without_age(folder)
    elif not GGD.is_dir():
        pytest.skip("the monitor's test file is not beside the project")
    else:
        shutil.copytree(GGD / "study", folder)
        (tmp_path / "gmjv_testdata.sav").symlink_to(GGD / "gmjv_testdata.sav")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(guard, "_process", guard._Process())
    matplotlib.use("agg")
    return folder, NAMES[request.param]


def test_every_question_is_answered_on_a_study_that_is_not_the_demo(other):
    folder, names = other
    page = PAGE.read_text().partition("## Into a report")[0]
    said: dict[str, Any] = {}
    answered, lacking = 0, []
    for part in re.split("^#+ ", page, flags=re.MULTILINE)[1:]:
        head, code = part.splitlines()[0], part.partition("```python\n")[2].partition("```")[0]
        for old, new in names.items():
            code = code.replace(old, new)
        try:
            exec(code, said)
        except WijkkitError as error:
            lacking.append(head)
            assert next(w for key, w in LACKING.items() if key in head) in str(error)
        else:
            answered += 1
    assert answered == 12 and lacking == ["A map of it (3)"]
    assert said["model"].frame["se"].gt(0).all()
    for name in ("play.xlsx", "play.docx"):
        assert (folder.parent / name).stat().st_size > 1000
