"""Read a study's sources, each into a validated table."""

from wijkkit.loaders.survey import load_survey

__all__ = ["load_survey"]
