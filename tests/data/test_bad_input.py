"""Bad input: every case gives its own message, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.data.bad_study import BAD, make_bad_study, read_cases
from wijkkit.errors import WijkkitError
from wijkkit.loaders.area_figures import load_area_figures
from wijkkit.loaders.borders import load_borders
from wijkkit.loaders.segments import load_group_interviews
from wijkkit.loaders.survey import load_survey
from wijkkit.study import open_study

CASES = read_cases()

LOAD: dict[str, Callable] = {
    "study": open_study,
    "survey": lambda folder: load_survey(open_study(folder)),
    "area_figures": lambda folder: load_area_figures(open_study(folder)),
    "borders": lambda folder: load_borders(open_study(folder), "wijk"),
    "group_interviews": lambda folder: load_group_interviews(open_study(folder)),
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['group']}: {case['case']}")
def test_bad_input_gives_its_message(case: dict, tmp_path: Path) -> None:
    folder = make_bad_study(case, tmp_path)
    with pytest.raises(WijkkitError) as caught:
        LOAD[case["load"]](folder)
    assert caught.value.exit_code == 2
    # Only what was asked for by its whole path may be called by it.
    assert str(caught.value).replace(str(folder), "{folder}") == case["message"].rstrip("\n")
    assert ("{folder}" in case["message"]) == (case["case"] == "study.yml missing")


@pytest.mark.parametrize("load", ["study", "survey", "area_figures", "borders"])
def test_the_study_that_the_cases_change_is_valid(load: str) -> None:
    LOAD[load](BAD / "base")


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    folder = make_bad_study({}, tmp_path)
    for path in folder.rglob("*.*"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    for load in ("survey", "area_figures", "borders"):
        assert LOAD[load](folder).equals(LOAD[load](BAD / "base"))


def test_the_corpus_is_large_and_its_cases_differ() -> None:
    names = [(case["group"], case["case"]) for case in CASES]
    assert len(names) == len(set(names)) >= 100
