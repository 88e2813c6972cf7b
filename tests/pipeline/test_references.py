"""What may be shown of a population above the study, beside its parts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from wijkkit.disclosure import GGD
from wijkkit.pipeline.references import release_references
from wijkkit.tables import tidy

KEYS = {"indicator": "play", "wave": "1", "group_by": "", "group": "all"}


def region(n: float, x: float, **columns: object) -> pd.DataFrame:
    row = KEYS | {"area": "region", "area_level": "reference", "n": n, "unit": "percent"}
    numbers = {"value": 100 * x / n, "lower": 100 * x / n - 4, "upper": 100 * x / n + 4}
    table = tidy(pd.DataFrame([row | numbers]))
    return table.assign(**{"x": x, "allowed": "ok", "coarse": np.nan} | columns)


def released(references: pd.DataFrame, n: float, x: float, status: str = "ok", **more: object):
    """The references beside a city of so many respondents."""
    city = KEYS | {"area": "city", "area_level": "city", "n": n, "x": x} | more
    counts = pd.DataFrame([city])
    table = counts.assign(status=status)
    return release_references(references, counts, table, GGD)


@pytest.mark.parametrize(
    ("whole", "city", "status", "expected"),
    [
        # So many respondents (and with the answer) are left without the city.
        ((130, 60), (100, 50), "ok", "ok"),
        ((129, 60), (100, 50), "ok", "hidden"),
        ((101, 50), (100, 50), "ok", "hidden"),
        ((140, 55), (100, 50), "ok", "ok"),
        ((140, 54), (100, 50), "ok", "hidden"),
        ((140, 85), (100, 50), "ok", "ok"),
        ((140, 86), (100, 50), "ok", "hidden"),
        ((140, 50), (100, 50), "ok", "hidden"),
        ((140, 90), (100, 50), "ok", "hidden"),
        # Nobody is left: it is the city itself, and shows no more than that.
        ((100, 50), (100, 50), "ok", "ok"),
        ((100, 50), (100, 50), "too_few", "hidden"),
        # The city is no part of it: it has more respondents, more with the answer, or more without.
        ((90, 50), (100, 50), "ok", "ok"),
        ((140, 45), (100, 50), "ok", "ok"),
        ((140, 95), (100, 50), "ok", "ok"),
    ],
)
def test_what_is_left_of_a_population_without_the_city_is_no_small_group(
    whole, city, status, expected
):
    found = released(region(*whole), *city, status)
    assert found["status"].item() == expected
    assert found["value"].isna().item() == (expected != "ok")


@pytest.mark.parametrize(
    "other", [{"wave": "2"}, {"indicator": "sport"}, {"area_level": "arm"}, {"group_by": "ses"}]
)
def test_only_the_same_figure_of_everybody_in_the_city_is_a_part(other):
    assert released(region(110, 55), 100, 50)["status"].item() == "hidden"
    assert released(region(110, 55), 100, 50, **other)["status"].item() == "ok"


def test_of_a_score_only_how_many_are_left_counts():
    score = region(140, 51, unit="score", value=3.26, lower=3.11, upper=3.44)
    row = released(score, 100, 50).iloc[0]
    assert row[["value", "lower", "upper", "step", "status"]].tolist() == [3.3, 3.1, 3.4, 0.1, "ok"]
    assert released(score.assign(n=129.0), 100, 50)["status"].item() == "hidden"


def test_two_populations_above_the_study_tell_of_the_rest_of_the_larger_one():
    both = pd.concat([region(500, 250), region(520, 260, area="country")], ignore_index=True)
    assert released(both, 100, 50)["status"].tolist() == ["ok", "hidden"]
    # What others published tells nothing of our respondents, and stands as it is.
    public = both.assign(allowed=["published", "ok"])
    assert released(public, 100, 50)["status"].tolist() == ["ok", "ok"]
    hidden = both.assign(allowed=["hidden", "ok"])
    assert released(hidden, 100, 50)["status"].tolist() == ["hidden", "hidden"]


def test_a_figure_stands_in_the_step_that_the_population_has_by_itself():
    row = released(region(400, 211, coarse=5.0), 100, 50).iloc[0]
    # 52.75 (48.75-56.75): any value that stands as 55 is at least 48.5 and at most 61.5.
    assert row[["value", "lower", "upper", "step"]].tolist() == [55, 45, 65, 5]
