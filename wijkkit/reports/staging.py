"""The working folder of the reports: each page's source, and a folder with what it embeds.

What is staged renders unchanged with Quarto (``quarto render``) and with the built-in engine, and
nothing in it is executed.
"""

from __future__ import annotations

import itertools
import re
import shutil
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from wijkkit.language import text
from wijkkit.language.messages import catalogue, escaped
from wijkkit.reports.cells import find_cells, labelled_cells, read_notebook
from wijkkit.reports.embed import inlines
from wijkkit.reports.page import NO_FRAME, Frame
from wijkkit.reports.pandoc import JOINER, embed, embedded, plain, replace_embeds
from wijkkit.reports.quarto import formats_of, write_reference
from wijkkit.reports.runs import NO_RUN, Origin, States, executed_notebook, scope_of, state_of
from wijkkit.reports.slides import slides_body, slides_of
from wijkkit.reports.staged_notebook import Part, clean_ahead, stage_notebooks, with_released
from wijkkit.reports.theme import HouseStyle
from wijkkit.study import Study

# Leave out of a page what has nothing to show: an embed, a fold, a whole section.

_FENCE = re.compile(r"^:::+\s*(\S.*)?$")
_HEADING = re.compile(r"^(#{2,})\s")

#: A notebook and a label in it.
Embed = tuple[str, str]


def without_empty(body: str, empty: Collection[Embed]) -> str:
    """Return a source without the divs and sections of which all embeds have nothing to show.

    Where only the parts below a section have something, its own first embed says why it has not.

    >>> source = "## A\\n\\n{{< embed wijk/a.ipynb#x >}}\\n\\n## B\\n\\n{{< embed wijk/a.ipynb#y >}}\\n"
    >>> print(without_empty(source, {("wijk/a.ipynb", "x")}).strip())
    ## B
    <BLANKLINE>
    {{< embed wijk/a.ipynb#y >}}
    >>> source = source.replace("## B", "So much for this.\\n\\n### B")
    >>> print(without_empty(source, {("wijk/a.ipynb", "x")}).strip())
    ## A
    {{< embed wijk/a.ipynb#x >}}
    ### B
    <BLANKLINE>
    {{< embed wijk/a.ipynb#y >}}
    """
    if not empty:
        return body
    lines = body.split("\n")
    dropped: set[int] = set()
    for first, last in [*_divs(lines), *_sections(lines)]:
        held = list(embedded("\n".join(lines[first:last])))
        if held and all(embed in empty for embed in held):
            dropped.update(range(first, last))
    dropped |= {
        at for at, line in enumerate(lines) if any(embed in empty for embed in embedded(line))
    }
    heads = [at for at, _ in _heads(lines)]
    for first, last in itertools.pairwise([*heads, len(lines)]):
        said = [at for at in range(first, last) if any(embedded(lines[at]))]
        if first not in dropped and said and dropped.issuperset(said):
            dropped.update(range(first + 1, last))
            dropped.remove(said[0])
    return "\n".join(line for at, line in enumerate(lines) if at not in dropped)


def _divs(lines: list[str]) -> list[tuple[int, int]]:
    """Return where the fenced divs begin and end."""
    found, open_at = [], []
    for at, line in enumerate(lines):
        fence = _FENCE.match(line)
        if fence and fence[1]:
            open_at.append(at)
        elif fence and open_at:
            found.append((open_at.pop(), at + 1))
    return found


def _heads(lines: list[str]) -> list[tuple[int, int]]:
    """Return where sections begin, with their levels; a heading inside a div is its title."""
    inside = {at for first, last in _divs(lines) for at in range(first, last)}
    return [
        (at, len(heading[1]))
        for at, line in enumerate(lines)
        if at not in inside and (heading := _HEADING.match(line))
    ]


def _sections(lines: list[str]) -> list[tuple[int, int]]:
    """Return where the sections begin and end."""
    heads = _heads(lines)
    return [
        (at, next((after for after, depth in heads if after > at and depth <= level), len(lines)))
        for at, level in heads
    ]


@dataclass(frozen=True, slots=True)
class Page:
    """One report to make: its source, front matter, own notebooks (`extra`), and of which run."""

    stem: str
    source: Path
    metadata: Mapping[str, Any]
    extra: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    concept: bool = False
    origin: Origin = NO_RUN


def stage_ahead(study: Study, pages: Iterable[Page], states: States) -> None:
    """Clean what many pages embed together, for `stage` to find: half its time is Pandoc's start."""
    parts: list[Part] = []
    for page in pages:
        failed = failed_notebooks(study, page, states)
        _, body = split_front_matter(page.source.read_text(encoding="utf-8"))
        parts += _parts(study, page, failed, body, page.source.parent)
    clean_ahead(parts)


def stage(
    study: Study,
    page: Page,
    states: States,
    project: Path,
    house: HouseStyle,
    frame: Frame = NO_FRAME,
    forms: tuple[str, ...] = ("html",),
) -> Path:
    """Stage `page` in `project`, with what it embeds; ReportError names labels that are not there."""
    folder = project / page.stem
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    front, body = split_front_matter(page.source.read_text(encoding="utf-8"))
    failed = failed_notebooks(study, page, states)
    body = without_empty(body, _empty(study, page, failed, body))
    captions = _stage_notebooks(study, page, failed, body, folder)
    body = _without_missing(body, failed, captions, study.language)
    staged = body
    body = replace_embeds(body, lambda name, label: embed(f"{page.stem}/{name}", label))
    mark = {}
    if page.concept:
        mark = {"mark": text("reports.concept_mark", study.language)}
        body = f"::: {{.concept}}\n{text('reports.concept', study.language)}\n:::\n\n{body}"
    if failed:
        body = _notice(failed, study.language) + body
    body += f"\n\n::: {{.colophon}}\n{escaped(page.origin.colophon(study.language))}\n:::\n"
    if "docx" in forms:
        write_reference(folder, house, " · ".join([title_of(page), *mark.values()]))
    publisher = " · ".join(escaped(said) for said in (frame.organisation, frame.contact) if said)
    about = {
        **page.metadata,
        **front,
        **mark,
        "publisher": publisher,
        "toc-title": text("reports.contents", study.language),
        "callout-names": dict(catalogue("reports", study.language)["callout"]),
        "format": formats_of(page.stem, forms, study.language, frame),
    }
    if "pptx" in forms:
        said = slides_body(staged, lambda name, label: _said(folder, name, label), study.language)
        own = {**about, "toc": False, "number-sections": False}
        _write_source(slides_of(project / f"{page.stem}.qmd"), own, said)
    return _write_source(project / f"{page.stem}.qmd", about, body)


def _write_source(path: Path, about: Mapping[str, Any], body: str) -> Path:
    header = yaml.safe_dump(dict(about), allow_unicode=True, sort_keys=False)
    path.write_text(_apart(f"---\n{header}---\n\n{body}"), encoding="utf-8")
    return path


def _said(folder: Path, notebook: str, label: str) -> str | None:
    """Return the text that a staged cell shows; None where it shows a figure or a table."""
    cell = labelled_cells(read_notebook(folder / notebook)).get(label)
    texts = [one.text for one in cell.outputs if one.mime == "text/markdown"] if cell else []
    return "\n\n".join(texts) or None


def title_of(page: Page) -> str:
    """Return the title of a page as a reader sees it."""
    return plain(inlines(str(page.metadata["title"])))


def _apart(source: str) -> str:
    r"""Return a staged source in which no name is a shortcode, whatever Quarto undoes first.

    >>> len(_apart(r"\{\{\< env A")) - len(r"\{\{\< env A")
    1
    >>> len(_apart(r"A \>\}\}")) - len(r"A \>\}\}")
    1
    """
    return re.sub(r"(\\+\{(?=\\+\{)|\\+>(?=\\+\}))", rf"\1{JOINER}", source)


def split_front_matter(source: str) -> tuple[dict[str, Any], str]:
    """Return the front matter of a source, and the rest."""
    if not source.startswith("---\n"):
        return {}, source
    front, _, body = source[4:].partition("\n---\n")
    return yaml.safe_load(front) or {}, body


def failed_notebooks(study: Study, page: Page, states: States) -> dict[str, str]:
    """Return the notebooks of the source that may not be used, with the reason."""
    failed = {}
    source = page.source.read_text(encoding="utf-8")
    for notebook in dict.fromkeys(notebook for notebook, _ in embedded(source)):
        if notebook in page.extra:
            continue
        state = state_of(study, states, *scope_of(page.stem, notebook))
        if state.status != "ok":
            known = catalogue("reports", study.language)["state"]
            reason = known.get(state.status, known["failed"])
            failed[notebook] = f"{reason} {state.message}".strip()
    return failed


def _empty(study: Study, page: Page, failed: Mapping[str, str], body: str) -> set[Embed]:
    """Return the embeds whose cell says that there is nothing to show."""
    wanted: dict[str, list[str]] = {}
    for notebook, label in embedded(body):
        if notebook not in failed and notebook not in page.extra:
            wanted.setdefault(notebook, []).append(label)
    return {
        (notebook, cell.label)
        for notebook, labels in wanted.items()
        for cell in find_cells(_notebook_of(study, page, notebook, labels), labels)
        if any(output.about.get("empty") for output in cell.outputs)
    }


def _stage_notebooks(
    study: Study, page: Page, failed: Mapping[str, str], body: str, folder: Path
) -> dict[tuple[str, str], str]:
    """Write the notebooks; return the text of each (notebook, label) that has no figure or table."""
    parts = _parts(study, page, failed, body, folder)
    return {
        (target.relative_to(folder).as_posix(), label): shown
        for (*_, target), texts in zip(parts, stage_notebooks(parts), strict=True)
        for label, shown in texts.items()
    }


def _parts(
    study: Study, page: Page, failed: Mapping[str, str], body: str, folder: Path
) -> list[Part]:
    """Return what the source embeds: notebooks with their labels, and where they are staged."""
    wanted: dict[str, list[str]] = {}
    for notebook, label in embedded(body):
        if notebook not in failed:
            wanted.setdefault(notebook, []).append(label)
    return [
        (_notebook_of(study, page, notebook, labels), labels, folder / notebook)
        for notebook, labels in wanted.items()
    ]


def _notebook_of(
    study: Study, page: Page, notebook: str, labels: list[str]
) -> Path | dict[str, Any]:
    if notebook in page.extra:
        return page.extra[notebook]
    scope, name = scope_of(page.stem, notebook)
    return with_released(study, executed_notebook(study, scope, name), labels)


def _without_missing(
    body: str, failed: Mapping[str, str], without: Mapping[tuple[str, str], str], language: str
) -> str:
    """Replace embeds that have nothing to show by a place that says so and keeps its number."""

    def change(notebook: str, label: str) -> str | None:
        if notebook in failed:
            shown = escaped(text("reports.not_made", language, notebook=notebook))
        elif (notebook, label) in without:
            shown = without[notebook, label]
        else:
            return None
        if not label.startswith(("fig-", "tbl-")):
            return shown
        caption = text("reports.no_content", language)
        return f"::: {{#{label}}}\n\n{shown}\n\n{caption}\n\n:::"

    return replace_embeds(body, change)


def _notice(failed: Mapping[str, str], language: str) -> str:
    title = text("reports.incomplete", language)
    items = "\n".join(f"- {escaped(notebook)}: {escaped(why)}" for notebook, why in failed.items())
    return f"::: {{.callout-important}}\n## {title}\n\n{items}\n:::\n\n"
