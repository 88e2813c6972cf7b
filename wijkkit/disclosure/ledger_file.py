"""A ledger: a file of what was published, a JSON object per line; the last one of a key counts."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
from filelock import FileLock

from wijkkit.errors import DisclosureError
from wijkkit.files import write_whole

Row = dict[str, object]


def read_rows(
    path: Path | None,
    keys: Sequence[str],
    columns: Sequence[str],
    understood: Callable[[Row], Row] = dict,
) -> pd.DataFrame:
    """Return the last row of each key; no rows where there is no file yet.

    Parameters
    ----------
    path : Path, optional
    keys, columns : sequence of str
        The columns that name a row, and all that it has.
    understood : callable
        Returns a row of any version as one of this version; ValueError or KeyError where it is
        none.

    Raises
    ------
    DisclosureError
        The file is not a ledger; nothing is released without knowing what was.
    """
    if path is None or not path.exists():
        return pd.DataFrame({name: pd.Series(dtype=object) for name in columns})
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        table = pd.DataFrame([understood(json.loads(line)) for line in lines])[list(columns)]
    except (ValueError, KeyError, TypeError) as error:
        raise DisclosureError(
            "the ledger of earlier releases is damaged",
            file=path.name,
            found=type(error).__name__,
            expected="one JSON object per line, with a reason or a status",
            remedy="Restore it from a copy; without it a release may give earlier ones away.",
        ) from error
    return table.drop_duplicates(list(keys), keep="last").reset_index(drop=True)


def append_rows(path: Path, table: pd.DataFrame, keys: Sequence[str]) -> None:
    """Append the rows that are not the last of their key already, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{path}.lock"):
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        last = {_key(json.loads(line), keys): line for line in before.splitlines()}
        rows = [
            {name: None if value != value else value for name, value in row.items()}
            for row in table.to_dict("records")
        ]
        new = [
            line
            for row in rows
            if (line := json.dumps(row, ensure_ascii=False)) != last.get(_key(row, keys))
        ]
        if new:
            write_whole(path, before + "".join(f"{line}\n" for line in new))


def _key(row: Row, keys: Sequence[str]) -> tuple[object, ...]:
    return tuple(row[name] for name in keys)
