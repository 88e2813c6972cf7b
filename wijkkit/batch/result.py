"""How a run and its jobs ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from wijkkit.showing import ShowsItself


@dataclass(frozen=True, slots=True, repr=False)
class JobResult(ShowsItself):
    """How one job ended.

    Parameters
    ----------
    scope, notebook : str
        ``stad`` or the wijk's slug; the notebook's name.
    status : str
        ``ok``, ``failed``, ``skipped`` or ``interrupted``.
    kind : str
        Why it failed: ``error``, ``timeout``, ``killed``, ``check``, ``unwritable``, ``changed``.
    message : str
        The last line of the error, or the reason why it was skipped.
    cell : int, optional
        Number of the cell, from 1.
    ran : bool
        False where nothing had changed since an earlier run.
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
