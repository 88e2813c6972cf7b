"""The command line: one module per command; this one names them and shows errors.

Commands import their rooms when they run, so that the command line starts at once.
"""

from __future__ import annotations

import atexit
import errno
import gc
import sys
from collections.abc import Callable
from pathlib import Path

import typer

from wijkkit.cli.registry import accounts, dashboard
from wijkkit.cli.registry import app as registry
from wijkkit.cli.report import app as export
from wijkkit.cli.report import release, report
from wijkkit.cli.run import crate, diff, lab, run, status
from wijkkit.cli.study import app as study
from wijkkit.cli.study import check, demo, new, upgrade
from wijkkit.errors import Problem, WijkkitError
from wijkkit.files import is_full

app = typer.Typer(
    name="wijkkit",
    help="Evaluate neighbourhood programmes: estimate once, release once, report many.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


commands: list[Callable[..., None]] = [demo, new, upgrade, check, run, status, report]
commands += [lab, dashboard, release, diff, crate]
for command in commands:
    app.command()(command)
groups = {"registry": registry, "study": study, "export": export, "account": accounts}
for name, group in groups.items():
    app.add_typer(group, name=name)


def main() -> None:
    """Run the command line; a user's mistake is a message and an exit code, never a traceback."""
    # Looking among a million objects of modules for what could go took a third of a short command.
    gc.set_threshold(50_000)
    atexit.register(gc.freeze)
    try:
        app()
    except SystemExit as end:
        folders = [one for one in sys.argv[2:] if (Path(one) / "study.yml").is_file()]
        if end.code == 2 and folders and "--study" not in sys.argv:
            print(f"A study's folder is named with --study {folders[0]}", file=sys.stderr)
        raise
    except WijkkitError as error:
        for problem in error.problems:
            print(f"{error.lead}: {problem}", file=sys.stderr)
        sys.exit(error.exit_code)
    except OSError as error:
        print(f"error: {_disk(error)}", file=sys.stderr)
        sys.exit(6 if is_full(error) else 2)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        sys.exit(130)


def _disk(error: OSError) -> Problem:
    """Return what the disk refused, and what to do: it is full, closed, or something is in the way."""
    remedies = {
        errno.EACCES: "Close it where it is open in another program, ask for the right to write "
        "there, or name another folder.",
        errno.EROFS: "Name a folder that can be written.",
        errno.ENAMETOOLONG: "Give a shorter name.",
    }
    usual = "Is there a file where a folder was expected? Name another folder."
    what, remedy = (error.strerror or str(error)).lower(), remedies.get(error.errno or 0, usual)
    if is_full(error):
        remedy = "Make room on the disk, then run the same command again."
    return Problem(what, file=str(error.filename or ""), remedy=remedy)
