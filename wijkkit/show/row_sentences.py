"""Sentences as functions of a row of a frame, and a frame said row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from wijkkit.estimates.compare import CLEAR
from wijkkit.language import (
    counted,
    interval,
    large_first,
    listed,
    percentage,
    small_first,
    text,
)
from wijkkit.language.messages import escaped
from wijkkit.released.goals import target_state
from wijkkit.released.store import is_shown, number_at
from wijkkit.show.output import Nothing, ShownText, bullets, nothing
from wijkkit.show.values import shown_interval, shown_value

#: What a sentence knows besides its row: language, name of the area, of all wijken together.
About = Mapping[str, Any]
Say = Callable[[pd.Series, About], str]

#: Order of what is said: what is clear first.
CLEAR_FIRST = ("worse", "better", "not_distinguishable", "unknown")


def sentences(
    frame: pd.DataFrame, say: Say, by: str = "", order: Sequence[str] = CLEAR_FIRST
) -> ShownText | Nothing:
    """Say each row of a frame, as a list.

    Parameters
    ----------
    frame : DataFrame
        As a view gives it: it knows its language and what its area is called.
    say : callable
        A function of a row and of ``frame.attrs``, such as `goal_sentence`; what it says nothing
        of is left out.
    by : str, optional
        A column by whose values the sentences are ordered.
    order : sequence of str
        Those values, first what is said first.

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_wijk("parameters", "ankerveld")
    >>> wk.show.sentences(view.goals(), wk.show.goal_sentence)
    - **Speelt voldoende buiten**: ...
    """
    if frame.empty:
        return nothing(frame)
    rows = (
        frame.sort_values(by, key=lambda values: values.map(list(order).index), kind="stable")
        if by
        else frame
    )
    said = [say(row, frame.attrs) for _, row in rows.iterrows()]
    said = [sentence for sentence in said if sentence]
    return bullets(said) if said else nothing(frame)


def goal_sentence(row: pd.Series, about: About) -> str:
    """Say where a wijk stands on a goal, where it began, against all wijken and its target."""
    language, own = about["language"], number_at(row, "own")
    head = f"**{escaped(row['label'])}**"
    if not is_shown(own):
        return _absent("show.goal.absent", own, head, language)
    said = [
        text(
            "show.goal.now",
            language,
            label=head,
            value=shown_interval(own, language),
            whom=escaped(row["denominator"] or text("show.children", language)),
            wave=escaped(row["wave_label"]),
        )
    ]
    first = number_at(row, "first")
    if is_shown(first):
        began = shown_value(first, language)
        said.append(text("show.goal.first", language, wave=escaped(row["first_wave"]), value=began))
    if row["verdict"] != "unknown":
        said.append(
            text(
                f"show.goal.verdict.{row['verdict']}",
                language,
                everywhere=about["everywhere"],
                value=shown_value(number_at(row, "city"), language),
            )
        )
    return " ".join([*said, *_target(row, own, first, language)])


def _target(row: pd.Series, own: dict, first: dict, language: str) -> list[str]:
    """Say where a goal stands against its target, whose it is, and whether it was met at first."""
    target = row.get("target")
    if target is None or pd.isna(target):
        return []
    state = target_state(own, target, row["direction"])
    whose = text(f"show.target_whose.{row['target_of'] or 'study'}", language)
    shown = percentage(target, language)
    said = [text(f"show.goal.target.{state}", language, target=shown, whose=whose)]
    if row["reached_before"]:
        said.append(
            text(
                "show.goal.reached_before",
                language,
                wave=row["first_wave"],
                value=shown_value(first, language),
            )
        )
        registered = row["registered_baseline"]
        if not pd.isna(registered) and round(registered) != round(first["value"]):
            said.append(
                text("show.goal.registered", language, value=percentage(registered, language))
            )
    return said


def change_sentence(row: pd.Series, about: About) -> str:
    """Say how an outcome changed since the first wave, with its margin."""
    language, change = about["language"], number_at(row, "change")
    head = f"**{escaped(row['label'])}**"
    if row["trend"] == "unknown":
        absent = next((number for prefix in ("own", "first", "change")
                       if not is_shown(number := number_at(row, prefix))), change)  # fmt: skip
        return _absent("show.change.absent", absent, head, language)
    ends = {end: shown_value(number_at(row, prefix), language)
            for end, prefix in (("first", "first"), ("last", "own"))}  # fmt: skip
    return text(
        "show.change.sentence",
        language,
        label=head,
        trend=text(f"show.trend.{row['trend']}", language),
        points=_difference(change, language),
        interval=interval(change["lower"], change["upper"], language),
        **ends,
    )


def _difference(number: Mapping[str, Any], language: str) -> str:
    return shown_value({**number, "unit": number["unit"] or "points"}, language)


def gap_sentence(row: pd.Series, about: About) -> str:
    """Say what both groups score, and how the gap between them changed."""
    language = about["language"]
    ends = [number_at(row, end) for end in ("first", "last")]
    if not all(map(is_shown, ends)):
        return ""
    said = text(
        "show.gap.sentence",
        language,
        label=escaped(row["label"]),
        grouping=escaped(small_first(row["grouping"])),
        first=escaped(row["first_group"]),
        last=escaped(row["last_group"]),
        first_value=shown_interval(ends[0], language),
        last_value=shown_interval(ends[1], language),
    )
    change = number_at(row, "change")
    if not is_shown(change) or pd.isna(change["lower"]):
        return said
    clear = "clear" if row["change_verdict"] in CLEAR else "unclear"
    fields = {"points": _difference(change, language),
              "interval": interval(change["lower"], change["upper"], language)}  # fmt: skip
    return f"{said} {text(f'show.gap.changed_{clear}', language, **fields)}"


def gap_summary(gaps: pd.DataFrame) -> ShownText | Nothing:
    """Say where groups differ clearly now, and whether a difference clearly changed.

    A difference or a change is clear where its whole interval lies at one side of zero, before
    it was rounded.

    Parameters
    ----------
    gaps : DataFrame
        As `CityView.gaps` gives it.

    Returns
    -------
    ShownText
        Nothing where no difference is known.

    Examples
    --------
    >>> import wijkkit as wk
    >>> wk.show.gap_summary(wk.open_city("parameters").gaps())
    - Opleiding van de ouder: ...
    """
    language = gaps.attrs.get("language", "nl")
    known = gaps[gaps["gap_status"].eq("ok")] if len(gaps) else gaps
    if known.empty:
        return nothing(gaps)
    row = known.iloc[0]
    ends = {end: escaped(row[f"{end}_group"]) for end in ("first", "last")}
    grouping, name = escaped(row["grouping"]), gaps.attrs.get("name", "")
    lines = [text("show.gap.of", language, grouping=grouping, name=escaped(name), **ends)]
    clear = known[known["gap_verdict"].isin(CLEAR)]
    if len(clear):
        names = listed([_both(row, language) for _, row in clear.iterrows()], language)
        lines.append(text("show.gap.clear", language, names=names, wave=escaped(row["wave"])))
    if rest := len(known) - len(clear):
        key = "show.gap.others" if len(clear) else "show.gap.none_clear"
        lines.append(large_first(counted(key, rest, language)))
    moved = known[known["change_verdict"].isin(CLEAR)]
    moves = [
        f"{escaped(small_first(row['label']))} ({_difference(number_at(row, 'change'), language)})"
        for _, row in moved.iterrows()
    ]
    key = "show.gap.moved" if moves else "show.gap.not_moved"
    lines.append(text(key, language, names=listed(moves, language)))
    absent = gaps[~gaps["gap_status"].eq("ok")]
    return bullets([*lines, *absent_sentences(absent, language, "gap")])


def _both(row: pd.Series, language: str) -> str:
    """Return an outcome with what both groups score."""
    shown = (
        f"{escaped(row[f'{end}_group'])} {shown_value(number_at(row, end), language)}"
        for end in ("first", "last")
    )
    return f"{escaped(small_first(row['label']))} ({', '.join(shown)})"


def definition_sentence(row: pd.Series, about: About) -> str:
    """Say which question an indicator rests on, and whom it concerns."""
    language = about["language"]
    return f"**{escaped(row['label'])}**. " + text(
        "show.question_version",
        language,
        version=escaped(row["question"]),
        denominator=escaped(row["denominator"] or text("show.children", language)),
    )


def absent_sentences(rows: pd.DataFrame, language: str, prefix: str = "own") -> list[str]:
    """Return a sentence per reason for which numbers of `rows` are absent, with their labels."""
    found: dict[tuple[str, str], list[str]] = {}
    for _, row in rows.iterrows():
        number = number_at(row, prefix)
        if not is_shown(number):
            key = "above" if number is not None and number["status"] == "above" else "absent"
            name = escaped(small_first(row["label"]))
            found.setdefault((key, shown_value(number, language)), []).append(name)
    said = []
    for (key, why), labels in found.items():
        names = listed(labels, language)
        if key == "above":
            said.append(text("show.above", language, names=large_first(names), why=why))
        else:
            said.append(text("show.absent", language, names=names, why=large_first(why)))
    return said


def _absent(key: str, number: pd.Series | None, head: str, language: str) -> str:
    """Say why a number is not there; of what lies above a limit that it is not told exactly."""
    why = shown_value(number, language)
    if number is not None and number["status"] == "above":
        return text("show.above", language, names=head, why=why)
    return text(key, language, label=head, why=why)


def named(rows: Iterable[str], language: str) -> str:
    """Return labels as a list inside a sentence."""
    return listed([escaped(small_first(label)) for label in rows], language)
