"""Pandoc: text to syntax tree, tree to text, and the few nodes that are made here.

A tree is Pandoc's own JSON. Nodes are plain dictionaries ``{"t": type, "c": content}``; a change
to a tree makes a new one.
"""

from __future__ import annotations

import json
import re
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

#: Blocks that hold no blocks, and tables, which hold text only.
_CLOSED = frozenset(("Para", "Plain", "Header", "LineBlock", "CodeBlock", "RawBlock", "Table"))

#: What is closed to those who look for what a source alone has.
_OUTPUTS: frozenset[str] = frozenset(("Kept",))

#: Types of block that are looked for, and that no text or table holds.
_BLOCKS = frozenset(("Div", "Figure", "Header", "Table"))


class Kept(list):
    """Safe rows of a table of an output, and the table's `html` where it was written already."""

    html = ""


def rows_of(table: Node) -> Kept:
    """Return the rows of a table's body; those of a source are written with the page."""
    bodies = table["c"][4]
    return bodies if isinstance(bodies, Kept) else Kept(bodies)


#: Elements of running text.
_TEXT = frozenset(
    "Str Space SoftBreak LineBreak Emph Strong Underline Strikeout Superscript Subscript SmallCaps "
    "Quoted Cite Code Math RawInline Link Image Note Span".split()
)

#: What Pandoc made, by what it was made of: the same caption or table stands on many pages.
_CACHE: dict[tuple[str | bytes, ...], str] = {}
#: Answers that are kept; those of some hundred pages.
_MOST = 4096
_LOCK = threading.Lock()


def program() -> str:
    """Return the path of Pandoc, this project's first; pypandoc's search is not safe in threads."""
    own = Path(pypandoc.__file__).parent / "files" / "pandoc"
    found = next((path for path in (own, own.with_suffix(".exe")) if path.is_file()), None)
    if found:
        return str(found)
    with _LOCK:
        return pypandoc.get_pandoc_path()


def run(text: str, *options: str, folder: Path | None = None) -> str:
    """Run Pandoc on `text`; ReportError with what it says when it cannot."""
    done = subprocess.run(
        [program(), *options], input=text, capture_output=True, encoding="utf-8", cwd=folder
    )
    if done.returncode:
        what = f"Pandoc could not convert this: {done.stderr.strip()}"
        raise ReportError(what, remedy="Look at the source of this report.")
    return done.stdout


def convert(parts: Sequence[tuple[str, str, str]]) -> list[str]:
    """Convert fragments (text, from, to) in one run of Pandoc; what was made before is kept."""
    known = {part: made for part in parts if (made := found(part)) is not None}
    new = [part for part in dict.fromkeys(parts) if part not in known]
    for part, made in zip(new, _in_one_run(new), strict=True):
        known[part] = made
        remember(part, made)
    return [known[part] for part in parts]


def write_pages(documents: Sequence[tuple[Node, dict[str, Any]]]) -> list[str]:
    """Return documents, each with template, variables and toc, as HTML in one run of Pandoc."""
    return _in_one_run([(json.dumps(tree), "json", "html5", page) for tree, page in documents])


def _in_one_run(parts: Sequence[tuple]) -> list[str]:
    if not parts:
        return []
    with as_file(files("wijkkit.reports") / "convert.lua") as script:
        return json.loads(run(json.dumps(parts), "lua", str(script)))


def read(text: str, source: str = MARKDOWN) -> Node:
    """Return the tree of `text`."""
    return json.loads(convert([(text, source, "json")])[0])


def document(blocks: list[Node], **meta: str) -> Node:
    """Return a document of these blocks, with texts as its metadata."""
    said = {key: {"t": "MetaString", "c": value} for key, value in meta.items()}
    return {"pandoc-api-version": API_VERSION, "meta": said, "blocks": blocks}


def read_ahead(fragments: Iterable[tuple[str, str]]) -> None:
    """Read fragments (text, source) in one run of Pandoc, for `read` to find."""
    convert([(*fragment, "json") for fragment in fragments])


def found(key: tuple[str | bytes, ...]) -> str | None:
    """Return what was made before for `key`, None where that is not kept."""
    return _CACHE.get(key)


def remember(key: tuple[str | bytes, ...], made: str) -> None:
    """Keep what was made of `key`; the oldest goes when there is too much."""
    with _LOCK:
        _CACHE[key] = made
        while len(_CACHE) > _MOST:
            del _CACHE[next(iter(_CACHE))]


def write(document: Node, target: str, *options: str, folder: Path | None = None) -> str:
    """Return `document` in the format `target`."""
    return run(json.dumps(document), "-f", "json", "-t", target, *options, folder=folder)


def rewrite(node: Any, change: Callable[[Node], list[Node] | None]) -> Any:
    """Return `node` with every element changed, inner ones first; None keeps it.

    >>> rewrite([words("a")[0]], lambda node: words("b c"))
    [{'t': 'Str', 'c': 'b'}, {'t': 'Space'}, {'t': 'Str', 'c': 'c'}]
    """
    return _rewrite(node, change, frozenset())


def rewrite_sources(node: Any, change: Callable[[Node], list[Node] | None]) -> Any:
    """Return `node` with `change` applied as `rewrite` does, but for what is in tables of outputs.

    >>> rows = {"t": "Table", "c": [Kept(words("a")), words("a")]}
    >>> rewrite_sources([rows], lambda node: [] if node["t"] == "Str" else None)
    [{'t': 'Table', 'c': [[{'t': 'Str', 'c': 'a'}], []]}]
    """
    return _rewrite(node, change, _OUTPUTS)


def rewrite_blocks(node: Any, change: Callable[[Node], list[Node] | None]) -> Any:
    """Return `node` with `change` applied to every block; what is in text and tables stays.

    >>> plain(rewrite_blocks([paragraph(words("a"))], lambda node: [] if node["t"] == "Str" else None))
    'a'
    """
    return _rewrite(node, change, _CLOSED)


def rewrite_inlines(node: Any, change: Callable[[list[Node]], list[Node]]) -> Any:
    """Return `node` with `change` applied to every list of inline elements.

    >>> plain(rewrite_inlines([paragraph(words("a b"))], lambda inlines: inlines[:1]))
    'a'
    """
    if isinstance(node, dict):
        return {key: rewrite_inlines(value, change) for key, value in node.items()}
    if not isinstance(node, list):
        return node
    out = [rewrite_inlines(item, change) for item in node]
    inside = bool(out) and all(isinstance(item, dict) and item.get("t") in _TEXT for item in out)
    return change(out) if inside else out


def _rewrite(node: Any, change: Callable[[Node], list[Node] | None], closed: frozenset[str]) -> Any:
    """Rewrite what is not in an element of the types `closed`; what does not change is shared."""
    if isinstance(node, dict):
        if "t" not in node:
            return {key: _rewrite(value, change, closed) for key, value in node.items()}
        content = node.get("c")
        if node["t"] in closed or not isinstance(content, list | dict):
            return node
        new = _rewrite(content, change, closed)
        return node if new is content else {**node, "c": new}
    if not isinstance(node, list) or (closed is _OUTPUTS and isinstance(node, Kept)):
        return node
    out: list[Any] = []
    same = True
    for item in node:
        # Most items are words: what has no content to look into is not looked into.
        leaf = (
            not isinstance(item.get("c") if "t" in item else item, dict | list)
            if isinstance(item, dict)
            else not isinstance(item, list)
        )
        kept = item if leaf else _rewrite(item, change, closed)
        new = change(kept) if isinstance(kept, dict) and "t" in kept else None
        same = same and kept is item and new is None
        out.extend([kept] if new is None else new)
    return node if same else out


def elements(node: Any, *types: str) -> Iterator[Node]:
    """Yield the elements of `types` in `node`, in the order of reading."""
    closed = _CLOSED if _BLOCKS.issuperset(types) else frozenset()
    left = [node]
    while left:
        item = left.pop()
        if isinstance(item, dict):
            if item.get("t") in types:
                yield item
            item = [] if item.get("t") in closed else list(item.values())
        left.extend(part for part in reversed(item) if isinstance(part, list | dict))


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
    """Return the classes of a Div, Span, Link or Figure; none for another element."""
    if node["t"] in ("Div", "Span", "Link", "Figure", "Table", "CodeBlock", "Image"):
        return node["c"][0][1]
    return node["c"][1][1] if node["t"] == "Header" else []


def attribute(node: Node, key: str) -> str | None:
    """Return the value of an attribute of a Div or Span, None where it has none."""
    return dict(node["c"][0][2]).get(key)


# Quarto's shortcodes ``{{< embed notebook#label >}}`` and ``{{< meta key >}}``.

#: Keeps two marks apart, so that Quarto sees no shortcode in a name; takes no room.
JOINER = "\N{WORD JOINER}"
_SHORTCODE = re.compile(r"\{\{<\s*(\w+)\s+(.*?)\s*>\}\}")
_EMBED = re.compile(r"^[ \t]*\{\{<\s*embed\s+(\S+?\.ipynb)#([\w-]+)\s*>\}\}[ \t]*$", re.MULTILINE)
_PAGE_BREAK = re.compile(r"^\{\{<\s*pagebreak\s*>\}\}[ \t]*$", re.MULTILINE)
_META = re.compile(r"\{\{<\s*meta\s+([\w.-]+)\s*>\}\}")


def embedded(source: str) -> list[tuple[str, str]]:
    """Return what a source embeds: notebook and label, in order."""
    return _EMBED.findall(source)


def replace_embeds(source: str, change: Callable[[str, str], str | None]) -> str:
    """Return `source` with embeds replaced by ``change(notebook, label)`` unless that is None."""
    return _EMBED.sub(lambda found: change(found[1], found[2]) or found[0], source)


def embed(notebook: str, label: str) -> str:
    """Return the shortcode that embeds the outputs of a cell."""
    return f"{{{{< embed {notebook}#{label} >}}}}"


def mark_shortcodes(source: str) -> str:
    """Return `source` with its shortcodes as elements that Pandoc reads.

    >>> mark_shortcodes("In {{< meta wijk >}}.")
    'In []{.shortcode key=wijk}.'
    """
    source = source.replace(JOINER, "")
    source = _EMBED.sub(r"::: {.shortcode notebook='\1' label=\2}\n:::", source)
    source = _PAGE_BREAK.sub("::: {.pagebreak}\n:::", source)
    source = _META.sub(r"[]{.shortcode key=\1}", source)
    unknown = _SHORTCODE.search(source)
    if unknown:
        what = f"unknown shortcode '{unknown[1]}'"
        expected = "embed or pagebreak on a line of its own, or meta"
        remedy = "Use what both engines render."
        raise ReportError(what, found=unknown[0], expected=expected, remedy=remedy)
    return source


def fill_metadata(document: Node) -> Node:
    """Return `document` with every ``meta`` shortcode replaced by the value of its key."""
    metadata = document["meta"]

    def change(node: Node) -> list[Node] | None:
        if node["t"] != "Span" or "shortcode" not in classes_of(node):
            return None
        return _inlines(metadata, attribute(node, "key") or "")

    blocks = rewrite(document["blocks"], change)
    titles = {
        key: rewrite(metadata[key], change) for key in ("title", "subtitle") if key in metadata
    }
    return {**document, "meta": {**metadata, **titles}, "blocks": blocks}


def _inlines(metadata: Node, key: str) -> list[Node]:
    value: Node = {"t": "MetaMap", "c": metadata}
    for part in key.split("."):
        if value.get("t") != "MetaMap" or part not in value["c"]:
            what, remedy = f"the metadata have no '{key}'", "Correct the key in {{< meta ... >}}."
            raise ReportError(what, expected=", ".join(metadata), remedy=remedy)
        value = value["c"][part]
    if value["t"] == "MetaInlines":
        return value["c"]
    if value["t"] == "MetaBlocks":
        return [inline for block in value["c"] for inline in block["c"]]
    return [{"t": "Str", "c": str(value["c"])}]
