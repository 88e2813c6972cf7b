"""From survey answers to indicators: one module per indicator family."""

from wijkkit.indicators.functions import check_indicators, compute, indicator

__all__ = ["check_indicators", "compute", "indicator"]
