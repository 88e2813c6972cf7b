"""Objects show themselves, escaped; whatever `wk.` offers says what it does."""

from __future__ import annotations

import inspect
import re
import typing
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest

import wijkkit as wk
from tests.studies import replace
from wijkkit.batch.manifest import JobResult, RunResult
from wijkkit.display import ShowsItself
from wijkkit.errors import Problem
from wijkkit.estimates import Estimates
from wijkkit.pipeline.estimation import StudyEstimates

SCRIPT = "<script>alert(1)</script>"


@dataclass(frozen=True, repr=False)
class Result(ShowsItself):
    value: float
    label: str
    table: pd.DataFrame
    secret: pd.DataFrame = field(repr=False)


@pytest.fixture
def result():
    table = pd.DataFrame({SCRIPT: [SCRIPT, "b"]})
    return Result(np.float64(0.123456), SCRIPT, table, pd.DataFrame({"x": ["hidden words"] * 3}))


def test_a_result_is_one_line_of_text(result):
    assert repr(result) == f"<Result: value 0.1235, label {SCRIPT}, table 2 rows, secret 3 rows>"


def test_in_a_notebook_nothing_of_the_data_becomes_markup(result):
    shown = result._repr_html_()
    assert "<script" not in shown
    assert shown.count("&lt;script&gt;") == 3


def test_rows_unfold_but_those_of_a_field_that_is_not_to_be_shown_do_not(result):
    shown = result._repr_html_()
    assert shown.count("<details>") == 1
    assert "3 rows" in shown and "hidden words" not in shown


def test_a_long_array_says_how_long_it_is():
    assert "100 values" in repr(wk.wilson(np.arange(100.0), np.full(100, 100.0)))


def test_a_study_shows_its_parts_escaped(view):
    folder = view.study.folder
    replace(folder, "study.yml", "title: Proef", f'title: "{SCRIPT}"')
    shown = wk.open_study(folder)._repr_html_()
    assert "<script" not in shown and "&lt;script&gt;" in shown
    assert all(word in shown for word in ("Proefstad", "Noord", "Zuid", "meting 1", "play"))


def test_an_indicator_shows_its_parts_escaped(view):
    shown = view.study.indicators["play"].model_copy(update={"label": SCRIPT})._repr_html_()
    assert "outdoor_play_days" in shown
    assert "<script" not in shown and "&lt;script&gt;" in shown


def test_released_tables_and_views_name_what_there_is(view):
    assert repr(view.released) == "<Released: tables estimates>"
    assert "estimates" in view._repr_html_()
    assert "Noord" in wk.open_wijk(view.study, "noord")._repr_html_()


def test_a_run_says_what_failed_and_why():
    jobs = (JobResult("stad", "1", "ok"), JobResult("a", "2", "failed", "error", SCRIPT))
    shown = RunResult("r", jobs, 2.5)
    assert repr(shown) == f"<RunResult: run r, ok 1, failed a/2: {SCRIPT}, seconds 2.5>"
    assert "<script" not in shown._repr_html_()


def test_estimates_of_a_study_show_no_number_of_a_cell():
    frame = pd.DataFrame({"indicator": ["play"], "value": [12.345]})
    tables = [frame] * 6
    made = StudyEstimates(Estimates(frame, frame, frame), *tables, sample=frame)
    assert "12.3" not in made._repr_html_() + repr(made)
    assert "estimates" in made._repr_html_()


@pytest.mark.parametrize("name", [name for name in wk.__all__ if name != "show"])
def test_what_a_verb_returns_shows_itself(name):
    returned = typing.get_type_hints(getattr(wk, name)).get("return")
    ours = [
        kind
        for kind in typing.get_args(returned) or (returned,)
        if isinstance(kind, type) and kind.__module__.startswith("wijkkit.")
    ]
    for kind in set(ours) - {Problem}:
        assert hasattr(kind, "_repr_html_") or hasattr(kind, "_repr_mimebundle_")


def test_a_problem_in_a_list_reads_as_it_would_be_said():
    said = repr([Problem("unknown key", file="study.yml", place="wavs")])
    assert said == "[<study.yml, wavs: unknown key.>]"


@pytest.mark.parametrize("name", [*wk.__all__, *(f"show.{name}" for name in wk.show.__all__)])
def test_everything_behind_wk_says_what_it_does(name):
    found = wk
    for part in name.split("."):
        found = getattr(found, part)
    first = (inspect.getdoc(found) or "").split("\n")[0]
    assert re.fullmatch(r"\S.{15,}[.:]", first), first
