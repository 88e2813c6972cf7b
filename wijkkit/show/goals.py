"""Goals at a glance: where a wijk stands on each goal, against the city and the target."""

from __future__ import annotations

import pandas as pd

from wijkkit.language import listed, percentage, text
from wijkkit.language.markdown import escaped
from wijkkit.released import WijkView
from wijkkit.show.absent import absent_sentences
from wijkkit.show.output import (
    ShownFigure,
    ShownTable,
    ShownText,
    bullets,
    empty_figure,
    empty_table,
)
from wijkkit.show.select import (
    goals_with_indicator,
    is_shown,
    last_wave,
    pick,
)
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
from wijkkit.show.values import shown_interval, shown_value


def goals_frame(view: WijkView) -> pd.DataFrame:
    """Return one row per goal: the released rows of this wijk and of the city, and the target.

    Columns: `goal`, `indicator` (labels), `key`, `wave` (label), `own`, `city` (rows of the
    estimate table or None), `target`: the one this wijk set itself, or else that of the study.
    """
    rows, targets = [], _own_targets(view)
    for goal, indicator in goals_with_indicator(view):
        wave = last_wave(view, indicator)
        rows.append(
            {
                "goal": view.study.text(goal.label),
                "indicator": view.study.text(indicator.label),
                "key": goal.indicator,
                "wave": view.study.text(wave.label),
                "own": pick(view, goal.indicator, view.slug, "wijk", wave.id),
                "city": pick(view, goal.indicator, "city", "city", wave.id),
                "target": targets.get(goal.id, goal.target.value if goal.target else None),
            }
        )
    return pd.DataFrame(rows, columns=["goal", "indicator", "key", "wave", "own", "city", "target"])


def _own_targets(view: WijkView) -> dict[str, float]:
    """Return the targets that the wijk's network registered, by goal of the study."""
    if "goals" not in view.released:
        return {}
    rows = view.own("goals").dropna(subset=["study_goal", "target"])
    rows = rows[~rows["status"].eq("dropped")]
    return dict(zip(rows["study_goal"], rows["target"], strict=True))


def goals_figure(view: WijkView) -> ShownFigure:
    """Draw each goal as a row: this wijk with its interval, the city and the target.

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
    >>> print(wk.show.goals_figure(view).caption)
    De doelen van ...
    """
    frame, language = goals_frame(view), view.language
    if frame.empty:
        caption = text("show.goals.table_caption", language, name=view.name)
        return empty_figure(text("show.goals.none", language), caption)
    values = [shown_interval(row.own, language) for row in frame.itertuples()]
    with style():
        figure, axes = new_figure(height=0.8 + 0.6 * len(frame))
        percent_axis(axes, lowest=-1, highest=101)
        axes.set_xticks(range(0, 101, 20))
        rows_axis(axes, list(frame["indicator"]), values)
        for position, row in enumerate(frame.itertuples()):
            _draw_row(axes, position, row)
        label_marks(axes, _marks(view))
    rows = " ".join(
        text(
            "show.goals.alt_row",
            language,
            indicator=row.indicator,
            name=view.name,
            own=value,
            city=shown_value(row.city, language),
        )
        for row, value in zip(frame.itertuples(), values, strict=True)
    )
    return ShownFigure(
        figure,
        alt=text("show.goals.alt", language, name=view.name, rows=rows),
        caption=text("show.goals.caption", language, name=view.name, wave=frame["wave"].iloc[-1]),
        data=goals_table(view).data,
    )


_OWN_MARK = {"marker": "o", "color": OWN, "markersize": 8}
_CITY_MARK = {
    "marker": "D", "color": "white", "markeredgecolor": CITY, "markersize": 8.5,
    "markeredgewidth": 1.6,
}  # fmt: skip
_TARGET_MARK = {"marker": "|", "color": INK, "markersize": 15, "markeredgewidth": 2.2}


def _draw_row(axes, position: int, row) -> None:
    axes.plot([0, 100], [position] * 2, color=PALE, linewidth=5, solid_capstyle="butt", zorder=1)
    if row.target is not None and not pd.isna(row.target):
        axes.plot(row.target, position, linestyle="none", **_TARGET_MARK)
    if is_shown(row.city):
        axes.plot(row.city["value"], position, linestyle="none", **_CITY_MARK)
    if is_shown(row.own):
        ends = [row.own["lower"], row.own["upper"]]
        axes.plot(ends, [position] * 2, color=OWN, linewidth=2.6, solid_capstyle="butt")
        axes.plot(row.own["value"], position, linestyle="none", **_OWN_MARK)
    elif row.own is not None and row.own["status"] == "above":
        ends = [row.own["lower"], 100]
        axes.plot(ends, [position] * 2, color=OWN, linewidth=2.6, linestyle=(0, (1.5, 0.8)))


def _marks(view: WijkView) -> list[tuple[str, dict]]:
    words = {
        key: text(f"show.goals.legend_{key}", view.language, name=view.name)
        for key in ("own", "city", "target")
    }
    return [
        (words["own"], {**_OWN_MARK, "linestyle": "-", "linewidth": 2.6}),
        (words["city"], _CITY_MARK),
        (words["target"], {**_TARGET_MARK, "markersize": 11}),
    ]


def goals_table(view: WijkView) -> ShownTable:
    """Return each goal with this wijk, the city, the target and the verdict, as text.

    Parameters
    ----------
    view : WijkView
        As `wijkkit.open_wijk` gives it.

    Returns
    -------
    ShownTable

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_wijk("parameters", "ankerveld")
    >>> wk.show.goals_table(view)
    Doel Ankerveld ...
    """
    language = view.language
    caption = text("show.goals.table_caption", language, name=view.name)
    if not view.study.goals:
        return empty_table(text("show.goals.none", language), caption)
    verdicts = verdicts_of(view)
    heads = {
        key: text(f"show.head.{key}", language, name=view.name, city=view.study.settings.city.name)
        for key in ("goal", "own", "city", "target", "against_city", "comparable")
    }
    alike = verdicts_of(view, "comparable")
    rows = [
        {
            heads["goal"]: row.goal,
            heads["own"]: shown_interval(row.own, language),
            heads["city"]: shown_value(row.city, language),
            heads["target"]: "" if pd.isna(row.target) else percentage(row.target, language),
            heads["against_city"]: text(f"show.alike.{verdicts.get(row.key, 'unknown')}", language),
            heads["comparable"]: text(f"show.alike.{alike.get(row.key, 'unknown')}", language),
        }
        for row in goals_frame(view).itertuples()
    ]
    return ShownTable(pd.DataFrame(rows, columns=list(heads.values())), caption)


def verdicts_of(view: WijkView, against: str = "city") -> dict[str, str]:
    """Return this wijk's verdict per indicator for its last wave.

    Against the city, or against the ``comparable`` wijken.
    """
    table = view.own("comparisons")
    table = table[table["against"] == against]
    last = {key: last_wave(view, indicator).id for key, indicator in view.study.indicators.items()}
    table = table[table["wave"] == table["indicator"].map(last)]
    return dict(zip(table["indicator"], table["verdict"], strict=True))


def target_state(row: pd.Series | None, target: float | None, direction: str) -> str:
    """Return where a figure stands against its target: reached, not_reached or unclear.

    It is on one side of the target only when its whole interval is.

    Examples
    --------
    >>> row = pd.Series({"value": 70.0, "lower": 66.0, "upper": 74.0, "status": "ok"})
    >>> target_state(row, 65.0, "higher"), target_state(row, 68.0, "higher")
    ('reached', 'unclear')
    """
    if not is_shown(row) or target is None or pd.isna(target) or pd.isna(row["lower"]):
        return "unclear"
    worst, best = (
        (row["lower"], row["upper"]) if direction == "higher" else (-row["upper"], -row["lower"])
    )
    goal = target if direction == "higher" else -target
    return "reached" if worst >= goal else "not_reached" if best < goal else "unclear"


def goals_sentences(view: WijkView) -> ShownText:
    """Say for each goal where this wijk stands: clear differences first, then what is not known.

    Parameters
    ----------
    view : WijkView
        As `wijkkit.open_wijk` gives it.

    Returns
    -------
    ShownText

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_wijk("parameters", "ankerveld")
    >>> wk.show.goals_sentences(view)
    - **Speelt voldoende buiten**: ...
    """
    if not view.study.goals:
        return ShownText(text("show.goals.none", view.language))
    verdicts = verdicts_of(view)
    order = ["worse", "better", "not_distinguishable", "unknown"]
    rows = list(goals_frame(view).itertuples())
    known = [row for row in rows if is_shown(row.own)]
    known.sort(key=lambda row: order.index(verdicts.get(row.key, "unknown")))
    absent = [(row.key, row.own) for row in rows if not is_shown(row.own)]
    said = [_sentence(view, row, verdicts.get(row.key, "unknown")) for row in known]
    return bullets([*said, *absent_sentences(view, absent)])


def _sentence(view: WijkView, row, verdict: str) -> str:
    language, study = view.language, view.study
    whom = study.text(study.indicators[row.key].denominator)
    said = text(
        "show.goals.sentence",
        language,
        indicator=escaped(row.indicator),
        value=shown_interval(row.own, language),
        denominator=escaped(whom or text("show.goals.children", language)),
        wave=escaped(row.wave),
        verdict=text(f"show.verdict.{verdict}", language),
        city_value=shown_value(row.city, language),
    )
    if pd.isna(row.target):
        return said
    state = target_state(row.own, row.target, study.indicators[row.key].direction)
    target = percentage(row.target, language)
    return f"{said} {text(f'show.goals.target.{state}', language, target=target)}"


def comparable_sentence(view: WijkView) -> ShownText:
    """Say with which wijken this one is compared, and on what.

    Parameters
    ----------
    view : WijkView
        As `wijkkit.open_wijk` gives it.

    Returns
    -------
    ShownText

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_wijk("parameters", "ankerveld")
    >>> wk.show.comparable_sentence(view)
    Op bevolking en inkomen ...
    """
    table = view.own("comparable").sort_values("rank")
    if table.empty:
        return ShownText(text("show.comparable.none", view.language))
    names = [escaped(view.study.neighbourhood(slug).name) for slug in table["comparable"]]
    return ShownText(
        text(
            "show.comparable.which",
            view.language,
            name=escaped(view.name),
            names=listed(names, view.language),
        )
    )
