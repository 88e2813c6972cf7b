"""The network: who meets whom, who is central, who left."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from wijkkit.evaluation.process.network import (
    centrality,
    meeting_ties,
    one_spelling,
    participation,
    turnover,
)
from wijkkit.evaluation.process.sentences import network_sentences


@pytest.fixture
def network(registry_table):
    stakeholders = registry_table(
        "stakeholders",
        {"wijk": "a", "key": "P1", "organisation": "City", "role": "gebiedsadviseur",
         "person": "X", "start": date(2018, 1, 1), "end": date(2019, 1, 1)},
        {"wijk": "a", "key": "P5", "organisation": "City", "role": "gebiedsadviseur",
         "start": date(2019, 1, 2)},
        {"wijk": "a", "key": "P2", "organisation": "School", "role": "school",
         "start": date(2018, 1, 1)},
        {"wijk": "a", "key": "P3", "organisation": "Police", "role": "police"},
        {"wijk": "b", "key": "P1", "organisation": "School", "role": "school"},
    )  # fmt: skip
    meetings = registry_table(
        "meetings",
        {"wijk": "a", "key": "O1", "date": date(2019, 2, 1), "domain": "gezond"},
        {"wijk": "a", "key": "O2", "date": date(2019, 5, 1), "domain": "veilig"},
        {"wijk": "a", "key": "O3", "date": date(2020, 5, 1)},
    )
    attendance = registry_table(
        "attendance",
        *({"wijk": "a", "meeting": m, "stakeholder": s, "presence": p} for m, s, p in [
            ("O1", "P5", "present"), ("O1", "P2", "present"), ("O1", "P3", "absent"),
            ("O2", "P5", "present"), ("O2", "P3", "present"), ("O2", "P2", "excused"),
        ]),
    )  # fmt: skip
    return stakeholders, meetings, attendance


def test_participation_is_absent_where_attendance_was_not_registered(network):
    table = participation(*network[1:]).query("domain == 'all'").set_index("year")
    assert table.loc[2019, ["meetings", "invited", "present"]].tolist() == [2, 6, 4]
    assert table.loc[2019, "percent"] == pytest.approx(100 * 4 / 6)
    assert table.loc[2020, "meetings"] == 1
    assert table["percent"].isna().loc[2020]


def test_only_those_present_meet_each_other(network):
    ties = meeting_ties(*network).query("domain == 'all'")
    assert ties[["one", "other", "meetings"]].values.tolist() == [
        ["Police", "gebiedsadviseur", 1],
        ["School", "gebiedsadviseur", 1],
    ]


def test_an_organisation_in_two_spellings_is_one(network, registry_table):
    stakeholders, meetings, attendance = network
    again = {"wijk": "a", "key": "P6", "organisation": "POLICE.", "role": "police"}
    other = {"wijk": "b", "key": "P2", "organisation": "police", "role": "police"}
    spelled = pd.concat([stakeholders, registry_table("stakeholders", again, other)])
    there = {"wijk": "a", "meeting": "O1", "stakeholder": "P6", "presence": "present"}
    ties = meeting_ties(
        spelled, meetings, pd.concat([attendance, registry_table("attendance", there)])
    ).query("domain == 'all'")
    assert ties[["one", "other", "meetings"]].values.tolist() == [
        ["Police", "School", 1], ["Police", "gebiedsadviseur", 2], ["School", "gebiedsadviseur", 1],
    ]  # fmt: skip
    assert one_spelling(spelled.reset_index()).to_list()[-2:] == ["Police", "police"]


def test_the_advisor_who_links_all_others_is_most_central(network):
    table = centrality(*network).query("domain == 'all'").set_index("organisation")
    assert table.loc["gebiedsadviseur", ["met", "degree", "betweenness", "rank"]].tolist() == [
        2,
        1.0,
        1.0,
        1,
    ]
    assert table.loc["School", "betweenness"] == 0
    assert table["rank"].tolist() == [1, 2, 2]
    # Two who meet are as central as can be, one alone is not.
    two = network[2][network[2]["meeting"].eq("O1")]
    assert centrality(*network[:2], two).query("domain == 'all'")["degree"].tolist() == [1, 1]
    alone = centrality(*network[:2], two[two["stakeholder"].eq("P5")]).query("domain == 'all'")
    assert alone["degree"].tolist() == [0]


def test_names_of_persons_are_in_no_table(network):
    for table in (centrality(*network), meeting_ties(*network), participation(*network[1:])):
        assert not table.astype(str).eq("X").any().any()


def test_turnover_counts_those_there_at_the_start(network):
    starts = dict.fromkeys("ab", date(2018, 6, 1))
    table = turnover(network[0], starts, date(2021, 6, 1)).set_index("wijk")
    counts = ["at_start", "joined", "ever", "ever_left", "advisors"]
    assert table.loc["a", counts].tolist() == [2, 1, 3, 1, 2]  # not of whom no first day is known
    assert table.loc["b", counts].isna().all()


def test_each_wijk_counts_from_its_own_start(network):
    starts = {"a": date(2017, 1, 1), "b": date(2018, 6, 1)}
    early = turnover(network[0], starts, date(2021, 6, 1)).set_index("wijk").loc["a"]
    assert (early["at_start"], early["joined"]) == (0, 3)


def test_the_network_is_put_into_words(network):
    days = {"start": date(2018, 6, 1), "end": date(2021, 6, 1)}
    left = turnover(network[0], dict.fromkeys("ab", days["start"]), days["end"])
    tables = participation(*network[1:]), centrality(*network), left
    said = network_sentences(*tables, "a", **days, language="nl")
    assert said == [
        "Het netwerk overlegde 3 keer, van 2019 tot en met 2020. Gemiddeld was 67% van de "
        "genodigden er.",
        "De gebiedsadviseur ontmoette beide organisaties.",
        "Geen organisatie had meer contacten.",
        "Tussen 1 juni 2018 en 1 juni 2021 zaten 3 mensen of organisaties in het netwerk, van wie 1 "
        "nieuw.",
        "Eén daarvan stopte.",
        "De wijk had twee gebiedsadviseurs na elkaar.",
    ]
    early = {**days, "start": date(2017, 1, 1)}
    nobody = turnover(network[0], dict.fromkeys("ab", early["start"]), early["end"])
    nobody_yet = tables[0], tables[1], nobody
    said = network_sentences(*nobody_yet, "a", **early, language="nl")
    assert said[3].startswith("Het netwerk startte op 1 januari 2018.")
    without = (*tables[:2], tables[2].assign(advisors=0))
    assert network_sentences(*without, "a", **days, language="nl") == [
        *said[:3],
        "Tussen 1 juni 2018 en 1 juni 2021 zaten 3 mensen of organisaties in het netwerk, van wie 1 "
        "nieuw.",
        "Eén daarvan stopte.",
    ]
    nothing = network_sentences(*tables, "b", **days, language="nl")
    assert nothing[0] == "In deze wijk zijn geen overleggen geregistreerd."


def test_an_empty_registry_gives_empty_tables(registry_table):
    empty = [registry_table(kind) for kind in ("stakeholders", "meetings", "attendance")]
    assert centrality(*empty).empty and meeting_ties(*empty).empty
    assert participation(*empty[1:]).empty
