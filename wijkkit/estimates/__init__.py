"""From columns to estimates with intervals: one module per method."""

from wijkkit.estimates.change import change, compare_estimates, estimate_change
from wijkkit.estimates.compare import compare
from wijkkit.estimates.grid import Estimates, estimate_grid
from wijkkit.estimates.inequality import estimate_gap, estimate_slope
from wijkkit.estimates.interval import pool, wilson
from wijkkit.estimates.scale import scale_reliability
from wijkkit.estimates.small_area import funnel, small_area
from wijkkit.estimates.survey import survey_mean, survey_proportion, survey_quantile, survey_total
from wijkkit.estimates.weighting import poststratify, rake, weight_report, write_weights

__all__ = [
    "Estimates",
    "change",
    "compare",
    "compare_estimates",
    "estimate_change",
    "estimate_gap",
    "estimate_grid",
    "estimate_slope",
    "funnel",
    "pool",
    "poststratify",
    "rake",
    "scale_reliability",
    "small_area",
    "survey_mean",
    "survey_proportion",
    "survey_quantile",
    "survey_total",
    "weight_report",
    "wilson",
    "write_weights",
]
