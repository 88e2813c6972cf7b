"""A document as an HTML page: strict Content-Security-Policy, nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from wijkkit.language import text
from wijkkit.reports import pandoc
from wijkkit.reports.cells import is_safe_target
from wijkkit.reports.pandoc import Node
from wijkkit.reports.runs import BRIEF
from wijkkit.reports.theme import HouseStyle
from wijkkit.study import Study

# What surrounds a page: the organisation, the other pages, the other forms of this report.

#: What the forms of a report are called, but for the page itself.
_FORMS = {"pdf": "PDF", "docx": "Word", "pptx": "PowerPoint", "xlsx": "Excel", "csv": "CSV"}
_WORDS = tuple("skip site contents search found csv report lower upper scroll downloads".split())


@dataclass(frozen=True, slots=True)
class Frame:
    """The surroundings of a page as plain text: the house, other pages and forms, the site."""

    organisation: str = ""
    contact: str = ""
    logo: str = ""
    pages: tuple[tuple[str, str], ...] = ()
    current: str = ""
    downloads: tuple[tuple[str, str], ...] = ()
    name: str = ""
    root: str = ""


#: What surrounds a page that is no part of a site.
NO_FRAME = Frame()


def frame_of(study: Study, house: HouseStyle, stem: str, formats: tuple[str, ...]) -> Frame:
    """Return the surroundings of the page `stem` of a study's site."""
    city = text("reports.city_report", study.language, city=study.settings.city.name)
    own = study.neighbourhoods.get(stem)
    others = [(f"{stem}.{form}", _FORMS[form]) for form in formats if form in _FORMS]
    if "xlsx" in formats:
        others.append((f"{stem}_files/tabellen.html", text("reports.tables_page", study.language)))
    return Frame(
        organisation=house.organisation or study.text(study.settings.programme.name),
        contact=study.settings.report.contact or house.contact,
        logo=f"assets/{house.logo}" if house.logo else "",
        pages=(
            ("index.html", text("reports.home", study.language)),
            ("stad.html", city),
            *([(f"{stem}.html", own.name)] if own else []),
            ("woorden.html", text("reports.words", study.language)),
        ),
        current=f"{stem}.html",
        downloads=(*(_brief(stem, study.language) if "pdf" in formats else ()), *others),
    )


def _brief(stem: str, language: str) -> tuple[tuple[str, str], ...]:
    """Return the summary of two pages that goes with a report."""
    if stem.endswith(BRIEF) or stem in ("index", "woorden"):
        return ()
    return ((f"{stem}{BRIEF}.pdf", text("reports.brief", language)),)


def surroundings(frame: Frame, language: str) -> dict[str, Any]:
    """Return what the page's template shows around a page, as plain texts."""
    words = {word: text(f"reports.{word}", language) for word in _WORDS}
    return {
        "words": {**words, "site": frame.name or words["site"]},
        "root": frame.root,
        "organisation": frame.organisation,
        "contact": frame.contact,
        "logo-file": frame.logo,
        "pages": [
            {"href": file, "name": name, "current": file == frame.current}
            for file, name in frame.pages
        ],
        "downloads": [{"href": file, "name": name} for file, name in frame.downloads],
    }


def frame_metadata(frame: Frame, language: str) -> Node:
    """Return the surroundings as metadata for the page's template."""
    return {key: _metadata(value) for key, value in surroundings(frame, language).items()}


def _metadata(value: Any) -> Node:
    if isinstance(value, dict):
        return {"t": "MetaMap", "c": {key: _metadata(part) for key, part in value.items()}}
    if isinstance(value, list):
        return {"t": "MetaList", "c": [_metadata(part) for part in value]}
    return {"t": "MetaBool" if isinstance(value, bool) else "MetaString", "c": value}


#: A number and its margin, which stay on one line.
_WITH_MARGIN = re.compile(r"[+−]?\d[\d.,]*%? \([+−]?\d[\d.,]*[-–][+−]?\d[\d.,]*\)")


def write_page(document: Node, language: str, frame: Frame) -> str:
    """Return `document` as a page of the site, with what surrounds it."""
    return write_site_pages([(document, language, frame)])[0]


def write_site_pages(pages: Sequence[tuple[Node, str, Frame]]) -> list[str]:
    """Return documents as pages of the site, each in its language with what surrounds it."""
    made = pandoc.write_pages([_with_surroundings(*page) for page in pages])
    return [
        re.sub(
            r'(<section id="footnotes"[^>]*>)\s*<hr />',
            rf"\1\n<h2>{text('reports.footnotes', language)}</h2>",
            written,
        )
        for written, (_, language, _) in zip(made, pages, strict=True)
    ]


def _with_surroundings(document: Node, language: str, frame: Frame) -> tuple[Node, dict[str, Any]]:
    variables = {"pagetitle": html.escape(pandoc.plain(document["meta"].get("title", {})))}
    meta = {**document["meta"], **frame_metadata(frame, language)}
    blocks = pandoc.rewrite_sources(document["blocks"], _drop_unsafe)
    tree = {**document, "meta": meta, "blocks": pandoc.rewrite_blocks(blocks, _for_html)}
    return tree, {
        "template": page_template(),
        "variables": variables,
        "toc": (document["meta"].get("toc", {}).get("c") is True),
    }


@cache
def page_template() -> str:
    """Return the template of all pages, of either engine, with their policy and their script."""
    template = (files("wijkkit.reports") / "html" / "page.html").read_text(encoding="utf-8")
    filled = template.replace("$csp$", content_security_policy())
    return filled.replace("$script$", script().replace("$", "$$"))


@cache
def script() -> str:
    """Return the one script of all pages: tabs, search, print."""
    return (files("wijkkit.reports") / "html" / "report.js").read_text(encoding="utf-8").strip()


@cache
def content_security_policy() -> str:
    """Return the policy: styles and images of the site itself, this one script, nothing else."""
    digest = base64.b64encode(hashlib.sha256(script().encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'self'; img-src 'self'; "
        "font-src 'self'; base-uri 'none'; form-action 'none'"
    )


def _drop_unsafe(node: Node) -> list[Node] | None:
    if node["t"] in ("RawBlock", "RawInline"):
        return []
    if node["t"] == "Link" and not is_safe_target(node["c"][2][0]):
        return node["c"][1]
    return None


def _for_html(node: Node) -> list[Node] | None:
    if node["t"] == "Table":
        return [_scrolling_table(node)]
    if node["t"] == "Figure":
        return [_scrolling_figure(node)]
    if node["t"] == "Div" and "colophon" in pandoc.classes_of(node):
        opening, closing = (
            pandoc.raw(tag, "html") for tag in ('<footer class="colophon">', "</footer>")
        )
        return [opening, *node["c"][1], closing]
    if node["t"] == "Div" and "callout-folded" in pandoc.classes_of(node):
        names = " ".join(pandoc.classes_of(node))
        title, body = node["c"][1]
        summary = [pandoc.raw("<summary>", "html"), title, pandoc.raw("</summary>", "html"), body]
        return [
            pandoc.raw(f'<details class="{names}">', "html"),
            *summary,
            pandoc.raw("</details>", "html"),
        ]
    return None


def _scrolling_figure(figure: Node) -> Node:
    """Return a figure whose images scroll where they are wider than the screen."""
    about, caption, content = figure["c"]
    wrapped = [
        pandoc.div([block], "figure-scroll") if block["t"] == "Plain" else block
        for block in content
    ]
    return {"t": "Figure", "c": [about, caption, wrapped]}


def _caption_in_sight(caption: list[Any]) -> list[Any]:
    """Return a caption that stays in sight where its table scrolls."""
    short, blocks = caption
    shown = [{**block, "c": [pandoc.span(block["c"], "caption-text")]} for block in blocks]
    return [short, shown]


def _scrolling_table(table: Node) -> Node:
    about, caption, *_ = table["c"]
    label = pandoc.plain(caption[1])
    wrapper = [about[0], ["table-scroll"], [["tabindex", "0"], ["role", "group"]]]
    if label:
        wrapper[2].append(["aria-label", label])
    return {"t": "Div", "c": [wrapper, _written_table(table) or [_styled_table(table)]]}


def _written_table(table: Node) -> list[Node]:
    """Return a table that was written as HTML before, with its caption; nothing for another."""
    opening, written = "<table>\n", pandoc.rows_of(table).html
    if not written.startswith(opening) or "style=" in written:
        return []
    kept = _WITH_MARGIN.sub(r'<span class="whole">\g<0></span>', written.removeprefix(opening))
    rest = pandoc.raw(kept, "html")
    caption = [item for block in _caption_in_sight(table["c"][1])[1] for item in block["c"]]
    if not caption:
        return [pandoc.raw(opening, "html"), rest]
    head, end = (
        pandoc.raw(tag, "html", "RawInline") for tag in (f"{opening}<caption>", "</caption>")
    )
    return [pandoc.paragraph([head, *caption, end], "Plain"), rest]


def _styled_table(table: Node) -> Node:
    _, caption, columns, *parts = table["c"]
    alignments = [column[0] for column in columns]
    columns = [[{"t": "AlignDefault"}, {"t": "ColWidthDefault"}] for _ in columns]
    styled = [_styled_rows(part, alignments) for part in parts]
    return {"t": "Table", "c": [pandoc.attributes(), _caption_in_sight(caption), columns, *styled]}


def _styled_rows(part: Any, alignments: list[Node]) -> Any:
    """Replace the alignment of cells, which Pandoc writes as inline styles, by classes."""
    if not isinstance(part, list):
        return part
    if len(part) == 5 and isinstance(part[1], dict) and part[1].get("t", "").startswith("Align"):
        about, align, *rest = part
        name = {"AlignRight": ["align-right"], "AlignCenter": ["align-center"]}.get(align["t"], [])
        return [[about[0], name, []], {"t": "AlignDefault"}, *rest]
    return [_styled_rows(item, alignments) for item in part]
