"""A project of one's own: the notebooks and report sources that wijkkit brings, and newer ones."""

from wijkkit.project.layout import FILES, find_part, lay_out, packaged
from wijkkit.project.newer import Difference, upgrade

__all__ = ["FILES", "Difference", "find_part", "lay_out", "packaged", "upgrade"]
