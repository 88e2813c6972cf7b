"""What a second person must know of a model, and how it is drawn, counted by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from wijkkit.analysis.domains import described
from wijkkit.analysis.model import model_problems

FACTS = {"df": 10.0, "smallest_category": 30.0, "fewest_answers": 5.0}


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({}, []),
        ({"fewest_answers": np.nan}, []),
        ({"df": 9.0}, ["9 residual"]),
        ({"df": np.nan}, ["nan residual"]),
        ({"smallest_category": 29.0}, ["29 respondents, at least 30"]),
        ({"fewest_answers": 4.0}, ["4 of an answer, at least 5"]),
        ({"df": 0.0, "smallest_category": 1.0, "fewest_answers": 0.0}, ["0 res", "1 resp", "0 of"]),
    ],
)
def test_a_model_is_refused_from_the_first_respondent_too_few(changes, named):
    found = model_problems(FACTS | changes, 30, 5)
    assert len(found) == len(named)
    assert all(part in said for part, said in zip(named, found, strict=True))


@pytest.mark.parametrize("family", ["binomial", "gaussian"])
def test_the_smallest_category_is_the_reference_as_well(people, family):
    model = people.model("sport ~ ses + age", family=family)
    used = people.frame.dropna(subset=["sport", "ses", "age"])
    groups = used.groupby("ses")["sport"].agg(["size", "sum"])
    rest = groups["size"] - groups["sum"]
    assert model.facts["n"] == len(used)
    assert model.facts["smallest_category"] == groups["size"].min()
    few = np.minimum(groups["sum"], rest).min() if family == "binomial" else np.nan
    assert model.facts["fewest_answers"] == pytest.approx(few, nan_ok=True)
    # Without categories all who are in it are one.
    assert (
        people.model("sport ~ age").facts["smallest_category"]
        == (people.frame[["sport", "age"]].dropna(how="any").shape[0])
    )
    ax = model.plot()
    assert ax.get_xscale() == ("log" if family == "binomial" else "linear")
    assert ax.get_yticks().tolist() == [0, 1, 2][: len(model.frame) - 1]
    (line,) = [
        one
        for one in ax.lines
        if len(set(one.get_xdata())) == 1 and one.get_marker() in ("None", None)
    ]
    assert set(line.get_xdata()) == {1.0 if family == "binomial" else 0.0}
    plt.close(ax.figure)


def test_who_was_chosen_is_said_by_the_first_column_that_divides_them():
    frame = pd.DataFrame({"wave": list("1122"), "sex": list("bgbg"), "age": [4.0, 5.0, 6.0, 7.0]})
    assert described(frame, frame["sex"].eq("g")) == "sex=g"
    assert described(frame, frame["wave"].eq("2")) == "wave=2"
    assert described(frame, frame["age"].isin([4.0, 7.0])) == "age=4.0+7.0"
    missing = frame.assign(sex=["b", None, "b", None])
    assert described(missing, missing["sex"].isna()) == "age=5.0+7.0"
    assert described(frame[["wave"]], frame["age"].ge(5)) == "3 of 4 respondents"
    # Forty values can be read, more cannot.
    for many, said in ((40, "+".join(sorted(map(str, range(20))))), (41, "20 of 41 respondents")):
        ages = pd.DataFrame({"age": range(many)})
        assert described(ages, ages["age"].lt(20)).removeprefix("age=") == said
