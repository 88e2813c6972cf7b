"""The network of one wijk drawn: who meets whom."""

from __future__ import annotations

import math
import textwrap

import pandas as pd

from wijkkit.evaluation.process.network import ADVISOR
from wijkkit.language import text
from wijkkit.show.output import Nothing, ShownFigure, alt_text, nothing
from wijkkit.show.theme import CITY, COMPARATOR, INK, OWN, SMALL, label_marks, new_figure, style
from wijkkit.show.values import language_of


def network(
    ties: pd.DataFrame, places: pd.DataFrame, caption: str = "", alt: str = ""
) -> ShownFigure | Nothing:
    """Draw the organisations of one wijk in a circle; a line is wider the more often two met.

    Where everybody met everybody, lines of less than the median number of meetings are left out.

    Parameters
    ----------
    ties : DataFrame
        ``one, other, meetings``.
    places : DataFrame
        ``organisation, role, degree, rank``; both as `CityView.network` gives them.
    caption, alt : str

    Returns
    -------
    ShownFigure

    Examples
    --------
    >>> import wijkkit as wk
    >>> wk.show.network(*wk.open_wijk("parameters", "ankerveld").network()).axes
    [<Axes: >]
    """
    if places.empty:
        return nothing(places, "show.network.none")
    language = language_of(places)
    drawn = _drawn(ties, len(places))
    with style():
        figure, axes = new_figure(height=4.6)
        axes.axis("off")
        axes.set_aspect("equal")
        axes.set_xlim(-1.85, 1.85)
        axes.set_ylim(-1.35, 1.4)
        spots = _circle(list(places.sort_values(["rank", "organisation"])["organisation"]))
        widest = drawn["meetings"].max() if len(drawn) else 1
        for tie in drawn.itertuples():
            (x1, y1), (x2, y2) = spots[tie.one], spots[tie.other]
            width = 0.4 + 2.6 * tie.meetings / widest
            axes.plot([x1, x2], [y1, y2], color=CITY, linewidth=width, alpha=0.45, zorder=1)
        for row in places.itertuples():
            _draw_place(axes, row, spots[row.organisation], language)
        keys = {
            "adviser": {"marker": "s", "color": COMPARATOR},
            "organisation": {"marker": "o", "color": OWN},
        }
        label_marks(axes, [(text(f"show.network.{key}", language), {**look, "markersize": 8})
                           for key, look in keys.items()])  # fmt: skip
    lead = text("show.alt.network", language, organisations=int(places["role"].ne(ADVISOR).sum()))
    said = [] if ties.empty else [_strongest(ties, language)]
    if len(drawn) < len(ties):
        least = int(drawn["meetings"].min())
        said.append(text("show.network.least", language, least=least))
    caption = caption or places.attrs.get("caption", "")
    return ShownFigure(figure, alt or alt_text(lead, said, language), caption, places)


def _drawn(ties: pd.DataFrame, count: int) -> pd.DataFrame:
    """Return the lines to draw: all, or the stronger half where everybody met everybody."""
    complete = len(ties) >= 0.9 * count * (count - 1) / 2
    stronger = ties[ties["meetings"] > ties["meetings"].median()]
    return stronger if complete and len(stronger) else ties


def _draw_place(axes, row, spot: tuple[float, float], language: str) -> None:
    x, y = spot
    own = row.role == ADVISOR
    axes.scatter(
        [x], [y], s=60 + 340 * row.degree, marker="s" if own else "o",
        color=COMPARATOR if own else OWN, edgecolor="white", zorder=2,
    )  # fmt: skip
    axes.text(
        1.16 * x, 1.16 * y, textwrap.fill(organisation_name(row.organisation, language), 16),
        ha="left" if x > 0.1 else "right" if x < -0.1 else "center",
        va="center" if abs(y) < 0.9 else "bottom" if y > 0 else "top", fontsize=SMALL, color=INK,
    )  # fmt: skip


def organisation_name(organisation: str, language: str) -> str:
    """Return what readers call an organisation of the network."""
    return text("process.network.node_role", language) if organisation == ADVISOR else organisation


def _circle(names: list[str]) -> dict[str, tuple[float, float]]:
    turn = 2 * math.pi / len(names)
    return {name: (math.sin(at * turn), math.cos(at * turn)) for at, name in enumerate(names)}


def _strongest(ties: pd.DataFrame, language: str) -> str:
    tie = ties.sort_values(["meetings", "one", "other"], ascending=[False, True, True]).iloc[0]
    names = [organisation_name(tie[key], language) for key in ("one", "other")]
    return text(
        "show.network.strongest", language, one=names[0], other=names[1], n=int(tie["meetings"])
    )
