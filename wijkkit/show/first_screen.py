"""The first screen of a wijk's report: where it stands, what was done, what changed, what next."""

from __future__ import annotations

from collections import Counter

from wijkkit.language import text
from wijkkit.language.markdown import escaped
from wijkkit.released import WijkView
from wijkkit.show.change import change_row, trend
from wijkkit.show.goals import goals_frame, verdicts_of
from wijkkit.show.output import ShownText, bullets
from wijkkit.show.process import said

#: Sentences on the steps that the first screen has room for.
_ABOUT_STEPS = 2


def summary(view: WijkView) -> ShownText:
    """Say in four or five sentences where this wijk stands and what to talk about next."""
    lines = [
        _position(view),
        _steps(view),
        _changed(view),
        _unknown(view),
        _talk(view),
    ]
    return bullets([line for line in lines if line])


def _say(view: WijkView, key: str, **fields: object) -> str:
    return text(f"show.summary.{key}", view.language, **fields)


def _position(view: WijkView) -> str:
    frame, verdicts = goals_frame(view), verdicts_of(view)
    known = [row.key for row in frame.itertuples() if _is_shown(row.own)]
    measured = _say(view, "measured", name=escaped(view.name), n=len(frame), known=len(known))
    counts = Counter(verdicts.get(key, "unknown") for key in known)
    if not any(counts[verdict] for verdict in ("better", "worse", "not_distinguishable")):
        return measured
    fields = {
        "better": counts["better"],
        "worse": counts["worse"],
        "same": counts["not_distinguishable"],
    }
    return f"{measured} {_say(view, 'position', **fields)}"


def _steps(view: WijkView) -> str:
    """Answer whether steps have been made; a wijk without the programme has none to make."""
    sentences = said(view, "pace")[:_ABOUT_STEPS]
    if not sentences:
        return ""
    question = text("process.pace.question", view.language)
    return f"**{question}** {' '.join(escaped(sentence) for sentence in sentences)}"


def _changed(view: WijkView) -> str:
    indicators = view.study.indicators
    keys = [goal.indicator for goal in view.study.goals]
    trends = Counter(trend(change_row(view, key), indicators[key].direction) for key in keys)
    if trends["unknown"] == len(keys):
        return _say(view, "not_changed")
    fields = {
        "better": trends["better"],
        "worse": trends["worse"],
        "same": trends["not_distinguishable"],
    }
    return _say(view, "changed", **fields)


def _unknown(view: WijkView) -> str:
    absent = [row.goal for row in goals_frame(view).itertuples() if not _is_shown(row.own)]
    return _say(view, "unknown", names=escaped("; ".join(absent))) if absent else ""


def _talk(view: WijkView) -> str:
    questions = view.own("questions")["question"]
    return _say(view, "talk", question=escaped(questions.iloc[0])) if len(questions) else ""


def _is_shown(row) -> bool:
    return row is not None and row["status"] == "ok"
