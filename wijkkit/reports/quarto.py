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
from typing import Any

from wijkkit.errors import Problem, ReportError
from wijkkit.language import text
from wijkkit.language.messages import escaped
from wijkkit.reports.page import Frame, page_template, surroundings
from wijkkit.reports.paper import in_house_style, print_part, print_style
from wijkkit.reports.runs import BRIEF
from wijkkit.reports.site_check import local_files
from wijkkit.reports.theme import HouseStyle, write_assets

#: Quarto ends well after some of its errors: those of a filter that goes on, for one.
_WARNING = re.compile(r"\bWARN(ING)?\b|\bERROR\b|^\(E\)")
_ERROR = re.compile(r"(?i)\berror\b(?!, called at)|^pandoc: ")
#: What Quarto also says where nothing is wrong, or when it gives up and knows no cause. PDF/UA is
#: checked by a program of another maker, which is not there.
_NO_CAUSE = re.compile(
    r"^(pandoc|metadata)\s*$|^\[typst\]: Compiling .*DONE|Error encountered when rendering files"
    r"|verapdf|^Standards requested: |^Output created: "
)
#: Where Quarto says which page comes next, of many or of one, and that one is ready.
_PAGE = re.compile(r"^(?:\[ *\d+/\d+\]|\s+output-file:) (\S+)$|^Output created: .*$", re.MULTILINE)
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
OUTPUT = "_site"
#: What Quarto says in a run, while it runs, in the folder of the staged pages.
_LOG = "quarto.log"


def find_quarto() -> str | None:
    """Return the path of Quarto, or None."""
    return shutil.which("quarto")


def render_project(
    project: Path, pages: Mapping[str, tuple[str, ...]], site: Path, seconds: float
) -> tuple[str, ...]:
    """Render staged pages within `seconds` each and add the forms asked for to `site`."""
    shutil.rmtree(project / OUTPUT, ignore_errors=True)
    staged = {path.stem for path in project.glob("*.qmd")}
    sources = ["."] if staged == set(pages) else [f"{stem}.qmd" for stem in pages]
    said = _quarto(project, sources, seconds * sum(map(len, pages.values())))
    made = project / OUTPUT
    promised = (f"{stem}.{form}" for stem, forms in pages.items() for form in forms)
    if missing := [name for name in promised if not (made / name).is_file()]:
        found = _cause(said)[1] or "no message"
        raise ReportError(
            _problem("Quarto ended well and did not write this page", name, found)
            for name in missing
        )
    for stem, forms in pages.items():
        _take(made, site, stem, forms)
    lines = (line.strip() for line in said.splitlines() if _WARNING.search(line))
    return tuple(dict.fromkeys(line for line in lines if not _NO_CAUSE.search(line)))


def _take(made: Path, site: Path, stem: str, forms: tuple[str, ...]) -> None:
    """Copy the forms of a page, and the files that its HTML names; nothing else."""
    for form in forms:
        shutil.copy(made / f"{stem}.{form}", site / f"{stem}.{form}")
    for name in local_files(made, f"{stem}.html") if "html" in forms else ():
        if Path(name).suffix not in (".html", ".pdf", ".docx", ".pptx", ".xlsx", ".csv"):
            (site / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(made / name, site / name)


def _quarto(project: Path, sources: list[str], seconds: float) -> str:
    """Run Quarto in a process group of its own; return what it said, which its log keeps."""
    program = find_quarto() or "quarto"
    path = project / _LOG
    with path.open("wb") as log:
        try:
            process = subprocess.Popen(
                [program, "render", *sources, "--no-execute", "--no-clean"],
                cwd=project,
                env={**os.environ, "NO_COLOR": "1"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
            )
        except OSError as error:
            raise ReportError("Quarto cannot be started", found=error.strerror or "") from None
        try:
            code = process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            _end(process)
    said = path.read_text(encoding="utf-8", errors="replace")
    if code == 0:
        return said
    page, cause = _cause(said)
    if code is None:
        found = f"more than {seconds:g} seconds"
        remedy = "Set report.quarto_seconds in study.yml, or use the built-in engine."
        raise ReportError(_problem("Quarto took too long", page, found, remedy))
    cause = cause or f"exit code {code} and no message, as when memory was short"
    raise ReportError(_problem("Quarto could not render the pages", page, cause))


def _problem(what: str, page: str, found: str, remedy: str = "") -> Problem:
    kept = f"{_LOG} in the folder of the staged pages has all that Quarto said."
    return Problem(what, file=page, found=found, remedy=f"{remedy} {kept}".lstrip())


def _end(process: subprocess.Popen[bytes]) -> None:
    """End what is left of a process group; Quarto starts other programs."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:  # Windows, which has no groups of processes
        process.kill()
    process.wait()


def _cause(said: str) -> tuple[str, str]:
    """Return the page at which Quarto stopped, and why: lines that speak of an error, or the last."""
    said = _COLOUR.sub("", said)
    *_, page = [None, *_PAGE.finditer(said)]
    of_page = said[page.end() :] if page else said
    lines = [
        line.rstrip()
        for line in of_page.splitlines()
        if line.strip() and not _NO_CAUSE.search(line)
    ]
    errors = [
        part.strip()
        for line, following in zip(lines, [*lines[1:], ""], strict=False)
        if _ERROR.search(line)
        for part in ((line, following) if line.endswith(":") else (line,))
    ]
    last = [line for line in lines if not line[0].isspace()][-3:]
    name = (page and page[1]) or ""
    return name, " ".join(list(dict.fromkeys(errors))[:5] or last)[:600]


# The folder in which all pages of a site are staged: an ordinary Quarto website project.
#
# ``quarto render`` in it makes the same pages, in ``_site``, as the command of this project does.

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
    shutil.rmtree(project / "assets", ignore_errors=True)
    write_assets(project, theme, house)
    (theme / "page.html").write_text(page_template(), encoding="utf-8")
    (theme / "typst-template.typ").write_text(print_style(house, theme), encoding="utf-8")
    (theme / "typst-show.typ").write_text(print_part("typst-show.typ"), encoding="utf-8")


def write_reference(folder: Path, house: HouseStyle, words: str) -> None:
    """Write the styles of one page in Word, with `words` at the head of every page of paper."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "reference.docx").write_bytes(in_house_style("reference.docx", house, words))


def formats_of(stem: str, forms: tuple[str, ...], language: str, frame: Frame) -> dict[str, Any]:
    """Return the forms of a page as Quarto's front matter has them, with what surrounds the page.

    >>> from wijkkit.reports.page import NO_FRAME
    >>> list(formats_of("wijk-a", ("html", "docx"), "nl", NO_FRAME))
    ['html', 'docx']
    >>> formats_of("wijk-a", ("docx",), "nl", NO_FRAME)["docx"]["reference-doc"]
    'wijk-a/reference.docx'
    """
    own: dict[str, Any] = {
        "html": _as_markdown(surroundings(frame, language)),
        "pdf": {"more-rows": text("reports.more_rows", language, rows="#")}
        if stem.endswith(BRIEF)
        else "default",
        "docx": {"reference-doc": f"{stem}/reference.docx", "toc": False},
    }
    return {TARGETS[form]: own[form] for form in forms if form in TARGETS}


def _as_markdown(value: Any) -> Any:
    """Return what surrounds a page for a front matter, whose texts are Markdown."""
    if isinstance(value, dict):
        return {key: _as_markdown(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_as_markdown(part) for part in value]
    return escaped(value) if isinstance(value, str) else value
