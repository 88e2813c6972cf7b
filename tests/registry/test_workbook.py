"""Workbooks to begin with and to go on in."""

from __future__ import annotations

from openpyxl import load_workbook

from tests.registry.workbooks import (
    rows,
    small_workbook,
)
from wijkkit.registry.workbook import export_workbook, import_workbook, write_template


def test_text_that_looks_like_a_formula_stays_text_both_ways(registry, tmp_path):
    text = '=HYPERLINK("https://example.org")'
    documents = rows(key=["DOC1"], title=[text], type=["plan"], reference=["+1"], note=["@x"])
    import_workbook(registry, small_workbook(tmp_path / "w.xlsx", documents=documents), "A")
    path = tmp_path / "e.xlsx"
    export_workbook(registry, "noord", path)
    cells = [load_workbook(path)["Documenten"][place] for place in ("B2", "E2", "F2")]
    assert [cell.value for cell in cells] == [text, "+1", "@x"]
    assert [(cell.data_type, cell.quotePrefix) for cell in cells] == [("s", True)] * 3
    assert import_workbook(registry, path, "A").changed == 0


def test_a_drop_down_stands_in_every_column_that_is_chosen(registry, tmp_path):
    path = tmp_path / "t.xlsx"
    write_template(registry.study, "noord", path)
    sheet = load_workbook(path)["Interventies"]
    lists = {
        str(rule.sqref)[0]: rule.formula1
        for rule in sheet.data_validations.dataValidation
        if rule.type == "list"
    }
    names = {cell.column_letter: cell.value for cell in sheet[1]}
    assert [names[letter] for letter in sorted(lists)] == [
        "Doel", "Tweede doel", "Derde doel", "Domein", "Bewijs", "Soort preventie",
        "Stedelijk of lokaal", "Stand", "Verwijderen",
    ]  # fmt: skip
    assert all(where.startswith("'Lijsten'!$") for where in lists.values())


def test_a_template_holds_the_six_steps_and_the_goals_of_the_study(registry, tmp_path):
    path = tmp_path / "t.xlsx"
    write_template(registry.study, "noord", path)
    import_workbook(registry, path, "A")
    assert registry.table("steps")["step"].tolist() == list("123456")
    goal = registry.table("goals").iloc[0]
    assert (goal["study_goal"], goal["indicator"], goal["target"]) == ("play", "play", 60)


def test_a_drop_down_of_goals_lists_those_of_the_study_or_of_the_wijk(registry, tmp_path):
    path = tmp_path / "t.xlsx"
    write_template(registry.study, "noord", path)
    book = load_workbook(path)

    def first(sheet: str, letter: str) -> str:
        rules = book[sheet].data_validations.dataValidation
        where = next(rule.formula1 for rule in rules if str(rule.sqref).startswith(f"{letter}2:"))
        return book["Lijsten"][where.partition("!")[2].partition(":")[0].replace("$", "")].value

    goal = registry.study.goals[0]
    assert first("Doelen", "D") == registry.study.text(goal.label)
    assert "'Doelen'!" in first("Interventies", "C")
