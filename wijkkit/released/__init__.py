"""The released tables of a run: small, disclosure-controlled, all that reports are made from."""

from wijkkit.released.store import Released, open_released
from wijkkit.released.views import CityView, WijkView, open_city, open_wijk

__all__ = ["CityView", "Released", "WijkView", "open_city", "open_released", "open_wijk"]
