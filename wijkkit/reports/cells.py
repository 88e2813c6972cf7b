"""Executed notebooks as reports see them: labelled cells with outputs of allowed types."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from wijkkit.errors import Problem, ReportError
from wijkkit.reports import pandoc
from wijkkit.reports.images import svg_image
from wijkkit.reports.pandoc import Node, words

# What notebook outputs may bring into a report: an allow-list of elements, and no attributes.
#
# Tables arrive as HTML and sentences as Markdown; both become a tree in which only the elements
# below are left, so that the same content is safe in HTML, Typst and DOCX.

_ELEMENTS = frozenset(
    "Para Plain BulletList OrderedList DefinitionList BlockQuote Table Str Space SoftBreak "
    "LineBreak Emph Strong Superscript Subscript Quoted".split()
)
#: A web or mail address, a place on the page, or a page of the site, at most a folder away.
_SAFE_TARGET = re.compile(
    r"https?://|mailto:|#[\w-]+$|(\.\./)?([\w-]+/)?[\w-]+\.(html|csv|pdf|docx|xlsx|pptx)(#[\w-]*)?$"
)


def html_tables(html: str) -> list[Node]:
    """Return the tables of an HTML output."""
    return kept_blocks("text/html", html, lambda: _tables(html))


def _tables(html: str) -> list[Node]:
    return allowed(
        list(pandoc.elements(pandoc.read(without_scripts(html), pandoc.HTML)["blocks"], "Table"))
    )


#: Blocks of outputs by type and text: a report in several forms shows the same ones.
_BLOCKS: dict[tuple[str, str], list[Node]] = {}
#: Outputs whose blocks are kept; those of the pages that are made together.
_MOST = 1024


def kept_blocks(mime: str, text: str, make: Callable[[], list[Node]]) -> list[Node]:
    """Return the blocks that `make` makes of an output, or made before."""
    blocks = _BLOCKS.get((mime, text))
    if blocks is None:
        blocks = _BLOCKS[mime, text] = make()
        while len(_BLOCKS) > _MOST:
            _BLOCKS.pop(next(iter(_BLOCKS), ("", "")), None)
    return blocks


def without_scripts(html: str) -> str:
    """Return HTML without the text of scripts and style sheets, which is no text of a table."""
    return re.sub(r"<(script|style)\b.*?</\1\s*>", "", html, flags=re.DOTALL | re.IGNORECASE)


def read_outputs_ahead(outputs: Iterable[tuple[str, str]]) -> None:
    """Read outputs (type, text) together, for `html_tables` and `markdown_blocks` to find."""
    pandoc.read_ahead(_fragment(mime, text) for mime, text in outputs)


def keep_tree(mime: str, text: str, tree: str, blocks: list[Node]) -> None:
    """Keep `tree`, of which the output `text` was written, for those who would read it back."""
    pandoc.remember((*_fragment(mime, text), "json"), tree)
    kept_blocks(mime, text, lambda: blocks)


def _fragment(mime: str, text: str) -> tuple[str, str]:
    return (without_scripts(text), pandoc.HTML) if mime == "text/html" else (text, pandoc.TEXT)


def markdown_blocks(markdown: str) -> list[Node]:
    """Return the blocks of a Markdown output; what looks like HTML in it is text."""
    return kept_blocks(
        "text/markdown", markdown, lambda: allowed(pandoc.read(markdown, pandoc.TEXT)["blocks"])
    )


def allowed(nodes: list[Node]) -> list[Node]:
    """Return `nodes` with everything that is not on the list replaced by its text."""
    return [kept for node in nodes for kept in _allowed(node)]


def _allowed(node: Node) -> list[Node]:
    kind = node["t"]
    if kind == "Table":
        *about, head, bodies, foot = _bare(node["c"])
        return [
            {"t": "Table", "c": [*about, pandoc.Kept(head), pandoc.Kept(bodies), pandoc.Kept(foot)]}
        ]
    if kind == "Link" and is_safe_target(node["c"][2][0]):
        return [
            {"t": "Link", "c": [pandoc.attributes(), allowed(node["c"][1]), [node["c"][2][0], ""]]}
        ]
    if kind in _ELEMENTS:
        return [{**node, "c": _content(node["c"])} if "c" in node else node]
    if kind in ("RawBlock", "RawInline", "Image", "Note"):
        return []
    text = words(pandoc.plain(node))
    return text if kind in _INLINES else [{"t": "Para", "c": text}]


_INLINES = ("Link", "Span", "Code", "Math", "Cite", "Underline", "Strikeout", "SmallCaps")


def _content(content: Any) -> Any:
    if not isinstance(content, list):
        return content
    if content and all(isinstance(item, dict) and "t" in item for item in content):
        return allowed(content)
    return [_content(item) for item in content]


def _bare(part: Any) -> Any:
    """Return the parts of a table without identifiers, classes and other attributes."""
    if isinstance(part, list):
        if len(part) == 3 and isinstance(part[0], str) and isinstance(part[1], list):
            return pandoc.attributes()
        if part and all(isinstance(item, dict) and "t" in item for item in part):
            columns = [item["t"] for item in part if item["t"].startswith(("Align", "ColWidth"))]
            return part if columns else allowed(part)
        return [_bare(item) for item in part]
    return part


def is_safe_target(target: str) -> bool:
    """Say whether a link may stay: to a web address, a mail address or a page of the site.

    >>> is_safe_target("https://a.nl"), is_safe_target("javascript:alert(1)")
    (True, False)
    >>> is_safe_target("../howto/index.html"), is_safe_target("//a.nl/index.html")
    (True, False)
    """
    return _SAFE_TARGET.match(target.strip()) is not None


#: The safe loader, in C where PyYAML has it.
_YAML = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
#: Types of output that a report takes, the best first. Of one output the first is used.
ALLOWED = ("image/svg+xml", "image/png", "text/html", "text/markdown", "text/plain")

_HTML_BLOCK = re.compile(r"(`{3,})\{=html\}\n(.*)\n\1", re.DOTALL)


@dataclass(frozen=True, slots=True, eq=False)
class Output:
    """One output of a cell: its type, its content, and what `wijkkit.show` says of it."""

    mime: str
    content: bytes
    about: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return self.content.decode("utf-8")

    @property
    def image(self) -> bytes:
        """The image, an SVG without anything that could run or call elsewhere."""
        return svg_image(self.content) if self.mime == "image/svg+xml" else self.content

    @property
    def is_image(self) -> bool:
        return self.mime.startswith("image/")


@dataclass(frozen=True, slots=True)
class Cell:
    """A code cell: its label, its ``#|`` options and its outputs."""

    label: str
    options: Mapping[str, Any]
    outputs: tuple[Output, ...]


def blocks_of(output: Output) -> list[Node]:
    """Return the blocks of an output of HTML or Markdown."""
    return (html_tables if output.mime == "text/html" else markdown_blocks)(output.text)


def read_notebook(path: Path) -> Mapping[str, Any]:
    """Return a notebook's content; ReportError for another file."""
    try:
        stat = path.stat()
        return _notebook(path, stat.st_mtime_ns, stat.st_size)
    except (OSError, ValueError, KeyError, TypeError) as error:
        what, remedy = "this notebook cannot be read", "Run the notebooks again."
        raise ReportError(what, file=path.name, found=type(error).__name__, remedy=remedy) from None


@lru_cache(maxsize=64)
def _notebook(path: Path, _changed: int, _size: int) -> Mapping[str, Any]:
    """Return a notebook as it was read; that of the city is on the page of every wijk."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"]
    return notebook


def labelled_cells(notebook: Mapping[str, Any]) -> dict[str, Cell]:
    """Return the cells of a notebook that have a label, by label."""
    cells = {}
    for raw in notebook["cells"]:
        options = cell_options(joined(raw.get("source", "")))
        label = str(options.get("label", ""))
        if raw.get("cell_type") == "code" and label:
            outputs = tuple(filter(None, map(_output, raw.get("outputs", ()))))
            cells[label] = Cell(label, options, outputs)
    return cells


def find_cells(notebook: Path | Mapping[str, Any], labels: Iterable[str]) -> list[Cell]:
    """Return labelled cells; ReportError names the notebook, the labels and what there is."""
    path = notebook if isinstance(notebook, Path) else Path(notebook.get("name", "made.ipynb"))
    cells = labelled_cells(read_notebook(path) if isinstance(notebook, Path) else notebook)
    labels = list(dict.fromkeys(labels))
    missing = [label for label in labels if label not in cells]
    ReportError.raise_for(
        Problem(
            f"the label '{label}' is not in this notebook",
            file="/".join(path.parts[-2:]),
            found=label,
            expected=", ".join(cells) or "at least one cell with '#| label:'",
            remedy="Correct the label in the source of the report, or in the notebook.",
        )
        for label in missing
    )
    return [cells[label] for label in labels]


def cell_options(source: str) -> dict[str, Any]:
    """Return the options of a cell: its leading ``#|`` lines, read as YAML.

    >>> cell_options("#| label: fig-a\\n#| fig-cap: A figure\\nshow()")
    {'label': 'fig-a', 'fig-cap': 'A figure'}
    """
    lines = []
    for line in source.splitlines():
        if not line.startswith("#|"):
            break
        lines.append(line[2:].removeprefix(" "))
    return dict(_options(tuple(lines))) if lines else {}


@lru_cache(maxsize=4096)
def _options(lines: tuple[str, ...]) -> Mapping[str, Any]:
    try:
        options = yaml.load("\n".join(lines), Loader=_YAML)
    except yaml.YAMLError as error:
        what, found = "the options of a cell are not valid YAML", str(error).splitlines()[0]
        remedy = "Correct the lines that start with #|."
        raise ReportError(what, place=lines[0], found=found, remedy=remedy) from None
    return options if isinstance(options, dict) else {}


def to_attribute(words: str) -> str:
    r"""Return `words` as an option that Quarto writes in an attribute, safe from shortcodes.

    >>> print(to_attribute("a \\ b &amp; c's"))
    a \\ b \&amp; c's
    """
    apart = re.sub(r"\\*(\{(?=\\*\{)|>(?=\\*\}\\*\})|\}$)", rf"\g<0>{pandoc.JOINER}", words)
    return re.sub(r"([\\&])", r"\\\1", apart)


def from_attribute(option: str) -> str:
    r"""Return the words that Quarto reads in an option that it writes in a quoted attribute.

    >>> from_attribute(to_attribute(r"{{< a >}} \* & b")) == r"{{< a >}} \* & b"
    True
    """
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", option).replace(pandoc.JOINER, "")


def joined(text: str | list[str]) -> str:
    """Return a notebook's text, which may be stored as a list of lines."""
    return text if isinstance(text, str) else "".join(text)


def _output(raw: Mapping[str, Any]) -> Output | None:
    if raw.get("output_type") not in ("display_data", "execute_result"):
        return None
    data = raw.get("data", {})
    for mime in ALLOWED:
        if mime in data:
            text = joined(data[mime])
            mime, text = html_in_markdown(mime, text)
            content = base64.b64decode(text) if mime == "image/png" else text.encode("utf-8")
            about = raw.get("metadata", {}).get("wijkkit", {})
            return Output(mime, content, about if isinstance(about, dict) else {})
    return None


def in_markdown(html: str) -> str:
    """Return HTML as Markdown: for an output of HTML, Quarto adds scripts of other hosts."""
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", html))])
    return f"{fence}{{=html}}\n{html}\n{fence}"


def html_in_markdown(mime: str, text: str) -> tuple[str, str]:
    """Return an output's type and text; HTML that is a block of Markdown is HTML."""
    found = _HTML_BLOCK.fullmatch(text) if mime == "text/markdown" else None
    return ("text/html", found[2]) if found else (mime, text)
