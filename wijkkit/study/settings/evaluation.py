"""Settings of the effect evaluation (``evaluation:`` in study.yml)."""

from __future__ import annotations

from pydantic import Field

from wijkkit.study.settings.base import Settings


class EvaluationSettings(Settings):
    """How the effect is estimated.

    Parameters
    ----------
    family : tuple of str
        The indicators that are tested together; the indicators of the goals where empty.
    covariates : tuple of str
        Columns of the survey that the models adjust for.
    grouping : str, optional
        The grouping whose gap is evaluated (triple difference).
    baseline, follow_up : str, optional
        The two waves that are compared; the last wave that ended before the programme started
        and the last wave of all where absent.
    level : float
        Confidence level of intervals; tests are at one minus this.
    relevant_points : float
        Smallest change that matters, in percentage points. An interval that reaches further
        cannot rule out an effect that matters, and the conclusion says so.
    relevant_score : float
        The same for scores, in standard deviations.
    icc : float
        Intra-cluster correlation assumed for the smallest detectable effect.
    autocorrelation : float
        Correlation of a wijk's level between waves assumed there; 0 is the cautious choice.
    power : float
        Power for which the smallest detectable effect is given.
    contamination : tuple of float
        Shares of the comparators reached by the programme, for which the effect is restated.
    violations : tuple of float
        Sizes of a departure from parallel trends, as multiples of the largest one seen before
        the start, for the bounds on the effect.
    imputations : int
        Number of multiple imputations of missing outcomes.
    replications, seed : int
        Of the bootstrap and the simulations.
    """

    family: tuple[str, ...] = ()
    covariates: tuple[str, ...] = ()
    grouping: str | None = None
    baseline: str | None = None
    follow_up: str | None = None
    level: float = Field(default=0.95, gt=0.5, lt=1)
    relevant_points: float = Field(default=5.0, gt=0)
    relevant_score: float = Field(default=0.2, gt=0)
    icc: float = Field(default=0.01, ge=0, lt=1)
    autocorrelation: float = Field(default=0.0, ge=0, le=1)
    power: float = Field(default=0.8, gt=0.5, lt=1)
    contamination: tuple[float, ...] = (0.1, 0.25, 0.5)
    violations: tuple[float, ...] = (0.5, 1.0)
    imputations: int = Field(default=20, ge=2)
    replications: int = Field(default=9999, ge=99)
    seed: int = 20210701
