"""What may be said of who took part and of how alike the arms were, by each rule of the policy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from wijkkit.disclosure import GGD
from wijkkit.pipeline.release import _shown_balance, _shown_participants, _shown_verdicts
from wijkkit.tables import tidy


@pytest.mark.parametrize(
    ("n", "status"), [(0, "missing"), (1, "too_few"), (29, "too_few"), (30, "ok")]
)
def test_of_few_who_took_part_no_number_stands(n, status):
    table = pd.DataFrame({"n": [n], "response": [12.4]})
    row = _shown_participants(table, GGD).iloc[0]
    assert row["status"] == status
    there = [30, 12] if status == "ok" else [np.nan, np.nan]
    assert row[["n", "response"]].tolist() == pytest.approx(there, nan_ok=True)


def group(category: str, n: tuple[int, int], x: tuple[float, float], **more: object) -> dict:
    arms = ("programme", "comparator")
    row = {"kind": "grouping", "key": "ses", "category": category, "wave": "1", "unit": "percent"}
    row |= {f"n_{arm}": float(one) for arm, one in zip(arms, n, strict=True)}
    row |= {f"x_{arm}": one for arm, one in zip(arms, x, strict=True)}
    return row | {"programme": 41.6, "comparator": 38.4, "difference": 0.0649} | more


NOTHING = tidy(pd.DataFrame())


@pytest.mark.parametrize(
    ("n", "x", "status"),
    [
        ((30, 30), (5, 25), "ok"),
        ((29, 60), (10, 10), "too_few"),
        ((60, 29), (10, 10), "too_few"),
        # With the answer, or without, in either arm.
        ((30, 30), (4, 15), "hidden"),
        ((30, 30), (15, 4), "hidden"),
        ((30, 60), (26, 30), "hidden"),
        ((60, 30), (30, 26), "hidden"),
        ((0, 30), (0, 15), "missing"),
    ],
)
def test_the_groups_of_a_grouping_are_shown_all_or_not_at_all(n, x, status):
    rows = [
        group("low", n, x),
        group("high", (90, 90), (40, 40)),
        group("x", (9, 9), (1, 1), key="age"),
    ]
    found = _shown_balance(pd.DataFrame(rows), NOTHING, GGD)
    assert found["status"].tolist() == [status, status, "too_few"]
    numbers = ["programme", "comparator", "difference", "n_programme"]
    right = [42, 38, 0.06, n[0]] if status == "ok" else [np.nan] * 4
    assert found.loc[0, numbers].astype(float).tolist() == pytest.approx(right, nan_ok=True)
    # What has no counts of an answer is a mean, and stands by how many there are.
    mean = group("", n, (np.nan, np.nan), kind="covariate", unit="mean", programme=7.26)
    of_mean = _shown_balance(pd.DataFrame([mean]), NOTHING, GGD).iloc[0]
    assert of_mean["status"] == ("ok" if status == "hidden" else status)
    assert of_mean["programme"] == pytest.approx(
        7.3 if of_mean["status"] == "ok" else np.nan, nan_ok=True
    )


@pytest.mark.parametrize(
    ("arms", "status"),
    [(("ok", "ok"), "ok"), (("ok", "too_few"), "too_few"), (("above", "ok"), "hidden"),
     (("ok", None), "missing")],
)  # fmt: skip
def test_an_indicator_is_shown_where_its_figures_of_both_arms_are(arms, status):
    keys = {"indicator": "play", "area_level": "arm", "wave": "1", "group": "all"}
    rows = [keys | {"area": arm, "status": one}
            for arm, one in zip(("programme", "comparator"), arms, strict=True) if one]  # fmt: skip
    rows += [row | {"group": "low", "status": "hidden"} for row in rows]
    table = pd.DataFrame([group("", (9, 9), (1, 1), kind="indicator", key="play")])
    assert _shown_balance(table, tidy(pd.DataFrame(rows)), GGD)["status"].tolist() == [status]


@pytest.mark.parametrize(
    ("status", "step", "unjudged", "expected"),
    [
        ("ok", 1.0, False, ("ok", "better")),
        ("ok", 5.0, False, ("ok", "better")),
        ("ok", 5.0, True, ("ok", "unknown")),
        ("ok", 1.0, True, ("ok", "better")),
        ("too_few", 1.0, False, ("too_few", "unknown")),
    ],
)
def test_a_verdict_on_a_goal_stands_without_its_numbers(status, step, unjudged, expected):
    keys = {"indicator": "play", "area": "a", "area_level": "wijk", "group": "all"}
    table = tidy(pd.DataFrame([keys | {"wave": "1", "step": 1.0},
                               keys | {"wave": "2", "step": step, "status": status}]))  # fmt: skip
    table["step"] = [1.0, step]
    change = tidy(pd.DataFrame([keys | {"wave": "1-2", "value": 3.0, "unit": "points"}]))
    change = change.assign(verdict="better", looked_at=2)
    found = _shown_verdicts(change, table, 1.0, np.array([False, unjudged]))
    assert (found["status"].item(), found["verdict"].item()) == expected
    assert "value" not in found
