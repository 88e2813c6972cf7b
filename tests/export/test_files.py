"""CSV, data package, Swing and research: what is absent stays absent, each in its own notation."""

from __future__ import annotations

import csv
import json

import pandas as pd
import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from wijkkit.cli import app
from wijkkit.disclosure.scan import Forbidden, scan
from wijkkit.errors import DisclosureError, ParameterError, ReportError
from wijkkit.export.formats import write_data_package, write_swing
from wijkkit.export.rows import write_area_csv, write_research
from wijkkit.files import sha256


def rows_of(path, separator):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=separator))


def test_the_csv_of_a_page_has_each_number_in_a_column_of_its_own(released_study, tmp_path):
    study, released, _ = released_study
    rows = rows_of(write_area_csv(study, released, "wijk-a", tmp_path / "a.csv"), ";")
    assert {row["wijk"] for row in rows} == {"Wijk a", "Stad, wijken van de studie samen"}
    first = rows[0]
    assert [first[key] for key in ("value", "lower", "upper", "status")] == ["66", "57", "77", "ok"]
    hidden = next(row for row in rows if row["status"] == "hidden")
    assert hidden["value"] == hidden["n"] == "" and hidden["group_label"] == "'=meisjes"
    grade = next(row for row in rows if row["indicator"] == "grade" and row["status"] == "ok")
    assert grade["value"] == "7,25" and grade["indicator_label"] == "'=Rapportcijfer"
    assert {row["report"] for row in rows} == {"concept"}


def test_the_csv_of_the_city_has_no_wijk(released_study, tmp_path):
    study, released, _ = released_study
    rows = rows_of(write_area_csv(study, released, "city", tmp_path / "c.csv", concept=False), ";")
    assert {row["area"] for row in rows} == {"city", "programme"}
    assert {row["report"] for row in rows} == {"vastgesteld"}


def test_a_data_package_is_valid_by_the_framework_of_its_standard(released_study, tmp_path):
    frictionless = pytest.importorskip("frictionless")
    study, released, _ = released_study
    described = write_data_package(study, released, tmp_path / "package")[-1]
    assert frictionless.validate(str(described)).flatten(["type", "message"]) == []
    table = tmp_path / "package" / "estimates.csv"
    table.write_text(table.read_text().replace(",66.0,", ",much,", 1))
    found = frictionless.validate(str(described)).flatten(["type"])
    assert {"type-error", "hash-count"} <= {kind for (kind,) in found}


def test_a_data_package_describes_the_files_that_it_holds(released_study, tmp_path):
    study, released, _ = released_study
    folder = tmp_path / "package"
    write_data_package(study, released, folder)
    about = json.loads((folder / "datapackage.json").read_text())
    names = {resource["path"] for resource in about["resources"]}
    assert names == {"estimates.csv", "comparisons.csv", "indicators.csv"}
    assert names == {path.name for path in folder.glob("*.csv")}
    for resource in about["resources"]:
        path = folder / resource["path"]
        table = pd.read_csv(path)
        assert [field["name"] for field in resource["schema"]["fields"]] == list(table)
        assert resource["bytes"] == path.stat().st_size
        assert resource["hash"] == f"sha256:{sha256(path)}"
    types = {
        field["name"]: field["type"]
        for field in about["resources"][1]["schema"]["fields"]
    }  # fmt: skip
    assert types["value"] == "number" and types["area"] == "string"
    assert "licenses" not in about and about["sources"] == [{"title": "s"}]
    with pytest.raises(ReportError, match="a folder of its own"):
        write_data_package(study, released, folder)


def test_swing_gets_its_code_for_what_is_absent(released_study, tmp_path):
    study, released, _ = released_study
    book = load_workbook(write_swing(study, released, tmp_path / "s.xlsx"))
    data = [tuple(cell.value for cell in row) for row in book["data"].iter_rows()]
    assert data[0] == ("PERIODE", "GEBIEDSNIVEAU", "GEBIED", "NAAM", "WAARDE")
    assert (2018, "wijk", "059900", "sport", 66) in data
    assert (2018, "wijk", "059900", "sport_sex_girl", -99996) in data
    assert (2018, "wijk", "059901", "sport", -99996) in data
    assert (2018, "wijk", "059900", "grade", 7.25) in data
    assert not any(row[3] == "grade_sex_boy" for row in data), "not asked is no number"
    metadata = [tuple(cell.value for cell in row) for row in book["metadata"].iter_rows()]
    codes = [row[2] for row in metadata[1:]]
    assert len(codes) == len(set(codes)) and set(codes) == {row[3] for row in data[1:]}
    units = {row[2]: (row[3], row[5], row[7]) for row in metadata[1:]}
    assert units["sport"] == ("0", "p", "Percentage") and units["grade"] == ("0,1", "g", "Mean")


def test_swing_refuses_an_area_without_a_code(released_study, tmp_path):
    study, released, _ = released_study
    hoods = {
        slug: hood.model_copy(update={"code": "onbekend"})
        for slug, hood in study.neighbourhoods.items()
    }
    object.__setattr__(study, "neighbourhoods", hoods)
    with pytest.raises(ReportError, match="its code") as error:
        write_swing(study, released, tmp_path / "s.xlsx")
    assert len(error.value.problems) == 2 and not (tmp_path / "s.xlsx").exists()


@pytest.mark.parametrize("place", ["site", "site/deep", "runs/released", "runs", "release/deep"])
def test_unprotected_numbers_are_not_written_where_a_release_takes_its_files(released_study, place):
    study, _, _ = released_study
    (study.folder / "release").mkdir()
    (study.folder / "release" / "manifest.json").write_text("{}")
    table = pd.DataFrame({"value": [66.123]})
    with pytest.raises(DisclosureError, match="unprotected"):
        write_research(study, {"weighted": table}, study.folder / place)
    assert not list(study.folder.rglob("weighted.csv"))


def test_the_scan_of_a_release_finds_unprotected_numbers(released_study, tmp_path):
    study, _, _ = released_study
    folder = tmp_path / "own"
    write_research(study, {"weighted": pd.DataFrame({"value": [66.123]})}, folder)
    assert {finding.file for finding in scan(folder, Forbidden())} == {"weighted.csv"}


def test_the_command_asks_for_the_word_unprotected(released_study, tmp_path):
    study, _, _ = released_study
    asked = ["export", "research", "--to", str(tmp_path / "r"), "--study", str(study.folder)]
    result = CliRunner().invoke(app, asked)
    assert isinstance(result.exception, ParameterError) and not (tmp_path / "r").exists()
