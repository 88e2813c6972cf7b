"""A document as an HTML page: strict Content-Security-Policy, nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from functools import cache
from importlib.resources import as_file, files
from typing import Any

from wijkkit.language import text
from wijkkit.reports.frame import Frame, frame_metadata
from wijkkit.reports.pandoc import (
    Node,
    attributes,
    classes_of,
    div,
    plain,
    raw,
    rewrite,
    rewrite_blocks,
    span,
    write,
)
from wijkkit.reports.sanitise import is_safe_target

#: Words that the script shows, by their key; the page hands them over as data.
WORDS_FOR_SCRIPT = ("search", "found", "csv", "report", "lower", "upper")


def write_page(document: Node, language: str, frame: Frame) -> str:
    """Return `document` as a page of the site, with what surrounds it."""
    surroundings = frame_metadata(frame, language)
    document = {
        **document,
        "meta": {**document["meta"], **surroundings},
        "blocks": _plain_html(document["blocks"]),
    }
    with as_file(files("wijkkit.reports") / "html" / "page.html") as template:
        page = write(
            document,
            "html5",
            "--standalone",
            f"--template={template}",
            "--fail-if-warnings",
            "--mathml",
            "--section-divs",
            "--syntax-highlighting=none",
            "--wrap=none",
            *(["--toc", "--toc-depth=3"] if _is_true(document, "toc") else []),
            f"--variable=csp:{content_security_policy()}",
            f"--variable=script:{script()}",
            f"--variable=pagetitle:{_escaped_title(document)}",
        )
    heading = f"<h2>{text('reports.footnotes', language)}</h2>"
    return re.sub(r'(<section id="footnotes"[^>]*>)\s*<hr />', rf"\1\n{heading}", page)


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


def _plain_html(blocks: list[Node]) -> list[Node]:
    """Return `blocks` without raw parts, unsafe links and inline styles; folded parts fold."""
    return rewrite_blocks(rewrite(blocks, _drop_unsafe), _for_html)


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
    if node["t"] == "Div" and "colophon" in classes_of(node):
        opening, closing = (raw(tag, "html") for tag in ('<footer class="colophon">', "</footer>"))
        return [opening, *node["c"][1], closing]
    if node["t"] == "Div" and "callout-folded" in classes_of(node):
        names = " ".join(classes_of(node))
        title, body = node["c"][1]
        summary = [raw("<summary>", "html"), title, raw("</summary>", "html"), body]
        return [raw(f'<details class="{names}">', "html"), *summary, raw("</details>", "html")]
    return None


def _scrolling_figure(figure: Node) -> Node:
    """Return a figure whose images scroll where they are wider than the screen."""
    about, caption, content = figure["c"]
    wrapped = [
        div([block], "figure-scroll") if block["t"] == "Plain" else block for block in content
    ]
    return {"t": "Figure", "c": [about, caption, wrapped]}


def _caption_in_sight(caption: list[Any]) -> list[Any]:
    """Return a caption that stays in sight where its table scrolls."""
    short, blocks = caption
    shown = [{**block, "c": [span(block["c"], "caption-text")]} for block in blocks]
    return [short, shown]


def _scrolling_table(table: Node) -> Node:
    about, caption, columns, head, bodies, foot = table["c"]
    alignments = [column[0] for column in columns]
    columns = [[{"t": "AlignDefault"}, {"t": "ColWidthDefault"}] for _ in columns]
    styled = [_styled_rows(part, alignments) for part in (head, bodies, foot)]
    content = {"t": "Table", "c": [attributes(), _caption_in_sight(caption), columns, *styled]}
    label = plain(caption[1])
    wrapper = [about[0], ["table-scroll"], [["tabindex", "0"], ["role", "group"]]]
    if label:
        wrapper[2].append(["aria-label", label])
    return {"t": "Div", "c": [wrapper, [content]]}


def _styled_rows(part: Any, alignments: list[Node]) -> Any:
    """Replace the alignment of cells, which Pandoc writes as inline styles, by classes."""
    if not isinstance(part, list):
        return part
    if len(part) == 5 and isinstance(part[1], dict) and part[1].get("t", "").startswith("Align"):
        about, align, *rest = part
        name = {"AlignRight": ["align-right"], "AlignCenter": ["align-center"]}.get(align["t"], [])
        return [[about[0], name, []], {"t": "AlignDefault"}, *rest]
    return [_styled_rows(item, alignments) for item in part]


def _is_true(document: Node, key: str) -> bool:
    return document["meta"].get(key, {}).get("c") is True


def _escaped_title(document: Node) -> str:
    return html.escape(plain(document["meta"].get("title", {})))
