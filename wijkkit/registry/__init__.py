"""What was done in each wijk, kept by the people who did it."""

from wijkkit.registry.imports import import_tables
from wijkkit.registry.problems import ImportReport
from wijkkit.registry.registry import Registry, open_registry
from wijkkit.registry.tables import COLUMNS, KINDS
from wijkkit.registry.workbook import export_workbook, import_workbook, write_template

__all__ = [
    "COLUMNS",
    "KINDS",
    "ImportReport",
    "Registry",
    "export_workbook",
    "import_tables",
    "import_workbook",
    "open_registry",
    "write_template",
]
