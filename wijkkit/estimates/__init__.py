"""From columns to estimates with intervals: one module per method."""

from wijkkit.estimates.change import change, estimate_change
from wijkkit.estimates.compare import compare, compare_comparable
from wijkkit.estimates.count import byar, poisson_exact
from wijkkit.estimates.gap import estimate_gap
from wijkkit.estimates.grid import Estimates, estimate_grid
from wijkkit.estimates.proportion import wilson
from wijkkit.estimates.rate import rate
from wijkkit.estimates.survey_mean import survey_mean, survey_proportion
from wijkkit.estimates.survey_quantile import survey_quantile
from wijkkit.estimates.survey_total import survey_ratio, survey_total

__all__ = [
    "Estimates",
    "byar",
    "change",
    "compare",
    "compare_comparable",
    "estimate_change",
    "estimate_gap",
    "estimate_grid",
    "poisson_exact",
    "rate",
    "survey_mean",
    "survey_proportion",
    "survey_quantile",
    "survey_ratio",
    "survey_total",
    "wilson",
]
