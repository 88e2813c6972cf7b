"""Executed notebooks as reports see them: labelled cells with outputs of allowed types."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from wijkkit.errors import Problem, ReportError
from wijkkit.reports.sanitise import svg_image
from wijkkit.reports.shortcodes import JOINER

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


def read_notebook(path: Path) -> dict[str, Any]:
    """Return a notebook's content; ReportError when it is none."""
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        notebook["cells"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReportError(
            "this notebook cannot be read",
            file=path.name,
            found=type(error).__name__,
            remedy="Run the notebooks again.",
        ) from None
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
    if missing:
        raise ReportError(
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

    Examples
    --------
    >>> cell_options("#| label: fig-a\\n#| fig-cap: A figure\\nshow()")
    {'label': 'fig-a', 'fig-cap': 'A figure'}
    """
    lines = []
    for line in source.splitlines():
        if not line.startswith("#|"):
            break
        lines.append(line[2:].removeprefix(" "))
    try:
        options = yaml.load("\n".join(lines), Loader=_YAML)
    except yaml.YAMLError as error:
        raise ReportError(
            "the options of a cell are not valid YAML",
            place=lines[0],
            found=str(error).splitlines()[0],
            remedy="Correct the lines that start with #|.",
        ) from None
    return options if isinstance(options, dict) else {}


def to_attribute(words: str) -> str:
    r"""Return `words` as a cell option that Quarto writes in a quoted attribute.

    Pandoc reads escapes there, and Quarto what looks like a shortcode of its own; quotes are
    Quarto's care.

    Examples
    --------
    >>> print(to_attribute("a \\ b &amp; c's"))
    a \\ b \&amp; c's
    """
    apart = re.sub(r"\{(?=\{)", f"{{{JOINER}", words)
    return re.sub(r"([\\&])", r"\\\1", apart)


def from_attribute(option: str) -> str:
    r"""Return the words that Quarto reads in an option that it writes in a quoted attribute.

    Examples
    --------
    >>> from_attribute(to_attribute(r"{{< a >}} \* & b")) == r"{{< a >}} \* & b"
    True
    """
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", option).replace(JOINER, "")


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
    """Return HTML as a block of Markdown.

    Where a notebook has an output of HTML, Quarto adds scripts of other hosts to the page.
    """
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", html))])
    return f"{fence}{{=html}}\n{html}\n{fence}"


def html_in_markdown(mime: str, text: str) -> tuple[str, str]:
    """Return an output's type and text; HTML that is a block of Markdown is HTML.

    Examples
    --------
    >>> html_in_markdown("text/markdown", in_markdown("<table></table>"))
    ('text/html', '<table></table>')
    """
    found = _HTML_BLOCK.fullmatch(text) if mime == "text/markdown" else None
    return ("text/html", found[2]) if found else (mime, text)
