"""From survey answers to indicators: one module per indicator family."""

from wijkkit.indicators.compute import compute
from wijkkit.indicators.functions import check_indicators, indicator

__all__ = ["check_indicators", "compute", "indicator"]
