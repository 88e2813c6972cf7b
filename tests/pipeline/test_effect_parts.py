"""Which parts of an effect may be shown, by the figures of arms that are."""

from __future__ import annotations

from itertools import product

import pandas as pd
import pytest

from wijkkit.evaluation.effect.evaluate import evaluate_effect
from wijkkit.evaluation.effect.staggered import STAGGERED
from wijkkit.pipeline.effect_parts import Effects
from wijkkit.tables import tidy

GROUPS = [("", "all"), *(("education", one) for one in ("low", "middle", "high"))]
EARLIER = {"pre_trend", "bounds", STAGGERED}
CHECKS = {"detectable", "contamination", "composition", "reweighted", "missing", "leave_one_out"}
EVERY = {"all", "methods", "low", "middle", "high", "low-high"} | CHECKS | EARLIER


@pytest.fixture(scope="module")
def effects(make_study, respondents) -> Effects:
    study = make_study(family=("play", "strain"))
    return Effects(study, evaluate_effect(study, respondents), respondents)


def arms(*hidden: tuple[str, str, str]) -> pd.DataFrame:
    """The figures of both arms, of both outcomes, but those of an arm, wave and group."""
    rows = [
        {"indicator": one, "area": arm, "area_level": "arm", "wave": wave, "group_by": by,
         "group": group, "status": "too_few" if (arm, wave, group) in hidden else "ok"}
        for one, arm, wave, (by, group) in product(
            ("play", "strain"), ("programme", "comparator"), ("w14", "w18", "w21"), GROUPS)
        if one == "play" or wave != "w14"
    ]  # fmt: skip
    city = {"area": "programme", "area_level": "wijk", "status": "ok"}
    return tidy(pd.DataFrame([*rows, *(row | city for row in rows)]))


@pytest.mark.parametrize(
    ("hidden", "absent"),
    [
        ([], set()),
        ([("programme", "w21", "middle")], {"middle"}),
        ([("comparator", "w18", "low")], {"low", "low-high"}),
        ([("comparator", "w21", "high")], {"high", "low-high"}),
        # Of a wave before the last one before the start rests only what looks further back.
        ([("programme", "w14", "all")], EARLIER),
        ([("comparator", "w14", "low")], set()),
        ([("programme", "w18", "all")], EVERY),
    ],
)
def test_a_part_is_shown_where_each_figure_that_it_rests_on_is(effects, hidden, absent):
    shown = effects.parts(arms(*hidden), ())
    assert shown.get("play", {}) == dict.fromkeys(EVERY - absent, 1.0)


def test_an_outcome_has_no_earlier_trend_to_hide_in_waves_in_which_it_was_not_asked(effects):
    shown = effects.parts(arms(("programme", "w14", "all")), ())
    assert set(shown["strain"]) == EVERY


def test_without_a_figure_of_everybody_nothing_of_the_systems_changes(effects):
    gone = arms(*(("programme", wave, "all") for wave in ("w18", "w21")))
    marker = (object(),)
    assert effects.beside(gone, marker) is marker
    assert effects.parts(gone, ()) == {}
