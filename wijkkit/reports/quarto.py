"""A real Quarto, where it is on the path."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from wijkkit.errors import ReportError

_TARGETS = {"html": "html", "pdf": "typst", "docx": "docx"}


def find_quarto() -> str | None:
    """Return the path of Quarto, None where there is none."""
    return shutil.which("quarto")


def render_quarto(source: Path, site: Path, formats: tuple[str, ...]) -> None:
    """Render a staged source with Quarto and add what it makes to `site`; nothing is executed."""
    command = [find_quarto() or "quarto", "render", source.name, "--no-execute"]
    for form in formats:
        done = subprocess.run(
            [*command, "--to", _TARGETS[form]],
            cwd=source.parent,
            capture_output=True,
            encoding="utf-8",
        )
        if done.returncode:
            raise ReportError(
                "Quarto could not render this report",
                file=source.name,
                found=done.stderr.strip()[-600:],
                remedy="Run 'quarto render' in its working folder to see more.",
            )
    shutil.copytree(source.parent / "_site", site, dirs_exist_ok=True)
