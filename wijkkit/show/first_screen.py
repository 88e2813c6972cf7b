"""The first screen of a wijk's report: where it stands, what was done, what changed, what next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from wijkkit.language import counted, in_words, large_first, listed, percentage, small_first, text
from wijkkit.language.markdown import escaped
from wijkkit.released import WijkView
from wijkkit.show.change import ends_of, trend_of
from wijkkit.show.gap import gap_is_known, grouping_of
from wijkkit.show.goals import goals_frame, target_state, verdicts_of
from wijkkit.show.output import ShownText, bullets
from wijkkit.show.select import is_shown, short_name
from wijkkit.show.values import shown_value

#: Why a goal has no figure, in the order in which a reader can do something about it.
_ABSENT = ("not_asked", "missing", "too_few", "hidden")
#: Goals without a clear difference that a sentence names; of more it says how many.
_NAMED = 2


def summary(view: WijkView) -> ShownText:
    """Say in five answers where this wijk stands and what to talk about next.

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
    >>> wk.show.summary(view)
    - **Hoe staat Ankerveld ...
    """
    questions = {
        "where": [*_known(view), *_against_city(view), *_against_target(view)],
        "done": [_steps(view), *_interventions(view)],
        "changed": _changed(view),
        "unknown": [*_unknown(view), *_unknown_gap(view)],
        "talk": _talk(view),
    }
    return bullets(
        [
            f"**{_say(view, f'question.{key}', name=escaped(view.name))}** {' '.join(said)}"
            for key, said in questions.items()
            if said
        ]
    )


def _say(view: WijkView, key: str, **fields: object) -> str:
    return text(f"show.summary.{key}", view.language, **fields)


def _counted(view: WijkView, key: str, n: int, **fields: object) -> str:
    return large_first(counted(f"show.summary.{key}", n, view.language, **fields))


def _grouped(
    view: WijkView,
    keys: Iterable[str],
    state_of: Callable[[str], str],
    name_of: Callable[[str], str],
    messages: Mapping[str, tuple[str, str]],
) -> list[str]:
    """Return a sentence per state with the goals in it: by name, or how many there are.

    `messages` has for each state the message with names, and the one with a count for more goals
    than a sentence has room for (``""``: they are always named).
    """
    found: dict[str, list[str]] = {state: [] for state in messages}
    for key in keys:
        found.get(state_of(key), []).append(name_of(key))
    said = []
    for state, names in found.items():
        named, count = messages[state]
        if names and count and len(names) > _NAMED:
            said.append(_counted(view, count, len(names)))
        elif names:
            said.append(_say(view, named, names=listed(names, view.language)))
    return said


def _rows(view: WijkView) -> dict[str, Any]:
    return {row.key: row for row in goals_frame(view).itertuples()}


def _name(view: WijkView, key: str) -> str:
    return escaped(short_name(view, view.study.indicators[key]))


def _known(view: WijkView) -> list[str]:
    rows = _rows(view)
    if not rows:
        return [text("show.goals.none", view.language)]
    known = sum(is_shown(row.own) for row in rows.values())
    if known == len(rows):
        return [_counted(view, "all_known", known)]
    if not known:
        return [_say(view, "none_known")]
    return [_counted(view, "known", known, of=in_words(len(rows), view.language))]


def _against_city(view: WijkView) -> list[str]:
    rows, verdicts = _rows(view), verdicts_of(view)
    messages = {
        "better": ("better", ""),
        "worse": ("worse", ""),
        "not_distinguishable": ("not_distinguishable", "same_count"),
        "above": ("above", ""),
    }

    def state(key: str) -> str:
        own = rows[key].own
        if is_shown(own):
            return verdicts.get(key, "unknown")
        return "" if own is None else own["status"]

    def name(key: str) -> str:
        return f"{_name(view, key)} ({shown_value(rows[key].own, view.language)})"

    return _grouped(view, rows, state, name, messages)


def _against_target(view: WijkView) -> list[str]:
    rows = _rows(view)
    return _grouped(
        view,
        rows,
        lambda key: target_state(
            rows[key].own, rows[key].target, view.study.indicators[key].direction
        ),
        lambda key: _name(view, key),
        {"reached": ("reached", ""), "not_reached": ("not_reached", "")},
    )


def _steps(view: WijkView) -> str:
    """Answer whether steps have been made; a wijk without the programme has none to make."""
    table = view.own("pace_by_wijk")
    if table.empty:
        return _say(view, f"steps.no_programme.{view.wijk.arm}")
    row = table.iloc[0]
    if not row["registered"]:
        return _say(view, "steps.unknown")
    if row["done"] in (0, 6):
        return _say(view, "steps.none" if row["done"] == 0 else "steps.all")
    return _counted(view, "steps.some", int(row["done"]))


def _interventions(view: WijkView) -> list[str]:
    """Say how many interventions there are, what was carried out and whom they reached."""
    count = view.own("implementation")["intervention"].nunique()
    if not count:
        return [_say(view, "interventions_none")]
    table = view.own("implementation_by_wijk").set_index("measure")
    shares = {
        measure: percentage(table.loc[measure, "value"], view.language)
        for measure in ("dose", "reach_of_plan")
        if measure in table.index and table.loc[measure, "status"] == "ok"
    }
    said = [_counted(view, "interventions", count)]
    said += [_say(view, measure, share=share) for measure, share in shares.items()]
    if "registered" in table.index and table.loc["registered", "status"] == "ok":
        row = table.loc["registered"]
        if silent := int(row["denominator"] - row["numerator"]):
            said.append(_counted(view, "unregistered", silent))
    return said


def _changed(view: WijkView) -> list[str]:
    keys = [goal.indicator for goal in view.study.goals]
    if not keys:
        return []
    trends = {key: trend_of(view, key) for key in keys}

    def name(key: str) -> str:
        first, last = (shown_value(row, view.language) for row in ends_of(view, key))
        return _say(view, "from_to", name=_name(view, key), first=first, last=last)

    messages = {
        "better": ("improved", ""),
        "worse": ("worsened", ""),
        "not_distinguishable": ("unchanged", "unchanged_count"),
    }
    said = _grouped(view, keys, trends.__getitem__, name, messages)
    if "better" in trends.values():
        said.append(_say(view, "cause"))
    return said or [_say(view, "not_changed")]


def _unknown(view: WijkView) -> list[str]:
    rows = _rows(view)
    return _grouped(
        view,
        rows,
        lambda key: "missing" if rows[key].own is None else rows[key].own["status"],
        lambda key: _name(view, key),
        {reason: (f"absent.{reason}", "") for reason in _ABSENT},
    )


def _unknown_gap(view: WijkView) -> list[str]:
    grouping = grouping_of(view)
    if grouping is None or not view.study.goals or gap_is_known(view):
        return []
    return [_say(view, "gap", grouping=escaped(small_first(view.study.text(grouping.label))))]


def _talk(view: WijkView) -> list[str]:
    questions = view.own("questions")["question"]
    return [escaped(questions.iloc[0])] if len(questions) else []
