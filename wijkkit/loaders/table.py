"""A table as it stands: every cell as text."""

from __future__ import annotations

import pandas as pd

from wijkkit.loaders.cells import written
from wijkkit.loaders.source_file import read_source
from wijkkit.study import Study
from wijkkit.study.guard import require_sources
from wijkkit.study.model import TableSource


def load_table(study: Study, source: TableSource) -> pd.DataFrame:
    """Read a table that has no codebook, such as the step log.

    Parameters
    ----------
    study : Study
    source : TableSource
        One of the sources of study.yml.

    Returns
    -------
    DataFrame
        One text column per column of the file, missing where a cell is empty; the index holds
        the rows as a researcher counts them.

    Raises
    ------
    DataError
        The file is missing, has an unknown format or cannot be read.

    Examples
    --------
    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> len(wk.load_table(study, study.settings.sources.steps)) > 0
    True
    """
    require_sources(source.path)
    cells = read_source(study.path(source.path), source, "sources").cells
    return cells.apply(lambda column: column.map(_text)).astype("str")


def _text(cell: object) -> str | None:
    if cell is None or cell != cell:
        return None
    return written(cell) or None
