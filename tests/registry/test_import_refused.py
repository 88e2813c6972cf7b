"""A workbook that is wrong is refused whole, with every cell, in the words of who filled it in."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from openpyxl import load_workbook

from tests.registry.workbooks import edit, refused, small_wijk
from wijkkit.errors import RegistryError
from wijkkit.registry import KINDS
from wijkkit.registry.changes import Change, apply_change, now, stamp_of
from wijkkit.registry.problems import RowError, WorkbookError
from wijkkit.registry.store import writing
from wijkkit.registry.validation import clean_row
from wijkkit.registry.workbook import import_workbook, write_template, write_workbook
from wijkkit.registry.workbook_read import WorkbookContent, _note_merged


def test_everything_wrong_is_listed_at_once_with_its_cell(registry, workbook):
    edit(workbook, {
        ("Partners", "B2"): None,
        ("Partners", "C3"): "schol",
        ("Overleggen", "C2"): "31-02-2019",
        ("Aanwezigheid", "B2"): "O99 Ander overleg",
        ("Doelen", "E2"): "sprinten",
        ("Interventies", "H2"): "veel",
        ("Interventies", "I2"): 900000000,
        ("Activiteiten", "D2"): "01-09-2019",
        ("Activiteiten", "F2"): 2.5,
        ("Activiteiten", "P2"): "=SUM(A1:A2)",
        ("Besluiten", "B2"): "Bel 06-12345678 voor de sleutel",
        ("Knelpunten", "A2"): "K 1",
        ("Knelpunten", "E2"): "01-01-1019",
    })  # fmt: skip
    problems = refused(registry, workbook)
    assert {place: problem.what for place, problem in problems.items()} == {
        ("Partners", "B2"): "dit moet zijn ingevuld",
        ("Partners", "C3"): "dit staat niet in de lijst",
        ("Overleggen", "C2"): "dit is geen datum",
        ("Aanwezigheid", "B2"): "deze code staat niet in het blad Overleggen",
        ("Doelen", "E2"): "dit staat niet in de lijst",
        ("Interventies", "H2"): "dit is geen getal",
        ("Interventies", "I2"): "dit getal kan niet",
        ("Activiteiten", "D2"): "Periode vanaf is later dan Periode tot en met",
        ("Activiteiten", "F2"): "dit is geen heel getal",
        ("Activiteiten", "P2"): "dit is een formule",
        ("Besluiten", "B2"): (
            "hier staat een e-mailadres of telefoonnummer, en deze tekst kan in een rapport komen"
        ),
        ("Knelpunten", "A2"): "dit is geen goede code",
        ("Knelpunten", "E2"): "deze datum kan niet kloppen",
    }
    school = problems["Partners", "C3"]
    assert school.found == "schol" and "school, kinderopvang" in school.expected
    assert all(problem.remedy for problem in problems.values())
    assert registry.table("stakeholders").empty


def test_problems_read_as_sentences_in_the_workbooks_language(registry, workbook, tmp_path):
    edit(workbook, {("Overleggen", "C2"): "morgen"})
    with pytest.raises(WorkbookError) as caught:
        import_workbook(registry, workbook, "A")
    assert str(caught.value) == (
        "w.xlsx, Overleggen, cel C2: dit is geen datum (gevonden: morgen; verwacht: een dag, zoals "
        "31-12-2021). Vul de datum opnieuw in als dag-maand-jaar."
    )
    assert list(caught.value.table()) == [
        "Blad", "Cel", "Wat is er mis?", "Gevonden", "Verwacht", "Wat moet u doen?"
    ]  # fmt: skip
    english = tmp_path / "english.xlsx"
    write_workbook(english, "noord", small_wijk(), language="en")
    assert refused(registry, edit(english, {("Meetings", "C2"): "tomorrow"}))["Meetings", "C2"]


@pytest.mark.parametrize(
    ("cells", "place", "what"),
    [
        ({("Doelen", "A2"): None}, ("Doelen", "A2"), "deze rij heeft geen code"),
        ({("Partners", "A3"): "P01"}, ("Partners", "A3"), "deze code staat er twee keer"),
        ({("Aanwezigheid", "C3"): "P01"}, ("Aanwezigheid", "C3"), "dit staat al in de rij met code W01"),
        ({("Doelen", "B1"): "Doelstelling"}, ("Doelen", ""), "deze kolom is er niet"),
        ({("Doelen", "C1"): "Doel*"}, ("Doelen", "C1"), "deze kolom staat er twee keer"),
        ({("Doelen", "Q2"): "los"}, ("Doelen", "Q2"), "deze cel staat naast de kolommen"),
        ({("Doelen", "K2"): "I01@x"}, ("Doelen", "K2"), "de verborgen versie van deze rij is veranderd"),
        ({("Doelen", "A2"): "D07"}, ("Doelen", "A2"), "de code van deze rij is veranderd"),
        ({("wijkkit", "B2"): "west"}, ("", ""), "dit bestand is van een wijk die niet bij deze studie hoort"),
        ({("wijkkit", "B1"): 99}, ("", ""), "deze werkmap is gemaakt met een andere versie van de registratie"),
        ({("wijkkit", "A2"): "x"}, ("", ""), "dit is geen werkmap van de registratie"),
    ],
)  # fmt: skip
def test_a_workbook_that_lost_its_form_is_refused_with_the_place(
    filled, export, cells, place, what
):
    assert refused(filled, edit(export, cells))[place].what == what


def test_a_missing_sheet_is_said_and_an_own_sheet_is_not_read(registry, workbook):
    book = load_workbook(workbook)
    book.create_sheet("Mijn sommen")["A1"] = "=1+1"
    book.save(workbook)
    report = import_workbook(registry, workbook, "A")
    assert report.ignored == ("Mijn sommen",)
    assert "Mijn sommen" in str(report)
    del book["Knelpunten"]
    book.save(workbook)
    assert refused(registry, workbook)["Knelpunten", ""].what == "dit blad is er niet"


@pytest.mark.parametrize("name", ["w.xlsm", "w.xlsx"])
def test_what_is_no_workbook_is_a_message(registry, tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"PK\x03\x04 nothing")
    assert refused(registry, path)["", ""].what == "dit bestand kan niet worden gelezen"


def test_a_missing_file_is_a_message(registry, tmp_path):
    assert refused(registry, tmp_path / "none.xlsx")["", ""].what == "dit bestand is er niet"


def test_merged_cells_are_refused_because_their_values_are_lost(registry, workbook):
    book = load_workbook(workbook)
    book["Interventies"].merge_cells("C2:C3")
    book["Doelen"].merge_cells("G2:H2")
    book.save(workbook)
    problems = refused(registry, workbook)
    assert set(problems) == {("Interventies", "C2:C3"), ("Doelen", "G2:H2")}
    assert "samengevoegd" in problems["Doelen", "G2:H2"].what


@pytest.mark.parametrize("step", [7, 64, 301, 1000])
def test_merged_cells_are_found_wherever_a_reader_cuts_the_file(step):
    class Slow(io.BytesIO):
        def read(self, _size):
            return super().read(step)

    class Sheet:
        def _get_source(self):
            return Slow(b"<a>" * 100 + b'<x:mergeCell ref="A1:B2"/><mergeCell ref="C3:C4"/>')

    content = WorkbookContent()
    _note_merged(Sheet(), "Doelen", content)
    assert [problem.cell for problem in content.problems] == ["A1:B2", "C3:C4"]


def test_a_copied_row_with_a_new_code_is_told_from_a_new_thing(filled, export):
    book = load_workbook(export)
    sheet = book["Activiteiten"]
    row = next(n for n in range(2, 40) if not sheet.cell(n, 2).value)
    for column in range(2, sheet.max_column - 1):
        sheet.cell(row, column).value = sheet.cell(2, column).value
    book.save(export)
    problem = refused(filled, export)["Activiteiten", f"A{row}"]
    assert problem.what == "deze nieuwe rij is precies gelijk aan de rij met code A01"
    edit(export, {("Activiteiten", f"B{row}"): "Een tweede groep"})
    assert import_workbook(filled, export, "A").created == 1


def test_a_workbook_that_unpacks_to_a_bomb_is_refused(registry, workbook):
    with zipfile.ZipFile(workbook, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zeros.bin", b"0" * 20_000_000)
    assert refused(registry, workbook)["", ""].what == "dit bestand kan niet worden gelezen"


def test_an_entity_bomb_is_refused(registry, workbook, tmp_path):
    levels = [f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 10)]
    bomb = f'<!DOCTYPE x [<!ENTITY a0 "aaaaaaaaaa">{"".join(levels)}]><x>&a9;</x>'
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(workbook) as old, zipfile.ZipFile(path, "w") as new:
        for item in old.infolist():
            new.writestr(item, bomb if "sheet2" in item.filename else old.read(item))
    assert refused(registry, path)["", ""].what == "dit bestand kan niet worden gelezen"


def test_too_many_rows_are_refused(registry, workbook, monkeypatch):
    monkeypatch.setattr("wijkkit.registry.tables.MAXIMUM_ROWS", 1)
    problems = refused(registry, workbook)
    assert problems["Partners", ""].what == "er zijn te veel rijen"


def test_nobody_is_nobody(registry, workbook):
    assert refused(registry, workbook, who=" ")["", ""].what == "niet bekend is wie dit verandert"


def test_two_steps_that_change_places_are_a_message_and_nothing_is_stored(registry, tmp_path):
    path = tmp_path / "t.xlsx"
    write_template(registry.study, "noord", path)
    import_workbook(registry, path, "A")
    edit(path, {("Stappen", "C2"): "2. Doelen", ("Stappen", "C3"): "1. Analyse van de wijk"})
    with pytest.raises(RegistryError, match="zitten elkaar in de weg"):
        import_workbook(registry, path, "A")
    assert registry.table("steps")["step"].tolist() == list("123456")


def test_what_cannot_both_be_is_refused_with_its_cell(registry, workbook):
    """Before it was chosen, outside the days it runs, and a partner who had left."""
    edit(workbook, {
        ("Stappen", "C2"): "3. Keuze van interventies",
        ("Stappen", "F2"): date(2019, 5, 1),
        ("Interventies", "Q2"): date(2019, 4, 30),
        ("Activiteiten", "D2"): date(2018, 1, 1),
        ("Activiteiten", "E2"): date(2018, 3, 31),
        ("Partners", "G2"): date(2019, 1, 31),
    })  # fmt: skip
    outside = (
        "Middag (01-01-2018 tot en met 31-03-2018) valt buiten de dagen waarop Speelstraat loopt"
    )
    away = "Gemeente deed op 01-02-2019 niet mee, maar staat als aanwezig"
    problems = refused(registry, workbook)
    assert {place: problem.what for place, problem in problems.items()} == {
        ("Stappen", "F2"): ("Speelstraat begon al op 30-04-2019, vóór deze keuze van interventies"),
        ("Interventies", "Q2"): outside,
        ("Activiteiten", "E2"): outside,
        ("Partners", "G2"): away,
        ("Aanwezigheid", "C2"): away,
        ("Overleggen", "C2"): away,
    }
    assert all(problem.remedy and problem.expected for problem in problems.values())


@pytest.mark.parametrize(
    ("changed", "rules"),
    [
        ({"start": "2019-04-30"}, ["too_early"]),
        ({"start": "2019-04-30", "scope": "city_wide"}, []),
        ({"start": "2019-05-01"}, []),
        ({"start": "2019-07-01"}, ["not_running"]),
        ({"start": "2019-05-01", "end": "2019-06-01"}, []),
    ],
)
def test_an_intervention_runs_from_its_choice_and_while_there_are_activities(
    filled, changed, rules
):
    step = {"wijk": "noord", "cycle": 1, "step": "3", "actual_start": "2019-05-01"}
    filled.save("steps", step, who="A")
    row = filled.table("interventions", "noord").iloc[0].dropna()
    row = row.drop(["changed_by", "changed_at"]).to_dict() | changed
    if not rules:
        assert filled.save("interventions", row, who="A") == 2
        return
    with pytest.raises(RowError) as caught:
        filled.save("interventions", row, who="A")
    assert [fault.rule for fault in caught.value.problems] == rules


def test_what_was_registered_before_this_was_asked_can_still_be_changed(filled):
    """A row that contradicts another one since long is no reason to refuse its new cost."""
    filled.save("steps", {"wijk": "noord", "cycle": 1, "step": "3"}, who="A")
    early = filled.table("interventions", "noord").iloc[0].dropna()
    early = early.drop(["changed_by", "changed_at"]).to_dict() | {"start": date(2019, 4, 30)}
    filled.save("interventions", early, who="A")
    with writing(filled.engine) as connection:
        values, _ = clean_row(
            KINDS["steps"], {"cycle": 1, "step": "3", "actual_start": "2019-05-01"}, {}
        )
        change = Change("steps", "C02", values, 1)
        apply_change(connection, "noord", change, "changed", stamp_of("A", "form", now()))
    assert filled.save("interventions", early | {"version": 2, "cost": 5}, who="A") == 3
