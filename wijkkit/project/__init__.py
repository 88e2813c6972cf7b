"""A researcher's project: the notebooks and report sources of wijkkit, and their newer versions."""

from wijkkit.project.layout import Difference, find_part, lay_out, upgrade

__all__ = ["Difference", "find_part", "lay_out", "upgrade"]
