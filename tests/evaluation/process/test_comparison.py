"""Which wijken are ahead, and what they did more."""

from __future__ import annotations

import numpy as np
import pytest

from wijkkit.evaluation.learning.comparison import PRACTICES, ahead_sentences, side_by_side


def test_what_the_ones_ahead_did_is_said_with_its_limits(facts):
    table = side_by_side(facts())
    table.loc[1, "dose"] = 40.0
    said = ahead_sentences(table, facts().study)
    assert said[0] == "Het verst met de doelen kwam Wijk-A."
    assert any("90% tegen 40%" in sentence for sentence in said)
    assert "Het bewijst niet" in said[-1]
    assert len(ahead_sentences(table.assign(better=0, worse=0), facts().study)) == 1


@pytest.mark.parametrize(
    ("better", "worse", "ahead"),
    [([2, 1], [0, 0], 1), ([0, 0], [0, 1], 0), ([1, 0], [1, 1], 0), ([1, 1], [0, 0], 0)],
)
def test_only_who_has_more_goals_better_than_worse_and_than_others_is_ahead(
    facts, better, worse, ahead
):
    table = side_by_side(facts()).assign(better=better, worse=worse)
    said = ahead_sentences(table, facts("en").study)
    assert (len(said) > 1) == bool(ahead)
    assert said[0].startswith("Furthest" if ahead else "No ")


@pytest.mark.parametrize(
    ("column", "mine", "others", "said"),
    [
        ("steps_done", 4, 3, "Higher than in the other"),
        ("steps_done", 3, 4, "Lower than in the other"),
        ("steps_done", 3, 3, "About as high"),
        ("dose", 60, 50, "Higher than in the other"),
        ("dose", 51, 50, "About as high"),
    ],
)
def test_what_the_ones_ahead_did_more_is_said_beyond_a_margin_of_points(
    facts, column, mine, others, said
):
    table = side_by_side(facts()).assign(better=[1, 0], worse=0, **dict.fromkeys(PRACTICES, np.nan))
    study = facts("en").study
    sentences = ahead_sentences(table.assign(**{column: [mine, others]}), study)
    assert len(sentences) == 3 and sentences[1].startswith(said)
