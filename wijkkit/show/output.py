"""What a notebook cell shows: a figure, a table or a text that carry their own description.

Beside the usual mime types the outputs hold ``metadata["wijkkit"]`` with the alt text and the
caption, made from the same released numbers; the reports take them from there.
"""

from __future__ import annotations

import html
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

import matplotlib
import pandas as pd
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from wijkkit.language import text
from wijkkit.show.theme import style

Bundle = tuple[dict[str, Any], dict[str, Any]]
#: A screen reader reads an alt text in one breath; the table beneath it holds the rest.
ALT_LENGTH = 390


@dataclass(frozen=True, eq=False)
class ShownFigure:
    """A figure with its alt text, caption and the frame it was drawn from.

    `figure`: Still yours to change, as are its `axes`. `alt`: What the figure shows, in words.
    `data`: The rows that are drawn; numbers as numbers. `links`: Page that a part of the figure
    leads to -> what the part is called.
    """

    figure: Figure
    alt: str
    caption: str
    data: pd.DataFrame = field(repr=False, default_factory=pd.DataFrame)
    links: dict[str, str] = field(repr=False, default_factory=dict)

    @property
    def axes(self) -> list:
        """The axes of the figure, one per panel."""
        return [axes for axes in self.figure.axes if axes.get_visible()]

    def svg(self, letters: Literal["path", "text"] = "path") -> str:
        """Return the figure as SVG, without date or program in it.

        Letters are drawn, so that they look the same everywhere; as text in the reader's own font
        they take half the time and a third of the bytes.
        """
        target = io.StringIO()
        fonts: dict[Any, str] = {"svg.fonttype": "none" if letters == "text" else "path"}
        with style(), matplotlib.rc_context(fonts):
            # Figure.savefig would draw the figure twice.
            FigureCanvasSVG(self.figure).print_svg(target, metadata={"Date": None, "Creator": None})
        return target.getvalue()

    def __repr__(self) -> str:
        return self.alt

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Bundle:
        about: dict[str, Any] = {"alt": self.alt, "caption": self.caption}
        if self.links:
            about["links"] = self.links
        return {"image/svg+xml": self.svg(), "text/plain": self.alt}, {"wijkkit": about}


@dataclass(frozen=True, eq=False)
class ShownTable:
    """A table in the reader's notation, with the frame it was made from.

    `data`: The columns as a reader sees them; column names are the heads. Text only. `links`: Cell
    text of the first column -> the page it leads to.
    """

    data: pd.DataFrame
    caption: str = ""
    links: dict[str, str] = field(default_factory=dict)

    def html(self) -> str:
        """Return the table as HTML, every cell and head escaped and whole."""
        shown = self.data.astype(object).where(self.data.notna(), "")
        with pd.option_context("display.max_colwidth", None):
            page = shown.to_html(index=False, border=0, justify="left")
        for words, target in self.links.items():
            cell, place = html.escape(words), html.escape(target)
            page = page.replace(f"<td>{cell}</td>", f'<td><a href="{place}">{cell}</a></td>')
        return page

    def __repr__(self) -> str:
        return self.data.to_string(index=False)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Bundle:
        data = {"text/html": self.html(), "text/plain": repr(self)}
        return data, {"wijkkit": {"caption": self.caption}}


@dataclass(frozen=True, eq=False)
class ShownText:
    """A text of one or more sentences, as Markdown whose inserted words are escaped."""

    markdown: str

    def __repr__(self) -> str:
        return self.markdown

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Bundle:
        return {"text/markdown": self.markdown, "text/plain": self.markdown}, {}


@dataclass(frozen=True, eq=False, repr=False)
class Nothing(ShownText):
    """Says to the researcher why there is nothing; a report leaves the place out."""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Bundle:
        data, _ = super()._repr_mimebundle_()
        return data, {"wijkkit": {"empty": True}}


Shown = ShownFigure | ShownTable | ShownText


def language_of(frame: pd.DataFrame) -> str:
    """Return the language of a frame's readers; Dutch for a frame that no view made."""
    return frame.attrs.get("language", "nl")


def nothing(frame: pd.DataFrame, key: str = "show.nothing") -> Nothing:
    """Return what stands in the notebook where `frame` has no rows."""
    return Nothing(text(frame.attrs.get("absent", key), language_of(frame)))


def drawn(
    figure: Figure, frame: pd.DataFrame, lead: str, said: Iterable[str], drawing: str = ""
) -> ShownFigure:
    """Return a figure of a frame: captioned by it (or for this drawing), `said` as its alt text."""
    known = frame.attrs.get("captions", {}).get(drawing) or frame.attrs.get("caption", "")
    return ShownFigure(figure, alt_text(lead, said, language_of(frame)), known, frame)


def alt_text(lead: str, rows: Iterable[str], language: str) -> str:
    """Return a lead and as many rows as a reader can hear at once; the table holds the others.

    >>> alt_text("Per doel een punt.", ["Sport: 41%."], "nl")
    'Per doel een punt. Sport: 41%.'
    >>> len(alt_text("Per doel een punt.", ["Sport: 41%."] * 90, "nl")) < 400
    True
    """
    rest, said, rows = text("show.alt_rest", language), " ".join(lead.split()), list(rows)
    for position, row in enumerate(rows, start=1):
        room = ALT_LENGTH - (0 if position == len(rows) else len(rest) + 1)
        if len(said) + len(row) + 1 > room:
            return f"{said[: ALT_LENGTH - len(rest) - 1]} {rest}"
        said = f"{said} {row}"
    return said[:ALT_LENGTH]


def bullets(sentences: Iterable[str]) -> ShownText:
    """Return sentences as a list."""
    return ShownText("\n".join(f"- {sentence}" for sentence in sentences))
