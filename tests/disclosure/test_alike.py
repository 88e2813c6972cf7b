"""An effect beside the figures leaves every hidden count open: each proof is looked at again."""

from __future__ import annotations

import numpy as np
import pytest
from towns import town

from wijkkit.disclosure import GGD
from wijkkit.disclosure.alike import Form, candidates, finest_form, forms
from wijkkit.disclosure.rounding import down, to_step


def as_shown(treated: np.ndarray):
    """What is shown of a difference of means: rounded, with limits outwards."""

    def shown(change: np.ndarray, form: Form) -> np.ndarray:
        arms = change[:, treated], change[:, ~treated]
        effect = arms[0].mean(axis=1) - arms[1].mean(axis=1)
        half = 3 * np.sqrt(sum(arm.var(axis=1) for arm in arms))
        low, high = down(effect - half, form.lower), -down(-effect - half, form.upper)
        return np.column_stack([to_step(effect, form.step), low, high])

    return shown


@pytest.mark.parametrize("seed", range(4))
def test_counts_that_show_the_same_effect_are_as_far_apart_as_asked(seed):
    made = town(seed, wijken=6, groupings=(), size=(22, 60), share=(0.2, 0.6))
    (one,) = made.release(GGD).settled
    system = one.system
    at = np.flatnonzero((system.level == "wijk") & (system.slot == 0))
    wijken = list(system.area[at])
    n = system.respondents()[at]
    change = 100 * one.choice.count[at] / n
    treated = np.arange(len(wijken)) % 2 == 0
    shown = as_shown(treated)

    def made(one):
        return candidates(one, at, wijken, change, 1.0)

    form, (after,) = finest_form([one], made, forms((1.0, 5.0, 10.0), (5.0, 40.0)), shown)
    if form is None:
        assert (after.multiple == one.multiple).all()
        return
    found = made(after)
    # The attack: every count that is possible with the effect as it is shown.
    seen = shown(found.change, form)
    same = (np.abs(seen - seen[0]) < 1e-9).all(axis=1)
    for column, cell in enumerate(found.cells):
        spread = np.ptp(found.moved[same, column])
        assert spread >= min(GGD.protection, n[list(at).index(cell)])
    # No figure of an arm or the city is left out for it, and none that was hidden is shown.
    whole = np.isin(system.level, ["arm", "city"]) & (system.slot == 0)
    assert (after.multiple[whole & (one.multiple > 0)] > 0).all()
    assert ((after.multiple == 0) | (one.multiple > 0)).all()


def test_the_finest_form_is_tried_first_and_a_finer_estimate_goes_before_finer_limits():
    found = forms((1.0, 5.0), (1.0, 5.0, 20.0))
    assert (found[0].step, found[0].lower, found[0].upper) == (1.0, 1.0, 1.0)
    assert all(min(one.lower, one.upper) >= one.step for one in found)
