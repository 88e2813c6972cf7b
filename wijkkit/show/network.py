"""The network of one wijk drawn: who meets whom."""

from __future__ import annotations

import math
import textwrap

import pandas as pd
from matplotlib.figure import Figure

from wijkkit.evaluation.process.network import ADVISOR
from wijkkit.language import text
from wijkkit.show.theme import CITY, COMPARATOR, INK, OWN, SMALL, new_figure, style


def draw_network(ties: pd.DataFrame, places: pd.DataFrame, language: str) -> Figure:
    """Draw the organisations of one wijk and domain in a circle, with a line for who met.

    A line is wider the more often two met; a mark is larger the more others an organisation
    met; the gebiedsadviseur is a square.

    Parameters
    ----------
    ties : DataFrame
        From `wijkkit.evaluation.process.network.meeting_ties`, of one wijk and domain.
    places : DataFrame
        From `centrality`, of the same wijk and domain.
    language : {"nl", "en"}

    Returns
    -------
    matplotlib.figure.Figure
        `network_alt` gives its alt text.
    """
    with style():
        figure, axes = new_figure(height=4.4)
        axes.axis("off")
        axes.set_aspect("equal")
        axes.set_xlim(-1.85, 1.85)
        axes.set_ylim(-1.35, 1.35)
        if places.empty:
            message = textwrap.fill(text("process.network.alt_empty", language), 50)
            axes.text(0, 0, message, ha="center", va="center")
            return figure
        spots = _circle(list(places.sort_values(["rank", "organisation"])["organisation"]))
        widest = ties["meetings"].max() if len(ties) else 1
        for tie in ties.itertuples():
            (x1, y1), (x2, y2) = spots[tie.one], spots[tie.other]
            width = 0.4 + 2.6 * tie.meetings / widest
            axes.plot([x1, x2], [y1, y2], color=CITY, linewidth=width, alpha=0.45, zorder=1)
        for row in places.itertuples():
            x, y = spots[row.organisation]
            own = row.role == ADVISOR
            axes.scatter(
                [x],
                [y],
                s=60 + 340 * row.degree,
                marker="s" if own else "o",
                color=COMPARATOR if own else OWN,
                edgecolor="white",
                zorder=2,
            )
            axes.text(
                1.16 * x,
                1.16 * y,
                textwrap.fill(organisation_name(row.organisation, language), 16),
                ha="left" if x > 0.1 else "right" if x < -0.1 else "center",
                va="center" if abs(y) < 0.9 else "bottom" if y > 0 else "top",
                fontsize=SMALL,
                color=INK,
            )
    return figure


def organisation_name(organisation: str, language: str) -> str:
    """Return what readers call an organisation of the network."""
    return text("process.network.node_role", language) if organisation == ADVISOR else organisation


def _circle(names: list[str]) -> dict[str, tuple[float, float]]:
    turn = 2 * math.pi / len(names)
    return {
        name: (math.sin(number * turn), math.cos(number * turn))
        for number, name in enumerate(names)
    }


def network_alt(
    ties: pd.DataFrame, places: pd.DataFrame, name: str, domain: str, language: str
) -> str:
    """Return what `draw_network` shows, in words, from the same tables.

    Parameters
    ----------
    name : str
        The wijk, as readers call it.
    domain : str
        A domain of the registry, or ``all``.
    """
    if places.empty:
        return text("process.network.alt_empty", language)
    strongest = "-"
    if len(ties):
        tie = ties.sort_values(["meetings", "one", "other"], ascending=[False, True, True]).iloc[0]
        pair = (organisation_name(tie[key], language) for key in ("one", "other"))
        strongest = f"{' – '.join(pair)} ({tie['meetings']})"
    first = places[places["rank"].eq(1)]["organisation"]
    return text(
        "process.network.alt",
        language,
        name=name,
        domain=text(f"process.network.domain.{domain}", language),
        organisations=len(places),
        ties=len(ties),
        strongest=strongest,
        central=", ".join(organisation_name(item, language) for item in first),
    )
