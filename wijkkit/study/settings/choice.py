"""Settings of choosing interventions (``choice:`` in study.yml)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from wijkkit.study.settings.base import Settings

Weight = Annotated[float, Field(ge=0)]


class ChoiceWeights(Settings):
    """How much each criterion counts; a network moves them. They are scaled to a sum of one.

    Parameters
    ----------
    goal_fit : float
        Which part of the wijk's goals the intervention works on, by the goals' priority.
    factor_fit : float
        Which part of the wijk's risk and protective factors it works on.
    evidence : float
        Level 0 (none) to 4 of the recognised databases of effective interventions.
    reach : float
        Expected part of the target group that takes part.
    equity : float
        Reach among families with a low SES, compared with its reach among all.
    fit_running : float
        Whether it strengthens or overlaps what already runs in the wijk.
    cost : float
        Cheaper is better.
    """

    goal_fit: Weight = 3.0
    factor_fit: Weight = 2.0
    evidence: Weight = 3.0
    reach: Weight = 2.0
    equity: Weight = 2.0
    fit_running: Weight = 1.0
    cost: Weight = 1.0


class ChoiceSettings(Settings):
    """How interventions are ranked and combined.

    Parameters
    ----------
    weights : ChoiceWeights
        Weight of each criterion.
    budget : float, optional
        What a package of interventions may cost in a year, per wijk.
    factors : dict of str to tuple of str
        The risk and protective factors that ask attention, per wijk (its slug).
    indifference, preference : float
        PROMETHEE II: a difference in score up to `indifference` counts nothing, one from
        `preference` counts fully; linear between.
    concentration : float
        How close changed weights stay to the chosen ones (Dirichlet): with 50, a weight of
        0.20 varies between about 0.10 and 0.32.
    draws, seed : int
        Of the changed weights.
    """

    ordered = (("indifference", "preference"),)

    weights: ChoiceWeights = ChoiceWeights()
    budget: Annotated[float, Field(gt=0)] | None = None
    factors: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    indifference: Annotated[float, Field(ge=0, lt=1)] = 0.1
    preference: Annotated[float, Field(gt=0, le=1)] = 0.5
    concentration: Annotated[float, Field(gt=0)] = 50.0
    draws: Annotated[int, Field(ge=100, le=100_000)] = 2000
    seed: int = 1
