"""The city's page: wijken by interventions and by steps, open clashes, and what those ahead did."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from wijkkit.language import day, number, percentage, text
from wijkkit.live.completeness import completeness, freshness
from wijkkit.live.decisions import clash_subject, decisions
from wijkkit.live.snapshot import Snapshot
from wijkkit.live.steps import current_round
from wijkkit.live.words import absent, say

#: From these shares of the plan on (percent) a cell is called high, and middle.
_HIGH, _MIDDLE = 80, 50


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a matrix: words, and how it is coloured (`level`)."""

    words: str
    level: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class WijkLine:
    """One wijk in the list of the start page."""

    slug: str
    name: str
    arm: str
    district: str
    registered: str
    old: bool
    score: str
    steps_done: str
    late: str
    open_decisions: str
    silent: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """Wijken by something: heads, and per wijk its slug, name and cells."""

    heads: list[str]
    rows: list[tuple[str, str, list[Cell]]]


@dataclass(frozen=True, slots=True)
class CityClash:
    """One thing that the plans of wijken clash with."""

    subject: str
    wijken: list[str]
    what: list[str]
    owners: list[str]


@dataclass(frozen=True, slots=True)
class CityPage:
    """Everything that the start page and the city's page show."""

    as_of: str
    wijken: list[WijkLine]
    steps: Matrix
    interventions: Matrix
    clashes: list[CityClash]
    ahead: list[tuple[str, list[str]]]


def city_page(snapshot: Snapshot, lines: list[WijkLine]) -> CityPage:
    """Return the pages of the city, with a line of every wijk (`wijk_line`)."""
    return CityPage(
        as_of=day(snapshot.facts.as_of, snapshot.language),
        wijken=lines,
        steps=_step_matrix(snapshot),
        interventions=_intervention_matrix(snapshot),
        clashes=_clashes(snapshot),
        ahead=_ahead(snapshot),
    )


def wijk_line(snapshot: Snapshot, wijk: str) -> WijkLine:
    """Return the line of a wijk in the list of the start page."""
    hood, language, facts = snapshot.study.neighbourhood(wijk), snapshot.language, snapshot.facts
    last, old = freshness(snapshot, wijk)
    found = completeness(snapshot, wijk)
    steps = current_round(facts.pace([wijk]))
    known = hood.arm == "programme" and steps["state"].ne("not_registered").any()
    late = steps.loc[steps["against_plan"].eq("overdue"), "days_late"].max()
    return WijkLine(
        slug=wijk,
        name=hood.name,
        arm=text(f"live.arm.{hood.arm}", language),
        district=hood.district or "",
        registered=absent("missing", language) if pd.isna(last) else day(last, language),
        old=old,
        score="–" if pd.isna(found.score) else percentage(found.score, language),
        steps_done=number(steps["state"].eq("done").sum(), language) if known else "–",
        late=number(late, language) if known and not pd.isna(late) else "–",
        open_decisions=number(len(decisions(snapshot, wijk).open), language),
        silent=number(sum(item.kind == "activities" for item in found.todo), language),
    )


def _step_matrix(snapshot: Snapshot) -> Matrix:
    language, facts = snapshot.language, snapshot.facts
    heads = [f"{step}. {text(f'process.step_short.{step}', language)}" for step in "123456"]
    rows = []
    for wijk in facts.programme_wijken():
        table = current_round(facts.pace([wijk]))
        cells = [_step_cell(row, language) for row in table.to_dict("records")]
        rows.append((wijk, snapshot.study.neighbourhoods[wijk].name, cells))
    return Matrix(heads, rows)


def _step_cell(row: dict, language: str) -> Cell:
    words = text(f"process.state.{row['state']}", language)
    if row["against_plan"] == "overdue":
        days = number(row["days_late"], language)
        return Cell(say("cell.late", language, days=days), "low", words)
    level = {"done": "high", "running": "middle"}.get(row["state"], "none")
    return Cell(words, level)


def _intervention_matrix(snapshot: Snapshot) -> Matrix:
    """Return sessions done of planned, per wijk and intervention of the same name or catalogue key."""
    facts = snapshot.facts
    items = facts.kept("interventions")
    items = items.assign(one=items["catalogue"].fillna(items["name"]))
    names = items.groupby("one")["name"].first().fillna("")
    order = items["one"].value_counts().index
    done = facts.kept("activities").dropna(subset=["planned_sessions", "delivered_sessions"])
    sums = done.groupby(["wijk", "intervention"])[["delivered_sessions", "planned_sessions"]].sum()
    table = items.merge(sums, left_on=["wijk", "key"], right_index=True, how="left")
    together = table.groupby(["wijk", "one"])[["delivered_sessions", "planned_sessions"]].sum()
    cells = {
        row.Index: _session_cell(row.delivered_sessions, row.planned_sessions, snapshot.language)
        for row in together.astype(float).itertuples()
    }
    nothing = Cell("", "empty")
    return Matrix(
        [names[one] or one for one in order],
        [
            (wijk, hood.name, [cells.get((wijk, one), nothing) for one in order])
            for wijk, hood in snapshot.study.neighbourhoods.items()
        ],
    )


def _session_cell(delivered: float, planned: float, language: str) -> Cell:
    if not planned > 0:
        return Cell(say("cell.nothing", language), "none")
    share = 100 * delivered / planned
    level = "high" if share >= _HIGH else "middle" if share >= _MIDDLE else "low"
    fields = {"done": number(delivered, language), "of": number(planned, language)}
    return Cell(percentage(share, language), level, say("cell.sessions", language, **fields))


def _clashes(snapshot: Snapshot) -> list[CityClash]:
    language, study = snapshot.language, snapshot.study
    flags = snapshot.facts.kept("flags")
    flags = flags[flags["status"].eq("open")]
    partners = snapshot.facts.kept("stakeholders").set_index(["wijk", "key"])["organisation"]
    found: dict[str, list[dict]] = {}
    for row in flags.to_dict("records"):
        found.setdefault(clash_subject(row, language), []).append(row)
    return [
        CityClash(
            subject,
            list(dict.fromkeys(study.neighbourhoods[row["wijk"]].name for row in rows)),
            list(dict.fromkeys(row["what"] for row in rows)),
            [
                f"{study.neighbourhoods[row['wijk']].name}: "
                f"{partners.get((row['wijk'], row['owner']), say('clash.nobody', language))}"
                for row in rows
            ],
        )
        for subject, rows in sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    ]


def _ahead(snapshot: Snapshot) -> list[tuple[str, list[str]]]:
    """Return the wijken that are furthest in the steps, with what they decided in the last year."""
    facts, language = snapshot.facts, snapshot.language
    pace = facts.programme_pace
    if pace.empty or not pace["steps_done"].max() > 0:
        return []
    first = pace[pace["steps_done"].eq(pace["steps_done"].max())]["wijk"]
    table = facts.kept("decisions")
    settled = table[table["status"].isin(["taken", "carried_out"]) & table["reason"].notna()]
    found = []
    for wijk in first:
        rows = settled[settled["wijk"].eq(wijk)].sort_values("date").tail(3)
        said = [
            say("ahead", language, decision=row["decision"], reason=row["reason"])
            for row in rows.to_dict("records")
        ]
        found.append((snapshot.study.neighbourhoods[wijk].name, said))
    return found
