"""The effect at a glance: a row per outcome, with what may be said of it."""

from __future__ import annotations

import json

import pandas as pd

from wijkkit.evaluation.effect.methods import RECOMMENDED
from wijkkit.evaluation.effect.verdicts import row_of, to_favourable
from wijkkit.language import absence, signed, text
from wijkkit.released import CityView
from wijkkit.show.output import ShownFigure, empty_figure
from wijkkit.show.theme import (
    CITY,
    INK,
    OWN,
    PALE,
    SMALL,
    label_marks,
    new_figure,
    rows_axis,
    style,
)
from wijkkit.tables import EVERYBODY


def effect_frame(view: CityView) -> pd.DataFrame:
    """Return the effect on each outcome by the recommended method, turned to the favourable side.

    Returns
    -------
    DataFrame
        ``outcome, label, key`` (of the conclusion), ``status``, ``reason`` (why there is no
        number), ``scale``, and ``estimate, lower, upper``: positive where the programme's wijken
        did better.
    """
    effects, conclusions = view.table("effects"), view.table("effect_conclusions")
    main = effects[effects["contrast"].eq("did") & effects["group"].isin(["", EVERYBODY])]
    rows = []
    for said in conclusions[conclusions["part"].eq("effect")].itertuples():
        indicator = view.study.indicators[said.outcome]
        row = row_of(main[main["outcome"].eq(said.outcome)], RECOMMENDED)
        status = "missing" if row is None else row["status"]
        known = status == "ok"
        ends = to_favourable(row, indicator) if known else [float("nan")] * 3
        label, scale = view.study.text(indicator.label), row["scale"] if known else ""
        reason = json.loads(said.fields).get("reason", "")
        rows.append([said.outcome, label, said.key, status, reason, scale, *ends])
    columns = ["outcome", "label", "key", "status", "reason", "scale", "estimate", "lower", "upper"]
    return pd.DataFrame(rows, columns=columns)


def effect_figure(view: CityView) -> ShownFigure:
    """Draw the effect on each outcome around no difference; to the right is favourable.

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
    >>> print(wk.show.effect_figure(view).caption)
    Het verschil met ...
    """
    frame, language = effect_frame(view), view.language
    caption = text("effect_show.glance.caption", language)
    if frame.empty:
        return empty_figure(text("effect_show.no_outcome", language), caption)
    values = [text(f"effect_show.glance.verdict.{key}", language) for key in frame["key"]]
    drawn = frame[frame["scale"].eq("points")]
    edge = 5.0 * (1 + max([5.0, *drawn[["lower", "upper"]].abs().max()]) // 5)
    with style():
        figure, axes = new_figure(height=1.0 + 0.6 * len(frame))
        axes.set_xlim(-edge, edge)
        axes.xaxis.set_major_formatter(lambda x, _: signed(x, language))
        axes.grid(axis="x", color=PALE, linewidth=0.8)
        axes.spines["left"].set_visible(False)
        axes.axvline(0, color=INK, linewidth=1.2)
        rows_axis(axes, list(frame["label"]), values)
        for position, row in enumerate(frame.itertuples()):
            if row.scale == "points":
                clear = row.key.startswith("shown")
                look = {"color": OWN if clear else CITY, "linewidth": 2.6}
                axes.plot([row.lower, row.upper], [position] * 2, **look)
                axes.plot(row.estimate, position, "o" if clear else "D", color=look["color"])
        axes.set_xlabel(text("effect_show.glance.axis", language), fontsize=SMALL)
        marks = (("clear", OWN, "o"), ("unclear", CITY, "D"))
        label_marks(axes, [
            (
                text(f"effect_show.glance.{key}", language),
                {"color": color, "marker": marker, "linestyle": "-", "linewidth": 2.6},
            )
            for key, color, marker in marks
        ])  # fmt: skip
    data = _data(view, frame, values)
    rows = " ".join(f"{label}: {value}, {shown}." for label, value, shown in data.to_numpy())
    return ShownFigure(figure, text("effect_show.glance.alt", language, rows=rows), caption, data)


def _data(view: CityView, frame: pd.DataFrame, values: list[str]) -> pd.DataFrame:
    heads = [
        text(f"effect_show.head.{key}", view.language) for key in ("outcome", "verdict", "better")
    ]
    shown = [effect_words(row, view.language) for row in frame.itertuples()]
    return pd.DataFrame(dict(zip(heads, (frame["label"], values, shown), strict=True)))


def effect_words(row, language: str) -> str:
    """Return an effect with its interval, positive where it is favourable; or that it is absent."""
    if row.status == "hidden":
        return absence("hidden", language)
    if pd.isna(row.estimate):
        return text("effect_show.absent", language)
    decimals = 0 if row.scale == "points" else 1
    return text(
        "effect_show.interval",
        language,
        value=signed(row.estimate, language, decimals),
        lower=signed(row.lower, language, decimals),
        upper=signed(row.upper, language, decimals),
    )
