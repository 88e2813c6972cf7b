"""What is injected into notebooks, for real, and how each must end."""

from __future__ import annotations

from dataclasses import dataclass


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
