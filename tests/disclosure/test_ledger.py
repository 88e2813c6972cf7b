"""The ledger: what stands in it, and that nothing in it can be changed or taken out unseen."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from wijkkit.disclosure.ledger import (
    About,
    Entry,
    add_entry,
    answer_marks,
    entry_of,
    person_marks,
    read_entries,
    read_entry,
    standing,
    write_entry,
)
from wijkkit.disclosure.sample import Sample
from wijkkit.errors import DisclosureError

AREAS = pd.DataFrame({"wijk": ["a", "b"], "district": "d", "arm": ["programme", "comparator"]})
SALT = "0123456789abcdef"
TABLES = {"estimates": pd.DataFrame({"value": [41.0, np.nan]}), "gaps": pd.DataFrame({"x": [1]})}


def sample() -> Sample:
    people = pd.DataFrame(
        {
            "respondent": ["k1", "k2", "k3", 4],
            "wave": ["1", "1", "2", "2"],
            "wijk": ["a", "b", "b", "a"],
            "sex": ["girl", "boy", None, "boy"],
            "weight": [1.0, 2.5, 0.0, 1.5],
            "play": [1.0, 0.0, np.nan, 1.0],
        }
    ).merge(AREAS, on="wijk")
    sexes = {"sex": ("sex", ("girl", "boy"))}
    return Sample(people, {"play": "percent"}, ("1", "2"), sexes, AREAS)


def about(release: str = "R1", at: str = "2021-01", **more) -> About:
    return About(release, at, "Play", "A", "f" * 64, SALT, {"play": "percent"}, **more)


def entry(release: str = "R1", at: str = "2021-01", **more) -> Entry:
    return entry_of(about(release, at, **more), sample(), TABLES)


def test_a_respondent_is_a_keyed_hash_of_its_id():
    found = person_marks(sample().people, SALT)
    ids = sample().people["respondent"].astype(str)
    keyed = [hashlib.blake2b(i.encode(), digest_size=8, key=bytes.fromhex(SALT)) for i in ids]
    assert found.tolist() == [int.from_bytes(one.digest(), "little") for one in keyed]
    assert not set(found) & set(person_marks(sample().people, "ff" + SALT[2:]))


def mixed(person: int, answer: float) -> int:
    """The finaliser of splitmix64, in whole numbers, of a respondent and the bits of its answer."""
    word = 2**64 - 1
    z = person ^ int(np.float64(round(answer, 9) + 0.0).view(np.uint64))
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & word
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB & word
    return z ^ (z >> 31)


def test_an_answer_is_a_hash_of_the_respondent_and_the_answer():
    persons = np.random.default_rng(1).integers(1, 2**63, 400, dtype=np.uint64)
    answers = np.tile([1.0, 0.0, 17.5, 1 / 3], 100)
    found = answer_marks(persons, answers)
    assert found.tolist() == [
        mixed(int(p), float(a)) for p, a in zip(persons, answers, strict=True)
    ]
    # What differs by an error of the last digit, or only in the sign of zero, is the same answer.
    assert (answer_marks(persons, answers + 1e-12) == found).all()
    assert (answer_marks(persons, answers + 2e-9) != found).all()
    assert (answer_marks(persons, -answers) == found).tolist() == (answers == 0).tolist()
    assert len({*found.tolist(), *answer_marks(persons, answers + 1).tolist()}) == 800


def test_an_entry_says_in_which_cell_each_respondent_is():
    made = entry()
    people = sample().people
    assert made.people["wave"].tolist() == people["wave"].tolist()
    assert made.people["weight"].tolist() == people["weight"].tolist()
    assert (made.people["of play"] == 0).tolist() == [False, False, True, False]
    # Two levels of one gebied or city, two arms and two wijken, each for everybody and by sex.
    blocks = [name for name in made.people if name.startswith("block ")]
    assert len(blocks) == 8 and "indicator" not in made.cells
    for number in range(8):
        codes = made.people[f"block {number}"]
        cells = made.cells[made.cells["block"].eq(number)].set_index("code")
        assert cells.index.tolist() == list(range(len(cells)))
        for person, code in zip(people.itertuples(), codes, strict=True):
            if code < 0:
                assert cells["group_by"].eq("sex").all() and pd.isna(person.sex)
                continue
            cell = cells.loc[code]
            own = {"wijk": person.wijk, "gebied": "d", "arm": person.arm, "city": "city"}
            assert (cell["area"], cell["wave"]) == (own[cell["area_level"]], person.wave)
            assert cell["group"] == (person.sex if cell["group_by"] else "all")


def test_what_is_written_is_read_and_leaves_nothing_else(tmp_path):
    made = entry(corrects="R0", reason="a mistake")
    write_entry(tmp_path / "ledger" / "R1", made, ["R0"])
    assert [path.name for path in (tmp_path / "ledger").iterdir()] == ["R1"]
    found = read_entry(tmp_path / "ledger" / "R1")
    assert found.about == made.about
    pd.testing.assert_frame_equal(found.people, made.people)
    assert found.cells.values.tolist() == made.cells.values.tolist()
    assert set(found.tables) == set(TABLES)
    for name, table in TABLES.items():
        pd.testing.assert_frame_equal(found.tables[name], table)


def test_publications_are_read_in_their_order_each_once(tmp_path):
    first, second = tmp_path / "one", tmp_path / "two"
    add_entry([first, second], entry("R9", "2021-01"))
    (first / "LEESMIJ.txt").touch()
    add_entry([first], entry("R1", "2021-02", corrects="R9"))
    add_entry([second], entry("R0", "2021-02"))
    (first / ".hidden").mkdir()
    found = read_entries([first, second])
    assert [one.about.release for one in found] == ["R9", "R0", "R1"]
    assert [one.about.release for one in standing(iter(found))] == ["R0", "R1"]
    # What is there is left as it is.
    add_entry([first], replace(entry("R9", "2030-01"), tables={}))
    assert read_entry(first / "R9").about.at == "2021-01"
    assert read_entries([tmp_path / "none"]) == []
    assert json.loads((first / "R1" / "publication.json").read_text())["before"] == ["R9"]


@pytest.fixture
def ledger(tmp_path):
    folder = tmp_path / "ledger"
    add_entry([folder], entry("R1"))
    add_entry([folder], entry("R2", "2021-02"))
    return folder


def test_a_publication_that_was_taken_out_is_missed(ledger):
    (ledger / "R1").rename(ledger.parent / "R1")
    with pytest.raises(DisclosureError, match=r"ledger/R1: .*missing") as caught:
        read_entries([ledger])
    assert "Restore it from a copy" in str(caught.value)


def change(path, data: bytes) -> None:
    path.write_bytes(data)


DAMAGE = {
    "a table": lambda one: change(one / "tables" / "estimates.parquet", b"PAR1"),
    "the respondents": lambda one: change(one / "people.parquet", b"PAR1"),
    "a table taken out": lambda one: (one / "tables" / "gaps.parquet").unlink(),
    "a table put in": lambda one: change(one / "tables" / "more.parquet", b"PAR1"),
    "no record": lambda one: (one / "publication.json").unlink(),
    "no json": lambda one: change(one / "publication.json", b"{"),
    "nothing said": lambda one: change(one / "publication.json", b'{"about": {}}'),
    "a list": lambda one: change(one / "publication.json", b"[]"),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_a_publication_that_was_changed_is_refused_by_its_name(ledger, what):
    DAMAGE[what](ledger / "R2")
    with pytest.raises(DisclosureError, match=r"ledger/R2: .*damaged"):
        read_entries([ledger])
    assert read_entry(ledger / "R1").about.release == "R1"
