"""What was done in each wijk, kept by the people who did it."""

from wijkkit.registry.problems import ImportReport
from wijkkit.registry.registry import Registry, open_registry
from wijkkit.registry.tables import COLUMNS, KINDS

__all__ = ["COLUMNS", "KINDS", "ImportReport", "Registry", "open_registry"]
