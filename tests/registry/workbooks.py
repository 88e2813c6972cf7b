"""Fill in and change workbooks as their users do."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from wijkkit.registry import KINDS
from wijkkit.registry.problems import WorkbookError
from wijkkit.registry.workbook import import_workbook, write_workbook


def rows(**columns: list) -> pd.DataFrame:
    return pd.DataFrame(columns)


def small_wijk() -> dict[str, pd.DataFrame]:
    """Return one row or two of every kind, as a municipality would register them."""
    return {
        "stakeholders": rows(
            key=["P01", "P02"],
            organisation=["Gemeente", "Basisschool De Linde"],
            role=["gebiedsadviseur", "school"],
            person=["Voorbeeld Persoon", None],
            contact=["voorbeeld@example.org", None],
            start=["2018-09-01", "2018-09-01"],
        ),
        "documents": rows(
            key=["DOC1"], title=["Wijkplan"], type=["plan"], reference=["dossier 12"]
        ),
        "meetings": rows(
            key=["O01"], name=["Netwerk"], date=["2019-02-01"], domain=["gezond"], minutes=["DOC1"]
        ),
        "attendance": rows(
            key=["W01", "W02"],
            meeting=["O01", "O01"],
            stakeholder=["P01", "P02"],
            presence=["present", "excused"],
        ),
        "steps": rows(
            key=["C01"], cycle=[1], step=["1"], planned_start=["2018-09-01"], status=["done"]
        ),
        "goals": rows(
            key=["D01"],
            name=["Meer buitenspelen"],
            domain=["gezond"],
            study_goal=["play"],
            indicator=["play"],
            baseline=[41.25],
            target=[60.0],
        ),
        "interventions": rows(
            key=["I01"],
            name=["Speelstraat"],
            goal=["D01"],
            target_size=[200],
            target_low_ses=[80],
            evidence=["2"],
            cost=[12500.5],
        ),
        "partners": rows(
            key=["M01"], intervention=["I01"], stakeholder=["P02"], takes_part=["yes"]
        ),
        "activities": rows(
            key=["A01"],
            name=["Middag"],
            intervention=["I01"],
            period_start=["2019-01-01"],
            period_end=["2019-06-30"],
            planned_sessions=[20],
            delivered_sessions=[0],
            participants=[35],
            participants_ses_known=[30],
            participants_low_ses=[12],
        ),
        "decisions": rows(
            key=["B01"],
            decision=["Speelstraat gaat door"],
            reason=["Veel kinderen doen mee"],
            date=["2019-02-01"],
            status=["taken"],
            meeting=["O01"],
        ),
        "flags": rows(
            key=["K01"],
            what=["Inkoop loopt pas in het najaar"],
            clash=["procurement"],
            date=["2019-03-01"],
            status=["open"],
            intervention=["I01"],
        ),
    }


def small_workbook(path: Path, wijk: str = "noord", **tables: pd.DataFrame) -> Path:
    """Write the small wijk's workbook, some of its tables replaced."""
    write_workbook(path, wijk, {**small_wijk(), **tables})
    return path


def edit(path: Path, cells: Mapping[tuple[str, str], object], to: Path | None = None) -> Path:
    """Change cells of a workbook, as in Excel; return the path of the changed one."""
    book = load_workbook(path)
    for (sheet, cell), value in cells.items():
        book[sheet][cell] = value
    book.save(to or path)
    return to or path


def content(registry):
    """Everything in the registry that its users wrote."""
    return {kind: registry.table(kind).drop(columns=["changed_at"]) for kind in KINDS}


def assert_same(first, second):
    for kind in KINDS:
        pd.testing.assert_frame_equal(first[kind], second[kind])


def refused(registry, path, who="B"):
    """Import a workbook that must be refused; return its problems by sheet and cell."""
    before = len(registry.history())
    with pytest.raises(WorkbookError) as caught:
        import_workbook(registry, path, who)
    assert len(registry.history()) == before
    return {(problem.place, problem.cell): problem for problem in caught.value.problems}
