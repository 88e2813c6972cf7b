"""Which parts of an effect may be shown, by the figures of arms that are."""

from __future__ import annotations

from itertools import product
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from wijkkit.disclosure.alike import Form
from wijkkit.evaluation.effect.evaluate import evaluate_effect
from wijkkit.evaluation.effect.staggered import STAGGERED
from wijkkit.pipeline import effect_parts
from wijkkit.pipeline.effect_parts import Effects
from wijkkit.tables import tidy

GROUPS = [("", "all"), *(("education", one) for one in ("low", "middle", "high"))]
EARLIER = {"pre_trend", "bounds", STAGGERED}
CHECKS = {"detectable", "contamination", "composition", "reweighted", "missing", "leave_one_out"}
EVERY = {"all", "methods", "low", "middle", "high", "low-high"} | CHECKS | EARLIER


@pytest.fixture(scope="module")
def results(make_study, respondents):
    return evaluate_effect(make_study(family=("play", "strain")), respondents)


@pytest.fixture
def effects(make_study, results, respondents) -> Effects:
    return Effects(make_study(family=("play", "strain")), results, respondents)


def main_effect(results, outcome: str, group: str = "all") -> pd.Series:
    rows = results.effects.query("method == 'cluster_period' and scale == 'points'")
    return rows[rows["outcome"].eq(outcome) & rows["group"].eq(group)].iloc[0]


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


@pytest.fixture
def sought(monkeypatch):
    """What is asked of the search for a form, where hidden counts depend on an effect."""
    asked = []

    def finest_form(waves, made, tried, shown):
        asked.append((tried, shown))
        return (Form(5.0, 10.0, 20.0, (0.05,)) if len(asked) % 3 == 0 else None), list(waves)

    monkeypatch.setattr(effect_parts, "everything_known", lambda *_: False)
    monkeypatch.setattr(effect_parts, "finest_form", finest_form)
    return asked


def test_an_effect_that_hidden_counts_depend_on_stands_alone_in_the_form_that_was_found(
    effects, sought
):
    assert effects.parts(arms(), ()) == {"play": {}, "strain": {}}
    assert effects.beside(arms(), ()) == ()
    own = {"all": 5.0, "composition": 1.0, "lower": 10.0, "upper": 20.0, "threshold": 0.05}
    assert effects.parts(arms(), ()) == {"play": own, "strain": own}
    # Coarser limits are tried before coarser estimates, and those of ten last.
    ends = [{1.0, 2.0, 5.0, 10.0}, {1.0, 2.0, 5.0, 10.0, 20.0, 40.0}, {10.0, 20.0, 40.0}]
    for (tried, _), steps, limits in zip(sought, [{1, 2, 5}, {1, 2, 5}, {10}], ends, strict=False):
        assert {one.step for one in tried} == steps
        assert {one.upper for one in tried} == {one.lower for one in tried} == limits


@pytest.mark.parametrize(("outcome", "call"), [("play", 0), ("strain", 3)])
def test_what_the_search_takes_to_be_shown_is_the_effect_itself(
    effects, sought, results, respondents, outcome, call
):
    effects.beside(arms(), ())
    shown = sought[call][1]
    share = respondents.groupby(["wijk", "wave"])[outcome].mean().unstack()
    # Of the adverse pole, as it is modelled.
    way = -100 if outcome == "play" else 100
    change = way * (share["w21"] - share["w18"]).to_numpy()
    row, step = main_effect(results, outcome), 1e-6
    p = [row["p"] - 1e-4, row["p"] + 1e-4]
    moved = change + np.where(np.arange(6) < 3, 7.0, 0.0)
    found = shown(np.stack([change, moved]), Form(step, step, step, tuple(p)))
    exact = row[["estimate", "lower", "upper"]].to_numpy(float)
    assert found[0, :3] == pytest.approx(exact, abs=3e-6)
    assert found[1, :3] == pytest.approx(exact + 7, abs=3e-6)
    # Estimates go to the nearest, limits outwards, each in its own step.
    coarse = shown(change[None], Form(1.0, 5.0, 10.0, ()))[0]
    right = [np.round(exact[0]), 5 * np.floor(exact[1] / 5), 10 * np.ceil(exact[2] / 10)]
    assert coarse[:3].tolist() == pytest.approx(right)
    # Which thresholds p passes: those of the form, the level, and where Holm's p passes it.
    thresholds = sorted({*p, 0.05, 0.05 * row["p"] / row["p_holm"] if row["p"] < 0.05 else 0.05})
    assert found[0, 3:].tolist() == [row["p"] < one for one in thresholds]


def test_effects_of_groups_are_asked_for_as_their_indicators_are_named(
    effects, results, monkeypatch
):
    asked = {}

    def shown_effects(settled, outcome, compared, contrasts):
        asked[outcome] = (compared, list(contrasts))
        return {}

    monkeypatch.setattr(effect_parts, "shown_effects", shown_effects)
    effects.parts(arms(), ())
    for outcome, way in (("play", -1), ("strain", 1)):
        compared, contrasts = asked[outcome]
        assert (compared.before, compared.after) == ("w18", "w21")
        assert compared.treated == {f"wijk-{n}": n < 3 for n in range(6)}
        found = {one.name: one for one in contrasts}
        assert set(found) == {"low", "middle", "high", "low-high"}
        for name, one in found.items():
            row = main_effect(results, outcome, name)
            ends = sorted([way * row["lower"], way * row["upper"]])
            assert (one.estimate, one.lower, one.upper) == (way * row["estimate"], *ends)
            assert one.step == 1.0
        assert found["low"].parts == (("education", "low", 1.0),)
        assert found["low-high"].parts == (("education", "low", 1.0), ("education", "high", -1.0))


def test_a_wijk_that_joined_later_is_no_part_of_the_effect_that_counts_depend_on(
    make_study, results, respondents, monkeypatch
):
    late = respondents[respondents["wijk"].ne("wijk-0") | respondents["wave"].eq("w21")]
    asked = []

    def finest_form(waves, made, tried, shown):
        made(SimpleNamespace(wave="w21"))
        return Form(1.0, 1.0, 1.0, ()), list(waves)

    monkeypatch.setattr(effect_parts, "everything_known", lambda *_: False)
    monkeypatch.setattr(effect_parts, "cells_compared", lambda *_: None)
    monkeypatch.setattr(effect_parts, "candidates", lambda *given: asked.append(given))
    monkeypatch.setattr(effect_parts, "finest_form", finest_form)
    Effects(make_study(family=("play",)), results, late).beside(arms(), ())
    _, _, wijken, change, _ = asked[0]
    share = late.groupby(["wijk", "wave"])["play"].mean().unstack()
    exact = (100 * (share["w18"] - share["w21"])).drop("wijk-0")
    assert dict(zip(wijken, change, strict=True)) == pytest.approx(exact.to_dict())
