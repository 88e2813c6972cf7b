"""The improvement cycle of a wijk: what was planned and learned, and what comes next."""

from __future__ import annotations

import pandas as pd

from wijkkit.evaluation.facts import Facts
from wijkkit.evaluation.learning.questions import questions
from wijkkit.evaluation.process.sentences import (
    as_sentence,
)
from wijkkit.language import counted, day, large_first, listed, small_first, text

PARTS = ("planned", "learned", "next")


def improvement_cycle(facts: Facts, wijk: str) -> pd.DataFrame:
    """Return what was planned and learned in a wijk, and what comes next.

    Returns
    -------
    DataFrame
        ``part, sentence``: one row per sentence; `part` is one of `PARTS`.

    Examples
    --------
    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> from wijkkit.pipeline.process.evaluate import facts_of
    >>> facts = facts_of(study, wk.open_city(study).table("key_figure_changes"))
    >>> from wijkkit.evaluation.learning import improvement_cycle
    >>> list(improvement_cycle(facts, "ankerveld").columns)
    ['part', 'sentence']
    """
    said = {
        "planned": _planned(facts, wijk),
        "learned": _learned(facts, wijk),
        "next": _next(facts, wijk),
    }
    rows = [(part, sentence) for part in PARTS for sentence in said[part]]
    return pd.DataFrame(rows, columns=["part", "sentence"])


def _say(facts: Facts, key: str, **fields: object) -> str:
    return text(f"learning.cycle.{key}", facts.study.language, **fields)


def _planned(facts: Facts, wijk: str) -> list[str]:
    goals = facts.goals(wijk)
    interventions = facts.registry_rows("interventions", wijk)
    if goals.empty and interventions.empty:
        return [_say(facts, "nothing_planned")]
    language = facts.study.language
    chosen = counted("learning.cycle.interventions", len(interventions), language)
    if goals.empty:
        return [_say(facts, "no_goals"), large_first(chosen)]
    fields = {
        "goals": counted("common.goals", len(goals), language),
        "names": listed(map(small_first, goals["name"]), language),
    }
    return [_say(facts, "planned", **fields), large_first(chosen)]


def _learned(facts: Facts, wijk: str) -> list[str]:
    table = facts.registry_rows("decisions", wijk)
    settled = table[table["status"].isin(["taken", "carried_out"]) & table["reason"].notna()]
    if settled.empty:
        return [_say(facts, "nothing_learned")]
    return [
        _say(
            facts,
            "learned",
            decision=as_sentence(row["decision"]),
            reason=as_sentence(row["reason"]),
            day=day(row["date"], facts.study.language),
        )
        for row in settled.sort_values("date").tail(3).to_dict("records")
    ]


def open_decisions(facts: Facts, wijk: str) -> pd.DataFrame:
    """Return the decisions of a wijk that are open, the first due first.

    Returns
    -------
    DataFrame
        ``key, decision, date, due, overdue``.

    Examples
    --------
    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> from wijkkit.pipeline.process.evaluate import facts_of
    >>> facts = facts_of(study, wk.open_city(study).table("key_figure_changes"))
    >>> from wijkkit.evaluation.learning import open_decisions
    >>> list(open_decisions(facts, "ankerveld").columns)
    ['key', 'decision', 'date', 'due', 'overdue']
    """
    table = facts.registry_rows("decisions", wijk)
    table = table[table["status"].eq("open")].sort_values(["due", "date"])
    overdue = pd.to_datetime(table["due"]).lt(pd.Timestamp(facts.as_of))
    columns = ["key", "decision", "date", "due", "overdue"]
    return table.assign(overdue=overdue)[columns].reset_index(drop=True)


def _next(facts: Facts, wijk: str) -> list[str]:
    language = facts.study.language
    waiting = open_decisions(facts, wijk)
    sentences = [
        _say(facts, "decide", decision=as_sentence(row["decision"]))
        if pd.isna(row["due"])
        else _say(
            facts,
            "decide_by",
            decision=as_sentence(row["decision"]),
            day=day(row["due"], language),
        )
        for row in waiting.head(3).to_dict("records")
    ]
    asked = questions(facts, wijk).drop_duplicates("rule")["question"].head(3)
    return [*sentences, *asked] or [_say(facts, "nothing_next")]
