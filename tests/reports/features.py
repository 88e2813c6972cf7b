"""Which features of Quarto a source uses, and which of them both engines render."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup, Tag

from wijkkit.errors import Problem
from wijkkit.reports.crossref import CALLOUTS, KINDS
from wijkkit.reports.pandoc import MARKDOWN, Node, classes_of, elements, read

#: Classes of fenced divs that both engines render alike.
DIVS = (
    *(f"callout-{kind}" for kind in CALLOUTS),
    "panel-tabset",
    "content-visible",
    "content-hidden",
    "searchable",
    "beside",
    "words",
    "folds",
)
#: Attributes of fenced divs, and the values they may have.
ATTRIBUTES = {
    "collapse": ("true", "false"),
    "when-format": ("html", "docx"),
    "unless-format": ("html", "docx"),
}
#: Keys of the front matter.
FRONT_MATTER = ("toc", "number-sections")
#: Classes of headings.
HEADINGS = ("unnumbered",)

_SHORTCODE = re.compile(r"\{\{<\s*(\S+)\s*(.*?)>\}\}")
_NOTHING = re.compile("")
_EMBED = re.compile(r"(wijk|stad)/[\w-]+\.ipynb#[\w-]+\s*|(index|woorden)\.ipynb#[\w-]+\s*")
_META = re.compile(r"(text\.)?[\w-]+\s*")


def unsupported(source: str, name: str) -> list[Problem]:
    """Return what a source uses that the two engines would not render alike.

    Examples
    --------
    >>> [problem.found for problem in unsupported("::: {.column-margin}\\nA\\n:::", "a.qmd")]
    ['.column-margin']
    >>> unsupported("::: {.callout-note}\\nA\\n:::", "a.qmd")
    []
    """
    found = [*_shortcodes(source)]
    document = read(_SHORTCODE.sub("", source), MARKDOWN)
    found += [
        (key, "front matter", FRONT_MATTER) for key in document["meta"] if key not in FRONT_MATTER
    ]
    for div in elements(document, "Div"):
        found += _div(div)
    for heading in elements(document, "Header"):
        found += [
            (f".{kind}", "heading", HEADINGS)
            for kind in classes_of(heading)
            if kind not in HEADINGS
        ]
    for kind in ("Code", "CodeBlock", "Image", "RawBlock", "RawInline"):
        found += [(kind, "element", ("text, tables and embeds",)) for _ in elements(document, kind)]
    return [
        Problem(
            "a feature that both engines do not render alike",
            file=name,
            place=place,
            found=what,
            expected=", ".join(known),
            remedy="Use one of these.",
        )
        for what, place, known in found
    ]


def _shortcodes(source: str) -> list[tuple[str, str, tuple[str, ...]]]:
    patterns = {"embed": _EMBED, "meta": _META, "pagebreak": _NOTHING}
    return [
        (whole[0], "shortcode", ("embed wijk/<notebook>.ipynb#<label>", "meta <key>"))
        for whole in _SHORTCODE.finditer(source)
        if whole[1] not in patterns or not patterns[whole[1]].fullmatch(whole[2])
    ]


def _div(div: Node) -> list[tuple[str, str, tuple[str, ...]]]:
    identifier, classes, pairs = div["c"][0]
    found = [(f".{kind}", "div", DIVS) for kind in classes if kind not in DIVS]
    if identifier != "refs" and identifier and identifier.partition("-")[0] not in KINDS:
        found.append((f"#{identifier}", "div", ("refs", *KINDS)))
    for key, value in pairs:
        if value not in ATTRIBUTES.get(key, ()):
            found.append((f"{key}={value}", "div", tuple(ATTRIBUTES)))
    return found


# The structure of a page: what must be the same whichever engine rendered it.


def page_structure(page: str) -> dict[str, Any]:
    """Return language, headings, captions, tables, references, callouts, ... of an HTML page.

    Examples
    --------
    >>> found = page_structure('<html lang="nl"><main><h2 id="a">1 A</h2><p>B <b>c</b>.</p></main>')
    >>> found["lang"], found["headings"], found["paragraphs"]
    ('nl', [{'level': 2, 'id': 'a', 'text': '1 A'}], ['B c .'])
    """
    soup = BeautifulSoup(page, "html.parser")
    main = soup.find("main") or soup
    for math in main.find_all("math"):
        math.replace_with(_formula(math))
    title = main.select_one("h1.title")
    contents = soup.select_one("#TOC")
    return {
        "lang": soup.html.get("lang") if soup.html else None,
        "title": _text(title) if title else "",
        "headings": [_heading(tag) for tag in main.find_all(["h2", "h3", "h4", "h5", "h6"])],
        "captions": [_text(tag) for tag in main.find_all(["figcaption", "caption"])],
        "tables": [_table(tag) for tag in main.find_all("table")],
        "images": [{"alt": tag.get("alt")} for tag in main.find_all("img")],
        "cross_references": [
            {"href": tag["href"], "text": tag.get_text()} for tag in main.select("a.quarto-xref")
        ],
        "callouts": [_callout(tag) for tag in main.select(".callout")],
        "citations": [_text(tag) for tag in main.select("span.citation")],
        "references": [_text(tag) for tag in main.select(".csl-entry")],
        "footnotes": [_text(tag) for tag in main.select(".footnotes li")],
        "toc": [_text(tag) for tag in contents.find_all("a")] if contents else [],
        "tabs": [_text(tag) for tag in main.select(".panel-tabset .nav-link")],
        "paragraphs": [_text(tag) for tag in main.find_all("p") if not tag.find_parent("summary")],
    }


def differences(first: dict[str, Any], second: dict[str, Any]) -> list[str]:
    """Return in words where two structures differ; nothing where they are the same."""
    return [
        f"{key}: {json.dumps(first.get(key), ensure_ascii=False)} against "
        f"{json.dumps(second.get(key), ensure_ascii=False)}"
        for key in sorted({*first, *second})
        if first.get(key) != second.get(key)
    ]


def read_structure(path: Path) -> dict[str, Any]:
    """Return the structure of the page at `path`."""
    return page_structure(path.read_text(encoding="utf-8"))


def _text(tag: Tag | None) -> str:
    return " ".join(tag.get_text(" ").split()) if tag else ""


def _heading(tag: Tag) -> dict[str, Any]:
    section = tag.find_parent("section")
    identifier = tag.get("id") or (section.get("id") if section else None)
    return {"level": int(tag.name[1]), "id": identifier, "text": _text(tag)}


def _table(tag: Tag) -> list[list[str]]:
    return [[_text(cell) for cell in row.find_all(["th", "td"])] for row in tag.find_all("tr")]


def _callout(tag: Tag) -> dict[str, str]:
    kind = next(
        name.removeprefix("callout-")
        for name in tag["class"]
        if name.removeprefix("callout-") in ("note", "tip", "important", "warning", "caution")
    )
    title, body = tag.select_one(".callout-title-container"), tag.select_one(".callout-body")
    return {"type": kind, "title": _text(title), "body": _text(body)}


def _formula(math: Tag) -> str:
    """Return a formula as TeX with its number, which one engine writes in it and one beside it."""
    source = _text(math.find("annotation")).strip()
    source = re.sub(r"\\qquad\((\d+)\)$", r"\\tag{\1}", source)
    beside = math.find_parent(class_="equation")
    if beside is not None:
        source += f" \\tag{{{beside['data-number']}}}"
    opening, closing = ("\\[", "\\]") if math.get("display") == "block" else ("\\(", "\\)")
    return f"{opening} {source}{closing}"
