"""How each notebook of a study fared."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wijkkit.batch.fingerprint import Known, TableHashes, hash_file
from wijkkit.batch.lock import is_running
from wijkkit.batch.manifest import last_events, read_events
from wijkkit.batch.plan import output_path
from wijkkit.study import Study, open_study

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("scope", "notebook", "status", "kind", "message", "cell", "seconds", "at")


def status(study: str | Path | Study = "parameters") -> pd.DataFrame:
    """Return one row per notebook that ever ran: how it fared in its last run.

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
    tables = TableHashes(study.runs / "released", Known(study.runs / "known.json"))
    order = {scope: place for place, scope in enumerate(("stad", *study.neighbourhoods))}
    rows = []
    for event in last_events(study.runs / "events.jsonl").values():
        state, message = _state(event, study.runs, tables, unfinished)
        rows.append({"kind": "", **event, "status": state, "message": message})
    return sorted(rows, key=lambda row: (order.get(row["scope"], len(order)), row["notebook"]))


def changed_needs(runs: Path, event: Mapping[str, Any]) -> list[str]:
    """Return the notebooks before this one whose result is not the one that it came after."""
    needs = event.get("needs", {}).items()
    return [key for key, mark in needs if hash_file(runs / output_path(*key.split("/"))) != mark]


def last_run(study: Study) -> tuple[bool, frozenset[str]]:
    """Return whether the last run ended, and its notebooks: ``stad/<name>`` or ``wijk/<name>``."""
    ended = False
    notebooks: frozenset[str] = frozenset()
    for event in read_events(study.runs / "events.jsonl"):
        if event["event"] == "run started":
            ended, notebooks = False, frozenset(event.get("notebooks", ()))
        ended |= event["event"] == "run ended"
    return ended, notebooks


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
