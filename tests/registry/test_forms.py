"""The forms read and write the registry itself."""

from __future__ import annotations

from datetime import date

import pytest

from wijkkit.errors import ParameterError
from wijkkit.registry import KINDS
from wijkkit.registry.form_attendance import AttendanceForm
from wijkkit.registry.form_kind import KindForm
from wijkkit.registry.forms import registry_forms


def form(registry, kind, who="A", wijk="noord"):
    return KindForm(registry, KINDS[kind], lambda: (wijk, who))


def test_a_new_row_is_saved_and_shown_with_its_code(registry):
    documents = form(registry, "documents")
    documents.fields["title"].value = "Wijkplan"
    documents.fields["type"].value = "plan"
    documents.fields["reference"].value = "dossier 12"
    documents.fields["date"].value = date(2019, 2, 1)
    documents.save.click()
    assert "Opgeslagen" in documents.message.value
    row = registry.table("documents").iloc[0]
    assert (row["key"], row["title"], str(row["date"].date())) == (
        "DOC01",
        "Wijkplan",
        "2019-02-01",
    )
    assert documents.rows.value == "DOC01"
    assert "A: gemaakt" in documents.history.value


def test_an_existing_row_is_filled_in_and_changed(filled):
    activities = form(filled, "activities", who="B")
    activities.rows.value = "A01"
    assert activities.fields["participants"].value == "35"
    assert activities.fields["intervention"].label == "I01 Speelstraat"
    activities.fields["quality"].value = "72,5"
    activities.fields["participants"].value = ""
    activities.save.click()
    row = filled.table("activities").iloc[0]
    assert row["quality"] == 72.5 and row["version"] == 2
    assert row["participants"] is not None and str(row["participants"]) == "<NA>"
    activities.save.click()
    assert "niets veranderd" in activities.message.value
    assert filled.table("activities").loc[0, "version"] == 2


def test_everything_wrong_is_said_in_the_readers_words_and_nothing_is_saved(registry):
    activities = form(registry, "activities")
    activities.fields["name"].value = "Middag"
    activities.fields["participants"].value = "1.500"
    activities.save.click()
    said = activities.message.value
    assert "Deelnemers bereikt: dit is geen getal (gevonden: 1.500" in said
    assert "Interventie: dit moet zijn ingevuld" in said
    assert 'role="status"' in said
    assert registry.table("activities").empty


def test_a_row_changed_by_another_is_not_overwritten(filled):
    mine, theirs = form(filled, "goals", who="B"), form(filled, "goals", who="Cees")
    for one in (mine, theirs):
        one.rows.value = "D01"
        one.fields["target"].value = "65"
    theirs.save.click()
    mine.fields["target"].value = "70"
    mine.save.click()
    assert "veranderd door Cees" in mine.message.value
    assert filled.table("goals").loc[0, "target"] == 65


def test_nothing_is_saved_without_a_name(filled):
    goals = form(filled, "goals", who="")
    goals.rows.value = "D01"
    goals.fields["target"].value = "70"
    goals.save.click()
    assert "niet bekend is wie dit verandert" in goals.message.value
    assert filled.table("goals").loc[0, "target"] == 60


def test_removing_asks_first(filled):
    flags = form(filled, "flags")
    flags.rows.value = "K01"
    flags.remove.click()
    assert flags.asking.layout.display == "" and len(filled.table("flags")) == 1
    flags.cancel.click()
    assert flags.asking.layout.display == "none"
    flags.remove.click()
    flags.confirm.click()
    assert filled.table("flags").empty
    assert "Verwijderd: K01" in flags.message.value


def test_what_people_wrote_is_never_markup(registry):
    documents = form(registry, "documents", who="<b>B</b>")
    documents.fields["title"].value = "<script>x</script>"
    documents.fields["type"].value = "plan"
    documents.fields["reference"].value = "1"
    documents.save.click()
    shown = documents.message.value + documents.history.value
    assert "<script>" not in shown and "<b>" not in shown
    assert "&lt;script&gt;" in shown


def test_attendance_of_a_meeting_is_one_click(filled):
    attendance = AttendanceForm(filled, lambda: ("noord", "B"))
    attendance.meetings.value = "O01"
    assert {key: field.value for key, field in attendance.presence.items()} == {
        "P01": "present",
        "P02": "excused",
    }
    attendance.presence["P01"].value = None
    attendance.presence["P02"].value = "absent"
    attendance.save.click()
    assert "2 veranderd" in attendance.message.value
    table = filled.table("attendance")
    assert table[["stakeholder", "presence"]].values.tolist() == [["P02", "absent"]]


def test_who_had_left_before_the_meeting_is_not_asked_for(filled):
    row = {"wijk": "noord", "key": "P03", "organisation": "Club", "role": "sport",
           "start": "2018-01-01", "end": "2018-12-31"}  # fmt: skip
    filled.save("stakeholders", row, "A")
    attendance = AttendanceForm(filled, lambda: ("noord", "B"))
    attendance.meetings.value = "O01"
    assert list(attendance.presence) == ["P01", "P02"]


def test_the_forms_have_a_tab_for_each_kind_and_follow_the_wijk(filled):
    box = registry_forms(filled, "zuid", "A")
    _name, hoods, tabs, _style = box.children
    assert [tabs.get_title(number) for number in range(len(tabs.children))] == [
        "Partners", "Documenten", "Overleggen", "Aanwezigheid", "Stappen", "Doelen",
        "Interventies", "Partners per interventie", "Activiteiten", "Besluiten", "Knelpunten",
    ]  # fmt: skip
    rows = tabs.children[5].children[1]
    assert len(rows.options) == 1
    hoods.value = "noord"
    assert rows.options[1] == ("D01 Meer buitenspelen", "D01")


def test_another_tab_keeps_what_was_filled_in(filled):
    tabs = registry_forms(filled, "noord", "A").children[2]
    flags = tabs.children[10]
    what = flags.children[2]
    what.value = "Nog niet klaar"
    tabs.selected_index = 5
    tabs.selected_index = 10
    assert what.value == "Nog niet klaar"


def test_an_unknown_wijk_is_a_message(registry):
    with pytest.raises(ParameterError, match="unknown wijk 'west'"):
        registry_forms(registry, "west")


def test_every_field_has_a_label(registry):
    for kind in KINDS:
        if kind != "attendance":
            fields = form(registry, kind).fields.values()
            assert all(field.description.strip() for field in fields)
