"""What a report may show of the registry holds nothing about persons."""

from __future__ import annotations

from wijkkit.registry import KINDS
from wijkkit.registry.release import tables_for_release

HIDDEN = "(tekst niet getoond: er staat een naam of contact in)"
DOCUMENT = {"wijk": "noord", "type": "plan", "reference": "map van Voorbeeld Persoon"}


def test_persons_contacts_places_and_remarks_are_left_out(filled):
    released = tables_for_release(filled)
    assert list(released) == list(KINDS)
    for kind, table in released.items():
        hidden = {"person", "contact", "note", "reference", "changed_by", "changed_at", "version"}
        assert not hidden & set(table), kind
        assert list(table)[:2] == ["wijk", "key"]
    everything = " ".join(table.to_csv() for table in released.values())
    assert "Voorbeeld" not in everything and "example.org" not in everything
    assert released["stakeholders"]["organisation"].tolist() == ["Gemeente", "Basisschool De Linde"]


def test_counts_are_passed_on_and_absent_is_not_zero(filled):
    row = filled.table("activities").iloc[0].to_dict()
    filled.save("activities", {**row, "key": "A02", "version": 0, "participants": None,
                               "participants_ses_known": None, "participants_low_ses": None,
                               "delivered_sessions": None}, "A")  # fmt: skip
    activities = tables_for_release(filled)["activities"].set_index("key")
    assert activities.loc["A01", "participants"] == 35
    assert activities.loc["A01", "delivered_sessions"] == 0
    assert activities.loc["A02", ["participants", "delivered_sessions"]].isna().all()


def test_a_text_that_names_a_registered_person_is_absent(filled):
    titles = {
        "DOC2": "Gesprek met Voorbeeld Persoon",
        "DOC3": "Brief van mevrouw Persoon",
        "DOC4": "Voor elke persoon een plek",
        "DOC5": "Persoonlijk plan",
    }
    for key, title in titles.items():
        filled.save("documents", {**DOCUMENT, "key": key, "title": title}, "A")
    shown = tables_for_release(filled)["documents"].set_index("key")["title"]
    assert set(shown[["DOC2", "DOC3"]]) == {HIDDEN}
    assert shown[["DOC4", "DOC5"]].tolist() == [titles["DOC4"], titles["DOC5"]]


def test_a_person_who_was_removed_is_still_not_named(filled):
    row = {"wijk": "noord", "key": "P09", "organisation": "Club", "role": "sport",
           "person": "Andere Naam"}  # fmt: skip
    version = filled.save("stakeholders", row, "A")
    filled.remove("stakeholders", "noord", "P09", version, "A")
    filled.save("documents", {**DOCUMENT, "key": "DOC2", "title": "Andere Naam zei dit"}, "A")
    shown = tables_for_release(filled)["documents"].set_index("key")["title"]
    assert shown["DOC2"] == HIDDEN
