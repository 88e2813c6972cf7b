"""The goals of a wijk are judged together."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from wijkkit.estimates import estimate_change, estimate_gap, estimate_grid
from wijkkit.estimates.change import adjusted_level, goal_changes
from wijkkit.study.indicators import Indicator

GROUPS = {"ses": ("ses", ("low", "high"))}
WAVES = ["2018", "2021"]
KEYS = [f"i{n}" for n in range(12)]


def indicators(direction: str = "higher") -> dict[str, Indicator]:
    common = {"label": "I", "function": "f", "columns": {}, "question_version": "1"}
    return {key: Indicator(direction=direction, **common) for key in KEYS}


def people(seed: int, n: int = 16_000) -> pd.DataFrame:
    """Forty wijken in which nothing changed."""
    rng = np.random.default_rng(seed)
    made = pd.DataFrame(
        {
            "wave": rng.choice(WAVES, n),
            "wijk": rng.integers(0, 40, n).astype(str),
            "district": "d",
            "arm": "programme",
            "age": 6.0,
            "weight": 1.0,
            "ses": rng.choice(["low", "high"], n),
        }
    )
    answers = rng.random((n, len(KEYS))) < 0.5
    return made.assign(**dict(zip(KEYS, answers.astype(float).T, strict=True)))


def judged(table: pd.DataFrame, which: dict[str, Indicator]) -> pd.DataFrame:
    level = adjusted_level(0.95, len(which))
    grid = estimate_grid(table, which, WAVES, GROUPS)
    gaps = estimate_gap(table, which, WAVES, GROUPS, confidence=level)
    return goal_changes(estimate_change(grid, confidence=level), gaps, which)


def test_where_nothing_changed_few_wijken_have_a_verdict_on_any_of_twelve_goals():
    found = judged(people(1), indicators())
    assert found["looked_at"].eq(12).all()
    for _, rows in found.groupby(found["group_by"].eq("")):
        moved = rows["verdict"].isin(["better", "worse"]).groupby(rows["area"]).any()
        # 5 % of 40 wijken are two; unadjusted intervals give about 18.
        assert len(moved) == 40 and moved.sum() <= 6


def test_the_verdict_follows_the_direction_and_a_gap_is_better_nearer_to_zero():
    table = people(2)
    first = table["wave"].eq("2018")
    table["i0"] = np.where(first, np.arange(len(table)) % 4 == 0, np.arange(len(table)) % 4 != 0)
    table["i0"] = table["i0"].astype(float)
    low = table["ses"].eq("low")
    table["i1"] = table["i1"].mask(first & low, (np.arange(len(table)) % 10 == 0).astype(float))
    up = judged(table, indicators()).set_index(["indicator", "group_by", "area"])["verdict"]
    down = judged(table, indicators("lower")).set_index(["indicator", "group_by", "area"])
    assert up["i0", ""].eq("better").all()
    assert down.loc["i0", ""]["verdict"].eq("worse").all()
    # The gap was -40 points and is zero: better, whichever way the indicator goes.
    assert up["i1", "ses"].eq("better").mean() > 0.9
    assert down.loc["i1", "ses"]["verdict"].eq("better").mean() > 0.9


def test_a_study_without_goals_has_none():
    table = people(3, 400)
    changes = estimate_change(estimate_grid(table, indicators(), WAVES, {}))
    assert goal_changes(changes, estimate_gap(table, {}, WAVES, GROUPS), {}).empty
    assert adjusted_level(0.95, 10) == pytest.approx(0.995)
