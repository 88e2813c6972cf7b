"""What a run was: versions, times, and per notebook its fingerprint, status and result."""

from __future__ import annotations

import json
import platform
import shutil
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from wijkkit.batch.events import read_events
from wijkkit.batch.hashes import hash_file
from wijkkit.batch.result import RunResult
from wijkkit.errors import BatchError
from wijkkit.files import write_whole
from wijkkit.study import Study

#: Runs whose released tables are kept for comparison.
KEPT = 20

_PACKAGES = ("wijkkit", "ipykernel", "matplotlib", "nbclient", "numpy", "pandas", "papermill")


def write_manifest(
    study: Study,
    result: RunResult,
    started: datetime,
    engine: str,
    last: Iterable[Mapping[str, Any]],
) -> None:
    """Write ``manifest.json`` and keep the run's released tables in ``history/<run>/``."""
    released = sorted((study.runs / "released").glob("*.parquet"))
    content = {
        "run": result.run,
        "study": study.text(study.settings.title),
        "started": started.isoformat(),
        "ended": datetime.now(UTC).isoformat(),
        "seconds": round(result.seconds, 3),
        "engine": engine,
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in _PACKAGES},
        },
        "released": {path.stem: hash_file(path) for path in released},
        "jobs": [
            {"status" if key == "event" else key: value for key, value in event.items()}
            for event in last
        ],
    }
    text = json.dumps(content, ensure_ascii=False).encode()
    write_whole(study.runs / "manifest.json", text)
    if any(job.ran for job in result.jobs):
        _keep(study.runs, result.run, released, text)


def _keep(runs: Path, run: str, released: list[Path], manifest: bytes) -> None:
    folder = runs / "history" / run
    (folder / "released").mkdir(parents=True)
    for path in released:
        shutil.copyfile(path, folder / "released" / path.name)
    write_whole(folder / "manifest.json", manifest)
    for old in kept_runs(runs)[:-KEPT]:
        shutil.rmtree(runs / "history" / old)


def read_manifest(study: Study) -> dict[str, Any]:
    """Return the manifest of the last run; BatchError where nothing has run."""
    try:
        return json.loads((study.runs / "manifest.json").read_bytes())
    except (OSError, ValueError):
        raise BatchError(
            "there is no manifest", file="manifest.json", remedy="Run the notebooks: wijkkit run."
        ) from None


def kept_runs(runs: Path) -> list[str]:
    """Return the names of the runs that are kept, oldest first, in the order of the event log."""
    names = dict.fromkeys(event["run"] for event in read_events(runs / "events.jsonl"))
    return [name for name in names if (runs / "history" / name / "manifest.json").is_file()]
