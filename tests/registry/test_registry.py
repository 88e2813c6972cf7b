"""Rows are checked when they are saved, and come back with the types that were promised."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.registry.workbooks import small_workbook
from wijkkit.errors import ParameterError, RegistryError
from wijkkit.registry import COLUMNS, KINDS, open_registry
from wijkkit.registry.problems import ConflictError, RowError
from wijkkit.registry.release import tables_for_release
from wijkkit.registry.tables import CHOICES
from wijkkit.registry.workbook import import_workbook
from wijkkit.study.guard import REGISTRY

GOAL = {"wijk": "noord", "name": "Spelen", "domain": "gezond"}
LINK = {"wijk": "noord", "name": "Speelstraat"}


def test_tables_have_the_promised_columns_and_types_even_when_empty(any_registry):
    for kind, definition in KINDS.items():
        table = any_registry.table(kind)
        assert tuple(table.columns) == COLUMNS[kind]
        for column in definition.columns:
            expected = {"integer": "Int64", "number": "float64", "date": "datetime64[us]"}
            assert str(table[column.name].dtype) == expected.get(column.type, "str")
        assert str(table["changed_at"].dtype).endswith("UTC]")


def test_absent_is_missing_and_zero_is_zero(any_registry):
    any_registry.save("interventions", {**LINK, "key": "I1", "target_size": 0}, "A")
    any_registry.save("interventions", {**LINK, "key": "I2", "name": "Tuin"}, "A")
    table = any_registry.table("interventions").set_index("key")
    assert table.loc["I1", "target_size"] == 0
    assert table["target_size"].isna().tolist() == [False, True]
    assert table["cost"].isna().all() and table["start"].isna().all()


def test_a_table_of_one_wijk_holds_no_other(any_registry):
    any_registry.save("goals", GOAL, "A")
    any_registry.save("goals", {**GOAL, "wijk": "zuid"}, "A")
    assert any_registry.table("goals", "zuid")["wijk"].tolist() == ["zuid"]
    assert any_registry.table("goals")["wijk"].tolist() == ["noord", "zuid"]
    with pytest.raises(ParameterError, match="unknown wijk"):
        any_registry.table("goals", "west")


def test_a_row_from_a_table_can_be_changed_and_saved_again(any_registry):
    any_registry.save("goals", {**GOAL, "target": 50.5, "baseline": 41.1}, "A")
    row = any_registry.table("goals").iloc[0].to_dict()
    assert any_registry.save("goals", {**row, "target": np.float64(60)}, "B") == 2
    table = any_registry.table("goals")
    assert table.loc[0, ["baseline", "target", "changed_by"]].tolist() == [41.1, 60, "B"]
    assert any_registry.save("goals", table.iloc[0].to_dict(), "C") == 2


def test_digits_that_are_text_are_a_number_and_what_has_no_width_is_nothing(registry):
    row = {**GOAL, "baseline": " 41 ", "name": "\u200bBuiten\ufeff spelen", "note": "\u200b"}
    registry.save("goals", row, "A")
    stored = registry.table("goals").iloc[0]
    assert (stored["baseline"], stored["name"]) == (41.0, "Buiten spelen")
    assert pd.isna(stored["note"])


def test_two_rows_say_the_same_only_where_that_can_be(registry):
    registry.save("goals", GOAL, "A")
    with pytest.raises(RegistryError, match="this new row says exactly what the row with code"):
        registry.save("goals", GOAL, "A")
    partner = {"wijk": "noord", "organisation": "School", "role": "school"}
    for _ in range(2):
        registry.save("stakeholders", partner, "A")
    assert len(registry.table("stakeholders")) == 2


@pytest.mark.parametrize(
    ("kind", "row", "message"),
    [
        ("goals", {"name": None}, "name: this must be filled in"),
        ("goals", {"domain": "leuk"}, "this is not in the list (found leuk; expected health"),
        ("goals", {"indicator": "nothing"}, "indicator: this is not in the list (found nothing; expected play)"),
        ("goals", {"baseline": "veel"}, "baseline: this is not a number (found veel"),
        ("goals", {"baseline": float("inf")}, "baseline: this is not a number"),
        ("goals", {"baseline": True}, "baseline: this is not a number"),
        ("interventions", {"start": "2021-13-01"}, "start: this is not a date"),
        ("interventions", {"start": 44000}, "start: this is not a date"),
        ("goals", {"name": "x" * 2001}, "name: this text is too long"),
        ("goals", {"name": "a\x00b"}, "name: this text has an invisible character"),
        ("goals", {"name": "mail x.y@example.org"}, "e-mail address or telephone number"),
        ("goals", {"nmae": "x"}, "this column is unknown (found nmae"),
        ("goals", {"key": "D 1"}, "this is not a good code (found D 1"),
        ("goals", {"wijk": "west"}, "this neighbourhood is none of the study's (found west; expected noord, zuid)"),
        ("interventions", {"target_size": 1.5}, "target_size: this is not a whole number"),
        ("interventions", {"target_size": -1}, "this number is not possible (found -1; expected 0 to 10000000)"),
        ("interventions", {"goal": "D9"}, "goal: this code is not in Goals (found D9"),
        ("interventions", {"target_size": 10, "target_low_ses": 11}, "Of whom low SES is higher than Size of target group"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_a_reason(registry, kind, row, message):
    base = {"goals": GOAL, "interventions": LINK}[kind]
    with pytest.raises(RowError) as caught:
        registry.save(kind, {**base, **row}, "A")
    assert message in str(caught.value)
    assert registry.table(kind).empty and registry.history().empty


def test_all_that_is_wrong_with_a_row_is_said_at_once(registry):
    with pytest.raises(RowError) as caught:
        registry.save("activities", {"wijk": "noord", "participants": -1}, "A")
    assert {fault.column for fault in caught.value.problems} == {
        "name", "intervention", "period_start", "period_end", "participants",
    }  # fmt: skip


def test_a_reference_stays_within_its_wijk(registry):
    registry.save("goals", {**GOAL, "wijk": "zuid", "key": "D1"}, "A")
    with pytest.raises(RowError, match="this code is not in Goals"):
        registry.save("interventions", {**LINK, "goal": "D1"}, "A")


def test_a_row_that_others_refer_to_cannot_be_removed(any_registry):
    any_registry.save("goals", {**GOAL, "key": "D1"}, "A")
    any_registry.save("interventions", {**LINK, "key": "I1", "second_goal": "D1"}, "A")
    with pytest.raises(RowError, match="another row refers to it .*Interventions, I1"):
        any_registry.remove("goals", "noord", "D1", 1, "A")
    any_registry.remove("interventions", "noord", "I1", 1, "A")
    any_registry.remove("goals", "noord", "D1", 1, "A")
    assert any_registry.table("goals").empty


def test_one_thing_is_registered_once(any_registry):
    step = {"wijk": "noord", "cycle": 1, "step": "2"}
    any_registry.save("steps", {**step, "key": "C1"}, "A")
    with pytest.raises(RowError, match="already in the row with code C1"):
        any_registry.save("steps", {**step, "key": "C2"}, "A")
    any_registry.remove("steps", "noord", "C1", 1, "A")
    assert any_registry.save("steps", {**step, "key": "C2"}, "A") == 1


def test_the_key_of_a_removed_row_is_not_used_again(any_registry):
    any_registry.save("goals", GOAL, "A")
    any_registry.remove("goals", "noord", "D01", 1, "B")
    assert any_registry.next_key("goals", "noord") == "D02"
    with pytest.raises(ConflictError, match="removed by B"):
        any_registry.save("goals", {**GOAL, "key": "D01"}, "A")


@pytest.mark.parametrize("who", ["", "  ", None, "x" * 201, "a\nb"])
def test_nobody_changes_anything_without_a_name(registry, who):
    with pytest.raises(RowError, match="not known who changes this"):
        registry.save("goals", GOAL, who)
    assert registry.history().empty


def test_an_unknown_kind_names_the_kinds(registry):
    with pytest.raises(RegistryError, match="expected stakeholders, documents"):
        registry.table("intervention")


def test_every_choice_set_is_used_and_every_reference_comes_after_its_kind():
    used = {column.choice_set for kind in KINDS.values() for column in kind.columns}
    assert set(CHOICES) == used - {""}
    order = list(KINDS)
    for kind in KINDS.values():
        for column in kind.columns:
            if column.refers_to:
                assert order.index(column.refers_to) < order.index(kind.name)


def left(registry, **times):
    """The school of the small wijk, as it would be with other days."""
    row = registry.table("stakeholders", "noord").set_index("key", drop=False).loc["P02"]
    own = row.dropna().drop(["changed_by", "changed_at"]).to_dict()
    return {**own, **times}


def test_a_partner_does_not_attend_before_taking_part_or_after_leaving(filled):
    there = {"wijk": "noord", "meeting": "O01", "stakeholder": "P02", "presence": "present"}
    stored = filled.table("attendance", "noord").set_index("key", drop=False).loc["W02"]
    there |= {"key": "W02", "version": int(stored["version"])}
    filled.save("stakeholders", left(filled, end="2019-01-31"), who="A")
    with pytest.raises(RowError) as caught:
        filled.save("attendance", there, who="A")
    assert [fault.rule for fault in caught.value.problems] == ["not_there"]
    filled.save("stakeholders", left(filled, end="2019-02-01"), who="A")
    filled.save("attendance", there, who="A")
    for times in ({"end": "2019-01-31"}, {"start": "2019-02-02", "end": None}):
        with pytest.raises(RowError) as caught:
            filled.save("stakeholders", left(filled, **times), who="A")
        assert [fault.rule for fault in caught.value.problems] == ["not_there"]
    meeting = filled.table("meetings", "noord").iloc[0].dropna()
    moved = meeting.drop(["changed_by", "changed_at"]).to_dict() | {"date": "2019-02-02"}
    with pytest.raises(RowError) as caught:
        filled.save("meetings", moved, who="A")
    assert [fault.rule for fault in caught.value.problems] == ["not_there"]


def test_who_was_invited_and_did_not_come_may_have_left(filled):
    filled.save("stakeholders", left(filled, end="2018-12-31"), who="A")
    assert filled.table("attendance", "noord").set_index("key").loc["W02", "presence"] == "excused"


def test_last_changes_are_those_after_a_number(any_registry):
    registry = any_registry
    assert registry.mark() == 0 and registry.last_changes() == {}
    for wijk in ("noord", "zuid"):
        row = {"wijk": wijk, "organisation": "School", "role": "school"}
        registry.save("stakeholders", row, who="A")
    first = registry.last_changes()
    assert set(first) == {("noord", "stakeholders"), ("zuid", "stakeholders")}
    assert registry.mark() == max(first.values())
    decision = {"wijk": "zuid", "decision": "Ja", "date": "2021-01-01", "status": "open"}
    registry.save("decisions", decision, who="A")
    after = registry.last_changes(max(first.values()))
    assert after == {("zuid", "decisions"): registry.mark()}


def test_a_run_sees_the_registry_as_it_was_whoever_saves_meanwhile(
    any_registry, tmp_path, monkeypatch
):
    import_workbook(any_registry, small_workbook(tmp_path / "w.xlsx"), "A")
    any_registry.save("goals", {**GOAL, "key": "D9", "target": 50.5}, "A")

    def tables(registry):
        shown = tables_for_release(registry)
        return {kind: (registry.table(kind), shown[kind]) for kind in KINDS}

    before = tables(any_registry)
    monkeypatch.setenv(REGISTRY, str(any_registry.mark()))
    goal = any_registry.table("goals").query("key == 'D9'").iloc[0].to_dict()
    any_registry.save("goals", {**goal, "target": 60}, "B")
    any_registry.save("goals", {**GOAL, "wijk": "zuid"}, "B")
    activity = any_registry.table("activities").iloc[0]
    any_registry.remove("activities", *activity[["wijk", "key", "version"]], "B")
    with open_registry(any_registry.study) as seen:
        for kind, found in tables(seen).items():
            for table, was in zip(found, before[kind], strict=True):
                pd.testing.assert_frame_equal(table, was)
    assert not before["activities"][0].equals(any_registry.table("activities"))
