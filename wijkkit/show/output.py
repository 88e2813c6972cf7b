"""What a notebook cell shows: a figure, a table or a text that carry their own description.

Beside the usual mime types the outputs hold ``metadata["wijkkit"]`` with the alt text and the
caption, made from the same released numbers; the reports take them from there.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any, Literal

import matplotlib
import pandas as pd
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from wijkkit.show.theme import new_figure, style

Bundle = tuple[dict[str, Any], dict[str, Any]]


@dataclass(frozen=True, eq=False)
class ShownFigure:
    """A figure with its alt text, caption and the released numbers it shows.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    alt : str
        What the figure shows, in words.
    caption : str
    data : DataFrame
        The numbers shown, as a reader may see them.
    """

    figure: Figure
    alt: str
    caption: str
    data: pd.DataFrame = field(repr=False)

    def table(self, caption: str = "") -> ShownTable:
        """Return the numbers of the figure as a table."""
        return ShownTable(self.data, caption or self.caption)

    def svg(self, letters: Literal["path", "text"] = "path") -> str:
        """Return the figure as SVG, without date or program in it.

        Parameters
        ----------
        letters : {"path", "text"}
            Drawn, so that they look the same everywhere; or text in the reader's own font, which
            takes half the time and a third of the bytes.
        """
        target = io.StringIO()
        fonts = {"svg.fonttype": "none" if letters == "text" else "path"}
        with style(), matplotlib.rc_context(fonts):
            # Figure.savefig would draw the figure twice.
            FigureCanvasSVG(self.figure).print_svg(target, metadata={"Date": None, "Creator": None})
        return target.getvalue()

    def __repr__(self) -> str:
        return self.alt

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Bundle:
        return (
            {"image/svg+xml": self.svg(), "text/plain": self.alt},
            {"wijkkit": {"alt": self.alt, "caption": self.caption}},
        )


def empty_figure(message: str, caption: str) -> ShownFigure:
    """Return a figure that says why there is nothing to draw."""
    with style():
        figure, axes = new_figure(height=0.8)
        axes.text(0, 0.5, message, va="center", wrap=True)
        axes.set_axis_off()
    return ShownFigure(
        figure, alt=message, caption=caption, data=pd.DataFrame({caption: [message]})
    )


@dataclass(frozen=True, eq=False)
class ShownTable:
    """A table of released numbers, already in the reader's notation.

    Parameters
    ----------
    data : DataFrame
        The columns as a reader sees them; column names are the heads. Text only.
    caption : str
    """

    data: pd.DataFrame
    caption: str = ""

    def html(self) -> str:
        """Return the table as HTML, every cell and head escaped and whole."""
        shown = self.data.astype(object).where(self.data.notna(), "")
        with pd.option_context("display.max_colwidth", None):
            return shown.to_html(index=False, border=0, justify="left")

    def __repr__(self) -> str:
        return self.data.to_string(index=False)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Bundle:
        return (
            {"text/html": self.html(), "text/plain": repr(self)},
            {"wijkkit": {"caption": self.caption}},
        )


@dataclass(frozen=True, eq=False)
class ShownText:
    """A text of one or more sentences, as Markdown whose inserted words are escaped."""

    markdown: str

    def __repr__(self) -> str:
        return self.markdown

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Bundle:
        return {"text/markdown": self.markdown, "text/plain": self.markdown}, {}


def empty_table(message: str, caption: str) -> ShownTable:
    """Return a table that says why there is nothing to list."""
    return ShownTable(pd.DataFrame({caption: [message]}), caption)


def paragraphs(sentences: list[str]) -> ShownText:
    """Return sentences as one paragraph."""
    return ShownText(" ".join(sentence for sentence in sentences if sentence))


def bullets(sentences: list[str]) -> ShownText:
    """Return sentences as a list."""
    return ShownText("\n".join(f"- {sentence}" for sentence in sentences))
