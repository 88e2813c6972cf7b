"""Tables of all wijken, as study.yml names them, go in whole or not at all."""

from __future__ import annotations

import openpyxl
import pytest
from typer.testing import CliRunner

from tests.registry.test_commands import run
from wijkkit.cli.registry import app
from wijkkit.errors import DataError, RegistryError
from wijkkit.registry import open_registry
from wijkkit.registry.imports import import_tables
from wijkkit.registry.problems import WorkbookError
from wijkkit.study import open_study

STEPS = """wijk;key;cycle;step;planned_end;actual_end;status
noord;C1;1;1;2018-12-01;01-11-2018;klaar
noord;C2;1;2;2019-03-01;;running
zuid;C1;1;1;;;
"""


def naming(study, source: str):
    """Return the study with one table more among its sources."""
    path = study.folder / "study.yml"
    text = path.read_text(encoding="utf-8").replace("sources:\n", f"sources:\n  {source}\n")
    path.write_text(text, encoding="utf-8")
    return open_study(study.folder)


def write(study, text: str, name: str = "steps.csv"):
    (study.folder / name).write_text(text, encoding="utf-8")
    return study


@pytest.fixture
def steps_study(any_study):
    return write(naming(any_study, 'steps: {path: steps.csv, separator: ";"}'), STEPS)


def load(study, who: str = "A"):
    with open_registry(study) as registry:
        return import_tables(registry, who), registry.table("steps")


def test_every_wijk_gets_its_rows_in_words_or_codes(steps_study):
    reports, table = load(steps_study)
    assert (reports["steps"].created, reports["steps"].unchanged) == (3, 0)
    assert table["wijk"].tolist() == ["noord", "noord", "zuid"]
    assert table["status"].fillna("").tolist() == ["done", "running", ""]
    assert [str(day.date()) for day in table["actual_end"].dropna()] == ["2018-11-01"]
    assert load(steps_study)[0]["steps"].unchanged == 3


def test_the_same_person_goes_on_and_somebody_else_is_not_overwritten(steps_study):
    load(steps_study)
    write(steps_study, STEPS.replace("running", "done"))
    assert load(steps_study)[0]["steps"].changed == 1
    with open_registry(steps_study) as registry:
        row = registry.table("steps", "zuid").iloc[0].dropna().to_dict()
        registry.save("steps", {**row, "status": "skipped"}, "B")
    write(steps_study, STEPS.replace("zuid;C1;1;1;;;", "zuid;C1;1;1;;;running"))
    with pytest.raises(WorkbookError) as error:
        load(steps_study)
    places = [(problem.place, problem.cell) for problem in error.value.problems]
    assert ("Stappen", "B4") in places and "steps.csv" in str(error.value)
    assert load(write(steps_study, STEPS.replace("zuid;C1;1;1;;;\n", "")))[0]["steps"].changed == 1


def test_everything_wrong_is_said_with_its_cell_and_nothing_is_stored(steps_study):
    wrong = STEPS.replace("klaar", "klar").replace("zuid", "west").replace("2019-03-01", "maart")
    with pytest.raises(WorkbookError) as error:
        load(write(steps_study, wrong))
    assert {problem.cell: problem.found for problem in error.value.problems} == {
        "G2": "klar",
        "E3": "maart",
        "A4": "west",
    }
    assert load(write(steps_study, STEPS))[0]["steps"].created == 3


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("planned_end", "planed_end", "columns that the registry lacks .found planed_end"),
        ("wijk;key", "wijk;nummer", "columns are missing .found key"),
    ],
)
def test_columns_are_those_of_the_registry(steps_study, old, new, message):
    with pytest.raises(DataError, match=message):
        load(write(steps_study, STEPS.replace(old, new)))


def test_numbers_have_the_decimal_sign_that_the_study_says(any_study):
    study = naming(any_study, 'interventions: {path: i.csv, separator: ";", decimal: ","}')
    right = "wijk;key;name;cost\nnoord;I1;Play;12,5\n"
    write(study, right + "zuid;I1;Play;1.200\n", "i.csv")
    with open_registry(study) as registry:
        with pytest.raises(WorkbookError) as error:
            import_tables(registry, "A")
        assert [problem.found for problem in error.value.problems] == ["1.200"]
        write(study, right, "i.csv")
        import_tables(registry, "A")
        assert registry.table("interventions")["cost"].tolist() == [12.5]


def a_workbook(study, cell: object) -> None:
    book = openpyxl.Workbook()
    book.active.append(["wijk", "key", "cycle", "step", "status"])
    book.active.append(["noord", "C1", 1, 1, "klaar"])
    book.active.append(["noord", "C2", 1, cell, "klaar"])
    book.save(study.folder / "steps.xlsx")


def test_a_choice_typed_as_a_number_is_that_choice(any_study):
    study = naming(any_study, "steps: {path: steps.xlsx}")
    a_workbook(study, 2)
    reports, table = load(study)
    assert reports["steps"].created == 2
    assert table["step"].astype(float).tolist() == [1.0, 2.0]


def test_a_cell_that_shows_an_error_is_named_and_nothing_is_stored(any_study):
    study = naming(any_study, "steps: {path: steps.xlsx}")
    a_workbook(study, "#N/A")
    with pytest.raises(
        DataError, match="column 'step', row 3: a cell that shows an error.*N/A in D3"
    ):
        load(study)
    with open_registry(study) as registry:
        assert registry.table("steps").empty


def test_the_command_says_what_it_stored_or_that_there_is_no_table(steps_study):
    assert "steps: Opgeslagen: 3 nieuw" in run("load", "--who", "A", "--study", steps_study.folder)
    path = steps_study.folder / "study.yml"
    path.write_text(path.read_text().replace("  steps:", "  #steps:"))
    result = CliRunner().invoke(app, ["load", "--study", str(steps_study.folder)])
    assert isinstance(result.exception, RegistryError)
    assert "there is no table to load" in str(result.exception)
