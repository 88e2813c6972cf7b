"""The network: who meets whom per domain, participation over time, the advisor's place, turnover."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import combinations
from typing import Any

import pandas as pd

from wijkkit.tables import rows_with

#: The role of the gebiedsadviseur in the registry.
ADVISOR = "gebiedsadviseur"
ALL_DOMAINS = "all"

TURNOVER_COLUMNS = tuple("wijk at_start joined ever ever_left advisors began".split())


def participation(meetings: pd.DataFrame, attendance: pd.DataFrame) -> pd.DataFrame:
    """Return how many of those invited were present, per wijk, year and domain.

    A meeting counts by its list of attendance, or by its two numbers where it has no list.

    ``wijk, year, domain, meetings, registered, invited, present, percent``. `registered` counts
    meetings with any attendance or both numbers; `percent` is absent where that is none. Domain
    ``all`` counts every meeting, with or without a domain.
    """
    there = attendance.assign(present=attendance["presence"].eq("present"))
    each = there.groupby(["wijk", "meeting"], as_index=False).agg(
        invited_listed=("presence", "size"), present_listed=("present", "sum")
    )
    on = ["wijk", "key"]
    held = meetings.merge(each.rename(columns={"meeting": "key"}), on=on, how="left")
    counted = held["invited"].notna() & held["present"].notna()
    for name in ("invited", "present"):
        listed = held[f"{name}_listed"]
        held[name] = listed.fillna(held[name].where(counted).astype(float))
    held["year"] = pd.to_datetime(held["date"]).dt.year
    held["registered"] = held["invited"].notna()
    table = (
        _and_all(held)
        .groupby(["wijk", "year", "domain"], as_index=False)
        .agg(
            meetings=("key", "size"),
            registered=("registered", "sum"),
            invited=("invited", "sum"),
            present=("present", "sum"),
        )
    )
    table["percent"] = (100 * table["present"] / table["invited"]).where(table["invited"] > 0)
    return table.astype({"invited": int, "present": int})


def people_at(meeting: Mapping, attendance: Iterable[Mapping]) -> tuple[int, int]:
    """Return how many were at one meeting, and how many were invited; as `participation` counts.

    >>> people_at({"key": "O1", "invited": 8, "present": 5}, [])
    (5, 8)
    >>> people_at({"key": "O1", "invited": 8, "present": 5},
    ...     [{"meeting": "O1", "presence": "present"}, {"meeting": "O1", "presence": "absent"}])
    (1, 2)
    """
    answers = [row["presence"] for row in attendance if row["meeting"] == meeting["key"]]
    if answers:
        return answers.count("present"), len(answers)
    if pd.isna(meeting["invited"]) or pd.isna(meeting["present"]):
        return 0, 0
    return int(meeting["present"]), int(meeting["invited"])


def meeting_ties(
    stakeholders: pd.DataFrame, meetings: pd.DataFrame, attendance: pd.DataFrame
) -> pd.DataFrame:
    """Return which organisations met, per wijk and domain.

    ``wijk, domain, one, other, meetings``: in how many meetings both organisations were present.
    Organisations, never persons. Domain ``all`` counts every meeting.
    """
    present = _present(stakeholders, meetings, attendance)
    rows: list[tuple[Any, ...]] = []
    for (wijk, domain, _), names in present.groupby(["wijk", "domain", "meeting"])["organisation"]:
        rows.extend((wijk, domain, *pair) for pair in combinations(sorted(set(names)), 2))
    ties = pd.DataFrame(rows, columns=["wijk", "domain", "one", "other"])
    return ties.groupby(["wijk", "domain", "one", "other"]).size().rename("meetings").reset_index()


def centrality(
    stakeholders: pd.DataFrame, meetings: pd.DataFrame, attendance: pd.DataFrame
) -> pd.DataFrame:
    """Return each organisation's place in the network of meetings, per wijk and domain.

    ``wijk, domain, organisation, role, attended, met, degree, betweenness, rank``: meetings
    attended, others met, the part of all others met (0-1), Freeman's betweenness (0-1: how often it
    is the only link between two others) and the rank by `degree`, then `betweenness`. Domain
    ``all`` counts every meeting.

    Freeman LC (1978). Centrality in social networks: conceptual clarification. Social Networks
    1(3), 215-239.
    """
    import networkx as nx

    present = _present(stakeholders, meetings, attendance)
    ties = meeting_ties(stakeholders, meetings, attendance)
    tables = []
    for (wijk, domain), rows in present.groupby(["wijk", "domain"]):
        mine = rows_with(ties, wijk=wijk, domain=domain)
        graph = nx.Graph()
        graph.add_nodes_from(rows["organisation"])
        graph.add_edges_from(zip(mine["one"], mine["other"], strict=True))
        table = rows.groupby("organisation", as_index=False).agg(
            role=("role", "first"), attended=("meeting", "nunique")
        )
        names = table["organisation"]
        table["met"] = names.map(dict(graph.degree)).astype(int)
        table["degree"] = names.map(nx.degree_centrality(graph)) if len(names) > 1 else 0.0
        table["betweenness"] = names.map(nx.betweenness_centrality(graph))
        order = table[["degree", "betweenness"]].apply(tuple, axis=1)
        table["rank"] = order.rank(method="min", ascending=False).astype(int)
        tables.append(table.assign(wijk=wijk, domain=domain))
    columns = ["wijk", "domain", "organisation", "role", "attended", "met", "degree"]
    columns += ["betweenness", "rank"]
    found = pd.concat(tables) if tables else pd.DataFrame(columns=columns)
    return found[columns].sort_values(["wijk", "domain", "rank"]).reset_index(drop=True)


def one_spelling(stakeholders: pd.DataFrame) -> pd.Series:
    """Return the organisation of each partner, as its wijk wrote it first.

    One that differs in capitals, spaces or signs only is the same.
    """
    names = stakeholders["organisation"]
    plain = names.str.casefold().str.replace(r"[\W_]+", "", regex=True)
    return names.groupby([stakeholders["wijk"], plain.where(plain.ne(""), names)]).transform(
        "first"
    )


def _present(
    stakeholders: pd.DataFrame, meetings: pd.DataFrame, attendance: pd.DataFrame
) -> pd.DataFrame:
    there = attendance[attendance["presence"].eq("present")]
    people = stakeholders[["wijk", "key", "role"]].rename(columns={"key": "stakeholder"})
    people = people.assign(organisation=one_spelling(stakeholders))
    held = meetings[["wijk", "key", "domain"]].rename(columns={"key": "meeting"})
    rows = there[["wijk", "meeting", "stakeholder"]].merge(people, on=["wijk", "stakeholder"])
    rows = rows.merge(held, on=["wijk", "meeting"])
    # The advisor is a place of its own in the network, not one more of the municipality.
    rows["organisation"] = rows["organisation"].where(rows["role"].ne(ADVISOR), ADVISOR)
    return _and_all(rows)


def _and_all(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of each domain, and all rows once more as those of all domains."""
    return pd.concat([rows[rows["domain"].notna()], rows.assign(domain=ALL_DOMAINS)])


def turnover(stakeholders: pd.DataFrame, starts: Mapping[str, date], end: date) -> pd.DataFrame:
    """Return how many of the people in the network on the first day had left by the last.

    `end`: The last day, or a wijk's first day where that is later. ``wijk, at_start, joined, ever,
    ever_left, advisors, began``. Of all who were `ever` there in these days, `ever_left` had left.
    `advisors` counts the gebiedsadviseurs the wijk had in these days. A row without a first day
    cannot be counted; figures are absent where none has one. `began` is the first day of who was
    `ever` there.
    """
    rows = []
    for wijk, start in starts.items():
        first, last = pd.Timestamp(start), pd.Timestamp(max(start, end))
        mine = stakeholders[stakeholders["wijk"].eq(wijk)]
        began, stopped = pd.to_datetime(mine["start"]), pd.to_datetime(mine["end"])
        dated = began.notna()
        stayed = stopped.isna() | (stopped > last)
        there = dated & (began <= first) & (stopped.isna() | (stopped >= first))
        within = dated & (began <= last) & (stopped.isna() | (stopped >= first))
        counts = {
            "at_start": there,
            "joined": dated & (began > first) & (began <= last),
            "ever": within,
            "ever_left": within & ~stayed,
            "advisors": within & mine["role"].eq(ADVISOR),
        }
        row = {name: float(who.sum()) if dated.any() else math.nan for name, who in counts.items()}
        rows.append({"wijk": wijk, **row, "began": began[within].min()})
    return pd.DataFrame(rows, columns=list(TURNOVER_COLUMNS))
