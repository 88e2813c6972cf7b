"""What the process tables of one wijk say, in sentences."""

from __future__ import annotations

from datetime import date

import pandas as pd

from wijkkit.evaluation.process.network import ADVISOR, ALL_DOMAINS
from wijkkit.language import (
    counted,
    day,
    large_first,
    listed,
    number,
    percentage,
    small_first,
    text,
)
from wijkkit.tables import rows_with

#: What the summary of a wijk's implementation says, in this order.
_SAID = ("dose", "reach_of_plan", "low_ses_reached", "quality", "adoption", "maintenance")
_KEYS = {"reach_of_plan": "reach", "low_ses_reached": "low_ses"}


def implementation_sentences(
    by_wijk: pd.DataFrame, wijk: str, interventions: int, language: str
) -> list[str]:
    """Say how the interventions of a wijk were carried out, and what was not registered."""
    if interventions == 0:
        return [text("process.implementation.none", language)]
    rows = by_wijk[by_wijk["wijk"].eq(wijk)].set_index("measure")
    sentences = []
    found = rows.loc["registered"]
    if found["status"] == "ok" and found["numerator"] < found["denominator"]:
        n, of = int(found["denominator"] - found["numerator"]), int(found["denominator"])
        sentences.append(text("process.implementation.nothing", language, n=n, of=of))
    absent: dict[str, list[str]] = {}
    for measure in _SAID:
        row = rows.loc[measure]
        if row["status"] != "ok":
            name = small_first(text(f"process.measure.{measure}", language))
            absent.setdefault(row["status"], []).append(name)
            continue
        key = f"process.implementation.{_KEYS.get(measure, measure)}"
        if measure == "maintenance" and row["value"] == 100:
            key = "process.implementation.maintenance_all"
        counts = {
            word: number(row[name], language)
            for word, name in (("done", "numerator"), ("planned", "denominator"))
        }
        sentences.append(text(key, language, value=shown_measure(row, language), **counts))
    for status, names in absent.items():
        why, what = large_first(text(f"process.{status}", language)), listed(names, language)
        sentences.append(text("process.implementation.missing", language, why=why, what=what))
    return sentences


def reach_sentences(implemented: pd.DataFrame, wijk: str, language: str) -> list[str]:
    """Say which part of its target group each intervention of a wijk reached."""
    rows = rows_with(implemented, wijk=wijk, measure="reach", status="ok")
    # Without its limits a sum of periods says nothing of how many different people there were.
    rows = rows[rows["basis"].ne("overlap") | rows["lower"].notna()]
    if rows.empty:
        return []
    parts = []
    for row in rows.itertuples():
        share = percentage(row.value, language)
        if row.basis == "overlap":
            ends = {"lower": row.lower, "upper": row.upper}
            ends = {name: percentage(end, language) for name, end in ends.items()}
            share = text("process.reach.between", language, **ends)
        parts.append(text("process.reach.part", language, name=row.name, share=share))
    said = [text("process.reach.parts", language, parts=listed(parts, language))]
    if rows["basis"].eq("overlap").any():
        said.append(text("process.reach.overlap", language))
    return said


def shown_measure(row: pd.Series, language: str) -> str:
    """Return a measure in the reader's notation with its limits, or why it is absent.

    >>> import pandas as pd
    >>> shown_measure(pd.Series({"status": "not_registered"}), "nl")
    'niet geregistreerd'
    >>> shown_measure(pd.Series({"status": "ok", "value": 62.4, "lower": 50.0, "upper": 73.0,
    ...                          "unit": "percent"}), "nl")
    '62% (50–73)'
    """
    if row["status"] != "ok":
        return text(f"process.{row['status']}", language)
    show = percentage if row["unit"] == "percent" else number
    value = show(row["value"], language)
    if pd.isna(row["lower"]) or pd.isna(row["upper"]):
        return value
    lower, upper = (number(row[limit], language) for limit in ("lower", "upper"))
    return text("process.with_limits", language, value=value, lower=lower, upper=upper)


def as_sentence(words: str) -> str:
    """Return what somebody wrote in the registry with a full stop, so that more can follow.

    >>> as_sentence("Buiten spelen gaat voor"), as_sentence("Waarom niet? ")
    ('Buiten spelen gaat voor.', 'Waarom niet?')
    """
    words = words.strip()
    return words if words.endswith((".", "!", "?")) else f"{words}."


def network_sentences(
    participation: pd.DataFrame,
    centrality: pd.DataFrame,
    turnover: pd.DataFrame,
    wijk: str,
    *,
    start: date,
    end: date,
    language: str,
) -> list[str]:
    """Say how often the network of a wijk met, where the advisor stands and who left."""
    return [
        *_meetings(participation, wijk, language),
        *_advisor(centrality, wijk, language),
        *_turnover(turnover.set_index("wijk").loc[wijk], start, end, language),
    ]


def _network(key: str, language: str, **fields: object) -> str:
    return text(f"process.network.{key}", language, **fields)


def _meetings(participation: pd.DataFrame, wijk: str, language: str) -> list[str]:
    """Say how often the network met, over the same time as the figures of its organisations."""
    held = rows_with(participation, wijk=wijk, domain=ALL_DOMAINS)
    if held.empty:
        return [_network("none", language)]
    years = held["year"].astype(int)
    since = {"first": years.min(), "last": years.max(), "meetings": int(held["meetings"].sum())}
    invited = held["invited"].sum()
    if not invited > 0:
        return [_network("meetings_unknown", language, **since)]
    percent = percentage(100 * held["present"].sum() / invited, language)
    return [_network("meetings", language, **since, percent=percent)]


def _advisor(centrality: pd.DataFrame, wijk: str, language: str) -> list[str]:
    mine = rows_with(centrality, wijk=wijk, domain=ALL_DOMAINS)
    if mine.empty:
        return []
    advisor = mine[mine["role"].eq(ADVISOR)]
    if advisor.empty:
        return [_network("advisor_absent", language)]
    row = advisor.iloc[0]
    more = int((mine["met"] > row["met"]).sum())
    met = _network("advisor", language, met=row["met"], of=len(mine) - 1)
    key = "process.network.more" if more else "process.network.most"
    return [met, counted(key, more, language)]


def _turnover(row: pd.Series, start: date, end: date, language: str) -> list[str]:
    if pd.isna(row["at_start"]):
        return [_network("turnover_unknown", language)]
    counts = {key: int(row[key]) for key in ("ever", "ever_left", "joined")}
    if not counts["ever"]:
        return []
    ends = {"start": start, "end": end, "began": row["began"]}
    days = {name: day(one, language) for name, one in ends.items()}
    left = "process.network.left" if counts["ever_left"] else "process.network.nobody_left"
    said = [
        _network("turnover" if row["at_start"] else "began", language, **counts, **days),
        large_first(counted(left, counts["ever_left"], language)),
    ]
    if row["advisors"]:
        said.append(counted("process.network.advisors", int(row["advisors"]), language))
    return said
