"""The forms keep what happens in a wijk: nothing typed is lost, nobody overwrites another."""

from __future__ import annotations

import html
import inspect
import re
import time
import urllib.parse
import uuid
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from tests.live.conftest import ACCOUNTS, Visitor, field_in, token_in
from tests.registry.workbooks import small_workbook
from wijkkit.registry import KINDS, open_registry

PAYLOADS = (
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "{{ 7*7 }}", "'; DROP TABLE goals; --",
    "<svg/onload=alert(1)>", "javascript:alert(1)", "=HYPERLINK(1)", "%0d%0aSet-Cookie: a=b",
)  # fmt: skip
ACTIVITY = {
    "intervention": "I01",
    "period_start": "2019-07-01",
    "period_end": "2019-09-30",
    "planned_sessions": "12",
    "delivered_sessions": "9",
}


def send(one: Visitor, path: str, fields: dict, **more: str):
    """Open a form and send it, as a browser does."""
    page = one.get(path).text
    hidden = {name: field_in(page, name) for name in ("key", "version")}
    return one.post(path, {"_xsrf": token_in(page), **hidden, **fields, **more})


#: Two who may both change the wijk Noord.
PAIR = ("Noord", "Onderzoek")


def rows(study, kind: str, wijk: str = "noord"):
    with open_registry(study) as registry:
        return registry.table(kind, wijk)


def test_an_activity_is_on_the_page_at_once(served, people):
    started = time.monotonic()
    found = send(people["Noord"], "/wijken/w/noord/activities/nieuw", {**ACTIVITY, "name": "Zomer"})
    assert found.status == 200 and "Opgeslagen." in found.text
    text = people["Lezer"].get("/wijken/w/noord").text
    took = time.monotonic() - started
    assert "9 van 32 (28%)" in text and "bijgewerkt tot en met 30 september 2019" in text
    assert took < 2 * max(1.0, started_scale())
    assert rows(served[1], "activities").iloc[-1]["changed_by"] == "Noord"


def started_scale() -> float:
    """Return how many times slower this machine is than one at rest: a fixed piece of work."""
    began = time.perf_counter()
    sum(number * number for number in range(2_000_000))
    return (time.perf_counter() - began) / 0.12


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"planned_sessions": "twaalf"}, "Dit is geen getal"),
        ({"planned_sessions": "1.234"}, "Dit is geen getal"),
        ({"period_end": "2019-06-30"}, "is later dan"),
        ({"period_start": ""}, "Dit moet zijn ingevuld"),
        ({"intervention": "I99"}, "Deze code staat niet in het blad"),
        ({"quality": "7,5"}, "Dit getal lijkt van een andere schaal, zoals een rapportcijfer"),
        ({"name": "mail naar iemand@example.org"}, "e-mailadres of telefoonnummer"),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_stays(served, people, change, message):
    before = len(rows(served[1], "activities"))
    typed = {**ACTIVITY, "name": "Getypt en nog niet goed", "note": "een lange opmerking", **change}
    found = send(people["Noord"], "/wijken/w/noord/activities/nieuw", typed)
    assert found.status == 422 and message in html.unescape(found.text)
    for value in typed.values():
        assert value in html.unescape(found.text)
    assert len(rows(served[1], "activities")) == before


def test_a_doubtful_value_is_kept_when_it_is_confirmed(served, people):
    typed = {**ACTIVITY, "name": "Echt heel slecht", "quality": "7,5", "confirmed": "yes"}
    assert send(people["Noord"], "/wijken/w/noord/activities/nieuw", typed).status == 200
    assert rows(served[1], "activities").set_index("name").loc["Echt heel slecht", "quality"] == 7.5


def test_a_form_sent_twice_makes_one_row(served, people):
    one = people["Noord"]
    page = one.get("/wijken/w/noord/decisions/nieuw").text
    fields = {"_xsrf": token_in(page), "key": field_in(page, "key"), "version": "0"}
    fields |= {"decision": "Eén keer", "date": "2019-09-01", "status": "open"}
    for _ in range(2):
        assert one.post("/wijken/w/noord/decisions/nieuw", fields).status == 200
    assert rows(served[1], "decisions")["decision"].tolist().count("Eén keer") == 1


def test_two_keepers_at_once_lose_nothing(served, people):
    path = "/wijken/w/noord/goals/D01"
    first, second = people["Noord"].get(path).text, people["Onderzoek"].get(path).text
    goal = {"name": "Meer buitenspelen", "domain": "gezond", "study_goal": "play"}
    mine = {**goal, "version": field_in(first, "version"), "target": "61"}
    theirs = {**goal, "version": field_in(second, "version"), "target": "70", "baseline": "41"}
    assert people["Onderzoek"].post(path, {"_xsrf": token_in(second), **theirs}).status == 200
    found = people["Noord"].post(path, {"_xsrf": token_in(first), **mine})
    assert (
        found.status == 409
        and "een ander was u voor" in found.text
        and 'value="61"' in found.text
        and "Vraag de rij opnieuw op" not in found.text
    )
    assert rows(served[1], "goals").iloc[0]["target"] == 70
    again = {**mine, "version": field_in(found.text, "version")}
    done = people["Noord"].post(path, {"_xsrf": token_in(found.text), **again})
    assert done.status == 200 and rows(served[1], "goals").iloc[0]["target"] == 61
    history = html.unescape(done.text)
    assert "Streefwaarde: van ‘70’ naar ‘61’" in history and "Onderzoek" in history


def test_two_new_rows_at_once_are_both_kept(served, people):
    path = "/wijken/w/noord/flags/nieuw"
    pages = {name: people[name].get(path).text for name in ("Noord", "Onderzoek")}
    flag = {"clash": "rules", "date": "2019-03-01", "status": "open"}
    for name, page in pages.items():
        fields = {"_xsrf": token_in(page), "key": field_in(page, "key"), "version": "0"}
        found = people[name].post(path, {**fields, **flag, "what": f"Van {name}"})
        if found.status == 409:
            fields["key"] = field_in(found.text, "key")
            found = people[name].post(path, {**fields, **flag, "what": f"Van {name}"})
        assert found.status == 200
    assert {"Van Noord", "Van Onderzoek"} <= set(rows(served[1], "flags")["what"])


def test_presence_is_a_number_or_a_list(served, people):
    path, one = "/wijken/w/noord/meetings/nieuw", people["Noord"]
    meeting = {"name": "Met een getal", "date": "2019-05-01", "invited": "8", "present": "5"}
    assert send(one, path, meeting).status == 200
    found = rows(served[1], "meetings").set_index("name").loc["Met een getal"]
    assert (found["invited"], found["present"]) == (8, 5)
    listed = {"name": "Met een lijst", "date": "2019-06-01"}
    answers = {"presence-P01": "present", "presence-P02": "excused"}
    assert send(one, path, {**listed, **answers}).status == 200
    key = rows(served[1], "meetings").set_index("name").loc["Met een lijst", "key"]
    there = rows(served[1], "attendance").query("meeting == @key").set_index("stakeholder")
    assert there["presence"].to_dict() == {"P01": "present", "P02": "excused"}
    changed = {**listed, "presence-P01": "", "presence-P02": "absent"}
    assert send(one, f"/wijken/w/noord/meetings/{key}", changed).status == 200
    there = rows(served[1], "attendance").query("meeting == @key").set_index("stakeholder")
    assert there["presence"].to_dict() == {"P02": "absent"}


def test_a_partner_who_was_not_there_yet_is_refused_with_the_meeting(served, people):
    meeting = {"name": "Te vroeg", "date": "2018-01-01", "presence-P01": "present"}
    found = send(people["Noord"], "/wijken/w/noord/meetings/nieuw", meeting)
    assert found.status == 422 and "deed op 01-01-2018 niet mee" in html.unescape(found.text)
    assert "Te vroeg" not in set(rows(served[1], "meetings")["name"])


def test_a_row_is_removed_after_asking_and_its_history_stays(served, people):
    decision = {"decision": "Weg ermee", "date": "2019-09-01", "status": "open"}
    send(people["Noord"], "/wijken/w/noord/decisions/nieuw", decision)
    key = rows(served[1], "decisions").set_index("decision").loc["Weg ermee", "key"]
    path = f"/wijken/w/noord/decisions/{key}"
    assert "/decisions?verwijderd" in send(people["Noord"], path, {"remove": "yes"}).url
    assert people["Noord"].get(path).status == 404
    with open_registry(served[1]) as registry:
        assert registry.history("decisions", "noord", key)["action"].tolist()[-1] == "removed"


#: What a row of each kind with texts needs beside them.
BESIDE: dict[str, dict[str, str]] = {
    "stakeholders": {"role": "other"},
    "documents": {"type": "plan"},
    "meetings": {"date": "2019-09-20"},
    "steps": {"step": "1"},
    "goals": {"domain": "gezond"},
    "interventions": {"status": "running"},
    "activities": {**ACTIVITY},
    "decisions": {"date": "2019-09-20", "status": "open"},
    "flags": {"clash": "other", "date": "2019-09-20", "status": "open"},
}


def test_no_text_becomes_markup(people):
    """Payloads in every text of every kind: pages show them as they were typed, and run nothing."""
    one, mark = people["Noord"], uuid.uuid4().hex[:8]
    together = " ".join(PAYLOADS)
    for kind, beside in BESIDE.items():
        texts = {
            column.name: f"{mark} {together}"
            for column in KINDS[kind].columns
            if column.type == "text"
        }
        more = {"cycle": f"{int(mark, 16) % 10**6 + 2}"} if kind == "steps" else {}
        found = send(one, f"/wijken/w/noord/{kind}/nieuw", {**beside, **texts, **more})
        assert found.status == 200, kind
        wrong = send(one, f"/wijken/w/noord/{kind}/nieuw", dict.fromkeys(beside, together) | texts)
        assert wrong.status == 422, kind
        for page in (found.text, wrong.text, one.get(f"/wijken/w/noord/{kind}").text):
            assert_plain(page)
    paths = ["", "stad", "w/noord", "w/noord?language=en", "w/noord/bijhouden", "w/noord/kwartaal"]
    for given in map(urllib.parse.quote, PAYLOADS):
        paths += [
            f"w/noord/goals?verwijderd={given}", f"w/noord/goals/D01?opgeslagen={given}",
            f"w/noord/activities/nieuw?name={given}", f"w/noord?language={given}", f"w/{given}",
        ]  # fmt: skip
        assert_plain(Visitor(one.address).get(f"/login?next={given}").text)
    for path in paths:
        assert_plain(people["Onderzoek"].get(f"/wijken/{path}").text)
    typed = {"save-A01": "yes", "period-A01": together, "participants-A01": together}
    token = token_in(one.get("/wijken/w/noord/kwartaal").text)
    refused = one.post("/wijken/w/noord/kwartaal", {"_xsrf": token, **typed})
    assert refused.status == 409
    assert_plain(refused.text)


def test_every_kind_with_texts_is_attacked():
    texts = {
        name for name, kind in KINDS.items() if any(one.type == "text" for one in kind.columns)
    }
    assert texts == set(BESIDE)


def assert_plain(page: str) -> None:
    """Every tag of the page is one of the templates' own, no payload stands in any, none is run."""
    tags = re.findall(r"<[^>]*>", page)
    assert not [
        tag for tag in tags if "alert(1)" in tag and not tag.startswith(("<input", "<option"))
    ]
    for tag in tags:
        assert not re.match(r"<(script(?! src)|img|svg/)", tag)
        assert not re.search(r"\son\w+=", re.sub(r'"[^"]*"', '""', tag))
    assert "{{ 7*7 }}" in html.unescape(page) or " 49" not in page


def test_a_keeper_changes_no_other_wijk_and_a_reader_none(people):
    page = people["Noord"].get("/wijken/w/noord/goals/nieuw").text
    fields = {"_xsrf": token_in(page), "key": "D99", "name": "Elders", "domain": "gezond"}
    for name, path in (
        ("Noord", "/wijken/w/zuid/goals/nieuw"),
        ("Lezer", "/wijken/w/noord/goals/nieuw"),
        ("Lezer", "/wijken/w/noord/werkmap"),
        ("Lezer", "/wijken/w/noord/kwartaal"),
    ):
        one = people[name]
        token = token_in(one.get("/wijken/w/noord").text)
        assert one.get(path).status == 403
        assert one.post(path, {**fields, "_xsrf": token}).status == 403


def test_a_form_without_the_right_token_saves_nothing(served, people):
    before = len(rows(served[1], "goals"))
    for forged in ({}, {"_xsrf": ""}, {"_xsrf": "2|a|b|1"}):
        fields = {"key": "D98", "name": "Vervalst", "domain": "gezond", **forged}
        assert people["Noord"].post("/wijken/w/noord/goals/nieuw", fields).status == 403
    assert len(rows(served[1], "goals")) == before


def test_who_was_logged_out_meanwhile_is_led_to_the_login_and_back(served, people):
    out, path = Visitor(served[0]), "/wijken/w/noord/goals/nieuw"
    page = out.get("/login").text
    found = out.post(path, {"_xsrf": token_in(page), "key": "D97", "name": "Getypt"})
    assert found.status == 403 and "U bent niet meer ingelogd" in found.text
    assert f'login?next={path}"' in found.text
    assert "U bent niet meer ingelogd" not in people["Lezer"].post(path, {}).text


@pytest.mark.parametrize("key", ["..", "%2e%2e", "A01%00", "A" * 60, "A01'"])
def test_no_strange_key_opens_a_form(people, key):
    assert people["Onderzoek"].get(f"/wijken/w/noord/activities/{key}").status in (400, 403, 404)


def begun(served, one: Visitor, name: str, **numbers: str) -> str:
    """Register an intervention with an activity of the second quarter; return its key."""
    item = {"name": name, "status": "running", "start": "2019-01-01"}
    send(one, "/wijken/w/noord/interventions/nieuw", item)
    key = rows(served[1], "interventions").set_index("name").loc[name, "key"]
    return held(served, one, name, key, **numbers)


def held(served, one: Visitor, name: str, intervention: str, **numbers: str) -> str:
    """Register an activity of an intervention in the second quarter; return its key."""
    past = {"intervention": intervention, "name": name, "period_start": "2019-04-01"}
    send(one, "/wijken/w/noord/activities/nieuw", past | {"period_end": "2019-06-30"} | numbers)
    return rows(served[1], "activities").set_index("name").loc[name, "key"]


def test_what_recurs_is_saved_in_one_go(served, people):
    one, path = people["Noord"], "/wijken/w/noord/kwartaal"
    numbers = {"planned_sessions": "12", "delivered_sessions": "10"}
    key = begun(served, one, "Loopt door", **numbers)
    page = one.get(path).text
    assert f'name="save-{key}" value="yes" checked> Loopt door' in page
    assert f'name="delivered_sessions-{key}" value="10"' in page
    assert quarter(one, {key: "tien"}).status == 422
    assert "Zet een vinkje" in quarter(one, {}).text
    saved = quarter(one, {key: "11"})
    assert saved.status == 200 and "Opgeslagen: 1 activiteit." in saved.text
    found = rows(served[1], "activities").query("name == 'Loopt door'").iloc[-1]
    assert found["delivered_sessions"] == 11 and str(found["period_end"].date()) == "2019-09-30"
    assert "Loopt door" not in re.findall(r"checked> (.*?)</label>", one.get(path).text)


def quarter(one: Visitor, delivered: dict[str, str], page: str = "", wijk: str = "noord"):
    """Tick activities in the form of the quarter, with how often each was done."""
    path = f"/wijken/w/{wijk}/kwartaal?language=nl"
    page = page or one.get(path).text
    fields = dict(re.findall(r'name="([a-z_]+-A\w+)" value="([^"]*)"', page))
    fields = {name: html.unescape(value) for name, value in fields.items()}
    fields = {name: value for name, value in fields.items() if not name.startswith("save-")}
    for key, value in delivered.items():
        fields |= {f"save-{key}": "yes", f"delivered_sessions-{key}": value}
    return one.post(path, {"_xsrf": token_in(page), **fields})


def test_two_keepers_of_one_quarter_lose_and_swap_nothing(served, people):
    """Each number is that of its own intervention, whatever the other one saved meanwhile."""
    one, other = people["Noord"], people["Onderzoek"]
    names = "Kwartaal een", "Kwartaal twee", "Kwartaal drie"
    first, second, third = (begun(served, one, name) for name in names)
    opened = other.get("/wijken/w/noord/kwartaal?language=nl").text
    assert quarter(one, {second: "22"}).status == 200
    refused = quarter(other, {first: "11", second: "23", third: "33"}, opened)
    said = html.unescape(refused.text)
    assert refused.status == 409 and "Van ‘Kwartaal twee’ heeft een ander" in said
    assert "Keren gedaan 23" in said and 'value="11"' in said and 'value="33"' in said
    assert quarter(other, {first: "11", third: "33"}, refused.text).status == 200
    found = rows(served[1], "activities")
    found = found[found["period_end"].eq(pd.Timestamp(2019, 9, 30))]
    assert found.set_index("name")["delivered_sessions"][list(names)].to_list() == [11, 22, 33]


def test_all_that_goes_on_of_an_intervention_is_offered_until_each_is_filled_in(served, people):
    one = people["Noord"]
    first = begun(served, one, "Samen een 2019", delivered_sessions="1")
    item = rows(served[1], "activities").set_index("key").loc[first, "intervention"]
    second = held(served, one, "Samen twee", item, delivered_sessions="2")
    assert quarter(one, {first: "11"}).status == 200
    later = {"name": "Samen drie", "intervention": item, "period_start": "2090-01-01"}
    send(one, "/wijken/w/noord/activities/nieuw", later | {"period_end": "2090-03-31"})
    page = one.get("/wijken/w/noord/kwartaal").text
    offered = re.findall(r"> (Samen .*?)</label>", page)
    assert offered == ["Samen twee"] and f'name="save-{second}"' in page
    assert quarter(one, {second: "22"}).status == 200
    found = rows(served[1], "activities").query("intervention == @item")
    found = found[found["period_end"].eq(pd.Timestamp(2019, 9, 30))]
    assert found["delivered_sessions"].to_list() == [11, 22]


def test_both_keepers_at_the_same_moment_make_one_row(served, people):
    from concurrent.futures import ThreadPoolExecutor

    key = begun(served, people["Noord"], "Tegelijk")
    pages = {name: people[name].get("/wijken/w/noord/kwartaal").text for name in PAIR}
    with ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda name: quarter(people[name], {key: "7"}, pages[name]), PAIR)
    statuses = {answer.status for answer in found}
    assert 200 in statuses and statuses <= {200, 409}
    made = rows(served[1], "activities").query("name == 'Tegelijk'")
    assert len(made) == 2 and made["delivered_sessions"].max() == 7


def upload(one: Visitor, wijk: str, path: Path, name: str = "werkmap.xlsx"):
    address = f"/wijken/w/{wijk}/werkmap"
    token, mark = token_in(one.get(address).text), uuid.uuid4().hex
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="_xsrf"\r\n\r\n{token}\r\n'.encode(),
        f'--{mark}\r\nContent-Disposition: form-data; name="werkmap"; filename="{name}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n".encode(),
        path.read_bytes(),
        f"\r\n--{mark}--\r\n".encode(),
    ]
    kind = {"Content-Type": f"multipart/form-data; boundary={mark}"}
    return one.post(address, b"".join(parts), **kind)


def download(one: Visitor, wijk: str, path: Path) -> Path:
    import urllib.request

    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(one.jar))
    with opener.open(f"{one.address}/wijken/w/{wijk}/werkmap.xlsx", timeout=120) as found:
        path.write_bytes(found.read())
    return path


def test_the_workbook_goes_down_and_up_with_its_faults_on_the_page(served, people, tmp_path):
    one = people["Noord"]
    path = download(one, "noord", tmp_path / "noord.xlsx")
    book = load_workbook(path)
    sheet = book["Interventies"]
    heads = {cell.value.rstrip("*"): cell.column for cell in sheet[1] if cell.value}
    sheet.cell(2, heads["Kosten per jaar"]).value = "veel"
    book.save(path)
    found = upload(one, "noord", path)
    assert found.status == 422 and "dit is geen getal" in html.unescape(found.text)
    assert "Interventies" in found.text and "veel" in found.text
    sheet.cell(2, heads["Kosten per jaar"]).value = "13000,5"
    book.save(path)
    found = upload(one, "noord", path)
    assert found.status == 200 and "1 veranderd" in found.text
    assert rows(served[1], "interventions").iloc[0]["cost"] == 13000.5


def test_another_wijks_workbook_and_what_is_none_are_refused(people, tmp_path):
    path = small_workbook(tmp_path / "noord.xlsx")
    found = upload(people["Onderzoek"], "zuid", path)
    assert found.status == 422 and "dit is de werkmap van een andere wijk" in found.text
    (tmp_path / "x.xlsx").write_bytes(b"not a workbook")
    assert upload(people["Noord"], "noord", tmp_path / "x.xlsx").status == 422
    assert upload(people["Noord"], "noord", path, "../../etc/passwd").status == 422


def test_every_kind_has_a_form(people):
    for kind in KINDS:
        expected = 404 if kind == "attendance" else 200
        assert people["Onderzoek"].get(f"/wijken/w/noord/{kind}/nieuw").status == expected
        assert people["Onderzoek"].get(f"/wijken/w/noord/{kind}").status == expected


@pytest.mark.parametrize(
    "check",
    [
        test_an_activity_is_on_the_page_at_once,
        test_two_keepers_at_once_lose_nothing,
        test_two_new_rows_at_once_are_both_kept,
        test_presence_is_a_number_or_a_list,
        test_a_row_is_removed_after_asking_and_its_history_stays,
        test_what_recurs_is_saved_in_one_go,
        test_two_keepers_of_one_quarter_lose_and_swap_nothing,
        test_both_keepers_at_the_same_moment_make_one_row,
        test_the_workbook_goes_down_and_up_with_its_faults_on_the_page,
    ],
)
def test_the_pages_keep_in_postgresql_as_well(in_postgresql, check, tmp_path):
    """What holds with a file holds with a database server."""
    people = {name: Visitor(in_postgresql[0]) for name in ACCOUNTS}
    for name, one in people.items():
        assert one.log_in(name).status == 200
    given = {"served": in_postgresql, "people": people, "tmp_path": tmp_path}
    check(**{name: given[name] for name in inspect.signature(check).parameters})
