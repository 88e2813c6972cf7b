"""From columns to estimates with intervals: one module per method."""

from wijkkit.estimates.count import byar, poisson_exact
from wijkkit.estimates.proportion import wilson
from wijkkit.estimates.rate import rate
from wijkkit.estimates.survey_mean import survey_mean, survey_proportion

__all__ = ["byar", "poisson_exact", "rate", "survey_mean", "survey_proportion", "wilson"]
