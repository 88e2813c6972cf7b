"""The ledger of earlier releases: what it holds, and those of an earlier version."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from towns import KEYS, estimate, town

from wijkkit.disclosure import GGD, release
from wijkkit.disclosure.earlier import read_ledger
from wijkkit.errors import DisclosureError

ONE = pd.DataFrame({"wijk": ["a"], "district": ["d"], "arm": ["none"]})


def counts_of(x: int, n: int) -> pd.DataFrame:
    key = {"indicator": "play", "area": "a", "area_level": "wijk", "wave": "1"}
    return pd.DataFrame([key | {"group_by": "", "group": "all", "x": x, "n": n}])


def released(x: int, n: int, ledger):
    counts = counts_of(x, n)
    return release(estimate(counts), counts, areas=ONE, policy=GGD, ledger=ledger)


def made_older(ledger) -> None:
    """Write a ledger as it was before it held reasons."""
    rows = [json.loads(line) for line in ledger.read_text().splitlines()]
    status = {"": "ok", "too_few": "too_few"}
    older = [
        {name: row[name] for name in KEYS}
        | {"status": status.get(row["reason"], "hidden")}
        | {"count": row["count"], "shown_n": row["shown_n"]}
        for row in rows
    ]
    ledger.write_text("".join(json.dumps(row) + "\n" for row in older))


@pytest.mark.parametrize("content", ["not json\n", "", "[1]\n", '{"indicator": "play"}\n'])
def test_a_damaged_ledger_stops_a_release(content, tmp_path):
    ledger = tmp_path / "ledger.jsonl"
    ledger.write_text(content)
    with pytest.raises(DisclosureError, match="damaged"):
        released(20, 60, ledger)
    assert ledger.read_text() == content


@pytest.mark.parametrize("changed", [{"reason": "because"}, {"status": "perhaps"}])
def test_a_ledger_with_something_else_in_it_stops_a_release(changed, tmp_path):
    ledger = tmp_path / "ledger.jsonl"
    released(20, 60, ledger)
    row = json.loads(ledger.read_text())
    del row["reason"]
    ledger.write_text(json.dumps(row | changed) + "\n")
    with pytest.raises(DisclosureError, match="damaged"):
        released(20, 60, ledger)


def test_a_rerun_on_a_ledger_of_an_earlier_version_shows_the_same_numbers(tmp_path):
    ledger = tmp_path / "ledger.jsonl"
    first = released(20, 60, ledger)
    assert released(19, 60, None).table.loc[0, "value"] != first.table.loc[0, "value"]
    made_older(ledger)
    pd.testing.assert_frame_equal(released(19, 60, ledger).table, first.table)


@pytest.mark.parametrize("now", [(4, 60), (6, 60), (30, 100)])
def test_what_an_earlier_version_hid_stays_hidden_and_no_reason_tells_of_it(now, tmp_path):
    ledger = tmp_path / "ledger.jsonl"
    released(4, 60, ledger)
    made_older(ledger)
    for _ in range(2):
        out = released(*now, ledger)
        assert out.table["status"].tolist() == ["hidden"]
        assert out.hidden["reason"].tolist() == ["together"]


def test_too_few_respondents_of_an_earlier_version_are_too_few_until_they_are_twice_the_least(
    tmp_path,
):
    ledger = tmp_path / "ledger.jsonl"
    released(10, 28, ledger)
    made_older(ledger)
    before = ledger.read_text()
    assert released(10, 31, ledger).hidden["reason"].tolist() == ["too_few"]
    ledger.write_text(before)
    assert released(20, 60, ledger).table["status"].tolist() == ["ok"]


def test_a_whole_town_is_released_on_a_ledger_of_an_earlier_version(tmp_path):
    ledger = tmp_path / "ledger.jsonl"
    made = town(3, size=(20, 90))
    first = release(made.estimates, made.counts, areas=made.areas, policy=GGD, ledger=ledger)
    made_older(ledger)
    again = release(made.estimates, made.counts, areas=made.areas, policy=GGD, ledger=ledger)
    hidden = first.table["status"] != "ok"
    assert 0 < hidden.sum() < len(hidden)
    assert (again.table.loc[hidden, "status"] != "ok").all()
    assert again.audit["narrowest"] >= GGD.protection - 1e-4
    # From now on the ledger is one of this version.
    last = read_ledger(ledger).set_index(KEYS)["reason"]
    assert (last.loc[pd.MultiIndex.from_frame(again.hidden[KEYS])] != "").all()


def test_the_ledger_keeps_what_was_published_and_no_true_count(tmp_path):
    ledger = tmp_path / "ledger.jsonl"
    released(1234, 5678, ledger)
    before = ledger.read_text()
    released(1234, 5678, ledger)
    assert ledger.read_text() == before
    assert "1234" not in before and "5678" not in before and '"reason": ""' in before


def test_a_group_that_keeps_its_reason_though_it_grew_is_released_with_its_total(tmp_path):
    ledger = tmp_path / "ledger.jsonl"

    def of_girls(x: int, groups: list[str]):
        rows = [("", "all", 26 + x, 120), ("sex", "girl", x, 60), ("sex", "boy", 26, 60)]
        table = pd.DataFrame(rows, columns=["group_by", "group", "x", "n"])
        table = table[table["group"].isin(groups)].reset_index(drop=True)
        counts = table.assign(indicator="play", area="a", area_level="wijk", wave="1")
        return release(estimate(counts), counts, areas=ONE, policy=GGD, ledger=ledger)

    assert of_girls(4, ["girl"]).hidden["reason"].tolist() == ["few_inside"]
    # The others say that there are 5 girls or more, the reason that there were 4 at most.
    again = of_girls(7, ["all", "girl", "boy"])
    assert again.table["status"].tolist() == ["ok", "hidden", "ok"]
    assert again.hidden["reason"].tolist() == ["few_inside"]
    assert again.audit["narrowest"] >= GGD.protection - 1e-4


def test_a_rerun_shows_what_the_last_release_did_not_the_first(tmp_path):
    ledger = tmp_path / "ledger.jsonl"
    released(20, 60, ledger)
    last = released(40, 100, ledger).table
    assert last["status"].tolist() == ["ok"]
    assert released(37, 100, None).table.loc[0, "value"] != last.loc[0, "value"]
    pd.testing.assert_frame_equal(released(37, 100, ledger).table, last)
