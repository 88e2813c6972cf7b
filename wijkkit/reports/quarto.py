"""A real Quarto, where it is on the path."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from wijkkit.errors import Problem, ReportError
from wijkkit.reports.finished import local_files

_WARNING = re.compile(r"\bWARN(ING)?\b")
#: What Quarto always says of PDF/UA where a program of another maker is not there.
_KNOWN = "verapdf is not installed"
_ERROR = re.compile(r"(?i)\berror\b")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
OUTPUT = "_site"


def find_quarto() -> str | None:
    """Return the path of Quarto, None where there is none."""
    return shutil.which("quarto")


def render_project(
    project: Path, pages: Mapping[str, tuple[str, ...]], site: Path, seconds: float
) -> tuple[str, ...]:
    """Render staged pages with Quarto and add what was asked for to `site`; nothing is executed.

    Parameters
    ----------
    project : Path
        The folder in which the pages are staged, with Quarto's settings.
    seconds : float
        Longest that one form of one page may take; when all together take longer, Quarto and
        what it started are ended.

    Raises
    ------
    ReportError
        Quarto fails, takes too long, or does not write a page where it belongs.
    """
    shutil.rmtree(project / OUTPUT, ignore_errors=True)
    staged = {path.stem for path in project.glob("*.qmd")}
    sources = ["."] if staged == set(pages) else [f"{stem}.qmd" for stem in pages]
    said = _quarto(project, sources, seconds * sum(map(len, pages.values())))
    made = project / OUTPUT
    missing = [
        f"{stem}.{form}"
        for stem, forms in pages.items()
        for form in forms
        if not (made / f"{stem}.{form}").is_file()
    ]
    if missing:
        raise ReportError(
            Problem(
                "Quarto ended well and did not write this page",
                file=name,
                found=_lines(said) or "no message",
                expected=f"{OUTPUT}/{name} in the folder of the staged pages",
                remedy="Run 'quarto render' in that folder to see more.",
            )
            for name in missing
        )
    for stem, forms in pages.items():
        _take(made, site, stem, forms)
    lines = (line.strip() for line in said.splitlines() if _WARNING.search(line))
    return tuple(dict.fromkeys(line for line in lines if _KNOWN not in line))


def _take(made: Path, site: Path, stem: str, forms: tuple[str, ...]) -> None:
    """Copy the forms of a page, and the files that its HTML names; nothing else."""
    for form in forms:
        shutil.copy(made / f"{stem}.{form}", site / f"{stem}.{form}")
    for name in local_files(made, f"{stem}.html") if "html" in forms else ():
        if Path(name).suffix not in (".html", ".pdf", ".docx", ".pptx", ".xlsx", ".csv"):
            (site / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(made / name, site / name)


def _quarto(project: Path, sources: list[str], seconds: float) -> str:
    """Run Quarto in a process group of its own; return what it said."""
    program = find_quarto() or "quarto"
    try:
        process = subprocess.Popen(
            [program, "render", *sources, "--no-execute", "--no-clean"],
            cwd=project,
            env={**os.environ, "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
    except OSError as error:
        raise _failed(f"cannot be started: {error.strerror}") from None
    try:
        _, said = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        raise ReportError(
            "Quarto took too long",
            found=f"more than {seconds:g} seconds",
            remedy="Set report.quarto_seconds in study.yml, or use the built-in engine.",
        ) from None
    finally:
        _end(process)
    if process.returncode:
        raise _failed(_lines(said) or f"exit code {process.returncode}")
    return said


def _end(process: subprocess.Popen[str]) -> None:
    """End what is left of a process group; Quarto starts other programs."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:  # Windows, which has no groups of processes
        process.kill()
    process.wait()


def _failed(found: str) -> ReportError:
    return ReportError(
        "Quarto could not render the pages",
        found=found,
        remedy="Run 'quarto render' in the folder of the staged pages to see more.",
    )


def _lines(said: str) -> str:
    """Return what matters of what Quarto said: the lines that speak of an error, or the last.

    Examples
    --------
    >>> _lines("title: A\\nERROR: no such filter\\nlang: nl\\n")
    'ERROR: no such filter'
    """
    lines = [_COLOUR.sub("", line).strip() for line in said.splitlines() if line.strip()]
    errors = [
        part
        for line, following in zip(lines, [*lines[1:], ""], strict=False)
        if _ERROR.search(line)
        for part in ((line, following) if line.endswith(":") else (line,))
    ]
    return " ".join(list(dict.fromkeys(errors))[:5] or lines[-3:])[:600]
