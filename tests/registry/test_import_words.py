"""A workbook as people fill it in: names for codes, commas, percent cells, columns of their own."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from tests.conftest import ROOT
from tests.registry.workbooks import rows, small_workbook
from wijkkit.registry import open_registry
from wijkkit.registry.problems import WorkbookError, sheet_name
from wijkkit.registry.tables import KINDS, METADATA_SHEET
from wijkkit.registry.workbook import export_workbook, import_workbook
from wijkkit.registry.workbook_read import read_registry_workbook

REPORTED = ROOT.parent / "shared" / "data" / "reported"


@pytest.fixture
def exported(filled, tmp_path) -> Path:
    path = tmp_path / "noord.xlsx"
    export_workbook(filled, "noord", path)
    return path


def change(path: Path, kind: str, row: int, more: str = "", **cells: object) -> Path:
    """Fill in cells of a row by the columns' labels."""
    book = load_workbook(path)
    sheet = book[sheet_name(KINDS[kind], "nl")]
    heads = {str(cell.value).rstrip("*"): cell.column for cell in sheet[1] if cell.value}
    for label, value in cells.items():
        cell = sheet.cell(row, heads[label.replace("_", " ")])
        cell.value = value
        if more:
            cell.number_format = more
    book.save(path)
    return path


def stored(registry, kind: str, key: str, column: str):
    return registry.table(kind, "noord").set_index("key").loc[key, column]


def test_a_partner_is_found_by_name(filled, exported):
    change(exported, "partners", 2, Partner="gemeente")
    import_workbook(filled, exported, "B")
    assert stored(filled, "partners", "M01", "stakeholder") == "P01"


def test_a_name_that_two_have_is_asked_about(filled, exported):
    change(exported, "stakeholders", 3, Organisatie="Gemeente")
    change(exported, "partners", 2, Partner="Gemeente")
    with pytest.raises(WorkbookError, match="deze code staat niet in het blad Partners"):
        import_workbook(filled, exported, "B")


@pytest.mark.parametrize(("typed", "value"), [("43,5", 43.5), ("43.5", 43.5), (" 44 ", 44.0)])
def test_a_decimal_sign_in_a_text_is_read(filled, exported, typed, value):
    change(exported, "goals", 2, Streefwaarde=typed)
    import_workbook(filled, exported, "B")
    assert stored(filled, "goals", "D01", "target") == value


@pytest.mark.parametrize("typed", ["1.234", "43,5%", "vier", "4,3,2"])
def test_what_may_be_thousands_or_no_number_is_refused(filled, exported, typed):
    change(exported, "goals", 2, Streefwaarde=typed)
    with pytest.raises(WorkbookError, match="dit is geen getal"):
        import_workbook(filled, exported, "B")


@pytest.mark.parametrize(
    ("number_format", "value", "read"),
    [("0%", 0.85, 85.0), ("0.0%", 0.655, 65.5), ("0.00", 85, 85.0), ('0.0"%"', 85.5, 85.5)],
)
def test_a_percent_cell_means_its_percentage(filled, exported, number_format, value, read):
    change(exported, "goals", 2, number_format, Streefwaarde=value)
    import_workbook(filled, exported, "B")
    assert stored(filled, "goals", "D01", "target") == read


def test_goals_and_indicators_are_in_words(filled, exported):
    sheet = load_workbook(exported)[sheet_name(KINDS["goals"], "nl")]
    shown = {cell.value for row in sheet.iter_rows(min_row=2, max_row=2) for cell in row}
    assert "Meer buitenspelen" in shown and "Speelt voldoende buiten" in shown
    assert "play" not in shown
    assert import_workbook(filled, exported, "B").changed == 0


def test_a_school_mark_is_asked_about_once(filled, exported):
    change(exported, "activities", 2, **{"Kwaliteit_(0-100)": 7.5})
    with pytest.raises(WorkbookError, match="rapportcijfer.*Bedoelt u 75"):
        import_workbook(filled, exported, "B")
    row = filled.table("activities", "noord").iloc[0].to_dict()
    filled.save_all("noord", [("activities", {**row, "quality": 7.5, "confirmed": True})], "B")
    export_workbook(filled, "noord", exported)
    assert import_workbook(filled, exported, "B").changed == 0


def test_an_own_column_is_said_and_left_alone(filled, exported):
    book = load_workbook(exported)
    sheet = book[sheet_name(KINDS["goals"], "nl")]
    place = sheet.max_column + 1
    sheet.cell(1, place).value, sheet.cell(2, place).value = "Mijn kolom", "iets"
    book.save(exported)
    change(exported, "goals", 2, Streefwaarde=61)
    report = import_workbook(filled, exported, "B")
    assert report.changed == 1 and "Doelen: Mijn kolom" in str(report)


def test_a_column_that_was_taken_out_leaves_what_was_registered(filled, exported):
    book = load_workbook(exported)
    sheet = book[sheet_name(KINDS["interventions"], "nl")]
    heads = {str(cell.value).rstrip("*"): cell.column for cell in sheet[1] if cell.value}
    sheet.delete_cols(heads["Kosten per jaar"])
    book.save(exported)
    change(exported, "interventions", 2, Doelgroep="gezinnen")
    assert import_workbook(filled, exported, "B").changed == 1
    assert stored(filled, "interventions", "I01", "cost") == 12500.5
    assert stored(filled, "interventions", "I01", "target_group") == "gezinnen"


def test_a_changed_head_of_a_needed_column_is_one_fault(filled, exported):
    book = load_workbook(exported)
    sheet = book[sheet_name(KINDS["goals"], "nl")]
    next(cell for cell in sheet[1] if cell.value == "Doel*").value = "Doelstelling"
    book.save(exported)
    with pytest.raises(WorkbookError) as refused:
        import_workbook(filled, exported, "B")
    assert len(refused.value.problems) == 1
    assert refused.value.problems[0].found == "Doelstelling"


def test_a_copied_workbook_of_another_wijk_is_refused_in_dutch(filled, exported):
    book = load_workbook(exported)
    for row in book[METADATA_SHEET].iter_rows():
        if row[0].value == "wijk":
            row[1].value = "zuid"
    book.save(exported)
    with pytest.raises(WorkbookError, match="de wijk van dit bestand is veranderd"):
        import_workbook(filled, exported, "B")
    assert filled.table("goals", "zuid").empty


def test_an_emptied_row_is_said_and_stays(filled, exported):
    book = load_workbook(exported)
    sheet = book[sheet_name(KINDS["decisions"], "nl")]
    for cell in sheet[2]:
        cell.value = None
    book.save(exported)
    report = str(import_workbook(filled, exported, "B"))
    assert "Besluiten B01" in report and "blijven in de registratie" in report
    assert "B01" in set(filled.table("decisions", "noord")["key"])


def test_swapping_what_must_be_unique_is_refused_in_dutch(filled, exported):
    row = {"wijk": "noord", "key": "M02", "intervention": "I01", "stakeholder": "P01"}
    filled.save("partners", row, "A")
    export_workbook(filled, "noord", exported)
    change(exported, "partners", 2, Partner="P01")
    change(exported, "partners", 3, Partner="P02")
    with pytest.raises(WorkbookError, match="twee veranderingen zitten elkaar in de weg"):
        import_workbook(filled, exported, "B")


def test_a_choice_that_is_a_number_is_a_choice(filled, exported):
    change(exported, "steps", 2, Stap=1.0)
    assert import_workbook(filled, exported, "B").changed == 0


def test_choices_typed_as_numbers_are_stored(registry, tmp_path):
    two = {"planned_start": ["2018-09-01"] * 2, "status": ["done"] * 2}
    steps = rows(key=["C01", "C02"], cycle=[1, 1], step=["1", "2"], **two)
    path = small_workbook(tmp_path / "w.xlsx", steps=steps)
    change(path, "steps", 2, Stap=1)
    change(path, "steps", 3, Stap=2.0)
    import_workbook(registry, path, "A")
    assert registry.table("steps")["step"].tolist() == ["1", "2"]


def test_an_escaped_line_end_is_a_line_end(filled, exported):
    change(exported, "goals", 2, Doel="Buiten_x000D_\nspelen")
    import_workbook(filled, exported, "B")
    assert stored(filled, "goals", "D01", "name") == "Buiten\nspelen"


@pytest.mark.parametrize(
    ("case", "kind", "expected"), [("K4b", "activities", 85.0), ("K4d", "goals", 65.0)]
)
def test_percent_cells_that_were_reported(case, kind, expected):
    path = REPORTED / case / "ankerveld.xlsx"
    if not path.is_file():
        pytest.skip("the reported workbooks are not here")
    content = read_registry_workbook(path, "nl")
    values = [
        value for row in content.rows if row.kind.name == kind for value in row.values.values()
    ]
    assert expected in [value for value in values if isinstance(value, float)]


def test_a_line_end_that_was_reported():
    path = REPORTED / "S5" / "ankerveld.xlsx"
    if not path.is_file():
        pytest.skip("the reported workbooks are not here")
    texts = [
        value
        for row in read_registry_workbook(path, "nl").rows
        for value in row.values.values()
        if isinstance(value, str)
    ]
    assert not [value for value in texts if "_x000D_" in value]
    assert [value for value in texts if "\r\nspelen" in value or "\nspelen" in value]


def test_a_workbook_without_rows_of_before_says_nothing_is_gone(study, tmp_path):
    with open_registry(study) as registry:
        path = small_workbook(tmp_path / "w.xlsx")
        assert import_workbook(registry, path, "A").gone == ()
        assert isinstance(registry.table("goals"), pd.DataFrame)
