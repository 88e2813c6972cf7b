"""Pandoc: text to syntax tree, tree to text, and the few nodes that are made here.

A tree is Pandoc's own JSON. Nodes are plain dictionaries ``{"t": type, "c": content}``; a change
to a tree makes a new one.
"""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import pypandoc

from wijkkit.errors import ReportError

Node = dict[str, Any]

#: Version of the tree that this module reads and makes.
API_VERSION = [1, 23, 1]
#: Markdown of the report sources.
MARKDOWN = "markdown-raw_html-raw_tex-raw_attribute-native_divs-native_spans"
#: Markdown that comes from data: the same without metadata, citations and includes.
TEXT = MARKDOWN + "-yaml_metadata_block-citations-footnotes-tex_math_dollars"
#: HTML that comes from data: what is no plain element is dropped by the reader.
HTML = "html-raw_html-native_divs-native_spans-line_blocks"

#: Trees that were read, as JSON: the same caption or table stands on many pages.
_TREES: dict[tuple[str, str], str] = {}
_SEARCH = threading.Lock()


def program() -> str:
    """Return the path of Pandoc: the one that was installed with this project where there is one.

    Another on the path may be older or newer and write other pages. Looking for it takes turns,
    because pypandoc's own search is not safe in threads.
    """
    own = Path(pypandoc.__file__).parent / "files" / "pandoc"
    found = next((path for path in (own, own.with_suffix(".exe")) if path.is_file()), None)
    if found:
        return str(found)
    with _SEARCH:
        return pypandoc.get_pandoc_path()


def run(text: str, *options: str, folder: Path | None = None) -> str:
    """Run Pandoc on `text`; ReportError with what it says when it cannot."""
    done = subprocess.run(
        [program(), *options],
        input=text,
        capture_output=True,
        encoding="utf-8",
        cwd=folder,
    )
    if done.returncode:
        raise ReportError(
            f"Pandoc could not convert this: {done.stderr.strip()}",
            remedy="Look at the source of this report.",
        )
    return done.stdout


def convert(parts: Sequence[tuple[str, str, str]]) -> list[str]:
    """Convert fragments (text, from, to) in one run of Pandoc.

    Examples
    --------
    >>> convert([("*a*", "markdown", "html"), ("<b>c</b>", "html", "html")])
    ['<p><em>a</em></p>', '<strong>c</strong>']
    """
    if not parts:
        return []
    with as_file(files("wijkkit.reports") / "convert.lua") as script:
        return json.loads(run(json.dumps(parts), "lua", str(script)))


def read(text: str, source: str = MARKDOWN) -> Node:
    """Return the tree of `text`.

    Examples
    --------
    >>> plain(read("A *b* <i>c</i>")["blocks"])
    'A b <i>c</i>'
    """
    read_ahead([(text, source)])
    return json.loads(_TREES[text, source])


def read_ahead(fragments: Iterable[tuple[str, str]]) -> None:
    """Read fragments (text, source) in one run of Pandoc, for `read` to find."""
    new = [part for part in dict.fromkeys(fragments) if part not in _TREES]
    _TREES.update(zip(new, convert([(*part, "json") for part in new]), strict=True))


def write(document: Node, target: str, *options: str, folder: Path | None = None) -> str:
    """Return `document` in the format `target`."""
    return run(json.dumps(document), "-f", "json", "-t", target, *options, folder=folder)


def rewrite(node: Any, change: Callable[[Node], list[Node] | None]) -> Any:
    """Return `node` with `change` applied to every element, inner ones first.

    `change` returns what takes the element's place, or None to keep it.

    Examples
    --------
    >>> rewrite([words("a")[0]], lambda node: words("b c"))
    [{'t': 'Str', 'c': 'b'}, {'t': 'Space'}, {'t': 'Str', 'c': 'c'}]
    """
    if isinstance(node, dict):
        return {key: rewrite(value, change) for key, value in node.items()}
    if not isinstance(node, list):
        return node
    out: list[Any] = []
    for item in node:
        item = rewrite(item, change)
        new = change(item) if isinstance(item, dict) and "t" in item else None
        out.extend([item] if new is None else new)
    return out


def elements(node: Any, *types: str) -> Iterator[Node]:
    """Yield the elements of `types` in `node`, in the order of reading."""
    if isinstance(node, dict):
        if node.get("t") in types:
            yield node
        for value in node.values():
            yield from elements(value, *types)
    elif isinstance(node, list):
        for item in node:
            yield from elements(item, *types)


def plain(node: Any) -> str:
    """Return the text of `node` without its markup."""
    spaces = {"Space": " ", "SoftBreak": " ", "LineBreak": " "}
    out = []
    for item in elements(node, "Str", "Code", "Math", *spaces):
        content = item.get("c", spaces.get(item["t"], ""))
        out.append(content if isinstance(content, str) else content[1])
    return "".join(out)


def words(text: str) -> list[Node]:
    """Return `text` as inline elements."""
    out: list[Node] = []
    for word in text.split(" "):
        if out:
            out.append({"t": "Space"})
        if word:
            out.append({"t": "Str", "c": word})
    return out


def attributes(identifier: str = "", *classes: str, **values: str) -> list[Any]:
    """Return the attributes of an element; ``_`` in a name stands for ``-``."""
    pairs = [[key.replace("_", "-"), value] for key, value in values.items()]
    return [identifier, list(classes), pairs]


def span(content: list[Node], *classes: str, identifier: str = "") -> Node:
    return {"t": "Span", "c": [attributes(identifier, *classes), content]}


def div(content: list[Node], *classes: str, identifier: str = "") -> Node:
    return {"t": "Div", "c": [attributes(identifier, *classes), content]}


def paragraph(content: list[Node], kind: str = "Para") -> Node:
    return {"t": kind, "c": content}


def link(content: list[Node], target: str, *classes: str) -> Node:
    return {"t": "Link", "c": [attributes("", *classes), content, [target, ""]]}


def raw(text: str, target: str, kind: str = "RawBlock") -> Node:
    return {"t": kind, "c": [target, text]}


def classes_of(node: Node) -> list[str]:
    """Return the classes of a Div, Span, Link or Figure; none for another element.

    Examples
    --------
    >>> classes_of(div([], "callout-note")), classes_of({"t": "Space"})
    (['callout-note'], [])
    """
    if node["t"] in ("Div", "Span", "Link", "Figure", "Table", "CodeBlock", "Image"):
        return node["c"][0][1]
    return node["c"][1][1] if node["t"] == "Header" else []


def attribute(node: Node, key: str) -> str | None:
    """Return the value of an attribute of a Div or Span, None where it has none."""
    return dict(node["c"][0][2]).get(key)
