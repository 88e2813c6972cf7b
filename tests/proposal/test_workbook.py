"""A study as one workbook: there and back without loss, and what is wrong by sheet and cell."""

from __future__ import annotations

import shutil

import openpyxl
import pytest

import wijkkit as wk
from tests.conftest import ROOT
from tests.proposal.conftest import finished
from wijkkit.errors import DataError, StudyError
from wijkkit.proposal.workbook_export import export_study
from wijkkit.proposal.workbook_import import import_study
from wijkkit.study.checks import unfinished

GGD = ROOT.parent / "shared" / "data" / "ggd"


def same(one, other) -> bool:
    parts = ("settings", "codebook", "indicators", "neighbourhoods")
    return all(getattr(one, part) == getattr(other, part) for part in parts)


@pytest.mark.parametrize("which", ["demo", "monitor"])
def test_a_study_goes_to_a_workbook_and_back_without_loss(which, tmp_path):
    source = ROOT / "parameters" if which == "demo" else GGD / "study"
    if not source.is_dir():
        pytest.skip("the monitor's study is not beside the project")
    folder = shutil.copytree(source, tmp_path / "study")
    with (folder / "study.yml").open("a", encoding="utf-8") as file:
        file.write('references: [{id: land, label: "Nederland", figures: {path: "land.csv"}}]\n')
    first = next(iter(folder.glob("wijken/*.yml")), None)
    if first:  # a wijk with a start of its own
        first.write_text(
            first.read_text(encoding="utf-8") + "start: 2019-09-01\n", encoding="utf-8"
        )
    before = wk.open_study(folder)
    export_study(folder, tmp_path / "study.xlsx")
    import_study(tmp_path / "study.xlsx", folder)
    assert same(wk.open_study(folder), before)
    assert not list(folder.glob("wijken/*.yml"))
    export_study(folder, tmp_path / "again.xlsx")
    books = [openpyxl.load_workbook(tmp_path / f"{n}.xlsx") for n in ("study", "again")]
    cells = [[list(sheet.values) for sheet in book] for book in books]
    assert cells[0] == cells[1]


def test_questions_travel_with_the_workbook(study, tmp_path):
    asked = [p.what for p in unfinished(study)]
    export_study(study, tmp_path / "study.xlsx")
    import_study(tmp_path / "study.xlsx", tmp_path / "new")
    assert [p.what for p in unfinished(tmp_path / "new")] == asked


@pytest.mark.parametrize(
    ("sheet", "cell", "value", "message"),
    [
        ("indicatoren", "F2", "omhoog", "study.xlsx, indicatoren!F2: .*found omhoog"),
        ("metingen", "D2", "2019-01-01", "study.xlsx, metingen!A2: a wave ends before"),
        ("kolommen", "E2", "getal", "study.xlsx, kolommen!E2: .*found getal"),
        ("gebieden", "C2", "programma", "arm: .*found programma"),
        ("kolommen", "G2", "{x", "study.xlsx, kolommen!G2: text that begins like a list"),
    ],
)
def test_what_is_wrong_is_named_by_sheet_and_cell(study, tmp_path, sheet, cell, value, message):
    finished(study)
    export_study(study, tmp_path / "study.xlsx")
    book = openpyxl.load_workbook(tmp_path / "study.xlsx")
    book[sheet][cell] = value
    book.save(tmp_path / "study.xlsx")
    before = {path: path.read_bytes() for path in study.glob("*.yml")}
    with pytest.raises(Exception, match=message):
        import_study(tmp_path / "study.xlsx", study)
    assert {path: path.read_bytes() for path in study.glob("*.yml")} == before


def test_a_role_chosen_in_the_workbook_makes_the_column_what_it_is(study, tmp_path):
    finished(study)
    export_study(study, tmp_path / "study.xlsx")
    book = openpyxl.load_workbook(tmp_path / "study.xlsx")
    roles = {row[0].value: row for row in book["kolommen"].iter_rows(min_row=2)}
    roles["weight"][1].value = "niet gebruiken"
    roles["cijfer"][1].value, roles["cijfer"][4].value = "gewicht", "number"
    book.save(tmp_path / "study.xlsx")
    import_study(tmp_path / "study.xlsx", study)
    columns = wk.open_study(study).codebook.columns
    assert columns["weight"].source == "cijfer" and "cijfer" not in columns


@pytest.mark.skipif(not GGD.is_dir(), reason="the monitor's files are not beside the project")
def test_a_tables_book_says_roles_rows_and_crossings(tmp_path):
    wk.new_study(
        tmp_path / "own",
        GGD / "gmjv_testdata.sav",
        tables=GGD / "configuratie_tabellenboek.xlsx",
    )
    study = wk.open_study(finished(tmp_path / "own"))
    roles = {role: study.codebook.columns[role].source for role in ("area", "weight", "stratum")}
    assert roles == {
        "area": "Gemeentecode", "weight": "Standaardisatiefactor", "stratum": "Stratum",
    }  # fmt: skip
    assert list(study.indicators)[:4] == [
        "has_aghha401", "has_fiika403", "has_fiika401", "has_fiika402",
    ]  # fmt: skip
    assert [grouping.column for grouping in study.groupings] == ["sex", "aglfa402"]


def test_only_a_study_without_marks_is_checked(study, tmp_path):
    export_study(study, tmp_path / "study.xlsx")
    import_study(tmp_path / "study.xlsx", tmp_path / "new")
    with pytest.raises(StudyError, match="has_sportclub.direction: a key is missing"):
        wk.open_study(tmp_path / "new")


def test_a_workbook_that_is_not_there_is_not_called_damaged(tmp_path):
    with pytest.raises(DataError, match="none.xlsx: the file is missing"):
        import_study(tmp_path / "none.xlsx", tmp_path / "new")
