"""Sentences: as functions of a row of a frame, of a frame, and of a view in a summary."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from wijkkit.estimates.compare import CLEAR
from wijkkit.language import counted, interval, large_first, listed, small_first, text
from wijkkit.language.messages import escaped
from wijkkit.language.numbers import as_set, decimals_of, over_zero
from wijkkit.released import CityView
from wijkkit.released.goals import target_state
from wijkkit.released.store import is_shown, number_at
from wijkkit.show.output import Nothing, ShownText, bullets, language_of, nothing
from wijkkit.show.values import difference, shown_interval, shown_value

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
    - **Meer kinderen spelen voldoende buiten**: ...
    """
    if frame.empty:
        return nothing(frame)
    rows = frame.sort_values(by, key=lambda x: x.map(order.index), kind="stable") if by else frame
    said = [sentence for _, row in rows.iterrows() if (sentence := say(row, frame.attrs))]
    return bullets(said) if said else nothing(frame)


def said(frame: pd.DataFrame, column: str = "sentence") -> ShownText | Nothing:
    """List the sentences in a column of a frame; those of one `part` stand together after its name.

    Parameters
    ----------
    frame : DataFrame
        As `CityView.sentences`, `CityView.questions` or `CityView.rows` give it.
    column : str, optional

    Examples
    --------
    >>> import wijkkit as wk
    >>> wk.show.said(wk.open_wijk("parameters", "ankerveld").sentences("implementation"))
    - **Uitvoering.** ...
    """
    if frame.empty:
        return nothing(frame)
    lines = frame[column].map(escaped)
    if "part" in frame and frame["part"].any():
        parts = lines.groupby(frame["part"], sort=False)
        return bullets(f"**{part}** {' '.join(mine)}" for part, mine in parts)
    return bullets(lines)


def say(view: CityView, key: str, **fields: object) -> str:
    """Return a message of what is shown, in the language of a view."""
    return text(f"show.{key}", view.language, **fields)


def say_counted(view: CityView, key: str, n: int, **fields: object) -> str:
    """Return a message that begins with how many there are."""
    return large_first(counted(f"show.{key}", n, view.language, **fields))


def answered(
    view: CityView, concern: str, parts: Mapping[str, Sequence[str]], **fields: object
) -> ShownText | Nothing:
    """Return the answers of a summary, each after its question; a part without one is absent."""
    answers = [
        f"**{say(view, f'{concern}.question.{key}', **fields)}** {' '.join(lines)}"
        for key, lines in parts.items()
        if lines
    ]
    if answers and view.study.among:
        answers.insert(0, text("common.among", view.language, who=escaped(view.study.among)))
    return bullets(answers) if answers else Nothing(say(view, "nothing"))


def quote_sentence(row: pd.Series, about: About) -> str:
    """Return a quote with the role of who said it, the arm and the wave."""
    words = {key: escaped(row[key].strip()) for key in ("quote", "role", "wave")}
    arm = text(f"show.area.{row['arm']}", about["language"])
    return text("show.interviews.quote", about["language"], arm=arm, **words)


def goal_sentence(row: pd.Series, about: About) -> str:
    """Say where a wijk stands on a goal, against all wijken and its target."""
    language, own = about["language"], number_at(row, "own")
    head = f"**{escaped(row['label'])}**"
    if not is_shown(own):
        return _absent(own, head, language)
    whom = escaped(row["denominator"] or text("show.children", language))
    now = {"value": shown_interval(own, language), "wave": escaped(row["wave_label"])}
    label = ". ".join(filter(None, [head, escaped(row.get("measured_as", ""))]))
    key = "show.goal.mean" if row["measured_in"] == "score" else "show.goal.now"
    said = [text(key, language, label=label, whom=whom, **now)]
    if row["verdict"] != "unknown":
        city = shown_value(number_at(row, "city"), language)
        key = f"show.goal.verdict.{row['verdict']}"
        said.append(text(key, language, everywhere=about["everywhere"], value=city))
    return " ".join([*said, *_target(row, own, language)])


def _target(row: pd.Series, own: dict, language: str) -> list[str]:
    """Say where a goal stands against its target, whose it is, and whether it was met at first."""
    target = row.get("target")
    if target is None or pd.isna(target):
        return []
    state = target_state(own, target, row["direction"])
    whose = text(f"show.target_whose.{row['target_of'] or 'study'}", language)
    shown = as_set(target, row["measured_in"], language)
    said = [text(f"show.goal.target.{state}", language, target=shown, whose=whose)]
    if row["reached_before"]:
        first = number_at(row, "first")
        began = {"wave": row["first_wave"], "value": shown_value(first, language)}
        said.append(text("show.goal.reached_before", language, **began))
        registered = row["registered_baseline"]
        unit, places = row["measured_in"], int(row["measured_in"] == "score")
        if not pd.isna(registered) and round(registered, places) != round(first["value"], places):
            chosen = as_set(registered, unit, language)
            said.append(text("show.goal.registered", language, value=chosen))
    return said


def change_sentence(row: pd.Series, about: About) -> str:
    """Say how an outcome changed since the first wave, with its margin."""
    language, change = about["language"], number_at(row, "change")
    head = f"**{escaped(row['label'])}**"
    if row["first_wave"] == row["wave"]:
        return text("show.change.once", language, label=head)
    own, first = number_at(row, "own"), number_at(row, "first")
    absent = next((number for number in (own, first, change) if not is_shown(number)), None)
    if row["trend"] == "unknown" and absent is not None:
        return _absent(absent, head, language)
    places = decimals_of(change["unit"] or "points")
    moved = {
        "first": shown_value(first, language),
        "last": shown_value(own, language),
        "trend": text(f"show.trend.{row['trend']}", language),
        "points": _difference(change, language),
        "interval": interval(change["lower"], change["upper"], language, places),
    }
    key = "unjudged" if row["trend"] == "unknown" else "sentence"
    said = text(f"show.change.{key}", language, label=head, **moved)
    clear = row["trend"] in ("better", "worse")
    return said + over_zero(clear, change["lower"], change["upper"], language)


def any_over_zero(rows: pd.DataFrame, prefix: str, language: str) -> str:
    """Return why the margin of one or more of these clear differences holds zero, where it does."""
    ends = zip(rows[f"{prefix}lower"], rows[f"{prefix}upper"], strict=True)
    return max((over_zero(True, *both, language) for both in ends), default="")


def _difference(number: Mapping[str, Any], language: str) -> str:
    return shown_value(difference({**number, "unit": number["unit"] or "points"}), language)


def gap_summary(frame: pd.DataFrame) -> ShownText | Nothing:
    """Say where groups of `CityView.gaps` differ clearly now, and where that clearly changed."""
    language = language_of(frame)
    known = frame[frame["gap_status"].eq("ok")] if len(frame) else frame
    if known.empty:
        return nothing(frame)
    row = known.iloc[0]
    ends = {end: escaped(row[f"{end}_group"]) for end in ("first", "last")}
    grouping, name = large_first(escaped(row["grouping"])), frame.attrs.get("name", "")
    lines = [text("show.gap.of", language, grouping=grouping, name=escaped(name), **ends)]
    clear = known[known["gap_verdict"].isin(CLEAR)]
    if len(clear):
        names = listed([_with_both(row, language) for _, row in clear.iterrows()], language)
        wave = escaped(frame.attrs.get("waves", {}).get(row["wave"], row["wave"]))
        said = text("show.gap.clear", language, names=names, wave=wave)
        lines.append(said + any_over_zero(clear, "gap_", language))
    if rest := int(known["gap_verdict"].eq("not_distinguishable").sum()):
        key = "show.gap.others" if len(clear) else "show.gap.none_clear"
        lines.append(large_first(counted(key, rest, language)))
    moved = known[known["change_verdict"].isin(CLEAR)]
    moves = [
        f"{escaped(small_first(row['label']))} ({_difference(number_at(row, 'change'), language)})"
        for _, row in moved.iterrows()
    ]
    if moves or (known["change_status"].ne("missing").any() and not known["unjudged"].any()):
        key = "show.gap.moved" if moves else "show.gap.not_moved"
        said = text(key, language, names=listed(moves, language))
        lines.append(said + any_over_zero(moved, "change_", language))
    if unjudged := int(known["unjudged"].sum()):
        lines.append(counted("show.gap.withheld", unjudged, language))
    return bullets([*lines, *absent_sentences(frame, language, "gap")])


def _with_both(row: pd.Series, language: str) -> str:
    """Return an outcome with what both groups score; where that looks alike, how far apart."""
    first, last = (shown_value(number_at(row, end), language) for end in ("first", "last"))
    apart = _difference(number_at(row, "gap"), language) if first == last else ""
    groups = apart or f"{escaped(row['first_group'])} {first}, {escaped(row['last_group'])} {last}"
    return f"{escaped(small_first(row['label']))} ({groups})"


def definition_sentence(row: pd.Series, about: About) -> str:
    """Say which question an indicator rests on, and whom it concerns."""
    language = about["language"]
    whom = escaped(row["denominator"] or text("show.children", language))
    fields = {"version": escaped(row["question"]), "denominator": whom}
    return f"**{escaped(row['label'])}**. {text('show.question_version', language, **fields)}"


def absent_sentences(rows: pd.DataFrame, language: str, prefix: str = "own") -> list[str]:
    """Return a sentence per reason for which numbers of `rows` are absent, with their labels."""
    found: dict[tuple[str, str], list[str]] = {}
    for _, row in rows.iterrows():
        if not is_shown(number := number_at(row, prefix)):
            why = "above" if number is not None and number["status"] == "above" else "absent"
            label = escaped(small_first(row["label"]))
            found.setdefault((why, shown_value(number, language)), []).append(label)
    return [
        large_first(text(f"show.{key}", language, names=listed(names, language), why=why))
        for (key, why), names in found.items()
    ]


def _absent(number: Mapping[str, Any] | None, head: str, language: str) -> str:
    """Say why a number is not there; of what lies above a limit that it is not told exactly."""
    above = number is not None and number["status"] == "above"
    said = {"names": head, "label": head, "why": shown_value(number, language)}
    return text("show.above" if above else "show.goal.absent", language, **said)


def named(rows: Iterable[str], language: str) -> str:
    """Return labels as a list inside a sentence."""
    return listed([escaped(small_first(label)) for label in rows], language)
