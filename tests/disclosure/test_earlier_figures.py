"""What an earlier publication keeps: figures of nearly the same respondents, whatever their names."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from wijkkit.disclosure.earlier_figures import divided_then, kept_figures, shares_then
from wijkkit.disclosure.ledger import About, Entry, entry_of
from wijkkit.disclosure.sample import Sample, cells_of
from wijkkit.tables import ESTIMATE_KEYS

KEYS = list(ESTIMATE_KEYS)
AREAS = pd.DataFrame(
    {"wijk": ["a", "b", "c", "d"], "district": ["n", "n", "s", "s"]}
    | {"arm": ["programme", "comparator"] * 2}
)
SEX = {"sex": ("sex", ("boy", "girl"))}


def town(seed: int = 1, n: int = 60, weighted: bool = True) -> Sample:
    """Four wijken and two waves of `n` children each; two indicators and a score."""
    random = np.random.default_rng(seed)
    rows = [
        (wave, wijk, at) for wave in ("2018", "2021") for wijk in AREAS["wijk"] for at in range(n)
    ]
    people = pd.DataFrame(rows, columns=["wave", "wijk", "at"]).merge(AREAS, on="wijk")
    many = len(people)
    people = people.assign(
        respondent=people["wave"] + people["wijk"] + people["at"].astype(str),
        sex=random.choice(["boy", "girl"], many),
        weight=random.uniform(0.3, 3, many) if weighted else 1.0,
        play=(random.random(many) < 0.4).astype(float),
        sport=(random.random(many) < 0.6).astype(float),
        sdq=random.integers(0, 40, many).astype(float),
        days=random.integers(0, 8, many),
    )
    units = {"play": "percent", "sport": "percent", "sdq": "score"}
    return Sample(people, units, ("2018", "2021"), SEX, AREAS)


def figures(sample: Sample) -> pd.DataFrame:
    """Figures as a release would show them, from the weights."""
    cells = cells_of(sample)
    divided = sample.blocks()
    weight = sample.people["weight"].to_numpy(float)
    values = []
    for key, unit in sample.units.items():
        y = sample.people[key].to_numpy(float)
        for block in divided:
            there = (block.code >= 0) & ~np.isnan(y)
            at = block.code[there]
            total = np.bincount(at, weight[there] * y[there], minlength=block.size)
            scale = 100 if unit == "percent" else 1
            with np.errstate(invalid="ignore", divide="ignore"):
                values.append(scale * total / np.bincount(at, weight[there], minlength=block.size))
    value = np.concatenate(values)
    few = cells["n"].lt(30) | cells["x"].lt(5) | (cells["n"] - cells["x"]).lt(5)
    table = cells[[*KEYS, "unit", "n"]].assign(
        value=np.where(few, np.nan, np.floor(value + 0.5)),
        status=np.where(few, "too_few", "ok"),
        step=np.where(few, np.nan, 1.0),
        method="logit",
    )
    return table.assign(lower=table["value"] - 9, upper=table["value"] + 9)


def published(sample: Sample, release: str = "R1", table: pd.DataFrame | None = None) -> Entry:
    about = About(release, f"2021-0{release[1:]}", "t", "A", "f", "00" * 16, dict(sample.units))
    table = figures(sample) if table is None else table
    return entry_of(about, sample, {"estimates": table.assign(first=release)})


def rerun(sample: Sample, *entries: Entry) -> pd.DataFrame:
    """The figures that a release on these publications shows."""
    table = figures(sample).set_index(KEYS)
    kept = kept_figures(sample, entries, 5).set_index(KEYS)
    for name in ("value", "lower", "upper", "n", "step", "status"):
        table.loc[kept.index, name] = kept[name]
    return table.reset_index()


def changed(sample: Sample, **columns) -> Sample:
    return replace(sample, people=sample.people.assign(**columns))


def without(sample: Sample, *rows: int) -> Sample:
    people = sample.people.drop(index=list(rows)).reset_index(drop=True)
    return replace(sample, people=people)


def moved(then: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    both = then.merge(now, on=KEYS, suffixes=("_then", "_now"))
    names = ("value", "lower", "upper", "n", "step")
    apart = [~both[f"{n}_then"].eq(both[f"{n}_now"]) & both[f"{n}_then"].notna() for n in names]
    return both[np.logical_or.reduce(apart) | both["status_then"].ne(both["status_now"])]


@pytest.mark.parametrize("weighted", [True, False])
def test_no_figure_moves_when_a_child_is_withdrawn(weighted):
    sample = town(weighted=weighted)
    entry, then = published(sample), figures(sample)
    told = 0
    for row in range(0, len(sample.people), 61):
        fewer = without(sample, row)
        assert moved(then, rerun(fewer, entry)).empty
        told += len(moved(then, figures(fewer))) > 0
    assert told > 6


@pytest.mark.parametrize("number", [1, 4, 5, 6])
def test_a_figure_moves_only_when_as_many_children_differ_as_the_least_count(number):
    sample = town()
    rows = np.flatnonzero(sample.people["wijk"].eq("a") & sample.people["wave"].eq("2021"))[:number]
    answers = sample.people["play"].copy()
    answers.iloc[rows] = 1 - answers.iloc[rows]
    now = changed(sample, play=answers)
    shown, exact = rerun(now, published(sample)), figures(now)
    mine = shown["indicator"].eq("play") & shown["area"].eq("a") & shown["group_by"].eq("")
    city = shown["indicator"].eq("play") & shown["area"].eq("city") & shown["group_by"].eq("")
    for which in (mine, city):
        here = which & shown["wave"].eq("2021")
        source = figures(sample) if number < 5 else exact
        assert shown.loc[here, "value"].item() == source.loc[here, "value"].item()
    other = shown["indicator"].ne("play")
    pd.testing.assert_frame_equal(shown[other], figures(sample)[other], check_dtype=False)


def test_a_cell_comes_below_or_above_a_threshold_only_by_as_many_children():
    sample = town(n=29)
    assert rerun(sample)["status"].where(rerun(sample)["area_level"].eq("wijk")).eq("too_few").any()
    more = town(n=33)
    rows = more.people.groupby(["wave", "wijk"]).cumcount()
    for size, status in ((32, "too_few"), (33, "too_few"), (34, "ok")):
        bigger = town(n=40)
        now = replace(bigger, people=bigger.people[bigger.people["at"] < size])
        before = replace(bigger, people=bigger.people[bigger.people["at"] < 29])
        now, before = (
            replace(one, people=one.people.reset_index(drop=True)) for one in (now, before)
        )
        shown = rerun(now, published(before))
        whole = shown["area_level"].eq("wijk") & shown["group_by"].eq("")
        assert shown.loc[whole, "status"].eq(status).all()
    assert len(rows)


def test_another_definition_is_another_number_and_its_few_changes_are_kept():
    sample = town()
    six = changed(sample, play=(sample.people["days"] >= 6).astype(float))
    five = changed(sample, play=(sample.people["days"] >= 5).astype(float))
    shown, exact = rerun(five, published(six)), figures(five)
    large = shown["indicator"].eq("play") & shown["area_level"].isin(["arm", "city", "gebied"])
    large &= shown["group_by"].eq("")
    pd.testing.assert_frame_equal(shown[large], exact[large], check_dtype=False)
    # And back again: what was published first is published.
    again = rerun(six, published(six), published(five, "R2", shown))
    assert moved(figures(six), again).empty


def test_another_population_is_another_number():
    sample = town()
    older = replace(sample, people=sample.people[sample.people["days"] >= 2].reset_index(drop=True))
    shown, exact = rerun(older, published(sample)), figures(older)
    everybody = shown["group_by"].eq("")
    pd.testing.assert_frame_equal(shown[everybody], exact[everybody], check_dtype=False)


def test_other_weights_are_another_number_and_a_few_of_them_are_not():
    sample = town()
    random = np.random.default_rng(2)
    all_of_them = changed(sample, weight=random.uniform(0.3, 3, len(sample.people)))
    shown = rerun(all_of_them, published(sample))
    everybody = shown["group_by"].eq("")
    pd.testing.assert_frame_equal(
        shown[everybody], figures(all_of_them)[everybody], check_dtype=False
    )
    weight = sample.people["weight"].copy()
    weight.iloc[[3, 70]] *= 40
    few = changed(sample, weight=weight * 17)
    assert len(moved(figures(sample), figures(few))) > 5
    assert moved(figures(sample), rerun(few, published(sample))).empty


def test_weights_that_are_made_anew_without_the_child_move_nothing():
    sample = town()
    fewer = without(sample, 5)
    random = np.random.default_rng(3)
    weight = fewer.people["weight"] * random.uniform(0.8, 1.2, len(fewer.people))
    fewer = changed(
        fewer, weight=weight.where(fewer.people["wave"].eq("2018"), fewer.people["weight"])
    )
    assert moved(figures(sample), rerun(fewer, published(sample))).empty


@pytest.mark.parametrize("renamed", ["indicator", "wijk", "grouping", "wave", "turned"])
def test_another_name_for_the_same_is_no_way_out(renamed):
    sample = town()
    fewer = without(sample, 5)
    people, units, waves, groupings, areas = (
        fewer.people,
        dict(fewer.units),
        fewer.waves,
        fewer.groupings,
        fewer.areas,
    )
    then = figures(sample)
    if renamed == "indicator":
        people = people.rename(columns={"play": "outdoor"})
        units = {"outdoor": "percent", "sport": "percent", "sdq": "score"}
        then["indicator"] = then["indicator"].replace("play", "outdoor")
    if renamed == "wijk":
        areas = areas.assign(wijk=areas["wijk"] + "x")
        people = people.assign(wijk=people["wijk"] + "x")
        of_wijk = then["area_level"].eq("wijk")
        then["area"] = then["area"].mask(of_wijk, then["area"] + "x")
    if renamed == "grouping":
        groupings = {"gender": ("sex", ("girl", "boy"))}
        then["group_by"] = then["group_by"].replace("sex", "gender")
    if renamed == "wave":
        waves = ("one", "two")
        names = dict(zip(("2018", "2021"), waves, strict=True))
        people = people.assign(wave=people["wave"].map(names))
        then["wave"] = then["wave"].map(names)
    if renamed == "turned":
        people = people.assign(play=1 - people["play"])
        mine = then["indicator"].eq("play")
        turned = then.assign(
            value=100 - then["value"], lower=100 - then["upper"], upper=100 - then["lower"]
        )
        then = then.where(~mine, turned)
    now = Sample(people, units, waves, groupings, areas)
    assert moved(then, rerun(now, published(sample))).empty


def test_a_figure_is_not_taken_for_that_of_a_cell_that_holds_it():
    sample = town()
    boys = sample.people["sex"].eq("boy") & sample.people["wijk"].eq("a")
    sample = replace(sample, people=sample.people[~boys | (sample.people["at"] < 3)])
    sample = replace(sample, people=sample.people.reset_index(drop=True))
    then = figures(sample)
    assert moved(then, rerun(sample, published(sample))).empty
    assert kept_figures(sample, [published(sample)], 5).empty


def test_an_added_wave_wijk_and_indicator_pass_and_leave_the_others_as_they_were():
    sample = town()
    old = sample.people["wave"].eq("2018") & sample.people["wijk"].ne("d")
    before = Sample(
        sample.people[old].reset_index(drop=True),
        {"play": "percent"},
        ("2018",),
        {},
        AREAS[AREAS["wijk"] != "d"],
    )
    then, shown = figures(before), rerun(sample, published(before))
    assert moved(then[then["area_level"].eq("wijk")], shown).empty
    added = shown["wave"].eq("2021") | shown["indicator"].ne("play") | shown["area"].eq("d")
    pd.testing.assert_frame_equal(shown[added], figures(sample)[added], check_dtype=False)
    city = shown["area"].eq("city") & shown["group_by"].eq("") & ~added
    assert shown.loc[city, "n"].item() == 240


def test_children_who_go_one_by_one_do_not_keep_a_figure_for_ever():
    sample = town(n=40)
    entries, now, first = [published(sample)], sample, figures(sample)
    for step in range(8):
        now = without(now, *now.people.index[now.people["wijk"].eq("a")][:1])
        shown = rerun(now, *entries)
        kept = kept_figures(now, entries, 5).set_index(KEYS)["first"]
        release = f"R{step + 2}"
        entry = published(now, release, shown)
        names = kept.reindex(pd.MultiIndex.from_frame(shown[KEYS])).fillna(release)
        table = shown.assign(first=names.to_numpy(str))
        entries.append(replace(entry, tables={"estimates": table}))
        mine = shown["area"].eq("a") & shown["group_by"].eq("") & shown["wave"].eq("2018")
        gone = sample.people.shape[0] - now.people.shape[0]
        source = first if gone < 5 else figures(without(sample, *range(5)))
        assert shown.loc[mine, "n"].eq(source.loc[mine, "n"]).all(), step


def test_what_was_published_is_known_exactly_of_percentages():
    sample = town()
    play = sample.people["play"].mask(sample.people.index % 7 == 0)
    sample = changed(sample, play=play)
    entry, expected = published(sample), []
    for block in sample.blocks():
        for cell in range(block.size):
            mine = sample.people[(block.code == cell) & play.notna()]
            expected.append(100 * np.average(mine["play"], weights=mine["weight"]))
    assert shares_then(entry, "play", divided_then(entry)) == pytest.approx(expected)
    assert np.isnan(shares_then(entry, "sdq", divided_then(entry))).all()


@pytest.mark.parametrize("turned", [False, True])
def test_of_a_kept_figure_it_is_known_what_it_was_exactly(turned):
    sample = town()
    now = without(sample, 5)
    if turned:
        now = changed(now, play=1 - now.people["play"])
    kept = kept_figures(now, [published(sample)], 5)
    of_play = kept[kept["indicator"].eq("play")]
    assert of_play["turned"].eq(turned).all() and len(of_play)
    people, exact = sample.people, []
    for row in of_play.itertuples():
        mine = people[people["wave"] == row.wave]
        if row.area_level != "city":
            level = {"gebied": "district"}.get(row.area_level, row.area_level)
            mine = mine[mine[level] == row.area]
        if row.group_by:
            mine = mine[mine["sex"] == row.group]
        share = 100 * np.average(mine["play"], weights=mine["weight"])
        exact.append(100 - share if turned else share)
    assert of_play["then"].to_numpy() == pytest.approx(exact)
    shown = of_play["status"].eq("ok")
    assert (abs(of_play["then"] - of_play["value"])[shown] <= 0.5 + 1e-9).all()
    # Of a score there is nothing but what was published.
    scores = kept[kept["indicator"].eq("sdq")]
    assert scores["then"].equals(scores["value"]) and not scores["turned"].any()


def test_above_ninety_per_cent_is_no_figure_of_the_opposite_answer():
    sample = town()
    table = figures(sample)
    table.loc[table["indicator"].eq("play"), "status"] = "above"
    fewer = without(sample, 5)
    entry = published(sample, table=table)
    assert (
        kept_figures(fewer, [entry], 5)
        .set_index("indicator")
        .loc["play", "status"]
        .eq("above")
        .all()
    )
    opposite = changed(fewer, play=1 - fewer.people["play"])
    kept = kept_figures(opposite, [entry], 5).set_index("indicator")
    assert kept.loc["play", "status"].eq("hidden").all()


def test_a_wave_in_which_nobody_changed_is_kept_where_few_changed_in_the_other():
    sample = town()
    assert kept_figures(sample, [published(sample)], 5).empty
    fewer = without(sample, 5)
    kept = kept_figures(fewer, [published(sample)], 5)
    assert set(kept["wave"]) == {"2018", "2021"}
    # All children of the other wave are others: it is new, and so is this one as a whole.
    answers = town(seed=9).people["play"]
    mixed = sample.people["wave"].eq("2018")
    now = changed(sample, play=sample.people["play"].where(mixed, answers))
    kept = kept_figures(now, [published(sample)], 5)
    whole = kept["indicator"].eq("play") & kept["group_by"].eq("")
    assert not whole.any()


@pytest.mark.parametrize(
    ("changes", "size", "same"), [(6, 60, True), (36, 60, False), (0, 2, False), (0, 12, True)]
)
def test_an_indicator_is_recognised_by_its_answers_where_they_are_enough(changes, size, same):
    sample = town(n=size)
    entry = published(sample)
    having = np.flatnonzero(sample.people["play"].eq(1) & sample.people["wave"].eq("2018"))
    answers = sample.people["play"].copy()
    answers.iloc[having[:changes]] = 0.0
    fewer = without(changed(sample, play=answers), 5)
    people = fewer.people.rename(columns={"play": "outdoor"})
    renamed = replace(fewer, people=people, units={"outdoor": "percent"})
    kept = kept_figures(renamed, [entry], 5)
    assert kept["wave"].eq("2018").any() == same
    assert set(kept["was_indicator"]) <= {"play"}


def test_of_two_indicators_with_the_same_answers_each_keeps_its_own_figure():
    sample = town()
    sample = changed(sample, sport=sample.people["play"])
    table = figures(sample)
    table.loc[table["indicator"].eq("sport"), "step"] = 5.0
    kept = kept_figures(without(sample, 5), [published(sample, table=table)], 5)
    kept = kept[kept["status"].eq("ok")]
    assert kept.loc[kept["indicator"].eq("play"), "step"].eq(1).all()
    assert kept.loc[kept["indicator"].eq("sport"), "step"].eq(5).all()
    assert kept["was_indicator"].eq(kept["indicator"]).all()
