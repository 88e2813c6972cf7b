"""Which features of Quarto a source uses, and which of them both engines render."""

from __future__ import annotations

import re

from wijkkit.errors import Problem
from wijkkit.reports.blocks import CALLOUTS
from wijkkit.reports.crossref import KINDS
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
