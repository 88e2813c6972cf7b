"""A real Quarto, where it is on the path."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

from wijkkit.errors import ReportError
from wijkkit.language import text
from wijkkit.reports.page import WORDS_FOR_SCRIPT, script
from wijkkit.reports.theme import house_values, load_house_style

#: Quarto's pages carry Quarto's scripts and inline styles; nothing may come from elsewhere.
POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'"
)
_TARGETS = {"html": "html", "pdf": "typst", "docx": "docx"}


def find_quarto() -> str | None:
    """Return the path of Quarto, None where there is none."""
    return shutil.which("quarto")


def write_theme(theme: Path, language: str) -> None:
    """Write the parts of the theme that Quarto's pages include, beside ``house.yml``."""
    (theme / "house.css").write_text(house_values(load_house_style(theme)), encoding="utf-8")
    policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
    (theme / "policy.html").write_text(policy, encoding="utf-8")
    words = {word: text(f"reports.{word}", language) for word in WORDS_FOR_SCRIPT}
    given = json.dumps(words, ensure_ascii=False).replace("<", "\\u003c")
    content = f"<script>Object.assign(document.body.dataset, {given});</script>\n"
    content += f"<script>{script()}</script>\n"
    (theme / "script.html").write_text(content, encoding="utf-8")


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
