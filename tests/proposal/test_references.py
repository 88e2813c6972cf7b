"""A population above the study beside its wijken together: estimated, controlled, shown."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import wijkkit as wk
from tests.proposal.conftest import finished
from wijkkit.errors import WijkkitError
from wijkkit.export.book import book_of
from wijkkit.pipeline.checks import validate
from wijkkit.pipeline.references import estimate_references
from wijkkit.released import open_city, open_wijk

N, REGION = 800, 4000


def people(n: int, seed: int, first: int = 0) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "respnr": range(first, first + n),
            "jaar": np.repeat([2018, 2021], n // 2),
            "leeftijd": random.integers(4, 12, n),
            "weegfactor": random.uniform(0.5, 2, n).round(3),
            "sport": random.choice(["Ja", "Nee"], n, p=[0.6, 0.4]),
            "zwemt": random.choice(["Ja", "Nee"], n, p=[0.3, 0.7]),
        }
    )


@pytest.fixture
def study(tmp_path):
    own = people(N, 1).assign(wijkcode=np.random.default_rng(2).choice(["BU1", "BU2"], N))
    own.to_csv(tmp_path / "monitor.csv", index=False)
    region = people(REGION, 3, N).rename(columns={"weegfactor": "weegfactor_regio"})
    region["weegfactor"] = np.nan
    region.loc[0, "weegfactor_regio"] = np.nan
    region.drop(columns="zwemt").to_csv(tmp_path / "regio.csv", index=False)
    own["weegfactor_regio"] = own["weegfactor"].iloc[::-1].to_numpy()
    own.to_csv(tmp_path / "monitor.csv", index=False)
    wk.new_study(tmp_path / "own", tmp_path / "monitor.csv", columns={"weight": "weegfactor"})
    return finished(tmp_path / "own")


SURVEY = '{id: regio, label: "Regio Noord", survey: [{id: r, path: "../regio.csv"}], weight: weegfactor_regio}'
FIGURES = '{id: land, label: "Nederland", figures: {path: "../land.csv"}}'


def said(folder, *references: str):
    path = folder / "study.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(f"references: [{', '.join(references)}]\n{text}", encoding="utf-8")
    return folder


def written(folder, rows: str):
    path = folder.parent / "land.csv"
    path.write_text("indicator,wave,value,lower,upper,source\n" + rows, encoding="utf-8")
    return said(folder, FIGURES)


def released(opened):
    return wk.release(opened, wk.estimate(opened, wk.load_respondents(opened)))


def test_its_estimates_are_those_of_its_own_file_and_weights(study):
    opened = validate(said(study, SURVEY))
    table = estimate_references(opened).set_index(["indicator", "wave"])
    rows = pd.read_csv(study.parent / "regio.csv").dropna(subset=["weegfactor_regio"])
    for wave, part in rows.groupby("jaar"):
        right = 100 * np.average(part["sport"].eq("Ja"), weights=part["weegfactor_regio"])
        row = table.loc[("has_sport", str(wave))]
        assert np.isclose(row["value"], right) and row["n"] == len(part)
        assert row["lower"] < right < row["upper"]
    assert table.loc[("has_zwemt", "2021"), "status"] == "not_asked"


def test_it_stands_beside_the_wijken_in_tables_figures_and_the_tables_book(study):
    opened = validate(said(study, SURVEY))
    released(opened)
    for view in (open_city(opened), open_wijk(opened, next(iter(opened.neighbourhoods)))):
        frame = view.indicators()
        heads = wk.show.table(frame, ["label", "own", "city"]).data.columns.tolist()
        assert heads[-1] == "Regio Noord"
        figure = wk.show.intervals(
            frame, {"own": view.area_name(*view.place), "city": view.everywhere}
        )
        assert "Regio Noord" in figure.alt
        assert "Regio Noord" in set(view.waves(["has_sport"])["name"])
        book = book_of(opened, view.released, view.place[0])
        named = {book.labels.area(column.area) for column in book.columns}
        assert "Regio Noord" in named
    row = frame[frame["indicator"].eq("has_sport")].iloc[0]
    assert row["reference_regio_value"] == round(row["reference_regio_value"])


def test_published_figures_stand_as_their_source_says(study):
    opened = validate(written(study, "has_sport,2021,61.6,60.4,62.5,CBS\n"))
    released(opened)
    frame = open_city(opened).indicators()
    words = wk.show.table(frame, ["label", "city"]).data["Nederland"].tolist()
    assert words[0] == "62% (60–63)" and "62" not in words[1]
    table = open_city(opened).released.table("references")
    assert table.loc[table["status"].eq("ok"), "source"].tolist() == ["CBS"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("has_sprot,2021,61,60,62,CBS\n", "unknown indicator .found has_sprot"),
        ("has_sport,2020,61,60,62,CBS\n", "unknown wave .found 2020"),
        ("has_sport,2021,61,60,62,CBS\nhas_sport,2021,62,60,62,CBS\n", "a figure more than once"),
        ("has_sport,2021,61,60,62,\n", "column 'source', row 2: a missing value"),
    ],
)
def test_wrong_figures_are_named_with_their_place(study, rows, message):
    with pytest.raises(WijkkitError, match=f"land.csv.*{message}"):
        validate(written(study, rows))


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("{id: a, label: a}", "references.a: a survey or figures"),
        (SURVEY.replace("weegfactor_regio", "weegfactr"), "unknown column 'weegfactr'"),
        (SURVEY.replace("regio.csv", "geen.csv"), "the file is missing"),
        (SURVEY.replace("../regio.csv", "../land.csv"), "which holds the weights"),
    ],
)
def test_a_wrong_reference_is_said(study, reference, message):
    (study.parent / "land.csv").write_text("respnr,jaar\n1,2021\n", encoding="utf-8")
    with pytest.raises(WijkkitError, match=message):
        validate(said(study, reference))


@pytest.mark.parametrize(("others", "status"), [(12, "hidden"), (0, "ok"), (400, "ok")])
def test_what_is_left_without_the_wijken_is_no_small_group(study, others, status):
    """A region of the study's own people and few others would tell of those few."""
    own = pd.read_csv(study.parent / "monitor.csv").assign(weegfactor=1.0)
    more = people(2 * others, 9, 9000).assign(weegfactor_regio=1.0) if others else own.head(0)
    pd.concat([own, more]).to_csv(study.parent / "regio.csv", index=False)
    opened = validate(said(study, SURVEY))
    released(opened)
    table = open_city(opened).released.table("references")
    found = table[table["indicator"].eq("has_sport")]
    assert found["status"].eq(status).all()
    assert found["value"].isna().all() == (status != "ok")


def test_a_complete_city_is_called_by_its_name_and_others_are_not(study):
    opened = validate(study)
    assert open_city(opened).everywhere == "de twee wijken samen"
    path = study / "study.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('city: {name: "City"', 'city: {complete: true, name: "Veldstad"'))
    assert open_city(validate(study)).everywhere == "Veldstad"
