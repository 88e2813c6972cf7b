"""A tables book holds every released number of an area, or the word for why it is absent."""

from __future__ import annotations

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from openpyxl import load_workbook

from tests.export.conftest import BOY, GIRL, ROWS, row
from wijkkit.estimates.compare import sides
from wijkkit.export.book import Column, book_of, book_page
from wijkkit.export.book_sheets import write_book
from wijkkit.released import open_released
from wijkkit.released.store import write_released
from wijkkit.tables import tidy


def sheet_of(released_study, tmp_path, **more):
    study, released, _ = released_study
    path = write_book(book_of(study, released, "wijk-a"), tmp_path / "a.xlsx", **more)
    return load_workbook(path)


def test_numbers_are_numbers_under_the_head_of_their_wave_and_group(released_study, tmp_path):
    sheet = sheet_of(released_study, tmp_path)["Tabellen"]
    heads = [[cell.value for cell in row] for row in sheet.iter_rows(3, 5, 2)]
    assert heads[0][0] == "Wijk a 2018" and heads[0][3].startswith("Stad, wijken van de studie")
    assert heads[2] == ["jongens", "=meisjes", "totaal", "totaal"]
    rows = {sheet.cell(row, 1).value: row for row in range(6, sheet.max_row + 1)}
    sport = [sheet.cell(rows["Lid van een sportclub"], column) for column in range(2, 6)]
    assert [cell.value for cell in sport] == [65, "niet getoond (privacy)", 66, 50]
    assert [cell.style for cell in sport] == [
        "Book percentage",
        "Book absent",
        "Book marked",
        "Book percentage",
    ]
    assert sport[0].number_format == '"ca. "0"%"' and sport[2].number_format == '"▲ "0"%"'
    numbers = [
        sheet.cell(rows["Lid van een sportclub"] + 1, column).value for column in range(2, 6)
    ]
    assert numbers == [120, None, 120, 120]
    grade = [sheet.cell(rows["=Rapportcijfer"], column).value for column in range(2, 6)]
    assert grade == ["niet gevraagd", "geen gegevens", 7.25, 7]


def test_no_text_of_the_workbook_is_a_formula(released_study, tmp_path):
    for sheet in sheet_of(released_study, tmp_path):
        assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {
            "s",
            "n",
            "inlineStr",
        }


def test_the_heads_stay_in_sight_and_are_printed_on_every_page(released_study, tmp_path):
    book = sheet_of(released_study, tmp_path, title="Wijk a")
    sheet = book["Tabellen"]
    assert sheet.freeze_panes == "B6" and sheet.print_title_rows == "$1:$5"
    assert sheet.print_area.endswith(f"$E${sheet.max_row}")
    assert sheet.sheet_properties.pageSetUpPr.fitToPage and sheet.page_setup.fitToHeight == 0
    assert book.properties.title == "Wijk a"
    words = [cell.value for row in book["Toelichting"].iter_rows() for cell in row]
    assert any("Er deden te weinig kinderen mee" in str(word) for word in words)


def test_every_sheet_says_that_it_is_a_concept_until_it_is_none(released_study, tmp_path):
    for concept in (True, False):
        book = sheet_of(released_study, tmp_path, concept=concept)
        said = [bool(sheet.cell(2, 1).value) for sheet in book]
        assert said == [concept, concept]


def test_the_page_has_a_table_per_question_whose_heads_have_a_scope(released_study):
    study, released, _ = released_study
    page = BeautifulSoup(book_page(book_of(study, released, "wijk-a")), "html.parser")
    table = page.select_one("#tbl-sport table")
    assert table.caption.get_text(" ").startswith("Lid van een sportclub")
    assert all(head.get("scope") for head in page.find_all("th"))
    rows = {
        row.th.get_text(): [cell.get_text() for cell in row.find_all("td")]
        for row in table.tbody.find_all("tr")
    }
    assert rows["totaal"] == ["▲ 66%", "57 tot 77", "120", "50%", "41 tot 61", "120"]
    assert rows["Jongen of meisje: jongens"] == ["ongeveer 65%", "56 tot 76", "120", ""]
    assert rows["Jongen of meisje: =meisjes"] == ["niet getoond (privacy)", ""]
    widths = [
        sum(int(cell.get("colspan", 1)) for cell in row.find_all(["th", "td"]))
        for row in table.tbody.find_all("tr")
    ]
    assert set(widths) == {7}


@pytest.mark.parametrize(
    ("value", "lower", "upper", "marks"),
    [(12, 3, 21, ["▲", "▼"]), (-12, -21, -3, ["▼", "▲"]), (12, -1, 25, ["", ""])],
)
def test_the_ends_of_a_grouping_are_marked_where_they_differ_clearly(
    released_study, value, lower, upper, marks
):
    study, _released, _ = released_study
    gap = {**row("sport", "wijk-a", ("sex", "boy-girl"), value), "lower": lower, "upper": upper}
    others = [one for one in ROWS if one["group_by"] != "sex"]
    groups = [row("sport", "wijk-a", group, 60) for group in (BOY, GIRL)]
    write_released(study, "estimates", tidy(pd.DataFrame([*others, *groups])))
    gaps = tidy(pd.DataFrame([{**gap, "unit": "points"}]))
    # In a coarse step the limits may hold zero: the verdict is that of the exact ones.
    coarse = gaps.assign(lower=-99.0, upper=99.0, verdict=sides(lower, upper))
    write_released(study, "gaps", coarse)
    book = book_of(study, open_released(study), "wijk-a")
    found = [book.cell("sport", Column("wijk-a", "w1", *group)).mark for group in (BOY, GIRL)]
    assert found == marks
