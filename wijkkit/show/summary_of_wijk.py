"""The summary of a wijk: the finding that matters most, the goals, what was done, what to decide."""

from __future__ import annotations

import pandas as pd

from wijkkit.language import counted, in_words, large_first, percentage, small_first
from wijkkit.language.messages import escaped
from wijkkit.released import WijkView
from wijkkit.released.programme import not_kept
from wijkkit.released.store import number_at
from wijkkit.show.output import Nothing, ShownText
from wijkkit.show.row_sentences import absent_sentences, answered, named, say, say_counted
from wijkkit.show.values import shown_value


def wijk_summary(view: WijkView) -> ShownText | Nothing:
    """Say on one screen what changed most, how the goals stand, what was done and what to decide.

    What is not there is not mentioned: a comparison wijk has no goals and no steps. A question
    that not all wijken have comes before one that they share.
    """
    outcomes, asked = view.outcomes(), view.questions()
    asked = pd.concat([asked[~asked["shared"]].head(1), asked]).drop_duplicates("rule")
    parts = {
        "changed": changed(view, outcomes),
        "where": _where(view, outcomes),
        "goals": _goals(view),
        ("done" if view.slug in view.programme else "ran"): _done_in_wijk(view),
        "unknown": _unknown(view, outcomes),
        "talk": list(map(escaped, asked["sentence"].iloc[:2])),
    }
    if not parts["changed"] and "done" in parts:
        parts = {"done": parts.pop("done"), **parts}
    return answered(view, "summary", parts, name=escaped(view.name))


def changed(view: WijkView, outcomes: pd.DataFrame) -> list[str]:
    """Say which outcomes clearly changed, the largest change first, and how many did not."""
    if outcomes.empty:
        return []
    clear = outcomes[outcomes["trend"].isin(["better", "worse"])]
    size = clear["change_value"].astype(float).abs()
    lines = [
        say(
            view,
            f"summary.change.{row['trend']}",
            label=large_first(escaped(row["label"])),
            first=shown_value(number_at(row, "first"), view.language),
            last=shown_value(number_at(row, "own"), view.language),
        )
        for _, row in clear.loc[size.sort_values(ascending=False, kind="stable").index].iterrows()
    ]
    same = int(outcomes["trend"].eq("not_distinguishable").sum())
    if lines and same:
        lines.append(say_counted(view, "summary.unchanged_besides", same))
    if outcomes["trend"].eq("better").any():
        lines.append(say(view, "summary.cause"))
    return lines


def _where(view: WijkView, outcomes: pd.DataFrame) -> list[str]:
    """Say where the wijk differs clearly from all wijken together."""
    lines, everywhere = [], view.everywhere
    for verdict in ("worse", "better"):
        labels = [
            f"{row['label']} {shown_value(number_at(row, 'own'), view.language)}"
            for _, row in outcomes[outcomes["verdict"].eq(verdict)].iterrows()
        ]
        if labels:
            names = named(labels, view.language)
            lines.append(say(view, f"summary.{verdict}", everywhere=everywhere, names=names))
    if not lines and (same := int(outcomes["verdict"].eq("not_distinguishable").sum())):
        return [say_counted(view, "summary.same", same, everywhere=everywhere)]
    return lines


def _goals(view: WijkView) -> list[str]:
    """Say which targets were reached, which were not, and which were reached before the start."""
    goals = view.goals()
    if goals.empty:
        return []
    count = counted("common.goals", len(goals), view.language)
    chosen = bool(goals["chosen"].all())
    lines = [say(view, f"summary.{'chosen' if chosen else 'goals_of_study'}", goals=count)]
    for state in ("reached", "not_reached", "unclear", "no_figure", "no_target", "reached_before"):
        mine = goals[state] if state == "reached_before" else goals["state"].eq(state)
        if mine.any():
            names = named(goals.loc[mine, "label"], view.language)
            lines.append(say(view, f"summary.target.{state}", names=names))
    return lines


def _done_in_wijk(view: WijkView) -> list[str]:
    if view.slug not in view.programme:
        arm = view.wijk.arm
        ran = len(view.own("interventions"))
        said = [say(view, f"summary.no_programme.{arm}")] if view.programme else []
        return [*said, *([say_counted(view, "summary.interventions_other", ran)] if ran else [])]
    return [] if not_kept(view) else [*_steps(view), *_interventions(view)]


def _steps(view: WijkView) -> list[str]:
    """Answer whether steps have been made."""
    table = view.own("pace_by_wijk")
    if table.empty or not table["registered"].iloc[0]:
        return [say(view, "summary.steps.unknown")] if len(view.own("interventions")) else []
    done = int(table["done"].iloc[0])
    if done in (0, 6):
        return [say(view, f"summary.steps.{'all' if done else 'none'}")]
    return [say_counted(view, "summary.steps.some", done)]


def _interventions(view: WijkView) -> list[str]:
    """Say how many interventions there are, what was carried out and whom they reached."""
    count = len(view.own("interventions"))
    if not count:
        return [say(view, "summary.interventions_none")]
    table = view.own("implementation_by_wijk").set_index("measure")
    known = table[table["status"].eq("ok")]
    lines = [say_counted(view, "summary.interventions", count)]
    if "registered" in known.index:
        row = known.loc["registered"]
        silent, kept = int(row["denominator"] - row["numerator"]), int(row["numerator"])
        if silent and not kept:
            lines.append(say(view, "summary.unregistered_all"))
        elif silent:
            registered = in_words(kept, view.language)
            lines.append(say_counted(view, "summary.unregistered", silent, registered=registered))
    for measure in ("dose", "reach_of_plan"):
        if measure in known.index:
            share = percentage(known.loc[measure, "value"], view.language)
            lines.append(say(view, f"summary.{measure}", share=share))
    return lines


def _unknown(view: WijkView, outcomes: pd.DataFrame) -> list[str]:
    """Say which outcomes have no figure, and that the groups within the wijk have none."""
    lines = absent_sentences(outcomes, view.language)
    gaps = view.gaps()
    both = gaps["first_status"].eq("ok") & gaps["last_status"].eq("ok")
    if len(gaps) and not both.any():
        grouping = escaped(small_first(gaps["grouping"].iloc[0]))
        lines.append(say(view, "summary.gap", grouping=grouping))
    return lines
