"""The event log of a study's runs: append-only, one JSON object per line.

What happened to a notebook is what its last line says. A line is written before a notebook starts
and after it ended, so a run that is killed leaves notebooks that started and did not end, never
ones that seem to have succeeded. Lines count in the order of the file; clocks do not.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from wijkkit.batch.plan import Key

Event = Mapping[str, Any]


class EventLog:
    """Append events to ``events.jsonl``; a context manager.

    Parameters
    ----------
    run : str
        Name of the run that writes.

    Attributes
    ----------
    last : dict
        The last event of each notebook.
    """

    def __init__(self, path: Path, run: str):
        self._path = path
        self.last = last_events(path)
        self._run = run
        self._open()

    def write(self, event: str, key: Key | None = None, **details: Any) -> None:
        """Append one event; it is on the disk when this returns, unless it only says 'started'."""
        line = {"run": self._run, "event": event, "at": datetime.now(UTC).isoformat()}
        if key is not None:
            line |= {"scope": key[0], "notebook": key[1]}
        line |= details
        if not os.fstat(self._file.fileno()).st_nlink:
            self._file.close()  # somebody removed the runs folder: what is told from here on counts
            self._open()
        self._file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
        if key is not None:
            self.last[key] = line
        if event != "started":
            os.fsync(self._file.fileno())

    def _open(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        torn = _torn(self._path)
        self._file = self._path.open("ab", buffering=0)
        if torn:
            self._file.write(b"\n")

    def __enter__(self) -> EventLog:
        return self

    def __exit__(self, *_) -> None:
        self._file.close()


def _torn(path: Path) -> bool:
    """Return whether the last line was cut off when an earlier run was killed."""
    if not path.is_file() or not path.stat().st_size:
        return False
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) != b"\n"


def read_events(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the events of a log, in order; a line that was cut off is no event."""
    if not path.is_file():
        return
    with path.open("rb") as file:
        for line in file:
            try:
                event = json.loads(line)
            except ValueError:
                continue
            if isinstance(event, dict) and "event" in event:
                yield event


def last_events(path: Path) -> dict[Key, dict[str, Any]]:
    """Return the last event of each notebook."""
    last = {}
    for event in read_events(path):
        if "scope" in event:
            last[event["scope"], event["notebook"]] = event
    return last
