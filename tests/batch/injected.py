"""What is injected into notebooks, for real, and how each must end."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Injected:
    """One class of failure inside a notebook.

    Parameters
    ----------
    what : str
        In words, for the table.
    cells : tuple of str
        The cells after the parameters.
    kind : str
        How it must end; ``ok`` where it must succeed.
    says : str
        Part of the message.
    """

    what: str
    cells: tuple[str, ...]
    kind: str
    says: str = ""


IN_NOTEBOOK = {
    "error": Injected("error in a cell", ("1 / 0", "2"), "error", "ZeroDivisionError"),
    "syntax": Injected("syntax error", ("for x in",), "error", "SyntaxError"),
    "magic": Injected("unknown cell magic", ("%%nosuchmagic\n1", "2"), "error", ""),
    "exit0": Injected("sys.exit(0)", ("import sys; sys.exit(0)", "2"), "error", "SystemExit"),
    "exit1": Injected("sys.exit(1)", ("import sys; sys.exit(1)", "2"), "error", "SystemExit: 1"),
    "quit": Injected("quit()", ("quit()", "2"), "error", ""),
    "os_exit": Injected("os._exit(0)", ("import os; os._exit(0)",), "killed", "exit code 0"),
    "killed": Injected(
        "process killed", ("import os; os.kill(os.getpid(), 9)",), "killed", "SIGKILL"
    ),
    "crash": Injected(
        "segmentation fault", ("import ctypes; ctypes.string_at(0)",), "killed", "SIGSEGV"
    ),
    "memory": Injected("memory limit", ("x = bytearray(4 * 2**30)", "2"), "error", "MemoryError"),
    "cell_time": Injected("cell over its time", ("while True: pass",), "timeout", "longer"),
    "stuck": Injected(
        "cell stuck, deaf to SIGTERM and SIGINT",
        (
            "import signal, time\nfor s in (2, 15): signal.signal(s, signal.SIG_IGN)\n"
            "while True: time.sleep(1)",
        ),
        "timeout",
        "longer",
    ),
    "endless": Injected("endless output", ("while True: print('x' * 1000)",), "error", "too much"),
    "endless_caught": Injected(
        "endless output that goes on after errors",
        ("while True:\n    try: print('x' * 1000)\n    except Exception: pass",),
        "timeout",
        "longer",
    ),
    "large": Injected("50 MB printed", ("print('x' * 50_000_000)",), "error", "too much"),
    "large_shown": Injected(
        "50 MB shown", ("'x' * 50_000_000", "2"), "error", "larger than it may be"
    ),
    "large_program": Injected(
        "50 MB printed by a program",
        ("import os; os.system('head -c 50000000 /dev/zero | tr \"\\\\0\" x')", "2"),
        "error",
        "larger than it may be",
    ),
    "input": Injected("input() asked for", ("input('?')",), "error", "StdinNotImplemented"),
    "nothing_shown": Injected(
        "labelled cell that shows nothing", ("#| label: fig-x\nx = 1",), "check", "shows nothing"
    ),
    "source": Injected(
        "neighbourhood notebook opens a source",
        ("from wijkkit.study.guard import require_sources\nrequire_sources('survey')",),
        "error",
        "DisclosureError",
    ),
    "writes_table": Injected(
        "released table changed by a neighbourhood notebook",
        (
            "from pathlib import Path\nfrom wijkkit.released import open_wijk\n"
            "view = open_wijk(study, wijk)\nview.table('other')\n"
            "path = view.study.runs / 'released' / 'other.parquet'\n"
            "import pandas as pd\npd.DataFrame({'wijk': ['x']}).to_parquet(path)",
        ),
        "changed",
        "other",
    ),
    "truncated": Injected(
        "truncated table",
        ("from wijkkit.released import open_wijk\nopen_wijk(study, wijk).table('broken')",),
        "error",
        "Arrow",
    ),
    "forks": Injected(
        "notebook forks and both go on", ("import os\npid = os.fork()\n1", "2"), "ok"
    ),
    "leaves_process": Injected(
        "notebook leaves a process behind",
        ("import subprocess\nsubprocess.Popen(['sleep', '4321'])\n1",),
        "ok",
    ),
    "leaves_thread": Injected(
        "notebook leaves a thread behind",
        ("import threading, time\nthreading.Thread(target=lambda: time.sleep(4321)).start()\n1",),
        "ok",
    ),
    "changes_folder": Injected(
        "notebook changes folder, environment and options",
        (
            "import os, random, pandas as pd\nos.chdir('/')\nos.environ['LEAK'] = 'x'\n"
            "pd.set_option('display.max_rows', 3)\nrandom.seed(1)\nprint = None\n1",
        ),
        "ok",
    ),
    "closes_streams": Injected(
        "notebook closes its output", ("import os\nos.close(1); os.close(2)\n1", "2"), "ok"
    ),
}

#: Failures of whole runs: what is injected, the test that does it, and how it ends.
IN_RUN = {
    "parent killed at random moments (3; 50 in the slow tests)": "the run is resumed; no process is left",
    "SIGINT": "interrupted, exit code 130",
    "SIGTERM": "interrupted, exit code 130",
    "fork server killed": "its notebook failed (killed); the others run",
    "Dask worker killed": "its notebook is run again by another worker",
    "two commands that write (run, report, release) at once": "the second is refused, and says which goes on",
    "disk full (RLIMIT_FSIZE)": "failed (unwritable), exit code 6, no half file",
    "runs folder cannot be written": "refused",
    "runs folder, or part of it, removed during the run": "failed (unwritable); made again by the next run",
    "source changed during the run": "failed (changed)",
    "notebook edited during the run": "all wijken run the version of the start; the next run the new",
    "city notebook fails": "what needs it is skipped, never run on old tables",
    "notebook without, or with two, parameters cells": "refused before anything runs",
    "notebook that is no notebook": "refused before anything runs",
    "parameter that the notebook does not know": "refused before anything runs",
    "executed notebook truncated or deleted": "made again",
    "released table truncated": "made again",
    "event log cut off in a line": "that notebook counts as interrupted",
    "clock set back": "no effect: order is that of the log",
    "locale that is not UTF-8": "no effect",
    "spaces and diacritics in paths": "no effect",
    "Quarto absent": "the built-in engine; a message where Quarto was asked for",
    "Quarto fails, or is killed": "what it said, exit code 4; the old site stays",
    "Quarto warns": "the site is made, the warning shown",
    "Quarto writes nothing, or in a wrong place": "said, exit code 4; the old site stays",
    "Quarto hangs": "ended with what it started, exit code 4; the old site stays",
}


def table() -> str:
    """The table of docs/batch.md."""
    rows = [
        (injected.what, injected.kind if injected.kind == "ok" else f"failed ({injected.kind})")
        for injected in IN_NOTEBOOK.values()
    ]
    lines = ["| injected | ends as |", "|---|---|"]
    return "\n".join(lines + [f"| {what} | {end} |" for what, end in (*rows, *IN_RUN.items())])


def with_table(page: str) -> str:
    """A page with the table between its marks."""
    start, end = "<!-- injected: made by tests/batch/injected.py -->", "<!-- /injected -->"
    before, _, rest = page.partition(start)
    _, _, after = rest.partition(end)
    return f"{before}{start}\n{table()}\n{end}{after}"


if __name__ == "__main__":
    path = Path(__file__).parents[2] / "docs" / "batch.md"
    path.write_text(with_table(path.read_text(encoding="utf-8")), encoding="utf-8")
