"""What a policy hides, at each of its edges, by hand; and which settings of it a study may choose."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from wijkkit.disclosure import CBS, GGD
from wijkkit.disclosure.policy import changed, finest_steps, release_counts, statuses
from wijkkit.errors import DisclosureError
from wijkkit.study.settings.general import DisclosureSettings

ABOVE = changed(GGD, {"max_share": 0.9})
WHOLE = changed(GGD, {"max_share": 1.0})
ZERO = changed(GGD, {"exact_zero": "show", "reason": "decided by the board"})


def status(policy, x, n, level="wijk"):
    cell = {"x": [x], "n": [n], "unit": "percent", "status": "ok", "group_by": "", "area": "a"}
    return statuses(pd.DataFrame(cell | {"area_level": level}), policy)[0]


@pytest.mark.parametrize(
    ("policy", "x", "n", "level", "expected"),
    [
        (GGD, 10, 29, "wijk", "too_few"),
        (GGD, 10, 30, "wijk", "ok"),
        (GGD, 4, 40, "wijk", "hidden"),
        (GGD, 5, 40, "wijk", "ok"),
        (GGD, 35, 40, "wijk", "ok"),
        (GGD, 36, 40, "wijk", "hidden"),
        (GGD, 0, 40, "wijk", "hidden"),
        (GGD, 99, 105, "wijk", "ok"),
        (ZERO, 0, 40, "wijk", "ok"),
        (ZERO, 40, 40, "wijk", "ok"),
        (ZERO, 1, 40, "wijk", "hidden"),
        (ZERO, 39, 40, "wijk", "hidden"),
        # "More than 90 %": of at least as many as leave the least count without the answer.
        (ABOVE, 45, 50, "wijk", "ok"),
        (ABOVE, 46, 50, "wijk", "above"),
        (ABOVE, 50, 50, "wijk", "above"),
        (ABOVE, 45, 49, "wijk", "hidden"),
        (ABOVE, 95, 100, "arm", "ok"),
        (ABOVE, 46, 50, "city", "hidden"),
        # Nothing is more than all.
        (WHOLE, 195, 200, "wijk", "ok"),
        (WHOLE, 200, 200, "wijk", "hidden"),
        (CBS, 5, 9, "wijk", "too_few"),
        (CBS, 5, 10, "wijk", "hidden"),
        (CBS, 10, 20, "wijk", "ok"),
        (CBS, 90, 100, "city", "ok"),
        (CBS, 10, 100, "city", "ok"),
        (CBS, 182, 200, "city", "hidden"),
        (CBS, 18, 200, "city", "hidden"),
    ],
)
def test_a_percentage_is_hidden_by_the_rules(policy, x, n, level, expected):
    assert status(policy, x, n, level) == expected


@pytest.mark.parametrize(
    ("policy", "above", "below", "dominance", "move", "expected"),
    [
        (GGD, 5, 5, 0.9, 10.0, "ok"),
        (GGD, 4, 40, 0.1, 0.1, "hidden"),
        (GGD, 40, 4, 0.1, 0.1, "hidden"),
        (GGD, 40, 40, 0.1, 10.1, "hidden"),
        (CBS, 10, 10, 0.5, 0.1, "ok"),
        (CBS, 10, 10, 0.51, 0.1, "hidden"),
    ],
)
def test_a_score_is_hidden_by_the_rules(policy, above, below, dominance, move, expected):
    cell = {"x": [np.nan], "n": [60], "unit": "score", "status": "ok", "group_by": ""}
    cell |= {"area": "a", "area_level": "wijk", "above_least": above, "below_most": below}
    cells = pd.DataFrame(cell | {"dominance": dominance, "move": move})
    assert statuses(cells, policy)[0] == expected


def test_a_mean_stands_in_a_step_that_it_moves_no_further_than():
    # Of one respondent alone nothing is left when it leaves; and no step is wider than the last.
    unbounded = pd.DataFrame({"unit": "score", "move": [np.inf, 10.01, 99.0]})
    assert finest_steps(unbounded, GGD).tolist() == [0.1, 10.0, 10.0]
    moves = [0.0, 0.1, 0.11, 0.2, 0.21, 0.5, 0.51, 1.0, 1.01, 2.0, 2.01, 5.0, 5.01, 10.0]
    steps = [0.1, 0.1, 0.2, 0.2, 0.5, 0.5, 1.0, 1.0, 2.0, 2.0, 5.0, 5.0, 10.0, 10.0]
    assert finest_steps(pd.DataFrame({"unit": "score", "move": moves}), GGD).tolist() == steps
    percent = pd.DataFrame({"unit": ["percent"], "move": [3.0]})
    assert finest_steps(percent, GGD).tolist() == [1.0]
    assert finest_steps(percent, replace(GGD, decimals=1)).tolist() == [0.1]


@pytest.mark.parametrize(
    ("policy", "changes"),
    [
        (GGD, {"min_n": 29}),
        (GGD, {"min_count": 4}),
        (GGD, {"exact_zero": "show"}),
        (GGD, {"decimals": 1}),
        (CBS, {"max_share": 0.95}),
        (CBS, {"max_dominance": 0.6}),
        (CBS, {"protection": 3}),
    ],
)
def test_a_looser_value_asks_for_a_reason(policy, changes):
    with pytest.raises(DisclosureError, match="without a reason"):
        changed(policy, changes)
    assert changed(policy, changes | {"reason": "decided by the board"}) != policy


@pytest.mark.parametrize(
    "changes",
    [{"min_n": 30}, {"min_n": 31}, {"exact_zero": "hide"}, {"max_share": 1.0}, {"decimals": 0}],
)
def test_a_value_that_is_no_looser_asks_for_none(changes):
    assert changed(GGD, changes).reason == ""


@pytest.mark.parametrize(
    "changes",
    [{"max_share": 0}, {"max_share": 1.01}, {"min_n": -1}, {"min_n": 1e6}, {"score_decimals": -1}],
)
def test_a_value_that_cannot_be_is_refused(changes):
    with pytest.raises(ValidationError, match=next(iter(changes))):
        DisclosureSettings(**changes)


@pytest.mark.parametrize("protection", [5, 6])
def test_protection_is_less_than_the_least_count(protection):
    with pytest.raises(DisclosureError, match="cannot stay that uncertain"):
        changed(GGD, {"protection": protection})
    assert changed(GGD, {"protection": 4}).protection == 4


def test_a_group_of_nobody_says_no_more_than_a_group_of_one():
    cells = pd.DataFrame({"x": [0.0, 1.0, 0.0], "n": [0.0, 1.0, 0.0], "unit": "percent"})
    cells = cells.assign(status=["missing", "ok", "missing"], area_level="wijk", area="a")
    found = statuses(cells.assign(group_by=["ses", "ses", ""]), GGD)
    # That nobody of a whole area answered is told; of a group of it, it is not.
    assert found.tolist() == ["too_few", "too_few", "missing"]


def test_counts_of_people_are_absent_below_the_least_count():
    table = pd.DataFrame({"wijk": list("abcde"), "reached": [0, 4, 5, 6, np.nan], "hours": 1})
    found = release_counts(table, ("reached",), GGD)
    assert list(found) == ["wijk", "reached", "reached_status", "hours"]
    assert found["reached_status"].tolist() == ["hidden", "hidden", "ok", "ok", "missing"]
    assert found["reached"].isna().tolist() == [True, True, False, False, True]
    with pytest.raises(DisclosureError, match="no such column of counts"):
        release_counts(table, ("people",), GGD)


def test_a_count_of_a_preset_stays_open_by_so_many():
    assert (GGD.protection, CBS.protection) == (3, 4)
