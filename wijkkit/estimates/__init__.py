"""From columns to estimates with intervals: one module per method."""

from wijkkit.estimates.change import change, compare_estimates, estimate_change
from wijkkit.estimates.comparable import (
    comparable_map,
    comparable_neighbourhoods,
    estimate_funnel,
    estimate_small_areas,
)
from wijkkit.estimates.compare import compare, compare_comparable
from wijkkit.estimates.grid import Estimates, estimate_grid
from wijkkit.estimates.inequality import estimate_gap, estimate_slope
from wijkkit.estimates.interval import pool, wilson
from wijkkit.estimates.scale import scale_reliability, scale_score
from wijkkit.estimates.small_area import funnel, small_area
from wijkkit.estimates.survey import survey_mean, survey_proportion, survey_quantile, survey_total
from wijkkit.estimates.weighting import poststratify, rake, weight_report, write_weights

__all__ = [
    "Estimates",
    "change",
    "comparable_map",
    "comparable_neighbourhoods",
    "compare",
    "compare_comparable",
    "compare_estimates",
    "estimate_change",
    "estimate_funnel",
    "estimate_gap",
    "estimate_grid",
    "estimate_slope",
    "estimate_small_areas",
    "funnel",
    "pool",
    "poststratify",
    "rake",
    "scale_reliability",
    "scale_score",
    "small_area",
    "survey_mean",
    "survey_proportion",
    "survey_quantile",
    "survey_total",
    "weight_report",
    "wilson",
    "write_weights",
]
