"""Registry tables for the tests, in the registry's own columns."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from wijkkit.registry.frames import kind_frame
from wijkkit.registry.tables import COLUMNS, KINDS


@pytest.fixture(scope="session")
def registry_table() -> Callable[..., pd.DataFrame]:
    """Make a table of one kind from rows that name only some of its columns."""

    def make(kind: str, *rows: dict) -> pd.DataFrame:
        unknown = {name for row in rows for name in row} - set(COLUMNS[kind])
        assert not unknown, f"no columns of {kind}: {unknown}"
        kept = ({"key": f"x{n}", "version": 1} | row for n, row in enumerate(rows))
        cells = [[row.get(name) for name in COLUMNS[kind]] for row in kept]
        return kind_frame(KINDS[kind], cells)

    return make
