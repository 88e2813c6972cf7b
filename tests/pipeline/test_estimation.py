"""Which weight a figure has, and which wijken are alike, by hand."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

from tests.studies import replace, write_study
from wijkkit.errors import StudyError
from wijkkit.pipeline.estimation import (
    by_weight,
    comparable_wijken,
    groupings,
    weights_of,
    with_weights_of,
)
from wijkkit.study import open_study

COLUMNS = """columns:
  weight: {source: w, type: number}
  city: {source: wc, type: number}
  late: {source: wl, type: number}
"""
DESIGN = """design:
  weights:
    - {weight: city, level: city}
    - {weight: late, waves: ["2021"], indicators: [play]}
"""


@pytest.fixture
def study(tmp_path):
    folder = write_study(tmp_path / "study")
    replace(folder, "codebook.yml", "columns:\n", COLUMNS)
    path = folder / "codebook.yml"
    path.write_text(path.read_text(encoding="utf-8") + DESIGN, encoding="utf-8")
    return open_study(folder)


@pytest.mark.parametrize(
    ("indicator", "level", "expected"),
    [
        ("play", "wijk", ("weight", "late")),
        ("play", "city", ("city", "late")),
        ("other", "gebied", ("weight", "weight")),
        ("other", "city", ("city", "city")),
    ],
)
def test_the_last_weight_that_is_said_of_a_figure_holds(study, indicator, level, expected):
    assert weights_of(study, indicator, level) == expected


def test_who_has_no_weight_of_a_wave_is_not_counted_in_it(study):
    people = pd.DataFrame(
        {"wave": ["2018", "2018", "2021", "2021"], "weight": [1.0, 0.0, 3.0, 4.0],
         "late": [9.0, 9.0, 0.0, 8.0], "sampled": 1}
    )  # fmt: skip
    found = with_weights_of(study, people, ("weight", "late"))
    assert found.index.tolist() == [0, 3] and found["weight"].tolist() == [1.0, 8.0]
    assert "sampled" not in found
    whole = with_weights_of(study, people.assign(weight=1.0), ("weight", "late"))
    assert "sampled" in whole and whole.index.tolist() == [0, 1, 3]
    with pytest.raises(StudyError, match="a weight that nobody has"):
        with_weights_of(study, people.assign(late=0.0), ("weight", "late"))


def figures(values: dict[str, list[float]], **more: object) -> pd.DataFrame:
    rows = [(f"w{n}", name, value) for name, row in values.items() for n, value in enumerate(row)]
    table = pd.DataFrame(rows, columns=["area", "figure", "value"])
    return table.assign(**{"area_level": "wijk", "unit": "percent", "period": "2017"} | more)


def test_wijken_are_alike_on_the_first_period_by_figures_that_vary():
    income = figures({"income": [10.0, 11.0, 30.0, 31.0, 50.0]})
    later = figures({"income": [50.0, 11.0, 30.0, 31.0, 10.0]}, period="2021")
    counts = figures({"children": [1.0, 900.0, 5.0, 700.0, 2.0]}, unit="count")
    same = figures({"same": [5.0] * 5})
    city = figures({"income": [10.4] * 5}, area_level="gebied")
    found = comparable_wijken(pd.concat([later, income, counts, same, city]))
    alike = found.sort_values("rank").groupby("area")["comparable"].agg(list).to_dict()
    # Half of the four others.
    assert {one: set(others) for one, others in alike.items()} == {
        "w0": {"w1", "w2"}, "w1": {"w0", "w2"}, "w2": {"w3", "w1"}, "w3": {"w2", "w4"} , "w4": {"w3", "w2"},
    }  # fmt: skip
    assert alike["w0"][0] == "w1" and alike["w3"][0] == "w2"


@pytest.mark.parametrize(("wijken", "many"), [(2, None), (3, 1), (4, 1), (5, 2), (11, 5), (20, 5)])
def test_a_wijk_has_at_most_five_alike_and_half_of_the_others(wijken, many):
    found = comparable_wijken(figures({"income": [n * 1.1**n for n in range(wijken)]}))
    sizes = set(found.groupby("area").size())
    assert sizes == (set() if many is None else {many})
    assert comparable_wijken(figures({"income": [3.0] * wijken})).empty


def test_two_values_of_a_figure_are_enough_to_vary():
    found = comparable_wijken(figures({"new": [1.0, 1.0, 1.0, 2.0, 2.0]}))
    first = found[found["rank"].eq(found["rank"].min())].set_index("area")["comparable"]
    assert first["w3"] == "w4" and first["w4"] == "w3"


def test_each_row_is_made_with_the_weights_that_the_design_gives_it(study):
    people = pd.DataFrame(
        {"wave": ["2018", "2018", "2021", "2021"], "weight": [0.5, 0.0, 3.0, 4.0],
         "city": [10.0, 20.0, 30.0, 40.0], "late": [900.0, 900.0, 0.0, 800.0]}
    )  # fmt: skip
    rows = pd.DataFrame(
        [(key, level) for key in ("play", "other") for level in ("wijk", "gebied", "city")],
        columns=["indicator", "area_level"],
    )
    asked = []

    def made(one: pd.DataFrame) -> pd.DataFrame:
        asked.append(len(one))
        return rows.assign(value=one["weight"].sum(), n=len(one))

    found = by_weight(study, people, made)
    assert found["value"].tolist() == [800.5, 800.5, 830, 7.5, 7.5, 100]
    assert found["n"].tolist() == [2, 2, 3, 3, 3, 4]
    # Once with the main weight and once with each of the others.
    assert len(asked) == 4
    plain = study.codebook.model_copy(update={"design": type(study.codebook.design)()})
    bare = dataclasses.replace(study, codebook=plain)
    asked.clear()
    assert by_weight(bare, people, made)["value"].eq(7.5).all() and len(asked) == 1


def test_groups_have_an_order_or_not(study):
    ses = {"ses": ("ses", ("low", "high"))}
    assert groupings(study) == groupings(study, ordered=True) == ses
    (one,) = study.settings.groupings
    loose = study.settings.model_copy(
        update={"groupings": (one.model_copy(update={"ordered": False}),)}
    )
    study = dataclasses.replace(study, settings=loose)
    assert groupings(study) == ses and groupings(study, ordered=True) == {}
