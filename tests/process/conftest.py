"""Registry tables for the tests, in the registry's own columns."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from wijkkit.registry.tables import COLUMNS


@pytest.fixture(scope="session")
def registry_table() -> Callable[..., pd.DataFrame]:
    """Make a table of one kind from rows that name only some of its columns."""

    def make(kind: str, *rows: dict) -> pd.DataFrame:
        unknown = {name for row in rows for name in row} - set(COLUMNS[kind])
        assert not unknown, f"no columns of {kind}: {unknown}"
        return pd.DataFrame(list(rows), columns=list(COLUMNS[kind]))

    return make
