"""The respondents of a study with their design: choose, estimate, draw, say, publish."""

from wijkkit.analysis.people import People, people
from wijkkit.analysis.publish import Published, publish
from wijkkit.analysis.result import Result

__all__ = ["People", "Published", "Result", "people", "publish"]
