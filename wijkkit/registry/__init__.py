"""What was done in each wijk, kept by the people who did it."""

from wijkkit.registry.import_report import ImportReport
from wijkkit.registry.registry import Registry, open_registry
from wijkkit.registry.release import tables_for_release
from wijkkit.registry.table_import import import_tables
from wijkkit.registry.tables import COLUMNS, KINDS
from wijkkit.registry.workbook_export import export_workbook, write_template
from wijkkit.registry.workbook_import import import_workbook
from wijkkit.registry.workbook_write import write_workbook

__all__ = [
    "COLUMNS",
    "KINDS",
    "ImportReport",
    "Registry",
    "export_workbook",
    "import_tables",
    "import_workbook",
    "open_registry",
    "tables_for_release",
    "write_template",
    "write_workbook",
]
