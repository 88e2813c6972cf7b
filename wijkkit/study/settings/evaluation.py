"""Settings of the effect evaluation (``evaluation:`` in study.yml)."""

from __future__ import annotations

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
    icc : float
        Intra-cluster correlation assumed for the smallest detectable effect.
    replications, seed : int
        Of the bootstrap and the simulations.
    """

    family: tuple[str, ...] = ()
    covariates: tuple[str, ...] = ()
    grouping: str | None = None
    baseline: str | None = None
    follow_up: str | None = None
    icc: float = 0.01
    replications: int = 9999
    seed: int = 20210701
