"""A researcher's project: the notebooks and report sources of wijkkit, and their newer versions."""

from wijkkit.project.layout import Difference, upgrade

__all__ = ["Difference", "upgrade"]
