"""A wijk sees of each intervention what it is for, how sure that is, and who decides on it."""

from __future__ import annotations

import pytest

from wijkkit.released import open_wijk, write_released
from wijkkit.show import interventions_table


@pytest.fixture
def view(small_study, registry_table):
    def make(*rows: dict, language: str = "nl"):
        study = small_study(language)
        goals = [
            {"wijk": "a", "key": key, "name": name}
            for key, name in (("D1", "Play"), ("D2", "Sport"))
        ]
        write_released(study, "goals", registry_table("goals", *goals))
        write_released(study, "interventions", registry_table("interventions", *rows))
        return open_wijk(study.folder, "a")

    return make


def test_what_was_registered_is_in_words_and_the_rest_says_so(view):
    first = {"wijk": "a", "name": "Square", "goal": "D1", "third_goal": "D2", "evidence": "2",
             "scope": "city_wide", "procured_by": "gemeente", "status": "running"}  # fmt: skip
    other = {"wijk": "a", "key": "I2", "name": "Talk"}
    table = interventions_table(view(first, other, {"wijk": "b", "name": "Elsewhere"})).data
    assert list(table)[:2] == ["Interventie", "Doel"]
    assert table.iloc[0].tolist() == [
        "Square", "Play; Sport", "2. eerste aanwijzingen dat het werkt", "stedelijk",
        "gemeente", "loopt",
    ]  # fmt: skip
    assert table.iloc[1].tolist() == ["Talk", *["niet geregistreerd"] * 5]


def test_without_interventions_it_says_what_to_do(view):
    assert "werkboek" in str(interventions_table(view()).data.to_dict())
