"""A project of one's own: the notebooks and report sources that wijkkit brings, and newer ones."""

from wijkkit.project.layout import Difference, find_part, lay_out, upgrade

__all__ = ["Difference", "find_part", "lay_out", "upgrade"]
