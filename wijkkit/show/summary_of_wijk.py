"""The summary of a wijk: the finding that matters most, the goals, what was done, what to decide."""

from __future__ import annotations

import pandas as pd

from wijkkit.language import counted, in_words, large_first, percentage, small_first, text
from wijkkit.language.messages import escaped
from wijkkit.released import WijkView
from wijkkit.released.store import number_at
from wijkkit.show.output import Nothing, ShownText, bullets
from wijkkit.show.process_sentences import questions_of
from wijkkit.show.row_sentences import absent_sentences, named
from wijkkit.show.values import shown_value


def wijk_summary(view: WijkView) -> ShownText | Nothing:
    """Say on one screen what changed most, how the goals stand, what was done and what to decide.

    What is not there is not mentioned: a comparison wijk has no goals and no steps.

    Examples
    --------
    >>> import wijkkit as wk
    >>> wk.show.wijk_summary(wk.open_wijk("parameters", "ankerveld"))
    - **...** ...
    """
    outcomes = view.outcomes()
    parts = {
        "changed": changed(view, outcomes),
        "where": _where(view, outcomes),
        "goals": _goals(view),
        ("done" if view.slug in view.programme else "ran"): _done(view),
        "unknown": _unknown(view, outcomes),
        "talk": questions_of(view)[:2],
    }
    if not parts["changed"] and "done" in parts:
        parts = {"done": parts.pop("done"), **parts}
    answers = [
        f"**{_say(view, f'question.{key}', name=escaped(view.name))}** {' '.join(lines)}"
        for key, lines in parts.items()
        if lines
    ]
    if answers and view.study.among:
        answers = [text("common.among", view.language, who=escaped(view.study.among)), *answers]
    return bullets(answers) if answers else Nothing(text("show.nothing", view.language))


def _say(view: WijkView, key: str, **fields: object) -> str:
    return text(f"show.summary.{key}", view.language, **fields)


def _counted(view: WijkView, key: str, n: int, **fields: object) -> str:
    return large_first(counted(f"show.summary.{key}", n, view.language, **fields))


def by_size_of_change(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Return the outcomes with a clear change, the largest first; then the others."""
    clear = outcomes["trend"].isin(["better", "worse"])
    size = outcomes["change_value"].astype(float).abs().where(clear, -1.0)
    return outcomes.assign(clear=clear, size=size).sort_values(
        "size", ascending=False, kind="stable"
    )


def changed(view: WijkView, outcomes: pd.DataFrame) -> list[str]:
    """Say which outcomes clearly changed, the largest change first, and how many did not."""
    if outcomes.empty:
        return []
    rows = by_size_of_change(outcomes)
    lines = [
        _say(
            view,
            f"change.{row['trend']}",
            label=large_first(escaped(row["label"])),
            first=shown_value(number_at(row, "first"), view.language),
            last=shown_value(number_at(row, "own"), view.language),
        )
        for _, row in rows[rows["clear"]].iterrows()
    ]
    same = int(outcomes["trend"].eq("not_distinguishable").sum())
    if lines and same:
        lines.append(_counted(view, "unchanged_besides", same))
    if outcomes["trend"].eq("better").any():
        lines.append(_say(view, "cause"))
    return lines


def _where(view: WijkView, outcomes: pd.DataFrame) -> list[str]:
    """Say where the wijk differs clearly from all wijken together."""
    lines = [
        _say(
            view,
            verdict,
            everywhere=view.everywhere,
            names=_with_values(view, outcomes[outcomes["verdict"].eq(verdict)]),
        )
        for verdict in ("worse", "better")
        if outcomes["verdict"].eq(verdict).any()
    ]
    same = int(outcomes["verdict"].eq("not_distinguishable").sum())
    if not lines and same:
        return [_counted(view, "same", same, everywhere=view.everywhere)]
    return lines


def _with_values(view: WijkView, rows: pd.DataFrame) -> str:
    labels = [
        f"{small_first(row['label'])} {shown_value(number_at(row, 'own'), view.language)}"
        for _, row in rows.iterrows()
    ]
    return named(labels, view.language)


def _goals(view: WijkView) -> list[str]:
    """Say which targets were reached, which were not, and which were reached before the start."""
    goals = view.goals()
    if goals.empty:
        return []
    count = counted("common.goals", len(goals), view.language)
    chosen = bool(goals["chosen"].all())
    lines = [_say(view, "chosen" if chosen else "goals_of_study", goals=count)]
    for state in ("reached", "not_reached", "unclear"):
        mine = goals[goals["state"].eq(state) & goals["target"].notna()]
        if len(mine):
            lines.append(_say(view, f"target.{state}", names=named(mine["label"], view.language)))
    before = goals[goals["reached_before"]]
    if len(before):
        lines.append(_say(view, "reached_before", names=named(before["label"], view.language)))
    return lines


def _done(view: WijkView) -> list[str]:
    if view.slug not in view.programme:
        arm = view.wijk.arm
        ran = view.own("interventions")
        said = [_say(view, f"no_programme.{arm}")] if view.programme else []
        return [*said, _counted(view, "interventions_other", len(ran))] if len(ran) else said
    return [*_steps(view), *_interventions(view)]


def _steps(view: WijkView) -> list[str]:
    """Answer whether steps have been made."""
    table = view.own("pace_by_wijk")
    if table.empty or not table["registered"].iloc[0]:
        return [_say(view, "steps.unknown")] if len(view.own("interventions")) else []
    done = int(table["done"].iloc[0])
    if done in (0, 6):
        return [_say(view, "steps.none" if done == 0 else "steps.all")]
    return [_counted(view, "steps.some", done)]


def _interventions(view: WijkView) -> list[str]:
    """Say how many interventions there are, what was carried out and whom they reached."""
    count = len(view.own("interventions"))
    if not count:
        return [_say(view, "interventions_none")]
    table = view.own("implementation_by_wijk").set_index("measure")
    known = table[table["status"].eq("ok")]
    lines = [_counted(view, "interventions", count)]
    if "registered" in known.index:
        row = known.loc["registered"]
        silent = int(row["denominator"] - row["numerator"])
        if silent:
            registered = in_words(count - silent, view.language)
            lines.append(_counted(view, "unregistered", silent, registered=registered))
    lines += [
        _say(view, measure, share=percentage(known.loc[measure, "value"], view.language))
        for measure in ("dose", "reach_of_plan")
        if measure in known.index
    ]
    return lines


def _unknown(view: WijkView, outcomes: pd.DataFrame) -> list[str]:
    """Say which outcomes have no figure, and that the groups within the wijk have none."""
    lines = absent_sentences(outcomes, view.language)
    gaps = view.gaps()
    both = gaps["first_status"].eq("ok") & gaps["last_status"].eq("ok")
    if len(gaps) and not both.any():
        lines.append(_say(view, "gap", grouping=escaped(small_first(gaps["grouping"].iloc[0]))))
    return lines
