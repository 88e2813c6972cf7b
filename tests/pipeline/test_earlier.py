"""What stands as it was published, in tables of a few rows."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tests.studies import write_study
from wijkkit.disclosure import GGD
from wijkkit.disclosure.earlier_figures import KEPT_COLUMNS
from wijkkit.disclosure.ledger import About, Entry
from wijkkit.disclosure.sample import Sample
from wijkkit.errors import DisclosureError
from wijkkit.pipeline import earlier
from wijkkit.pipeline.earlier import (
    Correction,
    Earlier,
    correct,
    correction_of,
    known_elsewhere,
    named_sample,
    prepare,
    prepared,
)
from wijkkit.released.store import write_released
from wijkkit.study import open_study
from wijkkit.tables import tidy

KEYS = {"indicator": "play", "area_level": "wijk", "wave": "1", "group": "all", "unit": "percent"}


def estimates(**values: float) -> pd.DataFrame:
    rows = [
        KEYS | {"area": area, "value": value, "lower": value - 5, "upper": value + 5, "step": 1.0}
        for area, value in values.items()
    ]
    table = tidy(pd.DataFrame(rows))
    return table.assign(
        area_level=np.where(table["area"].isin(["city", "programme"]), "city", "wijk")
    )


def entry(name: str, **tables: pd.DataFrame) -> Entry:
    about = About(name, "2021", "t", "A", "f", "00" * 16, {"play": "percent"})
    return Entry(about, pd.DataFrame(), pd.DataFrame(), tables)


def kept(table: pd.DataFrame, *areas: str, **columns: object) -> pd.DataFrame:
    rows = table[table["area"].isin(areas)]
    own = {f"was_{name}": rows[name] for name in ("indicator", "area", "wave")}
    return rows.assign(**{"first": "R0", "turned": False} | own | columns).reindex(
        columns=KEPT_COLUMNS
    )


def test_a_kept_figure_stands_in_the_place_of_the_new_one():
    now, then = estimates(a=41, b=52, city=48), estimates(a=40, b=50, city=47, gone=3)
    found = Earlier((), kept(then, "a", "gone")).figures(now)
    assert found["value"].tolist() == [40, 52, 48] and found["lower"].tolist() == [35, 47, 43]
    assert Earlier((), kept(then)).figures(now).equals(now)


def changes(*values: float, verdict: bool = True, areas: str = "ab") -> pd.DataFrame:
    rows = [KEYS | {"area": a, "value": v, "lower": v - 5, "upper": v + 5, "step": 1.0, "unit": "points"}
            for a, v in zip(areas, values, strict=True)]  # fmt: skip
    table = tidy(pd.DataFrame(rows))
    return table.assign(verdict="higher") if verdict else table


@pytest.mark.parametrize("verdict", [True, False])
def test_what_is_made_of_a_kept_figure_is_that_of_the_last_publication_in_which_it_stood(verdict):
    """Of a: the first publication has it as it stands, the second another."""
    now, first, second = estimates(a=40, b=52), estimates(a=40, b=50), estimates(a=44, b=51)
    made = changes(7, 12)
    entries = (
        entry("R0", estimates=first, changes=changes(3, 1, verdict=verdict)),
        entry("R1", estimates=second, changes=changes(8, 2)),
    )
    found = Earlier(entries, kept(first, "a")).derived("changes", made, now)
    assert found["value"].tolist() == [3, 12]
    # Published before verdicts were: what its limits said.
    assert found["verdict"].tolist() == ["higher" if verdict else "not_distinguishable", "higher"]
    # Where it stood so in none, it is absent.
    found = Earlier(entries[1:], kept(first, "a")).derived("changes", made, now)
    assert found["status"].tolist() == ["hidden", "ok"] and np.isnan(found["value"].iloc[0])
    assert found["verdict"].tolist() == ["unknown", "higher"]


def test_what_is_made_of_a_kept_figure_is_found_under_the_names_it_had_then():
    """The indicator and one wijk were renamed since; an answer that was turned round is another."""
    now, first = estimates(new=40, b=52), estimates(a=40, b=50).assign(indicator="outside")
    entries = (entry("R0", estimates=first, changes=changes(3, 1).assign(indicator="outside")),)
    for turned in (False, True):
        stays = kept(now, "new", was_indicator="outside", was_area="a", turned=turned)
        found = Earlier(entries, stays).derived(
            "changes", changes(7, 12).assign(area=["new", "b"]), now
        )
        assert found["value"].tolist() == pytest.approx([np.nan if turned else 3, 12], nan_ok=True)


def test_a_comparison_with_a_kept_wijk_is_as_published_as_well():
    now, then = estimates(a=40, b=52, city=48), estimates(a=40, b=52, city=48)
    rows = pd.DataFrame(
        {"indicator": "play", "area": ["a", "b"], "area_level": "wijk", "wave": "1",
         "against": ["city", "comparable"], "difference": [-8.0, 12.0], "lower": [-9.0, 2.0],
         "upper": [-7.0, 22.0], "verdict": ["worse", "better"], "status": "ok", "step": 1.0,
         "unit": "points"}
    )  # fmt: skip
    alike = pd.DataFrame({"area": ["b"], "comparable": ["a"]})
    before = rows.assign(difference=[-6.0, 13.0])
    standing = Earlier((entry("R0", estimates=then, comparisons=before),), kept(then, "a"))
    found = standing.derived("comparisons", rows, now, alike)
    assert found["difference"].tolist() == [-6, 13]
    of_city = Earlier(standing.entries, kept(then, "city"))
    assert of_city.derived("comparisons", rows, now, alike)["difference"].tolist() == [-6, 12]


def test_who_took_part_in_a_wave_of_a_kept_city_figure_is_as_published():
    people = pd.DataFrame(
        {"area": ["a", "a"], "wave": ["1", "2"], "n": [60.0, 70.0], "status": "ok"}
    )
    then = people.assign(n=[61.0, 71.0])
    tables = {"participants": people, "timeline": pd.DataFrame({"kind": ["wave"]})}
    table = estimates(a=40, city=48)
    held = Earlier((entry("R0", participants=then),), kept(table, "city"))
    found = held.baseline(tables)
    assert found["participants"]["n"].tolist() == [61, 70]
    assert found["timeline"].equals(tables["timeline"])
    of_wijk = Earlier(held.entries, kept(table, "a"))
    assert of_wijk.baseline(tables)["participants"]["n"].tolist() == [60, 70]


def effect(**estimate: float) -> dict[str, pd.DataFrame]:
    rows = pd.DataFrame({"outcome": estimate.keys(), "estimate": estimate.values()})
    rows = rows.assign(status="ok", reason="")
    arguments = pd.DataFrame({"argument": ["method"], "planned": ["a"], "used": ["a"]})
    said = pd.DataFrame({"outcome": estimate.keys(), "part": "effect", "key": "shown_better"})
    alike = dict.fromkeys(("effects", "detectable", "effect_assumptions"), rows)
    return {**alike, "effect_conclusions": said, "effect_arguments": arguments}


@pytest.mark.parametrize(
    ("areas", "columns", "expected"),
    [
        (["a"], {}, [1.0, 2.0]),
        (["city"], {}, [5.0, 2.0]),
        # It had another name, or stood for the opposite answer: that has no effect to keep.
        (["city"], {"was_indicator": "outside"}, [7.0, 2.0]),
        (["city"], {"turned": True}, [np.nan, 2.0]),
        (["city"], {"was_indicator": "none"}, [np.nan, 2.0]),
    ],
)
def test_an_effect_is_kept_where_a_figure_of_its_arms_is(areas, columns, expected):
    table = estimates(a=40, city=48)
    before = entry("R0", **effect(play=5.0, outside=7.0, sport=6.0))
    held = Earlier((before,), kept(table, *areas, **columns))
    found = held.outcomes(effect(play=1.0, sport=2.0))
    rows = found["effects"]
    assert rows["outcome"].tolist() == ["play", "sport"]
    assert rows["estimate"].tolist() == pytest.approx(expected, nan_ok=True)
    absent = np.isnan(expected[0])
    assert rows["status"].tolist() == ["hidden" if absent else "ok", "ok"]
    # Nothing is concluded of what is absent.
    alone = held.outcomes(effect(play=1.0))["effect_conclusions"]
    assert alone["outcome"].tolist() == ([] if absent else ["play"])
    assert found["effect_conclusions"]["outcome"].tolist() == (
        ["sport"] if absent else ["play", "sport"]
    )


@pytest.fixture
def study(tmp_path):
    return open_study(write_study(tmp_path / "study"))


PUBLIC = replace(GGD, published_elsewhere=("public.csv",))


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        (["play,a,1,40", "play,city,1,48.5"], None),
        # Half a point is what rounding makes; the first line of a file is its second row.
        (["play,a,1,40.6"], "line 2: another value"),
        (["grade,a,1,3.5"], None),
        (["grade,a,1,3.6"], "line 2"),
        (["play;a;1;40"], "no column"),
        (["play,a,1,40", "play,city,1,47.4"], "line 3"),
        (["play,c,1,40"], "line 2: no figure"),
        (["play,a,1,many"], "public.csv"),
    ],
)
def test_a_figure_that_is_public_is_one_of_the_study_s_in_whole_points(study, rows, place):
    table = estimates(a=40, b=52, city=48)
    grade = estimates(a=3.54).assign(indicator="grade", unit="score")
    table = pd.concat([table, grade], ignore_index=True)
    path = study.folder / "public.csv"
    head = "indicator;area;wave;value" if ";" in rows[0] else "indicator,area,wave,value"
    path.write_text("\n".join([head, *rows, *rows]), encoding="utf-8")
    if place is None:
        found = known_elsewhere(study, table, PUBLIC)
        assert found["area"].tolist() == ["a", "city"][: len(rows)]
        assert (
            found["step"].eq(0.1 if "grade" in rows[0] else 1).all() and found["then"].isna().all()
        )
        assert known_elsewhere(study, table, GGD).empty
        return
    with pytest.raises(DisclosureError, match=place):
        known_elsewhere(study, table, PUBLIC)


def test_rows_without_an_id_are_named_by_what_stands_in_them(study):
    people = pd.DataFrame({"respondent": ["0", "1", "2"], "wave": "1", "ses": ["low", None, "low"]})
    sample = Sample(people, {"play": "percent"}, ("1",), {}, pd.DataFrame())
    # The codebook of the study has a column of ids.
    assert named_sample(study, sample) is sample
    columns = {name: one for name, one in study.codebook.columns.items() if name != "respondent"}
    without = replace(study, codebook=study.codebook.model_copy(update={"columns": columns}))
    named = named_sample(without, sample).people["respondent"]
    fewer = replace(sample, people=people.iloc[1:])
    assert named.nunique() == 3
    # What was below a row that is taken out keeps its name, but for who is its equal.
    assert named_sample(without, fewer).people["respondent"].tolist() == [named[1], named[0]]


def test_what_is_corrected_is_noted_and_a_damaged_note_is_said(study):
    assert correction_of(study) is None
    study.runs.mkdir(parents=True, exist_ok=True)
    correct(study, Correction("R0", "één fout"))
    assert correction_of(study) == Correction("R0", "één fout")
    (study.runs / "corrects.json").write_text(json.dumps({"release": "R0"}))
    with pytest.raises(DisclosureError, match="is damaged"):
        correction_of(study)


def test_a_slope_is_made_of_everybody_as_well_as_of_its_groups():
    rows = [KEYS | {"area": "a", "group_by": by, "group": one, "value": 50.0, "step": 1.0}
            for by, one in (("", "all"), ("ses", "low"), ("ses", "high"))]  # fmt: skip
    table = tidy(pd.DataFrame(rows))
    made = tidy(pd.DataFrame([KEYS | {"area": "a", "group_by": "ses", "group": "low-high",
                                      "value": 9.0, "step": 1.0, "unit": "points"}]))  # fmt: skip
    before = entry(
        "R0", estimates=table, slopes=made.assign(value=7.0), gaps=made.assign(value=7.0)
    )
    everybody = Earlier((before,), kept(table[table["group"].eq("all")], "a"))
    assert everybody.derived("slopes", made, table)["value"].item() == 7
    assert everybody.derived("gaps", made, table)["value"].item() == 9
    group = Earlier((before,), kept(table[table["group"].eq("low")], "a"))
    assert group.derived("gaps", made, table)["value"].item() == 7
    nothing = pd.DataFrame()
    assert group.derived("comparisons", nothing, table, nothing) is nothing


def test_a_publication_that_is_corrected_asks_nothing_of_the_next(study, monkeypatch):
    old, middle, last = entry("R0"), entry("R1"), entry("R2")
    last = replace(last, about=replace(last.about, corrects="R0"))
    monkeypatch.setattr(earlier, "read_entries", lambda ledgers: [old, middle, last])
    monkeypatch.setattr(earlier, "kept_figures", lambda sample, entries, few: (entries, few))
    found = earlier.earlier_of(study, None, GGD)
    assert found == Earlier((middle, last), ([middle, last], GGD.min_count), None)
    study.runs.mkdir(parents=True, exist_ok=True)
    correct(study, Correction("R1", "a reason"))
    found = earlier.earlier_of(study, None, GGD)
    assert found.entries == (last,) and found.correction == Correction("R1", "a reason")


def test_what_would_be_published_is_prepared_for_the_tables_that_were_released(study):
    people = pd.DataFrame({"respondent": ["r0", "r1"], "wave": "1", "wijk": ["a", "b"]})
    people = people.assign(district="n", arm="programme", weight=1.0, play=[1.0, 0.0])
    areas = people[["wijk", "district", "arm"]]
    sample = Sample(people, {"play": "percent"}, ("1",), {}, areas)
    with pytest.raises(DisclosureError, match="nothing was prepared"):
        prepared(study)
    tables = {"estimates": estimates(a=40, b=52), "changes": changes(7, 12)}
    held = Earlier((), kept(tables["estimates"], "a"), Correction("R0", "a reason"))
    for one, first in ((Earlier((), kept(tables["estimates"])), ["", ""]), (held, ["R0", ""])):
        prepare(study, sample, one, {**tables, "comparable": areas})
        for name, table in tables.items():
            write_released(study, name, table)
        found = prepared(study)
        assert found.tables["estimates"]["first"].tolist() == first
        assert set(found.tables) == {"estimates", "changes"}
        assert (found.about.corrects, found.about.reason) == (
            ("R0", "a reason") if one is held else ("", "")
        )
        assert len(found.about.salt) == 32 and found.about.title == "Proef"
    write_released(study, "changes", changes(7, 13))
    with pytest.raises(DisclosureError, match="not those that were prepared"):
        prepared(study)
    # Without a survey nobody is published.
    settings = study.settings
    without = settings.model_copy(
        update={"sources": settings.sources.model_copy(update={"survey": ()})}
    )
    prepare(replace(study, settings=without), sample, held, tables)
    with pytest.raises(DisclosureError, match="not those that were prepared"):
        prepared(study)
