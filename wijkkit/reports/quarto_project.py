"""The folder in which all pages of a site are staged: an ordinary Quarto website project.

``quarto render`` in it makes the same pages, in ``_site``, as the command of this project does.
"""

from __future__ import annotations

import html
import json
import shutil
from pathlib import Path
from typing import Any

from wijkkit.language import text
from wijkkit.reports.docx import reference_document
from wijkkit.reports.frame import Frame
from wijkkit.reports.page import WORDS_FOR_SCRIPT, script
from wijkkit.reports.print_style import print_part, print_style
from wijkkit.reports.theme import HouseStyle, house_values

#: Quarto's pages carry Quarto's scripts and inline styles; nothing may come from elsewhere.
POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'"
)
#: What Quarto calls the forms that it makes.
TARGETS = {"html": "html", "pdf": "typst", "docx": "docx"}
#: The files of the sources that every page shares.
_SHARED = ("references.bib", "theme")


def write_project(sources: Path, project: Path, house: HouseStyle) -> None:
    """Write what all staged pages share: settings, bibliography, theme."""
    project.mkdir(parents=True, exist_ok=True)
    for name in _SHARED:
        copy = shutil.copytree if (sources / name).is_dir() else shutil.copy
        shutil.rmtree(project / name, ignore_errors=True)
        copy(sources / name, project / name)
    shutil.copy(sources / "theme" / "project.yml", project / "_quarto.yml")
    theme = project / "theme"
    (theme / "house.css").write_text(house_values(house), encoding="utf-8")
    (theme / "typst-template.typ").write_text(print_style(house, theme), encoding="utf-8")
    (theme / "typst-show.typ").write_text(print_part("typst-show.typ"), encoding="utf-8")
    policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
    (theme / "policy.html").write_text(policy, encoding="utf-8")


def write_surroundings(folder: Path, language: str, frame: Frame) -> None:
    """Write what Quarto puts around one page in HTML: ``header.html`` and ``footer.html``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "header.html").write_text(_header(frame, language), encoding="utf-8")
    (folder / "footer.html").write_text(_footer(frame, language), encoding="utf-8")


def write_reference(folder: Path, house: HouseStyle, words: str) -> None:
    """Write the styles of one page in Word, with `words` at the head of every page of paper."""
    (folder / "reference.docx").write_bytes(reference_document(house.colours, words))


def formats_of(stem: str, forms: tuple[str, ...]) -> dict[str, Any]:
    """Return the forms of a page as Quarto's front matter has them, with the files of the page.

    Examples
    --------
    >>> list(formats_of("wijk-a", ("html", "docx")))
    ['html', 'docx']
    >>> formats_of("wijk-a", ("docx",))["docx"]["reference-doc"]
    'wijk-a/reference.docx'
    """
    own: dict[str, Any] = {
        "html": {
            "include-before-body": f"{stem}/header.html",
            "include-after-body": f"{stem}/footer.html",
        },
        "pdf": "default",
        "docx": {"reference-doc": f"{stem}/reference.docx"},
    }
    return {TARGETS[form]: own[form] for form in forms if form in TARGETS}


def _header(frame: Frame, language: str) -> str:
    """Return the links to the other pages and to the other forms of this one."""
    skip = html.escape(text("reports.skip", language))
    label = html.escape(text("reports.site", language))
    downloads = html.escape(text("reports.downloads", language))
    forms = f'<div class="downloads">{downloads} {_links(frame.downloads)}</div>'
    return (
        f'<a class="skip" href="#quarto-document-content">{skip}</a>\n'
        f'<header class="site"><nav class="site-nav" aria-label="{label}">'
        f"{_links(frame.pages, frame.current)}</nav></header>\n"
        + (forms if frame.downloads else "")
        + "\n"
    )


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
