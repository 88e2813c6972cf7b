"""One look for all figures: sizes, colours, marks. Readable in grey and without colour vision."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import matplotlib
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

#: Colours differ in lightness as well as in hue, so that they stay apart in grey.
INK = "#1d2b36"
OWN = "#0b4f8a"
COMPARATOR = "#d1760f"
CITY = "#6b7680"
PALE = "#dfe4e8"
BETTER = "#0b6b4f"
WORSE = "#a8321f"

_STYLE = {
    **sns.axes_style("white"),
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
    "axes.edgecolor": PALE,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.bottom": False,
    "ytick.left": False,
    "figure.facecolor": "white",
    # The same figure gives the same file, and no date or program in it.
    "svg.hashsalt": "wijkkit",
    "svg.fonttype": "path",
}


@contextmanager
def style() -> Iterator[None]:
    """Draw in the project's style inside this block."""
    with matplotlib.rc_context(_STYLE):
        yield


def new_figure(width: float = 7.2, height: float = 3.6) -> tuple[Figure, Axes]:
    """Return a figure (inches) and its axes; call inside `style`."""
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.add_subplot()


def percent_axis(axes: Axes, lowest: float = 0, highest: float = 100) -> None:
    """Give the x axis a percentage scale with pale grid lines."""
    axes.set_xlim(lowest, highest)
    axes.xaxis.set_major_formatter("{x:.0f}%")
    axes.grid(axis="x", color=PALE, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)
