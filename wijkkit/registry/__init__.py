"""What was done in each wijk, kept by the people who did it."""

from wijkkit.registry.registry import Registry, open_registry
from wijkkit.registry.tables import COLUMNS, KINDS
from wijkkit.registry.workbook_write import write_workbook

__all__ = ["COLUMNS", "KINDS", "Registry", "open_registry", "write_workbook"]
