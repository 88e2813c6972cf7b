"""One look for all figures: sizes, colours, marks. Readable in grey and without colour vision."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import matplotlib
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

#: Colours differ in lightness as well as in hue, so that they stay apart in grey.
INK = "#1d2b36"
OWN = "#0b4f8a"
COMPARATOR = "#d1760f"
CITY = "#6b7680"
PALE = "#dfe4e8"
BETTER = "#0b6b4f"
WORSE = "#a8321f"

#: A figure is no wider than a phone can show with letters that stay readable (inches, points).
WIDTH = 5.6
FONT = 10.5
SMALL = 9.5

_STYLE = {
    **sns.axes_style("white"),
    "font.family": "DejaVu Sans",
    "font.size": FONT,
    "axes.edgecolor": PALE,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": FONT,
    # Where a title stands is then no longer looked for in each drawing.
    "axes.titley": 1.0,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.bottom": False,
    "ytick.left": False,
    "figure.facecolor": "white",
    # A name with dollar signs is a name, not a formula.
    "text.parse_math": False,
    # The same figure gives the same file, and no date or program in it.
    "svg.hashsalt": "wijkkit",
    "svg.fonttype": "path",
}


@contextmanager
def style() -> Iterator[None]:
    """Draw in the project's style inside this block."""
    with matplotlib.rc_context(_STYLE):
        yield


def new_figure(width: float = WIDTH, height: float = 3.6) -> tuple[Figure, Axes]:
    """Return a figure (inches) and its axes; call inside `style`."""
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.add_subplot()


def new_panels(
    labels: Sequence[str], line: float, head: float, **shared: Any
) -> tuple[Figure, list]:
    """Return a figure with two panels in a row and one per label, called so; sizes in inches."""
    columns = min(2, len(labels))
    lines = -(-len(labels) // columns)
    figure = Figure(figsize=(WIDTH, head + line * lines), layout="constrained")
    panels = list(figure.subplots(lines, columns, squeeze=False, **shared).ravel())
    for axes, label in zip(panels, labels, strict=False):
        axes.set_title(fitted(label, 24, 3), loc="left", fontsize=SMALL)
    for axes in panels[len(labels) :]:
        axes.set_visible(False)
    return figure, panels[: len(labels)]


def grid_lines(axes: Axes, axis: Literal["both", "x", "y"] = "x") -> None:
    """Draw pale lines behind what is drawn, across `axis`."""
    axes.grid(axis=axis, color=PALE, linewidth=0.8)
    axes.set_axisbelow(True)


def percent_axis(axes: Axes) -> None:
    """Give the x axis the whole scale of percentages with pale grid lines."""
    axes.set_xlim(-1, 101)
    axes.set_xticks(range(0, 101, 20))
    axes.xaxis.set_major_formatter("{x:.0f}%")
    grid_lines(axes)
    axes.spines["left"].set_visible(False)


def fitted(label: str, width: int, lines: int) -> str:
    r"""Return a label in lines of at most `width` signs, cut off where there are too many.

    >>> fitted("Voelt zich vaak eenzaam en somber", 14, 2)
    'Voelt zich\nvaak eenzaam …'
    """
    # A word that is longer than a line is broken with a hyphen, not without.
    broken = re.sub(rf"(\w{{{width - 1}}})(?=\w{{2}})", r"\1- ", label)
    return textwrap.fill(broken, width, max_lines=lines, placeholder=" …")


def track(axes: Axes, position: float, lowest: float = 0, highest: float = 100) -> None:
    """Draw the pale bar on which the marks of a row stand."""
    ends = [lowest, highest]
    axes.plot(ends, [position] * 2, color=PALE, linewidth=5, solid_capstyle="butt", zorder=1)


def rows_axis(axes: Axes, labels: Sequence[str], values: Sequence[str]) -> None:
    """Give each row its label at the left and its value at the right, above what is drawn in it.

    Row `i` is drawn at `i` on the y axis, which points down; words stand at ``i - 0.42``.
    """
    for position, (label, value) in enumerate(zip(labels, values, strict=True)):
        # As many signs as there is room for beside the value.
        called = fitted(label, max(20, 62 - len(value)), 2)
        for x, align, words in ((0, "left", called), (1, "right", value)):
            at = position - 0.42 - 0.08 * words.count("\n")
            axes.text(
                x, at, words, ha=align, va="center",
                fontsize=FONT if align == "left" else SMALL, transform=axes.get_yaxis_transform(),
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
            )  # fmt: skip
    axes.set_yticks([])
    axes.set_ylim(max(len(labels), 1) - 0.6, -0.75)


def label_marks(place: Axes | Figure, marks: Sequence[tuple[str, dict]]) -> None:
    """Say above the axes, or above all panels, what each mark (a look of a Line2D) is."""
    handles = [Line2D([], [], **{"linestyle": "none", **look}) for _, look in marks]
    above: dict[str, Any] = {"loc": "outside upper left"}
    if isinstance(place, Axes):
        above = {"loc": "lower left", "bbox_to_anchor": (0, 1)}
    words = [fitted(words, 34, 2) for words, _ in marks]
    place.legend(handles, words, ncols=len(marks), frameon=False, fontsize=SMALL, columnspacing=1.4,
                 borderaxespad=0.2, borderpad=0, handletextpad=0.4, handlelength=1.6, **above)  # fmt: skip
