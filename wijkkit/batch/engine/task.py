"""What a process gets to run one notebook, and what comes back."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from wijkkit.study.settings import BatchSettings

#: Widgets need a kernel; without one their text is what is left.
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


@dataclass(frozen=True, slots=True)
class Task:
    """One notebook to run.

    `notebook`: The notebook, as the text of its file. `parameters`: What is injected after the cell
    tagged ``parameters``. `stage`: ``stad`` or ``wijk``; neighbourhood notebooks cannot open
    sources. `environment`: Variables that are set for the notebook alone.
    """

    notebook: str
    parameters: dict[str, Any]
    folder: str
    stage: str
    limits: BatchSettings = field(default_factory=BatchSettings)
    engine: str = "fork"
    environment: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        return json.dumps({**asdict(self), "limits": self.limits.model_dump()}, default=str)

    @classmethod
    def from_json(cls, text: str) -> Task:
        content = json.loads(text)
        return cls(**{**content, "limits": BatchSettings(**content["limits"])})


#: What is said of a notebook that was stopped.
TOO_LONG = "it took longer than batch in study.yml allows (cell_seconds, notebook_seconds)"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a notebook ended.

    `status`: ``ok``, ``failed`` (a cell's error), ``timeout``, ``killed`` or ``interrupted``.
    `notebook`: The executed notebook; absent where its process did not live to hand it over.
    `cell`: Index of the cell that failed or was running. `message`: The last line of the error.
    `seconds`: From start to end. `memory_mb`: Largest memory of the process. `cold`: Large packages
    that the fork server should have loaded and had not. `read`: Released tables it asked for
    (`wijkkit.released.store`); absent where that is not known.
    """

    status: str
    notebook: str | None = None
    cell: int | None = None
    message: str = ""
    seconds: float = 0.0
    memory_mb: float = 0.0
    cold: tuple[str, ...] = ()
    read: tuple[str, ...] | None = None


# Messages are JSON: what a notebook's process says is never run by who reads it.


def send(connection: Connection, message: Any) -> None:
    """Send one message, whole."""
    connection.send_bytes(json.dumps(message).encode())


def receive(connection: Connection) -> Any:
    """Return the next message; EOFError or OSError where the other side is gone."""
    return json.loads(connection.recv_bytes())
