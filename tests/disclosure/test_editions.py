"""A release and earlier publications in one list of children: every figure is that of its cell."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from towns import areas_of, town_of

from wijkkit.disclosure.editions import Edition, editions_of
from wijkkit.disclosure.ledger import About, Entry, entry_of
from wijkkit.disclosure.sample import Sample

PARENT = {"wijk": "wijk", "gebied": "district", "arm": "arm"}
SEX = {"sex": ("sex", ("girl", "boy"))}


def survey(seed: int = 1) -> Sample:
    """Four wijken and two waves; two questions and a score."""
    random, areas = np.random.default_rng(seed), areas_of(4, 2)
    rows = [(wave, wijk) for wave in ("1", "2") for wijk in areas["wijk"] for _ in range(20)]
    people = pd.DataFrame(rows, columns=["wave", "wijk"]).merge(areas, on="wijk")
    many = len(people)
    people = people.assign(
        respondent=[f"r{at:03d}" for at in range(many)],
        age=6.0,
        sex=random.choice(["girl", "boy"], many),
        weight=random.uniform(0.5, 2, many),
        play=np.where(random.random(many) < 0.1, np.nan, random.random(many) < 0.4),
        sport=(random.random(many) < 0.6).astype(float),
        sdq=random.integers(3, 30, many).astype(float),
    )
    return sample_of(people, areas)


def sample_of(people: pd.DataFrame, areas: pd.DataFrame, groupings=SEX) -> Sample:
    units = {"play": "percent", "sdq": "score", "sport": "percent"}
    return town_of(people.reset_index(drop=True), areas, units, groupings).sample


def table_of(sample: Sample, seed: int) -> pd.DataFrame:
    """Figures of these respondents, of which some are absent for whatever reason."""
    random = np.random.default_rng(seed)
    made = town_of(sample.people, sample.areas, sample.units, sample.groupings)
    table = made.estimates.table
    status = random.choice(["ok", "ok", "hidden", "too_few", "missing"], len(table))
    return table.assign(status=status, step=random.choice([1.0, 5.0], len(table)))


def published(sample: Sample, table: pd.DataFrame, release: str = "R1") -> Entry:
    about = About(release, "2021-01", "t", "A", "f", "00" * 16, dict(sample.units))
    return entry_of(about, sample, {"estimates": table})


def together(sample: Sample, *entries: Entry, wave: str = "2"):
    table = table_of(sample, 8).assign(status="ok")
    secret = np.arange(len(table)) % 7 == 0
    kept = np.arange(len(table)) % 5 == 0
    return table, secret, kept, *editions_of(sample, entries, table, secret, kept, wave)


def share(answers: pd.DataFrame, one: Edition, row: pd.Series) -> tuple[float, int]:
    """The share of a cell by the codes of its edition, and of how many."""
    weight = one.weights[row["weight"]]
    inside = np.any([code == row["cell"] for code in one.codes], axis=0) & (weight > 0)
    y = answers[row["question"]].to_numpy(float)
    there = inside & ~np.isnan(y)
    return 100 * np.average(y[there], weights=weight[there]), int(there.sum())


def exact(sample: Sample, key: pd.Series, weight: str = "weight") -> tuple[float, int]:
    """The same by a loop over the respondents."""
    here = sample.people[sample.people["wave"] == key["wave"]]
    if key["area_level"] in PARENT:
        here = here[here[PARENT[key["area_level"]]] == key["area"]]
    if key["group_by"]:
        here = here[here[key["group_by"]] == key["group"]]
    here = here[here[key["indicator"]].notna()]
    return 100 * np.average(here[key["indicator"]], weights=here[weight]), len(here)


@pytest.mark.parametrize("wave", ["1", "2"])
def test_a_first_release_is_alone(wave):
    sample = survey()
    table, secret, kept, answers, (one,) = together(sample, wave=wave)
    here = sample.people["wave"].eq(wave)
    assert answers["play"].to_numpy() == pytest.approx(
        sample.people.loc[here, "play"].to_numpy(), nan_ok=True
    )
    rows = one.cells["row"].to_numpy()
    percent = table["unit"].eq("percent") & table["wave"].eq(wave)
    assert sorted(rows) == np.flatnonzero(percent).tolist()
    assert one.cells["secret"].tolist() == secret[rows].tolist()
    assert one.cells["kept"].tolist() == kept[rows].tolist()
    assert one.cells["shown"].isna().all()
    for _, row in one.cells.iterrows():
        key = table.iloc[row["row"]]
        assert row["question"] == key["indicator"]
        assert row["slot"] == (key["group_by"] != "")
        assert share(answers, one, row) == pytest.approx(exact(sample, key))
        assert row["value"] == key["value"]


def test_without_a_question_there_is_no_edition_of_this_release():
    sample = survey()
    scores = replace(sample, units={"sdq": "score"})
    table = table_of(scores, 8)
    nothing = np.zeros(len(table), bool)
    answers, found = editions_of(scores, (), table, nothing, nothing, "2")
    assert found == [] and answers.shape[1] == 0


@pytest.mark.parametrize("wave", ["1", "2"])
def test_figures_of_an_earlier_publication_are_of_the_same_list_of_children(wave):
    sample = survey()
    people = sample.people
    # Then: without some children of now, with some who are gone, by another grouping.
    old, now = people[people.index % 9 > 0], people[people.index % 11 > 0]
    half = old.assign(half=np.where(old.index % 2, "odd", "even"))
    before = sample_of(half, sample.areas, {"half": ("half", ("odd", "even"))})
    then = table_of(before, 3)
    then.loc[0, "status"] = "ok"
    later = sample_of(now, sample.areas)
    _, _, _, answers, (first, second) = together(later, published(before, then), wave=wave)
    both = people[people["wave"].eq(wave)]
    assert len(answers) == ((both.index % 9 > 0) | (both.index % 11 > 0)).sum()
    # The same answers are one question.
    assert sorted(answers) == ["play", "sport"] and not first.cells["question"].isin(["sdq"]).any()
    there = then[then["wave"].eq(wave) & then["unit"].eq("percent") & then["status"].ne("missing")]
    assert len(second.cells) == len(there)
    for _, row in second.cells.iterrows():
        value, n = share(answers, second, row)
        (same,) = there.index[
            there["indicator"].eq(row["question"])
            & there["area_level"].eq(row["level"])
            & np.isclose(there["value"], value)
            & there["n"].eq(n)
            & there["step"].eq(row["step"])
        ][:1]
        key = there.loc[same]
        assert row["slot"] == (key["group_by"] != "") and row["row"] == -1
        assert row["value"] == pytest.approx(key["value"]) and not row["kept"]
        assert row["secret"] == (key["status"] != "ok") == np.isnan(row["shown"])


def test_another_answer_is_another_question_and_a_wave_is_recognised_by_its_children():
    sample = survey()
    people = sample.people
    then = people.assign(play=np.where(people.index % 3, people["play"], 1 - people["play"]))
    then = then.assign(wave=then["wave"].map({"1": "one", "2": "two"}))
    before = sample_of(then, sample.areas)
    entry = published(before, table_of(before, 3))
    _, _, _, answers, (_, second) = together(sample, entry)
    assert sorted(answers) == ["0 play", "play", "sport"]
    assert set(second.cells["question"]) == {"0 play", "sport"}
    of_play = then.loc[then["wave"].eq("two"), "play"].to_numpy(float)
    assert answers["0 play"].to_numpy(float) == pytest.approx(of_play, nan_ok=True)
    # The other wave is not in it.
    many = sample.people["wave"].eq("2").sum()
    assert len(answers) == many and all(len(code) == many for code in second.codes)


def test_what_was_kept_from_a_publication_is_a_figure_of_that_one():
    sample = survey()
    table = table_of(sample, 3)
    first = np.where(np.arange(len(table)) % 4, "R1", "R0")
    entry = published(sample, table.assign(first=first))
    *_, (_, second) = together(sample, entry)
    *_, (_, every) = together(sample, published(sample, table))
    own = table["wave"].eq("2") & table["unit"].eq("percent") & table["status"].ne("missing")
    assert len(every.cells) == own.sum()
    assert len(second.cells) == (own & (first == "R1")).sum()


def test_who_has_a_question_in_common_is_held_against_all_publications():
    sample = survey()
    people = sample.people
    entries = []
    for number in range(2):
        part = sample_of(people[people.index % 3 != number], sample.areas)
        entries.append(published(part, table_of(part, number), f"R{number}"))
    *_, answers, editions = together(sample, *entries)
    assert len(editions) == 3 and sorted(answers) == ["play", "sport"]
    assert [len(one.weights) for one in editions] == [4, 2, 2]
    now = people[people["wave"].eq("2")]
    for one, gone in zip(editions[1:], range(2), strict=True):
        here = now.index % 3 != gone
        assert ((one.codes[0] >= 0) == here).all()
        # Of each question those who answered it then.
        for weight, question in zip(one.weights, ("play", "sport"), strict=True):
            assert (weight > 0).tolist() == (here & now[question].notna()).tolist()
