"""The city: wijken by interventions and by steps, open clashes, what those ahead did, the map.

What the city shows of a wijk is kept with that wijk: after a save only that part is made again.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pandas as pd

from wijkkit.language import absence, day, number, percentage, text
from wijkkit.live import progress
from wijkkit.live.snapshot import Now, Snapshot, Source, say
from wijkkit.released import open_released
from wijkkit.study import Study

#: From these shares of the plan on (percent) a cell is called high, and middle.
_HIGH, _MIDDLE = 80, 50
#: The longest side of the map, and how much of a border may be left out, in its own units.
_SIZE, _TOLERANCE = 600, 1.0
#: So many names can be read on the map.
_NAMES = 20


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a matrix: words, and how it is coloured (`level`)."""

    words: str
    level: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Matrix:
    """Wijken by something: heads, and per wijk its slug, name and cells."""

    heads: list[str]
    rows: list[tuple[str, str, list[Cell]]]


@dataclass(frozen=True, slots=True)
class WijkPart:
    """What the city's pages show of one wijk; `sessions`: intervention -> name, done, planned."""

    line: SimpleNamespace
    steps: list[Cell] | None
    sessions: dict[str, tuple[str, float, float]]
    clashes: list[SimpleNamespace]
    steps_done: int
    decided: list[str]


def current_city(source: Source, language: str) -> SimpleNamespace:
    """Return the pages of the city as they are now."""
    now = source.now()

    def make() -> SimpleNamespace:
        source.read_all(now, language)
        parts = [_current_part(source, now, language, wijk) for wijk in source.study.neighbourhoods]
        return city_page(parts, day(now.day, language), language)

    return source.cached(("city", language), now.of_city, make)


def current_map(source: Source) -> SimpleNamespace | None:
    """Return the map of the wijken, made again when it was released again."""
    return source.cached(("map",), source.now().released, lambda: city_map(source.study))


def _current_part(source: Source, now: Now, language: str, wijk: str) -> WijkPart:
    return source.cached(
        ("part", language, wijk),
        now.of(wijk),
        lambda: wijk_part(source.snapshot(now, language, wijk), wijk),
    )


def city_page(parts: list[WijkPart], as_of: str, language: str) -> SimpleNamespace:
    """Return the pages of the city from what they show of each wijk."""
    steps = [(part.line.slug, part.line.name, part.steps) for part in parts if part.steps]
    heads = [f"{step}. {text(f'process.step_short.{step}', language)}" for step in "123456"]
    return SimpleNamespace(
        as_of=as_of,
        wijken=[part.line for part in parts],
        steps=Matrix(heads, steps),
        interventions=_intervention_matrix(parts, language),
        clashes=_clashes(parts),
        ahead=_ahead(parts),
    )


def wijk_part(snapshot: Snapshot, wijk: str) -> WijkPart:
    """Return what the city's pages show of a wijk."""
    facts, language = snapshot.facts, snapshot.language
    programme = wijk in snapshot.study.starts
    steps = facts.steps(wijk)
    cells = (
        [_step_cell(row, language) for row in progress.current_round(steps)] if programme else None
    )
    sessions: dict[str, tuple[str, float, float]] = {}
    for item in facts.records("interventions", wijk):
        one = item["name"] if pd.isna(item["catalogue"]) else item["catalogue"]
        rows = facts.activities(wijk, item["key"])
        done, planned = rows["delivered_sessions"], rows["planned_sessions"]
        both = ~np.isnan(done) & ~np.isnan(planned)
        name, *before = sessions.get(one, (item["name"], 0.0, 0.0))
        sessions[one] = (name, before[0] + done[both].sum(), before[1] + planned[both].sum())
    return WijkPart(
        line=_line(snapshot, wijk),
        steps=cells,
        sessions=sessions,
        clashes=progress.open_clashes(snapshot, wijk),
        steps_done=sum(row["state"] == "done" for row in steps) if programme else 0,
        decided=_decided(snapshot, wijk),
    )


def _line(snapshot: Snapshot, wijk: str) -> SimpleNamespace:
    """Return the line of a wijk in the list of the start page."""
    neighbourhood, language = snapshot.study.neighbourhood(wijk), snapshot.language
    last, old = progress.freshness(snapshot, wijk)
    found = progress.completeness(snapshot, wijk)
    steps = progress.current_round(snapshot.facts.steps(wijk))
    known = neighbourhood.arm == "programme" and any(
        row["state"] != "not_registered" for row in steps
    )
    late = [row["days_late"] for row in steps if row["against_plan"] == "overdue"]
    done = sum(row["state"] == "done" for row in steps)
    return SimpleNamespace(
        slug=wijk,
        name=neighbourhood.name,
        arm=text(f"live.arm.{neighbourhood.arm}", language),
        registered=absence("missing", language) if pd.isna(last) else day(last, language),
        state="stale" if old else "other" if pd.isna(last) else "fresh",
        score="–" if pd.isna(found.score) else percentage(found.score, language),
        steps_done=number(done, language) if known else "–",
        late=number(max(late), language) if known and late else "–",
        open_decisions=number(len(progress.decisions(snapshot, wijk).open), language),
        silent=number(sum(item.kind == "activities" for item in found.todo), language),
    )


def _step_cell(row: dict, language: str) -> Cell:
    words = text(f"process.state.{row['state']}", language)
    if row["against_plan"] == "overdue":
        days = number(row["days_late"], language)
        return Cell(say("cell.late", language, days=days), "low", words)
    level = {"done": "high", "running": "middle"}.get(row["state"], "none")
    return Cell(words, level)


def _intervention_matrix(parts: list[WijkPart], language: str) -> Matrix:
    """Return sessions done of planned, per wijk and intervention; what most have comes first."""
    names: dict[str, str] = {}
    for part in parts:
        names = {one: name for one, (name, *_) in part.sessions.items()} | names
    counts = Counter(one for part in parts for one in part.sessions)
    order = [one for one, _ in counts.most_common()]
    nothing = Cell("", "empty")
    rows = []
    for part in parts:
        cells = {
            one: _cell(done, planned, language) for one, (_, done, planned) in part.sessions.items()
        }
        rows.append((part.line.slug, part.line.name, [cells.get(one, nothing) for one in order]))
    return Matrix([names[one] for one in order], rows)


def _cell(delivered: float, planned: float, language: str) -> Cell:
    if not planned > 0:
        return Cell(say("cell.nothing", language), "none")
    share = 100 * delivered / planned
    level = "high" if share >= _HIGH else "middle" if share >= _MIDDLE else "low"
    fields = {"done": number(delivered, language), "of": number(planned, language)}
    return Cell(percentage(share, language), level, say("cell.sessions", language, **fields))


def _clashes(parts: list[WijkPart]) -> list[SimpleNamespace]:
    found: dict[str, list[tuple[str, str]]] = {}
    for part in parts:
        for clash in part.clashes:
            owner = f"{part.line.name}: {clash.owner}"
            found.setdefault(clash.subject, []).append((clash.what, owner))
    return [
        SimpleNamespace(
            subject=subject,
            what=list(dict.fromkeys(what for what, _ in rows)),
            owners=[owner for _, owner in rows],
        )
        for subject, rows in sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    ]


def _decided(snapshot: Snapshot, wijk: str) -> list[str]:
    rows = [
        row
        for row in snapshot.facts.records("decisions", wijk)
        if row["status"] in ("taken", "carried_out") and not pd.isna(row["reason"])
    ]
    return [
        say("ahead", snapshot.language, decision=row["decision"], reason=row["reason"])
        for row in sorted(rows, key=lambda row: row["date"])[-3:]
    ]


def _ahead(parts: list[WijkPart]) -> list[tuple[str, list[str]]]:
    """Return the wijken that are furthest in the steps, with what they decided last."""
    most = max((part.steps_done for part in parts), default=0)
    if most == 0:
        return []
    return [(part.line.name, part.decided) for part in parts if part.steps_done == most]


def city_map(study: Study) -> SimpleNamespace | None:
    """Return the map of the wijken; None where no borders were released."""
    released = open_released(study)
    if "borders" not in released:
        return None
    table = released.table("borders")
    if table.empty:
        return None
    known = table[table["area_level"].eq("wijk") & table["area"].isin(study.neighbourhoods)]
    if known.empty:
        return None
    shapes = known.geometry.to_crs(28992) if known.crs is not None else known.geometry
    left, low, right, high = shapes.total_bounds
    scale = _SIZE / max(right - left, high - low)
    drawn = shapes.affine_transform([scale, 0, 0, -scale, -left * scale, high * scale])
    drawn = drawn.simplify(_TOLERANCE)
    found = [
        SimpleNamespace(wijk=area, path=_path(one), x=round(point.x, 1), y=round(point.y, 1))
        for area, one, point in zip(known["area"], drawn, drawn.representative_point(), strict=True)
    ]
    width, height = round((right - left) * scale), round((high - low) * scale)
    named = len(found) <= _NAMES
    return SimpleNamespace(width=width, height=height, shapes=found, names=named)


def _path(shape: object) -> str:
    parts = getattr(shape, "geoms", [shape])
    rings = [ring for part in parts for ring in (part.exterior, *part.interiors)]
    return " ".join(
        "M" + " L".join(f"{x:.1f},{y:.1f}" for x, y in ring.coords[:-1]) + " Z" for ring in rings
    )
