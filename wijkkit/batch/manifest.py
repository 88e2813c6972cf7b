"""What a run was: versions, times, and how each notebook fared."""

from __future__ import annotations

import json
import os
import platform
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wijkkit.batch.fingerprint import TableHashes, defined, hash_file
from wijkkit.batch.lock import is_running
from wijkkit.batch.plan import Key, output_path
from wijkkit.display import ShowsItself
from wijkkit.errors import BatchError
from wijkkit.files import write_whole
from wijkkit.study import Study, open_study

if TYPE_CHECKING:
    import pandas as pd


# The event log of a study's runs: append-only, one JSON object per line.
#
# What happened to a notebook is what its last line says. A line is written before a notebook starts
# and after it ended, so a run that is killed leaves notebooks that started and did not end, never
# ones that seem to have succeeded. Lines count in the order of the file; clocks do not.

Event = Mapping[str, Any]


class EventLog:
    """Append a run's events to ``events.jsonl``; a context manager. `last`: of each notebook."""

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


# How a run and its jobs ended.


@dataclass(frozen=True, slots=True, repr=False)
class JobResult(ShowsItself):
    """How one job ended.

    `scope`, `notebook`: ``stad`` or the wijk's slug; the notebook's name. `status`: ``ok``,
    ``failed``, ``skipped`` or ``interrupted``. `kind`: Why it failed: ``error``, ``timeout``,
    ``killed``, ``check``, ``unwritable``, ``changed``. `message`: The last line of the error, or
    the reason why it was skipped. `cell`: Number of the cell, from 1. `ran`: False where nothing
    had changed since an earlier run.
    """

    scope: str
    notebook: str
    status: str
    kind: str = ""
    message: str = ""
    cell: int | None = None
    ran: bool = True
    seconds: float = 0.0
    memory_mb: float = 0.0


@dataclass(frozen=True, slots=True, repr=False)
class RunResult(ShowsItself):
    """How a run ended.

    Parameters
    ----------
    run : str
        Its name in the event log.
    jobs : tuple of JobResult
    seconds : float
    """

    run: str
    jobs: tuple[JobResult, ...]
    seconds: float

    def _facts(self) -> Mapping[str, object]:
        ok = len(self.jobs) - len(self.failed)
        failed = [f"{job.scope}/{job.notebook}: {job.message}" for job in self.failed]
        return {"run": self.run, "ok": ok, "failed": failed, "seconds": self.seconds}

    @property
    def failed(self) -> tuple[JobResult, ...]:
        return tuple(job for job in self.jobs if job.status != "ok")

    @property
    def exit_code(self) -> int:
        """0; 130 interrupted, 6 not writable, 5 stopped by a limit or killed, 3 any other failure.

        Examples
        --------
        >>> RunResult("a", (JobResult("alfa", "1_analyse", "failed", "timeout"),), 1.0).exit_code
        5
        """
        kinds = {job.kind for job in self.failed}
        if any(job.status == "interrupted" for job in self.failed):
            return 130
        if "unwritable" in kinds:
            return 6
        if kinds & {"timeout", "killed"}:
            return 5
        return 3 if self.failed else 0


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


# How each notebook of a study fared.

COLUMNS = ("scope", "notebook", "status", "kind", "message", "cell", "seconds", "at")


def status(study: str | Path | Study = "parameters") -> pd.DataFrame:
    """Return one row per notebook that ever ran of the city and its wijken: how it fared last.

    Returns
    -------
    DataFrame
        Columns ``scope`` (``stad`` or a wijk's slug), ``notebook``, ``status``, ``kind``,
        ``message``, ``cell`` (from 1), ``seconds``, ``at``. The status is ``ok``, ``failed``,
        ``skipped``; ``running``, or ``interrupted`` where a notebook started, did not end and no
        run is going on; ``stale`` where it succeeded and its file, a released table it read or a
        city notebook that it came after is no longer the same.

    Examples
    --------
    >>> from wijkkit.batch import status
    >>> len(status("parameters"))
    40
    """
    import pandas as pd  # takes longer to load than all the rest

    rows = states(study if isinstance(study, Study) else open_study(study))
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"cell": "Int64", "seconds": "float64"})


def states(study: Study) -> list[dict[str, Any]]:
    """Return what `status` returns, as dictionaries: the city first, then the study's wijken."""
    unfinished = "running" if is_running(study.runs) else "interrupted"
    tables = TableHashes(study.runs)
    order = ["stad", *study.neighbourhoods]
    rows = []
    for (scope, _), event in last_events(study.runs / "events.jsonl").items():
        if scope not in order:
            continue  # a wijk that left the study
        state, message = _state(event, study.runs, tables, unfinished)
        rows.append({"kind": "", **event, "status": state, "message": message})
    return sorted(rows, key=lambda row: (order.index(row["scope"]), row["notebook"]))


def changed_needs(runs: Path, event: Mapping[str, Any]) -> list[str]:
    """Return the notebooks before this one whose result is not the one that it came after."""
    needs = event.get("needs", {}).items()
    return [key for key, mark in needs if hash_file(runs / output_path(*key.split("/"))) != mark]


def last_run(study: Study) -> tuple[bool, frozenset[str], dict[str, str]]:
    """Return whether the last run ended, its notebooks (``stad/<name>`` or ``wijk/<name>``), and
    the hashes of the files that it was of."""
    ended, of = False, {}
    notebooks: frozenset[str] = frozenset()
    for event in read_events(study.runs / "events.jsonl"):
        if event["event"] == "run started":
            ended, notebooks = False, frozenset(event.get("notebooks", ()))
            of = event.get("of", {})
        ended |= event["event"] == "run ended"
    return ended, notebooks, of


def changed_files(study: Study) -> list[str]:
    """Return the study's own files and its sources that are not those of the last run."""
    now, (*_, of) = defined(study), last_run(study)
    return sorted(file for file in now.keys() | of.keys() if now.get(file) != of.get(file))


def _state(
    event: Mapping[str, Any], runs: Path, tables: TableHashes, unfinished: str
) -> tuple[str, str]:
    if event["event"] == "started":
        return unfinished, "" if unfinished == "running" else "the run ended before it did"
    if event["event"] != "ok":
        return event["event"], event.get("message", "")
    if hash_file(runs / output_path(event["scope"], event["notebook"])) != event["output"]:
        return "stale", "its file is not the one that was made"
    changed = [name for name, mark in event["tables"].items() if tables.of(name) != mark]
    changed += changed_needs(runs, event)
    return ("stale", f"changed since: {', '.join(changed)}") if changed else ("ok", "")
