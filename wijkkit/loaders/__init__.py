"""Read a study's sources, each into a validated table."""

from wijkkit.loaders.area_figures import load_area_figures
from wijkkit.loaders.areas import area_names
from wijkkit.loaders.borders import load_borders
from wijkkit.loaders.survey import load_survey

__all__ = ["area_names", "load_area_figures", "load_borders", "load_survey"]
