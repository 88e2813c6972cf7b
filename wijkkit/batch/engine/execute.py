"""Run one task with the engine it asks for: what every executor of the batch calls."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from wijkkit.batch.engine.client import fork_server
from wijkkit.batch.engine.task import Outcome, Task
from wijkkit.errors import ParameterError

ENGINES = ("auto", "fork", "papermill")


def choose_engine(engine: str) -> str:
    """Return ``fork`` or ``papermill``; ``auto`` is ``fork`` on Linux.

    Elsewhere a forked process may hang (macOS) or cannot be had (Windows).

    Examples
    --------
    >>> choose_engine("papermill")
    'papermill'
    """
    if engine not in ENGINES:
        raise ParameterError(
            f"unknown engine '{engine}'", found=engine, expected=", ".join(ENGINES)
        )
    if engine == "auto":
        return "fork" if sys.platform == "linux" else "papermill"
    if engine == "fork" and not hasattr(os, "fork"):
        raise ParameterError(
            "this system cannot fork a process",
            place="engine",
            found=engine,
            expected="papermill",
            remedy="Use --engine papermill, or leave it out.",
        )
    return engine


def execute(task: Task, preload: Sequence[str] = (), study: str = "") -> Outcome:
    """Run one task in a process of its own, started by whichever process calls this.

    `preload` and `study` are what that process loads and opens beforehand (`ForkServer`).
    """
    if task.engine == "papermill":
        from wijkkit.batch.engine.kernel import run_with_kernel

        return run_with_kernel(task)
    return fork_server(tuple(preload), study).run(task)
