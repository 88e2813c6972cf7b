"""What is kept of runs: differences between their numbers, and a run as an RO-Crate."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest
from making import MAKE_TABLE, project, write

from wijkkit.batch import run, status
from wijkkit.batch.crate import changed_numbers, export_crate, run_tables
from wijkkit.batch.engine.client import close_fork_server
from wijkkit.errors import BatchError
from wijkkit.study import open_study

NUMBERS = MAKE_TABLE.replace("list(values)[", "[float(v) for v in values][")


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A study that ran twice: between the runs one number changed."""
    root = tmp_path_factory.mktemp("kept")
    folder = project(root)
    city = root / "notebooks" / "stad" / "1_schattingen.ipynb"
    with ThreadPoolExecutor(2) as pool:
        for values, more in (("1 2 3", []), ("1 2.5 3", ["'corrected'"])):
            (folder / "values.txt").write_text(values)
            write(city, [NUMBERS, *more])
            result = run(folder, notebooks=root / "notebooks", executor=pool)
            assert result.exit_code == 0, result.failed
    close_fork_server()
    return open_study(folder)


def test_the_difference_between_two_runs_is_the_number_that_changed(study):
    table = changed_numbers(run_tables(study, "previous"), run_tables(study, "last"))
    assert table.to_dict("records") == [
        {"table": "estimates", "where": "beta", "column": "value",
         "before": 2.0, "after": 2.5, "change": 0.5}
    ]  # fmt: skip
    assert changed_numbers(run_tables(study, "last"), run_tables(study, "last")).empty


def test_a_run_that_is_not_kept_is_a_message(study):
    with pytest.raises(BatchError, match="no run is called 'zzz'"):
        run_tables(study, "zzz")


def test_the_crate_of_a_run_is_read_by_rocrate_and_holds_every_result(study, tmp_path):
    rocrate = pytest.importorskip("rocrate.rocrate")
    crate = rocrate.ROCrate(export_crate(study, tmp_path / "crate"))
    files = {entity.id for entity in crate.data_entities}
    made = {
        str(path.relative_to(study.runs))
        for folder in ("stad", "wijk", "released")
        for path in (study.runs / folder).rglob("*")
        if path.is_file()
    }
    assert made | {"manifest.json"} == files
    assert all((tmp_path / "crate" / file).is_file() for file in files)
    action = crate.root_dataset["mentions"][0]
    assert action.type == "CreateAction"
    assert {entity.id for entity in action["result"]} == files
    assert "wijkkit" in {entity["name"] for entity in action["instrument"]}
    with pytest.raises(BatchError, match="there already"):
        export_crate(study, tmp_path / "crate")


def test_a_row_without_one_of_its_words_is_compared_as_well(tmp_path):
    for name, value in (("before", 1.0), ("after", 2.0)):
        (tmp_path / name).mkdir()
        table = pd.DataFrame({"wijk": ["noord", "zuid"], "name": ["a", None]})
        table["days"] = [5.0, value]
        table.to_parquet(tmp_path / name / "steps.parquet")
    found = changed_numbers(tmp_path / "before", tmp_path / "after")
    assert found[["where", "change"]].to_numpy().tolist() == [["zuid | ", 1.0]]


def test_a_number_in_a_sentence_is_no_other_row(tmp_path):
    for name, share in (("before", 29), ("after", 37)):
        (tmp_path / name).mkdir()
        table = pd.DataFrame({"wijk": ["noord"], "words": [f"Zwemdiploma: {share}%."], "n": [4.0]})
        table.to_parquet(tmp_path / name / "elements.parquet")
    assert changed_numbers(tmp_path / "before", tmp_path / "after").empty


def test_a_run_that_there_is_not_yet_is_not_offered(study, tmp_path):
    with pytest.raises(BatchError, match="no run is called 'previous'") as raised:
        run_tables(open_study(project(tmp_path)), "previous")
    (problem,) = raised.value.problems
    assert (problem.expected, problem.remedy) == ("", "Run first: wijkkit run.")


def test_the_status_names_the_city_first_and_then_the_wijken_in_the_studys_order(study):
    table = status(study)
    found = list(zip(table["scope"], table["notebook"], strict=True))
    order = ["stad", *study.neighbourhoods]
    assert found == sorted(found, key=lambda row: (order.index(row[0]), row[1]))
    assert len(found) > len(order)


def test_a_change_in_points_is_never_held_against_one_as_a_ratio(tmp_path):
    rows = [("points", 5.0), ("ratio", 1.2), ("odds_ratio", 1.5)]
    for name, kept in (("before", rows), ("after", [rows[0], ("odds_ratio", 1.6)])):
        (tmp_path / name).mkdir()
        table = pd.DataFrame(kept, columns=["unit", "value"]).assign(indicator="play", area="noord")
        table.to_parquet(tmp_path / name / "changes.parquet")
    found = changed_numbers(tmp_path / "before", tmp_path / "after").set_index("where")
    assert found["before"].to_dict() == {
        "play | noord | odds_ratio": 1.5,
        "play | noord | ratio": 1.2,
    }
    assert found["after"].dropna().to_dict() == {"play | noord | odds_ratio": 1.6}
