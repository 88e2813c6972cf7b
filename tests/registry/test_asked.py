"""The registry asks only what is shown: a change of each column changes a page, a figure or a check.

Every column of the demo's registry is given another value, one after the other, and the change is
looked for where readers are: the live pages of wijk and city, what a report shows of the process,
the keeper's own lists (for what no report may have), and the rules that hold rows against each
other.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import replace as with_values
from datetime import date, timedelta
from functools import cached_property

import pandas as pd
import pytest

from tests.live.conftest import PASSWORD, Visitor
from tests.studies import replace
from tests.workbench.servers import free_port, serving
from wijkkit.demo.city import build_city
from wijkkit.demo.project import write_study
from wijkkit.demo.registry import fill_registry, write_registry
from wijkkit.evaluation.facts import Facts
from wijkkit.live.identity import Accounts
from wijkkit.pipeline.process import evaluate as process
from wijkkit.registry import KINDS, Registry, open_registry
from wijkkit.registry.problems import RowError
from wijkkit.registry.tables import KEPT_COLUMNS, Column, Kind
from wijkkit.released import open_city, open_wijk, programme
from wijkkit.released.store import write_released
from wijkkit.study import Study, open_study
from wijkkit.tables import ESTIMATE_COLUMNS

#: The second wijk counts who comes to a meeting, and has a step less.
WIJKEN = ("ankerveld", "zilverhof")
WIJK = WIJKEN[0]
#: Rules that hold a row against other rows; what a value must be like by itself is no use of it.
RULES = {"not_there", "too_early", "chosen_later", "not_running"}
#: What a report shows of an intervention as it was registered, besides its measures.
INTERVENTION = ["name", "goals", "evidence", "scope", "procured_by", "status", "planned", "done"]


@dataclass
class Shown:
    """Where readers look, at one state of the registry."""

    study: Study
    visitor: Visitor
    kept: Study

    @cached_property
    def before(self) -> str:
        return self.report()

    def page(self, path: str) -> str:
        found = self.visitor.get(f"/wijken/{path}")
        assert found.status == 200
        return _without_marks(found.text)

    @cached_property
    def pages(self) -> dict[str, str]:
        """The pages before anything is changed."""
        return {path: self.page(path) for path in (*(f"w/{wijk}" for wijk in WIJKEN), "stad")}

    def on_page(self, wijk: str) -> bool:
        """Return whether the page of a wijk, or that of the city, is another one now."""
        return any(self.page(path) != self.pages[path] for path in (f"w/{wijk}", "stad"))

    def own(self, kind: str) -> str:
        return "".join(self.page(f"w/{wijk}/{kind}") for wijk in WIJKEN)

    def report(self) -> str:
        """Return what the notebooks and reports are made of, of the process alone."""
        facts = Facts(
            self.study, process.registry_tables(self.study), process.judged_on(self.study)
        )
        tables = {
            **process._registered(facts),
            **process._of_every_wijk(facts),
            **process.choice_tables(facts),
            "side_by_side": process.side_by_side(facts),
        }
        tables["sentences"] = process.sentences(facts, tables)
        for name, table in tables.items():
            write_released(self.study, name, table)
        wijk, city = open_wijk(self.study, WIJK), open_city(self.study)
        return "".join(
            table.to_csv()
            for table in (
                programme.interventions(wijk)[[*INTERVENTION, *programme.MEASURES]],
                programme.measures(wijk),
                programme.steps(wijk),
                *programme.network(city),
                programme.elements(wijk),
                programme.assumptions(wijk),
                programme.side_by_side(city),
                *(wijk.own(name) for name in ("quality", "questions", "sentences", "choice")),
                wijk.own("goals")[["name", "domain", "indicator", "baseline", "target", "status"]],
            )
        )


def _without_marks(page: str) -> str:
    return re.sub(r'name="_xsrf" value="[^"]*"', "", page)


def fill(registry: Registry) -> None:
    """Fill in what the demo leaves empty, so that every column has a place to be seen."""
    document = {"title": "Verslag van mei", "type": "minutes", "reference": "map 7"}
    solved = {"what": "De zaal was bezet", "clash": "capacity", "date": "2021-04-01"}
    solved |= {"status": "solved", "solved": "2021-07-01", "solution": "Een andere zaal"}
    for wijk in WIJKEN:
        row = {"wijk": wijk, "key": "DOC90", "date": "2021-06-01"}
        registry.save("documents", {**row, **document}, "Kees")
        meeting = registry.table("meetings", wijk).iloc[-1].dropna().to_dict()
        meeting = {name: value for name, value in meeting.items() if name not in KEPT_COLUMNS[1:]}
        registry.save("meetings", {**meeting, "minutes": "DOC90"}, "Kees")
        registry.save("flags", {"wijk": wijk, **solved}, "Kees")
        about = {"decision": "Ouders helpen mee", "date": "2021-07-01", "status": "taken"}
        about |= {"goal": "D01", "intervention": "I01", "meeting": meeting["key"]}
        registry.save("decisions", {"wijk": wijk, **about, "document": "DOC90"}, "Kees")
    counted = {"name": "Overleg in juni", "date": "2021-06-20", "invited": 9, "present": 5}
    registry.save("meetings", {"wijk": WIJKEN[1], **counted}, "Kees")
    last = registry.table("steps", WIJKEN[1]).iloc[-1]
    registry.remove("steps", WIJKEN[1], last["key"], int(last["version"]), "Kees")


@pytest.fixture(scope="module")
def shown(tmp_path_factory) -> Iterator[Shown]:
    folder = tmp_path_factory.mktemp("asked")
    city = build_city(6, 1)
    write_study(folder / "parameters", folder / "data", city)
    write_registry(city, folder / "data" / "registry", 1)
    study = open_study(folder / "parameters")
    fill_registry(study, folder / "data" / "registry")
    with open_registry(study) as registry:
        fill(registry)
    # The report's tables lie apart: the pages would be made again whenever they change.
    shutil.copytree(folder / "parameters", folder / "report")
    replace(folder / "report", "study.yml", "../runs", "../runs-of-the-report")
    report = open_study(folder / "report")
    report = with_values(report, neighbourhoods={WIJK: report.neighbourhood(WIJK)})
    for name in ("estimates", "changes", "gaps", "goal_changes", "comparisons"):
        write_released(
            report, name, pd.DataFrame(columns=[*ESTIMATE_COLUMNS, "against", "verdict"])
        )
    Accounts(study).add("Kees", "researcher", (), PASSWORD)
    port = free_port()
    arguments = ["wijkkit", "dashboard", "--study", "parameters", "--no-browser"]
    with serving(folder, [*arguments, "--port", f"{port}"], port) as address:
        visitor = Visitor(address)
        assert visitor.log_in("Kees").status == 200
        yield Shown(report, visitor, study)


def others(
    column: Column, value: object, registry: Registry, kind: Kind, wijk: str
) -> list[object]:
    """Return other values that a row could have: texts that can be recognised among them."""
    empty = [] if column.required else [None]
    if column.type == "text":
        return [f"Zoekwoord {kind.name} {column.name}"]
    if column.refers_to:
        rows = registry.table(column.refers_to, wijk)["key"]
        return [*(key for key in rows if key != value)][::-1] + empty
    if column.type == "choice":
        choices = column.choices or registry.lists[column.listed_in]
        return [*(one for one in choices if one != value), *empty]
    if column.type == "date":
        day = date(2021, 3, 1) if pd.isna(value) else pd.Timestamp(value).date()
        return [day - timedelta(7), day + timedelta(7), date(2018, 1, 1), date(2021, 9, 1), *empty]
    number = 10 if pd.isna(value) else value
    return [number + 1, 2 * number + 3, max(number - 1, column.minimum or 0), *empty]


def where(shown: Shown, registry: Registry, kind: Kind, column: Column) -> str:
    """Return where a change of a column is seen: page, own, check, report, or nowhere."""
    rows = _rows(registry, kind, column)
    # A row of each wijk is nearly always enough.
    places = (_seen(shown, registry, kind, column, part) for part in (rows[:2], rows[2:]))
    return next((place for place in places if place != "nowhere"), "nowhere")


def _seen(shown: Shown, registry: Registry, kind: Kind, column: Column, rows: list[dict]) -> str:
    assert shown.pages
    tried: list[tuple[dict, object]] = []
    for row in rows:
        for value in others(column, row[column.name], registry, kind, row["wijk"]):
            try:
                with changed(registry, kind, row, {column.name: value}):
                    if shown.on_page(row["wijk"]):
                        return "page"
                    if not column.released and str(value) in shown.own(kind.name):
                        return "own"
            except RowError as error:
                if {fault.rule for fault in error.problems} & RULES:
                    return "check"
                continue
            tried.append((row, value))
    # The report is of the first wijk, and costs more: a few of the values are tried.
    mine = [one for one in tried if one[0]["wijk"] == WIJK]
    for row, value in mine[:: max(1, len(mine) // 8)]:
        with changed(registry, kind, row, {column.name: value}):
            if shown.report() != shown.before:
                return "report"
    return "nowhere"


@contextmanager
def changed(registry: Registry, kind: Kind, row: dict, values: dict[str, object]) -> Iterator[None]:
    """Save a row with other values, and as it was afterwards."""
    row["version"] = registry.save(kind.name, {**row, **values}, "Kees")
    try:
        yield
    finally:
        row["version"] = registry.save(kind.name, row, "Kees")


def _rows(registry: Registry, kind: Kind, column: Column) -> list[dict]:
    """Return rows to try: some that have the column, one of each wijk first, and the last ones."""
    tables = [registry.table(kind.name, wijk) for wijk in WIJKEN]
    filled = [table[table[column.name].notna()].tail(3) for table in tables]
    first = [table.tail(1) for table in filled]
    tried = pd.concat([*first, *filled, *(table.tail(1) for table in tables)])
    tried = tried.drop_duplicates(["wijk", "key"])
    return [
        {
            name: value
            for name, value in row.items()
            if name not in KEPT_COLUMNS[1:] and not pd.isna(value)
        }
        | {column.name: row[column.name]}
        for row in tried.to_dict("records")
    ]


@pytest.mark.parametrize("name", KINDS)
def test_a_change_of_every_column_is_seen_somewhere(shown, name):
    kind = KINDS[name]
    with open_registry(shown.kept) as registry:
        found = {column.name: where(shown, registry, kind, column) for column in kind.columns}
    assert "nowhere" not in found.values(), found
    assert {column.name for column in kind.columns if not column.released} >= {
        column for column, place in found.items() if place == "own"
    }
