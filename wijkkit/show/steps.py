"""The six steps, what was planned and delivered, the network and the logic model, as figures."""

from __future__ import annotations

import pandas as pd

from wijkkit.language import number, text
from wijkkit.released import CityView, WijkView
from wijkkit.show.logic_model import draw_logic_model, logic_model_alt
from wijkkit.show.network import draw_network, network_alt
from wijkkit.show.output import ShownFigure, empty_figure
from wijkkit.show.process_tables import elements_table, pace_table
from wijkkit.show.select import programme_rows
from wijkkit.show.theme import CITY, OWN, PALE, label_marks, new_figure, rows_axis, style
from wijkkit.show.timeline import draw_pace, draw_timeline, pace_alt, timeline_alt

#: The network is drawn over all domains together.
_ALL_DOMAINS = "all"


def pace_figure(view: CityView) -> ShownFigure:
    """Draw the pace through the six steps: a timeline of this wijk, or all wijken together.

    Parameters
    ----------
    view : CityView
        Of the city, or of one wijk.

    Returns
    -------
    ShownFigure

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_city("parameters")
    >>> print(wk.show.pace_figure(view).caption)
    De zes stappen: ...
    """
    language = view.language
    wijk = isinstance(view, WijkView)
    table = view.own("pace") if wijk else view.table("pace")
    caption = text("show.pace.caption", language)
    if table.empty:
        key = "show.pace.none" if wijk else "show.wijken.none"
        return empty_figure(text(key, language), caption)
    if wijk:
        latest = table[table["cycle"].eq(table["cycle"].max())].reset_index(drop=True)
        figure = draw_timeline(latest, latest["as_of"].iloc[0].date(), language)
        return ShownFigure(
            figure, timeline_alt(latest, view.name, language), caption, pace_table(view).data
        )
    hoods = view.study.neighbourhoods
    names = {slug: hoods[slug].name for slug in table["wijk"].unique()}
    first = table[table["cycle"].eq(table["cycle"].min())]
    figure = draw_pace(first, names, language)
    return ShownFigure(figure, pace_alt(first, names, language), caption, pace_table(view).data)


def delivery_figure(view: WijkView) -> ShownFigure:
    """Draw planned and delivered sessions per intervention; what is not registered says so.

    Parameters
    ----------
    view : WijkView
        As `wijkkit.open_wijk` gives it.

    Returns
    -------
    ShownFigure

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_wijk("parameters", "ankerveld")
    >>> print(wk.show.delivery_figure(view).caption)
    Gepland en uitgevoerd ...
    """
    language = view.language
    caption = text("show.delivery.caption", language)
    table = view.own("implementation")
    table = table[table["measure"].eq("dose")].reset_index(drop=True)
    if table.empty:
        return empty_figure(text("show.delivery.none", language), caption)
    labels = [_delivered(row, language) for row in table.itertuples()]
    words = {key: text(f"show.delivery.{key}", language) for key in ("planned", "held")}
    with style():
        figure, axes = new_figure(height=0.8 + 0.52 * len(table))
        for position, row in enumerate(table.itertuples()):
            axes.barh(position, _zero(row.denominator), height=0.3, **_PLANNED)
            axes.barh(position, _zero(row.numerator), height=0.16, color=OWN)
        axes.set_xlim(0, 1.02 * max(1.0, table[["numerator", "denominator"]].max().max()))
        axes.grid(axis="x", color=PALE, linewidth=0.8)
        axes.set_axisbelow(True)
        rows_axis(axes, list(table["name"]), labels)
        square = {"marker": "s", "markersize": 8}
        planned = {**square, "color": "white", "markeredgecolor": CITY}
        label_marks(axes, [(words["planned"], planned), (words["held"], {**square, "color": OWN})])
    rows = " ".join(f"{name}: {label}." for name, label in zip(table["name"], labels, strict=True))
    data = pd.DataFrame(
        {
            text("show.head.intervention", language): table["name"],
            text("show.delivery.x", language): labels,
        }
    )
    return ShownFigure(
        figure, text("show.delivery.alt", language, name=view.name, rows=rows), caption, data
    )


_PLANNED = {"facecolor": "white", "edgecolor": CITY, "linewidth": 1.2}


def _delivered(row, language: str) -> str:
    if row.status != "ok":
        return text(f"process.{row.status}", language)
    return text(
        "show.delivery.of",
        language,
        delivered=number(row.numerator, language),
        planned=number(row.denominator, language),
    )


def _zero(value: float) -> float:
    return 0.0 if pd.isna(value) else float(value)


def network_figure(view: CityView) -> ShownFigure:
    """Draw who met whom: in this wijk, or in the programme wijk that met most.

    Parameters
    ----------
    view : CityView
        Of the city, or of one wijk.

    Returns
    -------
    ShownFigure

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_city("parameters")
    >>> print(wk.show.network_figure(view).caption)
    Een voorbeeld: het netwerk van ...
    """
    language = view.language
    caption = text("show.network.caption", language)
    ties, places = view.table("network"), view.table("centrality")
    own = isinstance(view, WijkView)
    slug = view.slug if own else _busiest(places)
    mine = [
        table[table["wijk"].eq(slug) & table["domain"].eq(_ALL_DOMAINS)] for table in (ties, places)
    ]
    if mine[1].empty:
        return empty_figure(text("show.network.none", language), caption)
    ties, places = (table.reset_index(drop=True) for table in mine)
    name = view.study.neighbourhood(slug).name
    data = places[["organisation", "attended", "met"]].set_axis(
        [text(f"show.network.{key}", language) for key in ("organisation", "attended", "met")],
        axis=1,
    )
    return ShownFigure(
        draw_network(ties, places, language),
        network_alt(ties, places, name, _ALL_DOMAINS, language),
        text(f"show.network.{'caption_of' if own else 'example'}", language, name=name),
        data,
    )


def _busiest(places: pd.DataFrame) -> str:
    counts = places.groupby("wijk")["attended"].sum()
    return counts.idxmax() if len(counts) else ""


def logic_model_figure(view: CityView) -> ShownFigure:
    """Draw the logic model with the state of every element in this wijk, or in all of them.

    Parameters
    ----------
    view : CityView
        Of the city, or of one wijk.

    Returns
    -------
    ShownFigure

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_city("parameters")
    >>> print(wk.show.logic_model_figure(view).caption)
    Het logisch model ...
    """
    if isinstance(view, WijkView):
        boxes, assumptions, name = view.own("elements"), view.own("assumptions"), view.name
    else:
        boxes = _together(view, "elements", ["box", "element"], "state")
        assumptions = _together(view, "assumptions", ["assumption"], "verdict")
        name = text("show.wijken.all", view.language)
    caption = text("show.logic_model.caption", view.language, name=name)
    if boxes.empty:
        key = "logic_model" if isinstance(view, WijkView) else "wijken"
        return empty_figure(text(f"show.{key}.none", view.language), caption)
    return ShownFigure(
        draw_logic_model(boxes, assumptions, view.language),
        logic_model_alt(boxes, assumptions, view.language),
        caption,
        elements_table(view).data,
    )


def _together(view: CityView, name: str, keys: list[str], judged: str) -> pd.DataFrame:
    """Return one row per key over the programme's wijken: what is judged, or that it differs."""
    table = programme_rows(view, name)
    judgements = table.groupby(keys, sort=False)[judged]
    same = judgements.transform("nunique").eq(1)
    return table.assign(**{judged: table[judged].where(same, "differs")}).drop_duplicates(keys)
