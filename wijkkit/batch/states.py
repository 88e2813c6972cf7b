"""How each notebook of a study fared."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from wijkkit.batch.events import last_events
from wijkkit.batch.lock import is_running
from wijkkit.study import Study, open_study

COLUMNS = ("scope", "notebook", "status", "kind", "message", "cell", "seconds", "at")


def status(study: str | Path | Study = "parameters") -> pd.DataFrame:
    """Return one row per notebook that ever ran: how it fared in its last run.

    Returns
    -------
    DataFrame
        Columns ``scope`` (``stad`` or a wijk's slug), ``notebook``, ``status`` (``ok``,
        ``failed``, ``skipped``, ``stale``, ``interrupted``, ``running``), ``kind``, ``message``,
        ``cell`` (from 1), ``seconds``, ``at``. A notebook that started and did not end is
        interrupted, unless a run is going on.
    """
    study = study if isinstance(study, Study) else open_study(study)
    events = last_events(study.runs / "events.jsonl")
    unfinished = "running" if is_running(study.runs) else "interrupted"
    rows = []
    for (scope, notebook), event in events.items():
        started = event["event"] == "started"
        rows.append(
            event
            | {
                "scope": scope,
                "notebook": notebook,
                "status": unfinished if started else event["event"],
                "message": event.get("message", "")
                or ("the run ended before it did" if started and unfinished != "running" else ""),
                "kind": event.get("kind", ""),
            }
        )
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"cell": "Int64", "seconds": "float64"})
