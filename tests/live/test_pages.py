"""What the pages say, and that after a save only what changed is read and made again."""

from __future__ import annotations

import itertools
import os
import re
import time
from datetime import date

import pandas as pd
import pytest

from tests.live.conftest import PASSWORD, Visitor, filled_study, serve
from tests.studies import replace, write_study
from wijkkit.disclosure.sign_off import sign_off_file
from wijkkit.language.messages import LANGUAGES
from wijkkit.live import snapshot
from wijkkit.live.city import current_city
from wijkkit.live.identity import Accounts
from wijkkit.live.snapshot import Source
from wijkkit.live.wijk_page import current_page
from wijkkit.registry import KINDS, open_registry
from wijkkit.registry.changes import Change, apply_change, now, stamp_of
from wijkkit.registry.store import writing
from wijkkit.registry.validation import clean_row
from wijkkit.released.store import write_released
from wijkkit.study import open_study
from wijkkit.tables import ESTIMATE_COLUMNS

AS_OF = date(2019, 9, 30)
DECISION = {"decision": "Verder", "date": "2019-09-01", "status": "open"}
ACTIVITY = {
    "intervention": "I01", "period_start": "2019-07-01", "period_end": "2019-09-30",
    "planned_sessions": 12, "delivered_sessions": 9,
}  # fmt: skip


@pytest.fixture
def study(tmp_path):
    return filled_study(tmp_path)


@pytest.fixture
def source(study):
    found = Source(study, AS_OF)
    yield found
    found.close()


def save(source: Source, kind: str, row: dict, wijk: str = "noord") -> None:
    source.registry.save(kind, {"wijk": wijk, **row}, "A")


def change(source: Source, kind: str, key: str, **values) -> None:
    """Change a row of Noord, as a form does."""
    rows = source.registry.table(kind, "noord").set_index("key", drop=False)
    row = rows.loc[key].dropna().to_dict() | values
    save(source, kind, {k: v for k, v in row.items() if k not in ("changed_by", "changed_at")})


@pytest.fixture
def read(monkeypatch) -> list[str]:
    """The wijken that are read from the registry, one after the other."""
    found, tables = [], snapshot.tables_for_release

    def noting(registry, wijk=None, *rest):
        found.append(wijk)
        return tables(registry, wijk, *rest)

    monkeypatch.setattr(snapshot, "tables_for_release", noting)
    return found


def test_after_a_save_only_the_changed_wijk_is_read_again(source, read):
    city = current_city(source, "nl")
    pages = {wijk: current_page(source, "nl", wijk) for wijk in ("noord", "zuid")}
    assert read == [None]
    assert current_city(source, "nl") is city and len(read) == 1
    save(source, "decisions", DECISION)
    after = current_page(source, "nl", "noord")
    assert [row.decision for row in after.decisions.open] == ["Verder"]
    lines = {line.slug: line for line in current_city(source, "nl").wijken}
    assert lines["noord"].open_decisions == "1"
    assert current_page(source, "nl", "zuid") is pages["zuid"]
    assert read[1:] == ["noord"]


def test_what_another_server_saved_is_on_the_page(source):
    current_city(source, "nl")
    with open_registry(source.study) as other:
        other.save("decisions", {"wijk": "noord", **DECISION}, "B")
    assert current_page(source, "nl", "noord").decisions.open[0].decision == "Verder"


def test_a_name_that_is_registered_anywhere_is_hidden_on_every_page(source):
    current_page(source, "nl", "noord")
    save(source, "decisions", DECISION | {"decision": "Vraag het aan Jan Ergens"})
    person = {"organisation": "School", "role": "school", "person": "Jan Ergens"}
    save(source, "stakeholders", person, "zuid")
    said = [row.decision for row in current_page(source, "nl", "noord").decisions.open]
    assert len(said) == 1 and "Ergens" not in said[0]


def test_another_day_and_a_sign_off_are_noticed(source, study):
    before = source.now()
    current_page(source, "nl", "noord")
    path = sign_off_file(study)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x", encoding="utf-8")
    os.utime(path, ns=(time.time_ns(), time.time_ns()))
    after = source.now()
    assert after.released > before.released and after.changes == before.changes
    source._as_of = date(2019, 10, 15)
    assert "15 oktober 2019" in current_page(source, "nl", "noord").as_of


def test_a_registry_that_was_put_back_is_read_from_its_beginning(source, study, tmp_path):
    store = study.folder / "registry.sqlite"
    kept = store.read_bytes()
    save(source, "decisions", DECISION)
    assert current_page(source, "nl", "noord").decisions.open
    source.registry.engine.dispose()
    store.write_bytes(kept)
    assert current_page(source, "nl", "noord").decisions.open == []


def test_after_a_save_the_city_costs_a_small_part_of_the_first_time(tmp_path):
    """Measured against making the whole on the same machine, so that the limit scales."""
    study = filled_study(tmp_path)
    for at in range(30):
        (study.folder / "wijken" / f"w{at}.yml").write_text(
            f"wijk: w{at}\nname: W{at}\ncode: BV{at}\narm: programme\n", encoding="utf-8"
        )
    source = Source(open_study(study.folder), AS_OF)
    for at in range(30):
        save(source, "interventions", {"name": "Spel", "status": "running"}, f"w{at}")
    spent = []
    for at in range(4):
        began = time.process_time()
        current_city(source, "nl")
        spent.append(time.process_time() - began)
        save(source, "decisions", DECISION | {"decision": f"Besluit {at}"}, "w3")
    source.close()
    assert min(spent[1:]) < spent[0] / 3


def test_no_more_than_the_whole_target_group_was_reached(source):
    """Two periods of 80 of 100: at least the 80 who came at once, at most all."""
    item = {"key": "I05", "name": "Zwemles", "target_size": 100, "status": "running"}
    save(source, "interventions", item)
    for at, period in enumerate((("2019-01-01", "2019-03-31"), ("2019-04-01", "2019-06-30"))):
        days = dict(zip(("period_start", "period_end"), period, strict=True))
        row = {"name": f"Les {at}", "intervention": "I05", "participants": 80}
        save(source, "activities", row | days)
    rows = {row.key: row for row in current_page(source, "nl", "noord").interventions}
    assert rows["I05"].target == "80 tot 100% van 100"
    assert rows["I05"].registered == "bijgewerkt tot en met 30 juni 2019 (Les 1)"


def test_a_wijk_that_takes_no_part_is_in_the_list(study):
    path = study.folder / "wijken" / "west.yml"
    path.write_text("wijk: west\nname: West\ncode: BU3\narm: none\n", encoding="utf-8")
    source = Source(open_study(study.folder), AS_OF)
    for language, words in (("nl", "doet niet mee"), ("en", "not taking part")):
        lines = {line.slug: line.arm for line in current_city(source, language).wijken}
        assert lines["west"] == words
    assert current_page(source, "nl", "west").model == []
    source.close()


def row_of(wave: str, value: float, lower: float, upper: float, unit: str) -> dict:
    return dict(
        zip(
            ESTIMATE_COLUMNS,
            (
                "play",
                "noord",
                "wijk",
                wave,
                "",
                "all",
                value,
                lower,
                upper,
                200,
                unit,
                "x",
                "x",
                "ok",
            ),
            strict=False,
        )
    )


def released(study) -> None:
    estimates = [row_of("2018", 40, 35, 45, "percent"), row_of("2021", 52, 47, 57, "percent")]
    changes = [row_of("2018-2021", 12, 5, 19, "points")]
    # With the other goals it may be less clear; the report of the wijk has its own verdict.
    judged = changes[0] | {"looked_at": 4, "verdict": "not_distinguishable"}
    write_released(study, "estimates", pd.DataFrame(estimates))
    write_released(study, "changes", pd.DataFrame(changes).assign(verdict="higher", step=1.0))
    write_released(study, "goal_changes", pd.DataFrame([judged]))


def test_a_goal_has_the_verdict_that_was_released(source, study):
    released(study)
    goal = current_page(source, "nl", "noord").goals[0]
    assert goal.change == "+12 procentpunt, verbeterd"
    english = current_page(source, "en", "noord").goals[0]
    assert english.change.endswith(", improved")


def test_the_logic_model_says_what_is_known_of_each_element(source, study):
    released(study)
    save(source, "activities", ACTIVITY | {"name": "Zomer"})
    change(source, "interventions", "I01", status="running", cost=12000)
    boxes = current_page(source, "nl", "noord").model
    elements = {element.label: element for box in boxes for element in box.elements}
    said = {label: " ".join(element.words) for label, element in elements.items()}
    whole = " ".join(said.values())
    for words in (
        "Klaar van de stappen analyse, doelen en keuze: 1 van de 3.",
        "Voor 1 interventie is 12.000 euro per jaar geregistreerd.",
        "Uitgevoerd is 28% van de geplande bijeenkomsten.",
    ):
        assert words in whole
    for element in elements.values():
        assert element.words and "bekend" not in element.judged
    assert any(not element.known for element in elements.values())
    assert current_page(source, "nl", "zuid").model == []


def test_small_numbers_are_absent_on_the_page_as_in_the_release(source):
    observed = {"quality": 80, "quality_n": 2}
    save(source, "activities", ACTIVITY | observed | {"name": "Zomer", "participants": 30})
    assert current_page(source, "nl", "noord").interventions[0].quality == "te weinig kinderen"
    change(source, "interventions", "I01", target_size=3, target_low_ses=1)
    assert current_page(source, "nl", "noord").interventions[0].target == "niet getoond (privacy)"


def test_what_cannot_be_is_asked_about(source):
    """An early start is refused since; in a registry from before it is asked about."""
    assert current_page(source, "nl", "noord").contradictions == []
    choice = {"cycle": 1, "step": "3", "actual_start": "2019-05-01", "status": "running"}
    save(source, "steps", choice)
    values = source.registry.table("interventions", "noord").iloc[0].to_dict()
    values, _ = clean_row(
        KINDS["interventions"], values | {"start": "2019-04-30"}, source.registry.lists
    )
    with writing(source.registry.engine) as connection:
        change_of = Change("interventions", "I01", values, 1)
        apply_change(connection, "noord", change_of, "changed", stamp_of("A", "form", now()))
    assert current_page(source, "nl", "noord").contradictions == [
        "Speelstraat loopt vanaf 30 april 2019, maar de keuze van interventies begon pas op "
        "1 mei 2019. Klopt de datum?"
    ]
    change(source, "interventions", "I01", start="2019-05-01")
    assert current_page(source, "nl", "noord").contradictions == []
    save(source, "steps", {"cycle": 1, "step": "4", "actual_start": "2019-10-01"})
    assert current_page(source, "nl", "noord").contradictions == [
        "Stap 4 heeft een echte datum in de toekomst: 1 oktober 2019. Vul die pas in als het zo ver is."
    ]


def test_what_the_city_offers_may_be_older_than_the_choice(source):
    save(source, "steps", {"cycle": 1, "step": "3", "actual_start": "2019-05-01"})
    change(source, "interventions", "I01", start="2015-01-01", scope="city_wide")
    assert current_page(source, "nl", "noord").contradictions == []


BARE = """
title: Kaal
city: {name: Proefstad}
programme: {name: Geen, start: 2018-01-01}
waves:
  - {id: "2018", label: meting, start: 2018-05-01, end: 2018-07-31}
sources:
  survey:
    - {id: enquete, path: enquete.csv}
"""


def test_a_study_without_programme_goals_or_registry_has_whole_pages(tmp_path):
    """One wave, no borders, nothing released, nothing registered: no fault, no empty section."""
    folder = write_study(tmp_path / "parameters")
    (folder / "study.yml").write_text(BARE, encoding="utf-8")
    replace(folder, "indicators.yml", "goal: play\n", "")
    replace(
        folder,
        "codebook.yml",
        '  ses: {source: opl, type: category, values: {"1": low, "2": high}}\n',
        "",
    )
    for slug, arm in (("noord", "programme"), ("zuid", "comparator")):
        replace(folder, f"wijken/{slug}.yml", f"arm: {arm}\npair: a\n", "")
    Accounts(open_study(folder)).add("Kees", "researcher", (), PASSWORD)
    for address in serve(tmp_path):
        visitor = Visitor(address)
        assert visitor.log_in("Kees").status == 200
        paths = ("", "stad", "w/noord", "w/noord/bijhouden", "w/noord/kwartaal", "w/noord/goals")
        for path, language in itertools.product(paths, LANGUAGES):
            page = visitor.get(f"/wijken/{path}?language={language}")
            assert page.status == 200, path
            assert_no_empty_section(page.text)


def assert_no_empty_section(page: str) -> None:
    """A heading is followed by something, a table and a list have rows."""
    assert not re.search(r"</h[123]>\s*(</section>|</div>|<h[123])", page)
    assert not re.search(r"<(tbody|ul|ol|thead)[^>]*>\s*</\1>", page)
    assert not re.search(r"<thead><tr><th[^>]*>[^<]*</th></tr></thead>", page)
