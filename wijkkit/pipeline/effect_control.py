"""What may be shown of the effects of a study, and in what steps."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
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
    policy, keys = policy_for(study), outcomes(study)
    try:
        last = "-".join(compared_waves(study))
        compared = {key: _comparison(study, key) for key in keys}
    except NotEstimable:
        keys, last = (), ""
    tables = _tables(study, respondents, keys) if keys else ()
    keys = tuple(key for key in keys if _of(tables[-1], key)["n"].gt(0).any())
    earlier = shown_before(effect_ledger_of(study))
    earlier = earlier[earlier["waves"].eq(last)]
    areas = study.areas()[["wijk", "district", "arm"]]

    def of(key: str) -> ShownEffects:
        mine = [_of(rows, key) for rows in tables]
        before = earlier[earlier["outcome"].eq(key)]
        return shown_effects(*mine, areas, compared[key], policy, before)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        shown = dict(zip(keys, pool.map(of, keys), strict=True))
    steps = [row for key in keys for row in _steps(study, respondents, key, shown[key], tables[-1])]
    types = dict.fromkeys(_KEYS, "str") | dict.fromkeys(("step", "influence"), "float64")
    found = pd.DataFrame(steps, columns=list(types)).astype(types)
    return EffectControl(shown, found, policy, last)


def _of(table: pd.DataFrame, outcome: str) -> pd.DataFrame:
    return table[table["indicator"].eq(outcome)]


def _tables(
    study: Study, respondents: pd.DataFrame, keys: tuple[str, ...]
) -> tuple[pd.DataFrame, ...]:
    """Return the released estimates, what is hidden of them, and the true counts."""
    asked = {key: study.indicators[key] for key in keys}
    areas = study.areas()[["wijk", "district", "arm"]]
    waves = [wave.id for wave in study.waves]
    grid = estimate_grid(respondents, asked, waves, groupings(study), areas=areas)
    released = open_released(study)
    return released.table("estimates"), released.table("hidden"), grid.counts


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
            steps["score"] = _step_of_score(_of(counts, outcome), group, policy_for(study))
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
