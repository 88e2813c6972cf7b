"""Position among all wijken: a row per indicator, a dot per wijk."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from wijkkit.language import text
from wijkkit.released.cells import is_shown
from wijkkit.show.output import Nothing, ShownFigure, alt_text, nothing
from wijkkit.show.theme import (
    CITY,
    INK,
    OWN,
    PALE,
    label_marks,
    new_figure,
    percent_axis,
    rows_axis,
    style,
)
from wijkkit.show.values import caption_of, language_of, shown_interval

_OWN = {"marker": "o", "color": OWN, "markersize": 9}
_OTHER = {"marker": "o", "color": "white", "markeredgecolor": CITY, "markersize": 5.5}
_ALL = {"marker": "|", "color": INK, "markersize": 13, "markeredgewidth": 1.8}


def position(frame: pd.DataFrame, caption: str = "", alt: str = "") -> ShownFigure | Nothing:
    """Draw all wijken as dots per indicator, the own one large and with its interval.

    Parameters
    ----------
    frame : DataFrame
        ``label, name, own, city_value, verdict`` and the number, as `CityView.wijken` gives them.
    caption, alt : str

    Returns
    -------
    ShownFigure
        A rank is given only where the own wijk differs clearly from all wijken together.

    Examples
    --------
    >>> import wijkkit as wk
    >>> wk.show.position(wk.open_wijk("parameters", "ankerveld").wijken()).axes
    [<Axes: >]
    """
    if frame.empty:
        return nothing(frame, "show.goals.none")
    language, labels = language_of(frame), list(frame["label"].unique())
    parts = [frame[frame["label"].eq(label)] for label in labels]
    values = [_beside(part, language) for part in parts]
    with style():
        figure, axes = new_figure(height=0.8 + 0.6 * len(labels))
        percent_axis(axes, lowest=-1, highest=101)
        axes.set_xticks(range(0, 101, 20))
        rows_axis(axes, labels, values)
        for at, part in enumerate(parts):
            _draw(axes, at, part)
        own = frame.loc[frame["own"], "name"]
        marks = [(own.iloc[0], _OWN)] if len(own) else []
        marks += [(text("show.legend.others", language), _OTHER)]
        marks += [(frame.attrs.get("everywhere", text("show.legend.all", language)), _ALL)]
        label_marks(axes, marks)
    said = [f"{label}: {value}." for label, value in zip(labels, values, strict=True)]
    lead = text("show.alt.position", language, name=own.iloc[0] if len(own) else "")
    caption = caption or caption_of(frame, "position")
    return ShownFigure(figure, alt or alt_text(lead, said, language), caption, frame)


def _beside(part: pd.DataFrame, language: str) -> str:
    """Return what stands beside a row: the own number, and its rank where it is more than noise."""
    own = part[part["own"]]
    if own.empty:
        return ""
    row = own.iloc[0]
    shown = shown_interval(row, language)
    rank = rank_of(part)
    if rank is None:
        return shown
    return f"{shown}, {text('show.rank', language, rank=rank[0], of=rank[1])}"


def rank_of(part: pd.DataFrame) -> tuple[int, int] | None:
    """Return the own wijk's rank among the wijken with a number (1 is most favourable) and how many.

    None where it does not differ clearly from all wijken together: its rank is then noise.
    """
    own = part[part["own"]]
    if own.empty or not is_shown(own.iloc[0]) or own["verdict"].iloc[0] not in ("better", "worse"):
        return None
    known = part[part["status"].eq("ok")]
    value, higher = own["value"].iloc[0], own["direction"].iloc[0] == "higher"
    ahead = known["value"] > value if higher else known["value"] < value
    return int(ahead.sum()) + 1, len(known)


def _draw(axes: Axes, at: int, part: pd.DataFrame) -> None:
    axes.plot([0, 100], [at] * 2, color=PALE, linewidth=5, solid_capstyle="butt", zorder=1)
    known = part[part["status"].eq("ok")]
    city = part["city_value"].iloc[0]
    if not pd.isna(city):
        axes.plot(city, at, linestyle="none", **_ALL)
    others = known[~known["own"].astype(bool)]
    axes.plot(others["value"], [at] * len(others), linestyle="none", alpha=0.8, **_OTHER)
    for row in known[known["own"].astype(bool)].itertuples():
        axes.plot([row.lower, row.upper], [at] * 2, color=OWN, linewidth=2.2)
        axes.plot(row.value, at, linestyle="none", **_OWN)
