"""An import stores all of a workbook or nothing, once, and never over somebody else's work."""

from __future__ import annotations

import pandas as pd
from openpyxl import load_workbook

from tests.registry.workbooks import (
    assert_same,
    content,
    edit,
    refused,
    small_wijk,
    small_workbook,
)
from wijkkit.registry import open_registry
from wijkkit.registry.workbook import export_workbook, import_workbook, write_template


def test_a_workbook_of_every_kind_is_stored_as_it_was_written(any_registry, workbook):
    report = import_workbook(any_registry, workbook, "A")
    assert report.created == sum(len(table) for table in small_wijk().values())
    for kind, written in small_wijk().items():
        stored = any_registry.table(kind, "noord")
        assert len(stored) == len(written)
        for column in written:
            found = stored[column]
            if pd.api.types.is_datetime64_dtype(found):
                found = found.dt.strftime("%Y-%m-%d")
            expected = [None if pd.isna(value) else value for value in written[column]]
            assert [None if pd.isna(value) else value for value in found] == expected


def test_importing_twice_changes_nothing(any_registry, workbook):
    import_workbook(any_registry, workbook, "A")
    before, history = content(any_registry), any_registry.history()
    report = import_workbook(any_registry, workbook, "B")
    assert (report.created, report.changed, report.removed) == (0, 0, 0)
    assert str(report).startswith("Er was niets nieuws.")
    assert_same(before, content(any_registry))
    assert len(any_registry.history()) == len(history)


def test_export_edit_import_changes_the_row_and_adds_the_new_one(any_registry, workbook, tmp_path):
    import_workbook(any_registry, workbook, "A")
    path = tmp_path / "e.xlsx"
    export_workbook(any_registry, "noord", path)
    edit(path, {("Interventies", "B2"): "Speelstraat Plus", ("Interventies", "B3"): "Voorlezen",
                ("Interventies", "C3"): "D01 Meer buitenspelen"})  # fmt: skip
    report = import_workbook(any_registry, path, "B")
    assert (report.created, report.changed, report.removed) == (1, 1, 0)
    table = any_registry.table("interventions")
    assert table["name"].tolist() == ["Speelstraat Plus", "Voorlezen"]
    assert table["key"].tolist() == ["I01", "I02"]
    assert table["version"].tolist() == [2, 1]
    assert table["cost"].tolist()[0] == 12500.5


def test_an_untouched_export_stored_after_a_change_by_another_does_not_undo_it(
    any_registry, workbook, tmp_path
):
    import_workbook(any_registry, workbook, "A")
    path = tmp_path / "e.xlsx"
    export_workbook(any_registry, "noord", path)
    row = {"wijk": "noord", "key": "DOC1", "title": "Nieuw plan", "type": "plan",
           "reference": "dossier 13", "version": 1}  # fmt: skip
    any_registry.save("documents", row, "C")
    report = import_workbook(any_registry, path, "B")
    assert (report.created, report.changed, report.removed) == (0, 0, 0)
    assert any_registry.table("documents").loc[0, "title"] == "Nieuw plan"


def test_a_row_changed_by_another_since_the_export_is_a_conflict(any_registry, workbook, tmp_path):
    import_workbook(any_registry, workbook, "A")
    path = tmp_path / "e.xlsx"
    export_workbook(any_registry, "noord", path)
    row = {"wijk": "noord", "key": "DOC1", "title": "Nieuw plan", "type": "plan",
           "reference": "dossier 12", "version": 1}  # fmt: skip
    any_registry.save("documents", row, "Cees")
    edit(path, {("Documenten", "B2"): "Mijn plan", ("Doelen", "B2"): "Ander doel"})
    problems = refused(any_registry, path)
    assert list(problems) == [("Documenten", "A2")]
    assert "veranderd door Cees" in problems["Documenten", "A2"].what
    assert "Titel: Nieuw plan" in problems["Documenten", "A2"].expected


def test_the_same_person_goes_on_in_the_same_workbook(registry, workbook):
    import_workbook(registry, workbook, "A")
    edit(workbook, {("Activiteiten", "G2"): 18})
    assert import_workbook(registry, workbook, "A").changed == 1
    edit(workbook, {("Activiteiten", "G2"): 19})
    assert import_workbook(registry, workbook, "A").changed == 1
    assert registry.table("activities").loc[0, "delivered_sessions"] == 19


def test_somebody_else_with_a_copy_of_the_workbook_does_not_overwrite(registry, tmp_path):
    first = small_workbook(tmp_path / "first.xlsx")
    import_workbook(registry, first, "A")
    second = edit(first, {("Activiteiten", "G2"): 18}, tmp_path / "second.xlsx")
    edit(first, {("Activiteiten", "G2"): 17})
    import_workbook(registry, first, "A")
    assert list(refused(registry, second, "B")) == [("Activiteiten", "A2")]


def test_two_people_who_use_the_same_new_code_are_told(registry, tmp_path):
    for name, intervention in (("A", "Voorlezen"), ("B", "Zwemmen")):
        path = tmp_path / f"{name}.xlsx"
        write_template(registry.study, "noord", path)
        edit(path, {("Interventies", "B2"): intervention})
    import_workbook(registry, tmp_path / "A.xlsx", "A")
    problem = refused(registry, tmp_path / "B.xlsx", "B")["Interventies", "A2"]
    assert problem.what == "deze code is al gebruikt door A: Voorlezen"
    assert problem.remedy == "Geef uw rij een andere code, zoals I02."


def test_an_edit_of_a_row_that_was_removed_is_a_conflict(filled, export):
    filled.remove("flags", "noord", "K01", 1, "Cees")
    assert import_workbook(filled, export, "B").created == 0
    edit(export, {("Knelpunten", "B2"): "Anders"})
    assert "verwijderd door Cees" in refused(filled, export)["Knelpunten", "A2"].what


def test_a_row_is_removed_only_when_asked_and_never_while_used(filled, export, tmp_path):
    empty = {("Knelpunten", f"{letter}2"): None for letter in "ABCDEFGHIJKLMN"}
    assert import_workbook(filled, edit(export, empty, tmp_path / "f.xlsx"), "B").removed == 0
    assert len(filled.table("flags")) == 1
    problems = refused(filled, edit(export, {("Interventies", "U2"): "ja"}, tmp_path / "g.xlsx"))
    assert "verwijst ernaar" in problems["Interventies", "A2"].what
    edit(export, {("Knelpunten", "M2"): "ja"})
    assert import_workbook(filled, export, "B").removed == 1
    assert import_workbook(filled, export, "B").unchanged > 0
    assert filled.history("flags")["action"].tolist() == ["created", "removed"]


def test_a_copied_row_with_a_new_code_is_a_new_row(filled, export):
    sheet = load_workbook(export)["Activiteiten"]
    copy = {("Activiteiten", f"{cell.column_letter}3"): cell.value for cell in sheet[2]}
    own = {("Activiteiten", "A3"): "A02", ("Activiteiten", "B3"): "Een tweede groep"}
    edit(export, {**copy, **own})
    assert import_workbook(filled, export, "B").created == 1
    assert filled.table("activities")["key"].tolist() == ["A01", "A02"]


def test_two_imports_at_once_store_one_and_find_the_other_done(any_study, workbook):
    import threading

    reports = []

    def go():
        with open_registry(any_study) as own:
            reports.append(import_workbook(own, workbook, "A"))

    threads = [threading.Thread(target=go) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(report.created for report in reports) == [0, 13]
