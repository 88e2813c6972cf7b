"""Fill the demo's registry from its files, as a municipality would."""

from __future__ import annotations

from pathlib import Path

from wijkkit.registry import import_tables, import_workbook, open_registry
from wijkkit.study import Study

#: In the history of the registry.
WHO = "demo"


def fill_registry(study: Study, folder: Path) -> None:
    """Store the tables of all wijken, then import each wijk's workbook.

    Parameters
    ----------
    folder : Path
        Where the workbooks are.
    """
    with open_registry(study) as registry:
        import_tables(registry, WHO)
        for wijk in study.neighbourhoods:
            import_workbook(registry, folder / f"{wijk}.xlsx", WHO)
