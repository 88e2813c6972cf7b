"""A real Quarto, where it is on the path."""

from __future__ import annotations

import contextlib
import html
import json
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

from wijkkit.errors import ReportError
from wijkkit.language import text
from wijkkit.reports.frame import Frame
from wijkkit.reports.page import WORDS_FOR_SCRIPT, script
from wijkkit.reports.theme import house_values, load_house_style

#: Quarto's pages carry Quarto's scripts and inline styles; nothing may come from elsewhere.
POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'"
)
_WARNING = re.compile(r"\bWARN(ING)?\b")
_TARGETS = {"html": "html", "pdf": "typst", "docx": "docx"}


def find_quarto() -> str | None:
    """Return the path of Quarto, None where there is none."""
    return shutil.which("quarto")


def write_theme(theme: Path, language: str, frame: Frame) -> None:
    """Write the parts of the theme that Quarto's pages include, beside ``house.yml``."""
    parts = {
        "house.css": house_values(load_house_style(theme)),
        "policy.html": f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n',
        "header.html": _header(frame, language),
        "footer.html": _footer(frame, language),
    }
    for name, content in parts.items():
        (theme / name).write_text(content, encoding="utf-8")


def _header(frame: Frame, language: str) -> str:
    """Return the links to the other pages and to the other forms of this one."""
    label = html.escape(text("reports.site", language))
    pages = f'<nav class="site-nav" aria-label="{label}">{_links(frame.pages, frame.current)}</nav>'
    downloads = html.escape(text("reports.downloads", language))
    forms = f'<div class="downloads">{downloads} {_links(frame.downloads)}</div>'
    return pages + (forms if frame.downloads else "") + "\n"


def _links(links: tuple[tuple[str, str], ...], current: str = "") -> str:
    items = [
        f'<li><a href="{html.escape(file)}"{" aria-current=page" if file == current else ""}>'
        f"{html.escape(name)}</a></li>"
        for file, name in links
    ]
    return f"<ul>{''.join(items)}</ul>"


def _footer(frame: Frame, language: str) -> str:
    """Return who publishes the page, and its script with the words that it shows."""
    said = " · ".join(filter(None, (frame.organisation, frame.contact)))
    words = {word: text(f"reports.{word}", language) for word in WORDS_FOR_SCRIPT}
    given = json.dumps(words, ensure_ascii=False).replace("<", "\\u003c")
    return (
        f'<footer class="site">{html.escape(said)}</footer>\n'
        f"<script>Object.assign(document.body.dataset, {given});</script>\n"
        f"<script>{script()}</script>\n"
    )


def render_quarto(
    source: Path, site: Path, formats: tuple[str, ...], seconds: float
) -> tuple[str, ...]:
    """Render a staged source with Quarto and add what it makes to `site`; nothing is executed.

    Parameters
    ----------
    source, site : Path
    formats : tuple of str
    seconds : float
        Longest that one form may take; then Quarto and what it started are ended.

    Returns
    -------
    tuple of str
        What Quarto warned of.

    Raises
    ------
    ReportError
        Quarto fails, takes too long, or does not write a report where it belongs.
    """
    warnings: list[str] = []
    for form in formats:
        said = _quarto(source, form, seconds)
        if not (source.parent / "_site" / f"{source.stem}.{form}").is_file():
            raise ReportError(
                "Quarto ended well and did not write this report",
                file=f"{source.stem}.{form}",
                found=_tail(said) or "no message",
                expected=f"_site/{source.stem}.{form} in the report's working folder",
                remedy="Run 'quarto render' in its working folder to see more.",
            )
        warnings += [line.strip() for line in said.splitlines() if _WARNING.search(line)]
    shutil.copytree(source.parent / "_site", site, dirs_exist_ok=True)
    return tuple(dict.fromkeys(warnings))


def _quarto(source: Path, form: str, seconds: float) -> str:
    """Run Quarto in a process group of its own; return what it said."""
    command = [find_quarto() or "quarto", "render", source.name, "--no-execute"]
    try:
        process = subprocess.Popen(
            [*command, "--to", _TARGETS[form]],
            cwd=source.parent,
            env={**os.environ, "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
    except OSError as error:
        raise _failed(source, f"cannot be started: {error.strerror}") from None
    try:
        _, said = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        raise ReportError(
            "Quarto took too long for this report",
            file=f"{source.stem}.{form}",
            found=f"more than {seconds:g} seconds",
            remedy="Set report.quarto_seconds in study.yml, or use the built-in engine.",
        ) from None
    finally:
        _end(process)
    if process.returncode:
        raise _failed(source, _tail(said) or f"exit code {process.returncode}")
    return said


def _end(process: subprocess.Popen[str]) -> None:
    """End what is left of a process group; Quarto starts other programs."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _failed(source: Path, found: str) -> ReportError:
    return ReportError(
        "Quarto could not render this report",
        file=source.name,
        found=found,
        remedy="Run 'quarto render' in its working folder to see more.",
    )


def _tail(said: str) -> str:
    return said.strip()[-600:]
