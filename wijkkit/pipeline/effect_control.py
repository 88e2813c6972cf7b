"""What may be shown of the effects of a study, and in what steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wijkkit.disclosure.effect_rounding import shown_before
from wijkkit.disclosure.effect_rows import Comparison
from wijkkit.disclosure.effects import ShownEffects, shown_effects
from wijkkit.disclosure.policy import Policy, policy_for
from wijkkit.disclosure.record import effect_ledger_of
from wijkkit.estimates.grid import estimate_grid
from wijkkit.evaluation.effect.evaluate import contrasts
from wijkkit.evaluation.effect.influence import influence
from wijkkit.evaluation.effect.outcome_arrays import arrays_of
from wijkkit.evaluation.effect.outcomes import compared_waves, earlier_waves, grouping_of, outcomes
from wijkkit.evaluation.effect.reasons import NotEstimable
from wijkkit.evaluation.effect.sample import sample_of
from wijkkit.pipeline.estimation import groupings
from wijkkit.released import open_released
from wijkkit.study import Study
from wijkkit.tables import EVERYBODY

_KEYS = ["outcome", "group", "scale"]


@dataclass(frozen=True, slots=True)
class EffectControl:
    """What disclosure control says of effects.

    Parameters
    ----------
    shown : mapping of str to ShownEffects
        By outcome; one that is not there has no effect.
    steps : DataFrame
        ``outcome, group, scale, step, influence``.
    policy : Policy
    waves : str
        The two that are compared.
    """

    shown: Mapping[str, ShownEffects]
    steps: pd.DataFrame
    policy: Policy
    waves: str

    def allows(self, outcome: pd.Series, name: pd.Series) -> np.ndarray:
        """Return which of these parts of the evaluation may be shown."""
        pairs = zip(outcome, name, strict=True)
        return np.array([o in self.shown and n in self.shown[o].names for o, n in pairs], bool)

    def with_steps(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return rows with `step` and `influence`."""
        named = rows.astype(dict.fromkeys(_KEYS, "str"))  # without a number there is no scale
        return named.merge(self.steps, on=_KEYS, how="left").set_index(rows.index)


def effect_control(study: Study, respondents: pd.DataFrame) -> EffectControl:
    """Return what may be shown of the effects of a study, given its released estimates.

    Parameters
    ----------
    study : Study
    respondents : DataFrame
        With a column per indicator.
    """
    policy, released = policy_for(study), open_released(study)
    table, hidden = released.table("estimates"), released.table("hidden")
    keys = outcomes(study)
    asked = {key: study.indicators[key] for key in keys}
    areas = study.areas()[["wijk", "district", "arm"]]
    waves = [wave.id for wave in study.waves]
    counts = table.head(0)
    if keys:
        counts = estimate_grid(respondents, asked, waves, groupings(study), areas=areas).counts
    earlier = shown_before(effect_ledger_of(study))
    shown, steps, last = {}, [], ""
    for key in keys:
        try:
            compared = _comparison(study, key)
        except NotEstimable:
            continue
        last = "-".join(compared.waves[-2:])
        before = earlier[earlier["outcome"].eq(key) & earlier["waves"].eq(last)]
        mine = [rows[rows["indicator"].eq(key)] for rows in (table, hidden, counts)]
        if not mine[-1]["n"].gt(0).any():
            continue
        shown[key] = shown_effects(*mine, areas, compared, policy, before)
        steps += _steps(study, respondents, key, shown[key], mine[-1], policy)
    columns = [*_KEYS, "step", "influence"]
    types = dict.fromkeys(_KEYS, "str") | dict.fromkeys(("step", "influence"), "float64")
    found = pd.DataFrame(steps, columns=columns).astype(types)
    return EffectControl(shown, found, policy, last)


def _comparison(study: Study, outcome: str) -> Comparison:
    hoods = [hood for hood in study.neighbourhoods.values() if hood.arm != "none"]
    if len({hood.arm for hood in hoods}) < 2:
        raise NotEstimable("no_arms")
    asked = study.indicators[outcome].waves
    earlier = [wave for wave in earlier_waves(study) if not asked or wave in asked]
    grouping = grouping_of(study)
    return Comparison(
        {hood.wijk: hood.arm == "programme" for hood in hoods},
        {hood.wijk: hood.pair for hood in hoods if hood.pair},
        (*earlier, *compared_waves(study)),
        grouping.id if grouping else "",
        tuple(group.id for group in grouping.groups) if grouping else (),
        study.settings.evaluation.level,
    )


def _steps(
    study: Study,
    respondents: pd.DataFrame,
    outcome: str,
    shown: ShownEffects,
    counts: pd.DataFrame,
    policy: Policy,
) -> list[tuple[str, str, str, float, float]]:
    """Return the step and the influence of each contrast that can be estimated, by scale."""
    found = []
    for selector, group, _ in contrasts(study):
        try:
            arrays = arrays_of(study, respondents, outcome, compared_waves(study), selector)
            sample = sample_of(arrays)
        except NotEstimable:
            continue
        factor = shown.factors.get(group, 1.0)
        steps = {"points": factor * shown.points, "odds_ratio": factor * shown.log_odds}
        if not sample.binary:
            steps["score"] = _step_of_score(counts, group, policy)
        found += [
            (outcome, group, scale, steps.get(scale, np.nan), size)
            for scale, size in influence(sample)
        ]
    return found


def _step_of_score(counts: pd.DataFrame, group: str, policy: Policy) -> float:
    """Return a step so coarse that several totals of the smallest arm fit."""
    parts = group.split("-") if group != EVERYBODY else [group]
    rows = counts[counts["area_level"].eq("arm") & counts["group"].isin(parts)]
    rows = rows[rows["area"].ne("none") & rows["n"].gt(0)]
    needed = policy.protection / rows["n"].min() / policy.mean_step
    return policy.mean_step * max(np.ceil(needed), 1.0)
