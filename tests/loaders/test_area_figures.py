"""Area figures: what CBS hides is missing, what changed its name is found, what is unclear refused."""

from __future__ import annotations

import json
from pathlib import Path

import cbsodata
import pytest

from tests.loaders.loopback import Service
from tests.loaders.study_maker import StudyMaker
from wijkkit.errors import DataError, Problem
from wijkkit.loaders.area_figures import load_area_figures
from wijkkit.loaders.areas import find_column

FILE = {
    "id": "kwb",
    "kind": "file",
    "level": "wijk",
    "period": "2018",
    "path": "figures.csv",
    "code_column": "code",
    "figures": {"inhabitants": "AantalInwoners"},
}


def figures(make_study: StudyMaker, text: str, **source: object):
    make_study.write("figures.csv", text)
    make_study.sources = {"area_figures": [FILE | source]}
    return load_area_figures(make_study.open())


@pytest.mark.parametrize(
    "cell",
    ["-99997", "-99995", "-99998", "-99999", "-99999999", "-99999.0", ".", "x", "-", "", "  . "],
)
def test_every_missing_code_of_cbs_is_missing_and_never_zero(
    make_study: StudyMaker, cell: str
) -> None:
    found = figures(make_study, f"code,AantalInwoners_5\nBU0101,{cell}\nBU0102,0\n")
    assert found["status"].tolist() == ["missing", "ok"]
    assert found["value"].isna().tolist() == [True, False]
    assert found["value"].iloc[1] == 0


def test_negative_figures_are_figures(make_study: StudyMaker) -> None:
    found = figures(make_study, "code,AantalInwoners\nBU0101,-0.25\nBU0102,-5000\n")
    assert found["value"].tolist() == [-0.25, -5000.0]


def test_codes_are_compared_without_the_spaces_around_them(make_study: StudyMaker) -> None:
    found = figures(make_study, "code,AantalInwoners\nBU0101  ,5\n BU0102 ,6\n")
    assert dict(zip(found["area"], found["value"], strict=True)) == {"oost": 5, "west": 6}


def test_an_area_that_the_source_lacks_is_missing(make_study: StudyMaker) -> None:
    found = figures(make_study, "code,AantalInwoners\nBU0101,5\nBU0999,7\n")
    assert dict(zip(found["area"], found["status"], strict=True)) == {
        "oost": "ok",
        "west": "missing",
    }


def test_rows_are_selected_by_filters(make_study: StudyMaker) -> None:
    text = "code,jaar,AantalInwoners\nBU0101,2018,5\nBU0101,2019,6\nBU0102,2018,7\n"
    found = figures(make_study, text, filters={"jaar": "2018"})
    assert found["value"].tolist() == [5, 7]


def test_names_of_areas_may_be_written_in_other_ways(make_study: StudyMaker) -> None:
    text = "code,naam,AantalInwoners\nBU0101,Wijk 01 OOST,5\nBU0102,West ,7\n"
    assert len(figures(make_study, text, name_column="naam")) == 2


@pytest.mark.parametrize("year", ["2022", "2023"])
def test_columns_of_real_tables_are_found_without_their_number(
    shared_data: Path, year: str
) -> None:
    path = shared_data / "cbs" / f"kwb{year}_BU05990110_typed_row.json"
    columns = list(json.loads(path.read_text(encoding="utf-8"))["rows"][0])
    assert find_column("AantalInwoners", columns) == "AantalInwoners_5"
    income = find_column("GemiddeldInkomenPerInkomensontvanger", columns)
    assert (
        income
        == {
            "2022": "GemiddeldInkomenPerInkomensontvanger_71",
            "2023": "GemiddeldInkomenPerInkomensontvanger_80",
        }[year]
    )
    ambiguous = find_column("Appartement", columns)
    assert isinstance(ambiguous, Problem)
    assert "is not unique" in ambiguous.what
    assert find_column(ambiguous.found.split(", ")[0], columns) == ambiguous.found.split(", ")[0]


def test_a_real_statline_download_keeps_its_450_missing_cells(
    make_study: StudyMaker, shared_data: Path
) -> None:
    path = shared_data / "cbs" / "ses_woa_amsterdam_statline.csv"
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    header = [cell.strip('"') for cell in lines[0].split(";")]
    areas = [line.split(";")[2].strip('" ') for line in lines[1:]]
    buurten = [code for code in areas if code.startswith("BU")]
    make_study.wijken = tuple(
        {"wijk": code.lower(), "name": code, "code": code} for code in buurten
    )
    source = FILE | {
        "kind": "statline",
        "path": str(path),
        "code_column": header[2],
        "figures": {f"f{at}": name for at, name in enumerate(header[3:])},
    }
    make_study.sources = {
        "area_figures": [
            source,
            source | {"id": "wk", "level": "gebied"},
            source | {"id": "gm", "level": "city"},
        ]
    }
    make_study.wijken = tuple(
        wijk | {"district": code}
        for wijk, code in zip(make_study.wijken, _repeat(areas, "WK", len(buurten)), strict=True)
    )
    make_study.city = {"name": "Amsterdam", "code": "GM0363"}
    found = load_area_figures(make_study.open())
    assert found["status"].eq("missing").sum() == 450
    first = found[(found["figure"] == "f0") & (found["area"] == "bu03630000")]
    assert first["value"].tolist() == [700]


def _repeat(areas: list[str], kind: str, length: int) -> list[str]:
    chosen = [code for code in areas if code.startswith(kind)]
    return (chosen * (length // len(chosen) + 1))[:length]


def test_a_statline_download_may_end_with_its_publisher(make_study: StudyMaker) -> None:
    text = '"code";"AantalInwoners"\n"BU0101";"   5"\n"BU0102";"   ."\n"Bron: CBS"\n'
    found = figures(make_study, text, kind="statline")
    assert found["status"].tolist() == ["ok", "missing"]


def test_rotterdam_2015_adds_up_to_its_published_totals(
    make_study: StudyMaker, shared_data: Path
) -> None:
    path = shared_data / "cbs" / "buurt_GM0599_kwb.csv"
    codes = [line.split(",")[0] for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    make_study.wijken = tuple({"wijk": c.lower(), "name": c, "code": c} for c in codes)
    make_study.sources = {
        "area_figures": [
            FILE
            | {"path": str(path), "code_column": "BU_CODE", "figures": {"inhabitants": "AANT_INW"}}
        ]
    }
    found = load_area_figures(make_study.open())
    assert len(found) == 92
    assert found["value"].sum() == 623370


ODATA = {
    "id": "kwb",
    "kind": "odata",
    "level": "wijk",
    "period": "2018",
    "table": "84286NED",
    "code_column": "Codering",
    "figures": {"inhabitants": "AantalInwoners"},
}


@pytest.fixture
def cbs(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cbsodata.options, "use_https", False)
    rows = [
        {"ID": 0, "Codering_3": "BU0101    ", "AantalInwoners_5": 5000},
        {"ID": 1, "Codering_3": "BU0102    ", "AantalInwoners_5": None},
        {"ID": 2, "Codering_3": "BU9999    ", "AantalInwoners_5": 1},
    ]
    properties = [{"Key": "Codering_3"}, {"Key": "AantalInwoners_5"}, {"Key": "Mannen_6"}]
    names = ["TableInfos", "TypedDataSet", "UntypedDataSet", "DataProperties", "WijkenEnBuurten"]
    with Service() as service:
        base = "/ODataFeed/odata/84286NED/"
        service.answer(base, {"value": [{"name": name} for name in names]})
        service.answer(f"{base}TableInfos", {"value": [{"Modified": "2020-01-01"}]})
        service.answer(f"{base}DataProperties", {"value": properties})
        service.answer(
            f"{base}WijkenEnBuurten", {"value": [{"Key": "BU0101", "Title": "Same name"}]}
        )
        service.answer(
            f"{base}TypedDataSet",
            {"value": rows[:2], "odata.nextLink": f"{service.url}/next"},
        )
        service.answer("/next", {"value": rows[2:]})
        yield service


def test_odata_is_typed_with_codes_and_asks_only_what_is_needed(
    make_study: StudyMaker, cbs: Service
) -> None:
    make_study.sources = {"area_figures": [ODATA | {"catalogue": cbs.host}]}
    found = load_area_figures(make_study.open())
    assert found["value"].tolist()[0] == 5000
    assert found["status"].tolist() == ["ok", "missing"]
    asked = next(query for path, query in cbs.asked if path.endswith("TypedDataSet"))
    assert asked["$select"] == "Codering_3,AantalInwoners_5"
    assert asked["$filter"] == "startswith(Codering_3,'BU010')"
    assert not any(path.endswith("UntypedDataSet") for path, _ in cbs.asked)


def test_odata_is_read_from_disk_the_second_time(make_study: StudyMaker, cbs: Service) -> None:
    make_study.sources = {"area_figures": [ODATA | {"catalogue": cbs.host}]}
    study = make_study.open()
    online = load_area_figures(study)
    cbs.stop()
    assert load_area_figures(study).equals(online)


def test_odata_without_network_says_what_to_do(
    make_study: StudyMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cbsodata.options, "use_https", False)
    make_study.sources = {"area_figures": [ODATA | {"catalogue": "127.0.0.1:9"}]}
    with pytest.raises(DataError, match="cannot be downloaded: ConnectionError.*Connect once"):
        load_area_figures(make_study.open())


def test_an_unknown_column_of_an_odata_table_is_named(make_study: StudyMaker, cbs: Service) -> None:
    source = ODATA | {"catalogue": cbs.host, "figures": {"men": "Manen"}}
    make_study.sources = {"area_figures": [source]}
    with pytest.raises(DataError, match="no column 'Manen'.*Did you mean 'Mannen_6'"):
        load_area_figures(make_study.open())


def test_a_broken_download_on_disk_is_named(make_study: StudyMaker, cbs: Service) -> None:
    make_study.sources = {"area_figures": [ODATA | {"catalogue": cbs.host}]}
    study = make_study.open()
    load_area_figures(study)
    next((study.folder / ".cache" / "cbs").iterdir()).write_text("{")
    with pytest.raises(DataError, match=".cache/cbs/84286NED-.*Remove this file"):
        load_area_figures(study)
