"""Settings of the effect evaluation (``evaluation:`` in study.yml)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from wijkkit.study.settings.general import Model

Share = Annotated[float, Field(ge=0, lt=1)]

#: The explanations of the process, which interviews and the log speak of.
ProcessExplanation = Literal[
    "unclear_execution", "municipal_support", "pandemic", "staff_turnover", "theory",
    "programme", "implementation", "preconditions",
]  # fmt: skip


class ExplanationSettings(Model):
    """Thresholds of the explanations (``evaluation.explanations``); shares are from 0 to 1.

    What lies nearer to its threshold than `undecided` decides nothing, nor does a sample whose
    interval holds the threshold.

    ``docs/assumptions.md`` says why each default is what it is.
    """

    undecided: float = Field(default=0.2, ge=0, lt=1)
    """Half width of the band around every threshold, as a share of it."""
    minimum_months: float = Field(default=24.0, gt=0)
    """A shorter period between the first interventions and the last wave is too short."""
    minimum_coverage: float = Field(default=0.8, ge=0, le=1)
    """A goal or group that was measured for a smaller share is without data."""
    covid_share: float = Field(default=0.25, gt=0, le=1)
    """Share of the programme period under measures from which they play a part."""
    contamination_share: float = Field(default=0.25, gt=0, le=1)
    """Share of the comparators reached from which that plays a part."""
    response_gap: float = Field(default=0.1, gt=0, le=1)
    """Difference between a group's share of the respondents and of all children from which
    selective response plays a part.
    """
    minimum_evidence_level: int = Field(default=2, ge=0, le=4)
    """Interventions below this level have no indications that they work (NJi: 2 is first
    indications).
    """
    weak_evidence_share: float = Field(default=0.5, gt=0, le=1)
    """Share of such interventions from which they play a part."""
    minimum_implementation: float = Field(default=0.8, gt=0)
    """Less of the planned dose, reach or fidelity is not enough."""
    minimum_interviews: int = Field(default=3, ge=1)
    """Fewer coded group interviews say nothing."""
    mentioned_share: float = Field(default=0.5, gt=0, le=1)
    """Share of the group interviews that mention an explanation from which it plays a part."""
    turnover_share: float = Field(default=0.3, gt=0, le=1)
    """Share of coordinators and partners who left from which that plays a part."""
    minimum_on_time: float = Field(default=0.5, ge=0, le=1)
    """A smaller share of steps done by their date speaks of an unclear execution."""
    codes: dict[ProcessExplanation, tuple[str, ...]] = {}
    """Explanation of the process -> codes of the interviews that speak of it; the code with the
    explanation's own name where it is left out.
    """


#: The methods of difference-in-differences, each estimated and shown.
Method = Literal[
    "model_based", "cr1", "cr2", "wild_rademacher", "wild_webb", "randomisation",
    "randomisation_paired", "cluster_period", "hierarchical",
]  # fmt: skip


class EvaluationSettings(Model):
    """How the effect is estimated."""

    family: tuple[str, ...] = ()
    """The indicators that are tested together; the indicators of the goals where empty."""
    covariates: tuple[str, ...] = ()
    """Columns of the survey that the models adjust for."""
    method: Method = "cluster_period"
    """The method that the conclusions rest on; all are shown."""
    without: tuple[str, ...] = ()
    """Wijken (their slugs) that the effect is estimated without."""
    grouping: str | None = None
    """The grouping whose gap is evaluated (triple difference)."""
    baseline: str | None = None
    follow_up: str | None = None
    """The two waves that are compared; the last wave that ended before the programme started and
    the last wave of all where absent.
    """
    level: float = Field(default=0.95, gt=0.5, lt=1)
    """Confidence level of intervals; tests are at one minus this."""
    relevant_points: float = Field(default=5.0, gt=0)
    """Smallest change that matters, in percentage points. An interval that reaches further cannot
    rule out an effect that matters, and the conclusion says so.
    """
    relevant_score: float = Field(default=0.2, gt=0)
    """The same for scores, in standard deviations."""
    icc: float = Field(default=0.01, ge=0, lt=1)
    """Intra-cluster correlation assumed for the smallest detectable effect."""
    icc_range: tuple[Share, Share] = (0.01, 0.10)
    """Lowest and highest intra-cluster correlation that the recommended test allows for, in either
    arm: how unequally the wijken with and without the programme may fluctuate.
    """
    autocorrelation: float = Field(default=0.0, ge=0, le=1)
    """Correlation of a wijk's level between waves assumed in both; 0 is the cautious choice."""
    power: float = Field(default=0.8, gt=0.5, lt=1)
    """Power for which the smallest detectable effect is given."""
    contamination: tuple[Share, ...] = (0.1, 0.25, 0.5)
    """Shares of the comparators reached by the programme, for which the effect is restated."""
    violations: tuple[float, ...] = (0.5, 1.0)
    """Sizes of a departure from parallel trends, as multiples of the largest one seen before the
    start, for the bounds on the effect.
    """
    imputations: int = Field(default=20, ge=2)
    """Number of multiple imputations of missing outcomes."""
    replications: int = Field(default=9999, ge=99)
    seed: int = 20210701
    """Of the bootstrap and the simulations."""
    explanations: ExplanationSettings = ExplanationSettings()
    """Thresholds of the explanations."""


# Settings of choosing interventions (``choice:`` in study.yml).

Weight = Annotated[float, Field(ge=0)]


class ChoiceWeights(Model):
    """How much each criterion counts; a network moves them. They are scaled to a sum of one."""

    goal_fit: Weight = 3.0
    """Which part of the wijk's goals the intervention works on, by the goals' priority."""
    factor_fit: Weight = 2.0
    """Which part of the wijk's risk and protective factors it works on."""
    evidence: Weight = 3.0
    """Level 0 (none) to 4 of the recognised databases of effective interventions."""
    reach: Weight = 2.0
    """Expected part of the target group that takes part."""
    equity: Weight = 2.0
    """Reach among families with a low SES, compared with its reach among all."""
    fit_running: Weight = 1.0
    """Whether it strengthens or overlaps what already runs in the wijk."""
    cost: Weight = 1.0
    """Cheaper is better."""


class ChoiceSettings(Model):
    """How interventions are ranked and combined."""

    rising = (("indifference", "preference"),)

    weights: ChoiceWeights = ChoiceWeights()
    """Weight of each criterion."""
    budget: Annotated[float, Field(gt=0)] | None = None
    """What a package of interventions may cost in a year, per wijk."""
    factors: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """The risk and protective factors that ask attention, per wijk (its slug)."""
    indifference: Annotated[float, Field(ge=0, lt=1)] = 0.1
    preference: Annotated[float, Field(gt=0, le=1)] = 0.5
    """PROMETHEE II: a difference in score up to `indifference` counts nothing, one from
    `preference` counts fully; linear between.
    """
    concentration: Annotated[float, Field(gt=0)] = 50.0
    """How close changed weights stay to the chosen ones (Dirichlet): with 50, a weight of 0.20
    varies between about 0.10 and 0.32.
    """
    draws: Annotated[int, Field(ge=100, le=100_000)] = 2000
    seed: int = 1
    """Of the changed weights."""
