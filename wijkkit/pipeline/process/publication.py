"""The process evaluation as released tables."""

from __future__ import annotations

from wijkkit.disclosure import bind_tables
from wijkkit.pipeline.process.evaluate import ProcessResults
from wijkkit.released import write_released
from wijkkit.study import Study


def release_process(study: Study, results: ProcessResults) -> None:
    """Write the tables of the process evaluation to the study's released tables.

    They rest on released estimates, on what the registry may show, and on counts of group
    interviews; `evaluate_process` leaves small numbers of people out of them.

    Parameters
    ----------
    study : Study
    results : ProcessResults
        As `evaluate_process` gives them.
    """
    for name, table in results.tables.items():
        write_released(study, name, table)
    bind_tables(study)
