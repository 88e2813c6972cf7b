"""From survey answers to indicators: one module per indicator family."""

from wijkkit.indicators.compute import compute
from wijkkit.indicators.functions import indicator

__all__ = ["compute", "indicator"]
