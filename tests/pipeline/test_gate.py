"""What is published, as a notebook and a report show it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from tests.studies import write_study
from wijkkit.errors import DisclosureError, ParameterError, WijkkitError
from wijkkit.pipeline import gate
from wijkkit.pipeline.gate import (
    _require_covariates,
    _same_rows,
    bundle_of,
    drawn,
    require_named,
    require_population,
)
from wijkkit.released.unreleased import Publication
from wijkkit.study import open_study
from wijkkit.study.settings import PopulationSettings


@pytest.fixture
def study(tmp_path):
    return open_study(write_study(tmp_path / "study"))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.12345, "0,123"),
        (0.5, "0,5"),
        (1.236, "1,24"),
        (9.99, "9,99"),
        (10.26, "10,3"),
        (-0.25, "-0,25"),
        (41.0, "41"),
        (np.int64(7), "7"),
        (np.nan, ""),
        ("noord", "noord"),
    ],
)
def test_a_number_has_the_decimals_that_it_needs_and_at_most_three(value, said):
    data, about = bundle_of(pd.DataFrame({"column": [value]}), "tbl-a", "Words", "", "nl")
    assert f">{said}<" in data["text/html"].replace("\u2212", "-")
    assert about["wijkkit"]["caption"] == "Words"


def test_a_figure_has_a_text_and_what_is_neither_figure_table_nor_text_is_refused():
    fig, ax = plt.subplots()
    ax.plot([1, 2])
    for shown in (fig, ax):
        with pytest.raises(ParameterError, match="a text for who cannot see it"):
            bundle_of(shown, "fig-a", "", "", "nl")
        data, about = bundle_of(shown, "fig-a", "", "It rises.", "nl")
        assert data["text/plain"] == "It rises." == about["wijkkit"]["alt"]
    plt.close(fig)
    data, _ = bundle_of("a *b*", "x", "", "", "nl")
    assert "*b*" not in data["text/markdown"].replace("\\*", "")
    with pytest.raises(ParameterError, match="neither a figure"):
        bundle_of(3, "x", "", "", "nl")


def test_a_frame_is_drawn_by_its_function_and_shown_without_one():
    rows = pd.DataFrame({"value": [3.0]})
    data, _ = drawn(rows, "x", "", "", "en", lambda frame: f"{frame['value'].sum():g} in all")
    assert "3 in all" in data["text/markdown"]
    assert ">3<" in drawn(rows, "x", "", "", "en")[0]["text/html"]


class Result:
    """A result of people: its numbers, figure, caption and sentence."""

    frame, caption = pd.DataFrame({"value": [3.0]}), "Its own"

    def with_frame(self, rows: pd.DataFrame) -> Result:
        return self

    def output(self, label: str) -> pd.DataFrame:
        return pd.DataFrame({"label": [label]})

    def sentence(self) -> str:
        return "It is three."


@pytest.mark.parametrize(
    ("said", "draw", "expected"),
    [
        (("", ""), None, ("Its own", "It is three.", ">tbl-a<")),
        (("Words", "Three."), None, ("Words", "Three.", ">tbl-a<")),
        # Of what else is drawn of it its sentence need not be true.
        (("", ""), lambda frame: frame + 1, ("Its own", None, ">4<")),
    ],
)
def test_a_result_has_its_own_caption_and_text_where_none_are_given(said, draw, expected):
    data, about = drawn(Result(), "tbl-a", *said, "en", draw)
    caption, alt, shown = expected
    assert about["wijkkit"]["caption"] == caption and about["wijkkit"].get("alt") == alt
    assert shown in data["text/html"]


def test_a_result_about_other_people_than_the_study_is_named(study):
    girls = PopulationSettings(where={"sex": ("girl",)})
    same = {"estimates": study.settings.population, "own": None}
    require_population(study, same, "Again.")
    with pytest.raises(DisclosureError, match="fig-a.*about other people") as caught:
        require_population(study, {**same, "fig-a": girls}, "Again.")
    (problem,) = caught.value.problems
    assert problem.expected == "everybody" and problem.found != "everybody"


def test_what_control_cannot_read_is_named_for_the_second_person(study):
    settings = study.settings.model_copy(update={"outputs": {"fig-a": {"why": "a model"}}})
    require_named(replace(study, settings=settings), "fig-a", "raw")
    for label in ("fig-b", ""):
        with pytest.raises(DisclosureError, match="cell by cell") as caught:
            require_named(replace(study, settings=settings), label, "raw")
        assert caught.value.problems[0].place == (label or "publish without a label")


def test_rows_are_those_that_were_released_whatever_numbers_were_published():
    released = pd.DataFrame({"area": ["a", "b"], "wave": ["1", "1"], "value": [41.0, np.nan]})
    wanted = pd.DataFrame({"area": ["b", "a", "a"], "value": [3.0, 99.0, 98.0], "own": "x"})
    found = _same_rows(released, wanted, "tbl-a").set_index("area")["value"]
    assert found.to_dict() == pytest.approx({"a": 41.0, "b": np.nan}, nan_ok=True)
    with pytest.raises(DisclosureError, match="which released rows") as caught:
        _same_rows(released, wanted[["value", "own"]], "tbl-a")
    assert caught.value.problems[0].found == "value, own"


@pytest.mark.parametrize(
    ("covariates", "effects", "refused"),
    [
        ('["age"]', [1], ""),
        ('["age", "income"]', [1], "income"),
        ('["income"]', [], ""),
        ("[]", [1], ""),
    ],
)
def test_an_effect_takes_covariates_that_every_notebook_has(covariates, effects, refused):
    arguments = pd.DataFrame({"argument": ["covariates"], "used": [covariates]})
    effect = SimpleNamespace(arguments=arguments, effects=effects)
    known = SimpleNamespace(sample=SimpleNamespace(weighted=pd.DataFrame({"age": [6.0]})))
    _require_covariates(known, None)
    if not refused:
        _require_covariates(known, effect)
        return
    with pytest.raises(DisclosureError, match="do not know") as caught:
        _require_covariates(known, effect)
    assert caught.value.problems[0].found == refused


@dataclass(frozen=True)
class Made:
    """A result that says which study and which rows it is of."""

    study: object = None
    rows: object = None

    def with_frame(self, rows: object) -> Made:
        return replace(self, rows=rows)


def test_each_kind_of_output_is_drawn_of_what_control_let_out_of_it(study, monkeypatch):
    released = pd.DataFrame({"area": ["a"], "value": [41.0]})
    monkeypatch.setattr(gate, "released_rows", lambda study, frame, cells: (frame, cells))
    monkeypatch.setattr(gate, "open_city", lambda _: SimpleNamespace(table=lambda name: released))
    monkeypatch.setattr(gate, "drawn", lambda shown, *how: shown)
    said = {"label": "fig-a", "caption": "", "alt": "", "draw": None, "table": "estimates"}
    one = SimpleNamespace(**said, kind="result", frame="frame", cells="cells", content=Made())
    assert gate._rows(study, one) == ("frame", "cells")
    assert gate._bundle(study, one, "rows") == Made(study, "rows")
    one = SimpleNamespace(**said, kind="rows", frame=released[["area"]])
    assert gate._rows(study, one).equals(released) and gate._bundle(study, one, "rows") == "rows"
    one = SimpleNamespace(**said, kind="view")
    assert gate._rows(study, one) is None
    assert gate._bundle(study, one, None).table("estimates") is released
    one = SimpleNamespace(**said, kind="raw", content="as it is")
    with pytest.raises(DisclosureError, match="cell by cell"):
        gate._bundle(study, one, None)
    settings = study.settings.model_copy(update={"outputs": {"fig-a": {"why": "a model"}}})
    assert gate._bundle(replace(study, settings=settings), one, None) == "as it is"


def test_outputs_are_written_with_their_released_rows_all_or_none(study, monkeypatch):
    done: list = []
    rows = {"one": pd.DataFrame({"value": [1.0]}), "two": pd.DataFrame({"value": [2.0]})}
    monkeypatch.setattr(gate, "_rows", lambda study, one: rows.get(one.name))
    monkeypatch.setattr(gate, "_bundle", lambda study, one, rows: f"bundle of {one.name}")
    monkeypatch.setattr(gate, "clear_outputs", lambda study: done.append("cleared"))
    monkeypatch.setattr(gate, "write_output", lambda study, *what: done.append(what))
    tables: dict[str, pd.DataFrame] = {}
    monkeypatch.setattr(gate, "write_released", lambda study, name, one: tables.update({name: one}))
    whole = Publication("estimates", "whole", label="tbl-x")
    ones = [Publication("one", "result", label="fig-a"), Publication("two", "result"), whole]
    gate.release_outputs(study, [*ones, Publication("three", "view", label="fig-c")])
    assert done[0] == "cleared" and [one[:2] for one in done[1:]] == [
        ("fig-a", "bundle of one"),
        ("fig-c", "bundle of three"),
    ]
    assert tables["outputs"]["output"].tolist() == ["one", "two"]
    # Where one is refused nothing stays, and every problem is said.
    done.clear(), tables.clear(), rows.clear()
    monkeypatch.setattr(gate, "_bundle", lambda study, one, rows: require_named(study, "x", "raw"))
    with pytest.raises(DisclosureError) as caught:
        gate.release_outputs(study, [ones[0], Publication("three", "view", label="fig-c")])
    assert len(caught.value.problems) == 2 and done == ["cleared", "cleared"] and not tables


def test_what_notebooks_published_is_released_together(study, monkeypatch):
    done: list = []
    known = SimpleNamespace(
        sample=SimpleNamespace(weighted=pd.DataFrame({"age": [6.0]})),
        population=study.settings.population,
    )
    arguments = pd.DataFrame({"argument": ["covariates"], "used": ['["income"]']})
    effect = SimpleNamespace(arguments=arguments, effects=[1], population=None)
    monkeypatch.setattr(gate, "release_together", lambda *a, **parts: done.append((a, parts)))
    monkeypatch.setattr(gate, "release_outputs", lambda study, ones: done.append("outputs"))
    monkeypatch.setattr(gate, "bind_tables", lambda study: done.append("bound"))
    girls = PopulationSettings(where={"sex": ("girl",)})
    # What is given is released alone.
    gate.release(study, known)
    assert done == [((study, known, None, None), {})]
    for given, said in (
        ((known, effect), "income"),
        ((SimpleNamespace(**vars(known) | {"population": girls}),), "estimates.*other people"),
        ((known, SimpleNamespace(**vars(effect) | {"population": girls})), "effect.*other people"),
    ):
        with pytest.raises(DisclosureError, match=said):
            gate.release(study, *given)
    estimates = Publication("estimates", "whole", content=known)
    figure = Publication("fig-a", "result", label="fig-a")
    cases: list[tuple[list[Publication], str]] = [
        ([figure], "nothing"),
        ([Publication("process", "whole", content="p"), figure], "process"),
        ([estimates, Publication("effect", "whole", content=effect)], "income"),
        ([estimates, replace(figure, population=girls)], "fig-a.*other people"),
    ]
    for published, said in cases:
        monkeypatch.setattr(gate, "publications", lambda study, ones=published: ones)
        with pytest.raises(WijkkitError, match=said):
            gate.release(study)
    assert len(done) == 1
    monkeypatch.setattr(gate, "publications", lambda study: [estimates, figure])
    gate.release(study)
    assert done[1:] == [((study,), {"estimates": known}), "outputs", "bound"]
