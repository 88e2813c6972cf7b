"""The survey: every format gives the same respondents, and nothing is guessed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from tests.loaders.study_maker import SURVEY, StudyMaker
from tests.studies import replace, write_study
from wijkkit.errors import DataError, DisclosureError
from wijkkit.loaders.areas import check_codes
from wijkkit.loaders.recode import is_missing
from wijkkit.loaders.source_file import read_statistical
from wijkkit.loaders.survey import load_survey
from wijkkit.study import open_study
from wijkkit.study.codebook import Column


def write_survey(make_study: StudyMaker, ending: str, text: str = SURVEY) -> None:
    path = make_study.write("survey.csv", text)
    table = pd.read_csv(path)
    target = path.with_suffix(ending)
    if ending == ".sav":
        pyreadstat.write_sav(table, target)
    elif ending == ".dta":
        pyreadstat.write_dta(table, target)
    elif ending == ".xlsx":
        table.to_excel(target, index=False)
    elif ending == ".parquet":
        table.to_parquet(target, index=False)
    make_study.survey[0]["path"] = target.name


@pytest.mark.parametrize("ending", [".csv", ".sav", ".dta", ".xlsx", ".parquet"])
def test_every_format_gives_the_same_respondents(make_study: StudyMaker, ending: str) -> None:
    write_survey(make_study, ending)
    found = load_survey(make_study.open())
    assert found["respondent"].tolist() == ["1", "2", "3", "4"]
    assert found["wijk"].tolist() == ["oost", "oost", "west", "west"]
    assert found["age"].tolist() == [4.0, 5.0, 6.0, 7.0]
    assert found["weight"].tolist() == [1.5, 0.5, 1.0, 1.0]
    assert found["sex"].tolist() == ["boy", "girl", "boy", "girl"]
    assert found["arm"].tolist() == ["programme"] * 2 + ["comparator"] * 2
    assert found.columns[:8].tolist() == [
        "respondent",
        "wave",
        "wijk",
        "district",
        "arm",
        "pair",
        "age",
        "weight",
    ]  # fmt: skip


DAYS = """id,buurt,maanden,dag
1,BU0101,48,1-5-2018
2,BU0101,65,1/6/2018
3,BU0102,155,2019-05-05 14:05:00
4,BU0102,150,{last}
"""
IN_MONTHS = {"source": "maanden", "type": "integer", "unit": "months"}


def of_days(make_study: StudyMaker, last: str, age: dict = IN_MONTHS) -> pd.DataFrame:
    """Read a file whose waves are days and whose ages are months."""
    make_study.write("survey.csv", DAYS.format(last=last))
    make_study.survey[0].pop("wave")
    make_study.waves = ("w1", "w2")
    kept = {name: make_study.columns[name] for name in ("respondent", "area")}
    make_study.columns = {**kept, "age": age, "wave": {"source": "dag", "type": "date"}}
    return load_survey(make_study.open())


def test_a_day_is_of_the_wave_in_whose_field_work_it_lies_and_months_are_years(make_study):
    found = of_days(make_study, "31-5-2019")
    assert found["wave"].tolist() == ["w1", "w1", "w2", "w2"]
    assert found["age"].tolist() == [4.0, 65 / 12, 155 / 12, 12.5]


@pytest.mark.parametrize(
    ("last", "age", "said"),
    [
        ("2-6-2019", IN_MONTHS, "column 'dag', row 5: a day in no wave (found 2019-06-02; "),
        ("", IN_MONTHS, "a row without a wave"),
        ("5-5-19", IN_MONTHS, "not a date (found '5-5-19'; expected a day, as 2021-04-30"),
        ("5-5-2019", {"source": "maanden", "type": "integer"}, "an impossible age (found 155, 150; "),
    ],
)  # fmt: skip
def test_days_outside_every_wave_and_impossible_ages_are_mistakes(make_study, last, age, said):
    with pytest.raises(DataError) as error:
        of_days(make_study, last, age)
    assert said in str(error.value)


def test_weights_of_a_file_of_their_own_replace_those_of_the_survey(make_study: StudyMaker) -> None:
    make_study.write("survey.csv", SURVEY)
    make_study.write("corrected.csv", "respondent,weight\n4,0.7\n3,1.3\n2,1.1\n1,0.9\n")
    make_study.survey[0]["weights"] = "corrected.csv"
    assert load_survey(make_study.open())["weight"].tolist() == [0.9, 1.1, 1.3, 0.7]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("respondent,weight\n1,1\n2,1\n3,1\n", "1 respondents without weight"),
        ("respondent,weight\n1,1\n1,1\n2,1\n3,1\n4,1\n", "1 with two"),
        ("respondent,weight\n1,1\n2,0\n3,1\n4,\n", "2 weights that are not above 0"),
        ("respondent,weight\n1,1\n2,x\n", "cannot be read"),
        ("id,weight\n1,1\n", "cannot be read"),
        (None, "cannot be read"),
    ],
)
def test_weights_that_do_not_fit_are_refused(make_study: StudyMaker, content, found) -> None:
    make_study.write("survey.csv", SURVEY)
    if content is not None:
        make_study.write("corrected.csv", content)
    make_study.survey[0]["weights"] = "corrected.csv"
    with pytest.raises(DataError, match=found) as error:
        load_survey(make_study.open())
    assert str(make_study.folder) not in str(error.value)


def test_a_byte_order_mark_and_line_ends_of_windows_are_no_problem(make_study: StudyMaker) -> None:
    make_study.write("survey.csv", b"\xef\xbb\xbf" + SURVEY.replace("\n", "\r\n").encode())
    assert len(load_survey(make_study.open())) == 4


def test_another_encoding_separator_and_decimal_are_read_as_study_yml_says(
    make_study: StudyMaker,
) -> None:
    text = SURVEY.replace(",", ";").replace(".", ",").replace("geslacht", "geslächt")
    make_study.write("survey.csv", text.encode("windows-1252"))
    make_study.survey[0] |= {"encoding": "windows-1252", "separator": ";", "decimal": ","}
    make_study.columns["sex"] = make_study.columns["sex"] | {"source": "geslächt"}
    assert load_survey(make_study.open())["weight"].tolist() == [1.5, 0.5, 1.0, 1.0]


def test_areas_outside_the_study_and_unknown_areas_are_dropped_and_counted(
    make_study: StudyMaker,
) -> None:
    make_study.write("survey.csv", SURVEY + "5,BU0999,3,1.0,1\n6,,3,1.0,1\n")
    found = load_survey(make_study.open())
    assert len(found) == 4
    assert found.attrs["dropped"] == {"w1": 2}


def test_a_weight_that_counts_outside_the_study_is_checked_too(make_study: StudyMaker) -> None:
    make_study.write("survey.csv", SURVEY + "5,BU0999,3,-1.0,1\n")
    with pytest.raises(DataError, match="row 6: an impossible weight"):
        load_survey(make_study.open())


@pytest.mark.parametrize("file", ["survey.csv", "corrected.csv"])
@pytest.mark.parametrize(("weight", "said"), [(99, 0), (150, 1), (999, 1)])
def test_a_large_weight_is_used_and_noted_with_its_row(make_study, file, weight, said) -> None:
    make_study.columns["weight"]["type"] = "number"
    large = f"1,BU0101,4,{weight if file == 'survey.csv' else 1},1"
    make_study.write(
        "survey.csv",
        "\n".join(
            [
                "id,buurt,leeftijd,gewicht,geslacht",
                large,
                *[f"{n},BU0102,6,1,2" for n in range(2, 6)],
            ]
        )
        + "\n",
    )
    if file == "corrected.csv":
        rows = [f"{n},{weight if n == 1 else 1}" for n in range(1, 6)]
        make_study.write(file, "\n".join(["respondent,weight", *rows]) + "\n")
        make_study.survey[0]["weights"] = file
    found = load_survey(make_study.open())
    assert found["weight"].max() == weight
    notes = [str(note) for note in found.attrs["cells"]]
    assert len(notes) == said
    assert all(f"{file}, column" in note and "row 2: a large weight" in note for note in notes)


def test_waves_in_files_with_other_column_names_become_one_table(make_study: StudyMaker) -> None:
    make_study.write("survey.csv", SURVEY)
    make_study.write("two.csv", "nr,bu_code,lft\n1,BU0101,3\n2,BU0102,9\n")
    make_study.waves = ("w1", "w2")
    make_study.survey.append({"id": "s2", "path": "two.csv", "wave": "w2"})
    both = {"respondent": ("id", "nr"), "area": ("buurt", "bu_code"), "age": ("leeftijd", "lft")}
    for name, (one, two) in both.items():
        column = make_study.columns[name]
        make_study.columns[name] = column | {"source": {"s1": one, "s2": two}}
    for name in ("weight", "sex"):
        column = make_study.columns[name]
        make_study.columns[name] = column | {"source": {"s1": column["source"]}}
    found = load_survey(make_study.open())
    second = found[found["wave"] == "w2"]
    assert second["respondent"].tolist() == ["1", "2"]
    assert second["sex"].isna().all(), "not asked in this wave"
    assert second["weight"].tolist() == [1.0, 1.0]


def test_a_file_may_hold_several_waves(make_study: StudyMaker) -> None:
    make_study.waves = ("w1", "w2")
    make_study.survey[0].pop("wave")
    make_study.columns["wave"] = {
        "source": "jaar",
        "type": "code",
        "values": {"2018": "w1", "2021": "w2"},
    }
    rows = SURVEY.splitlines()
    years = ["jaar", "2018", "2021", "2018", "2021"]
    make_study.write("survey.csv", "\n".join(f"{r},{y}" for r, y in zip(rows, years, strict=True)))
    assert load_survey(make_study.open())["wave"].tolist() == ["w1", "w2", "w1", "w2"]


def test_a_respondent_may_be_in_two_waves_of_one_file(make_study: StudyMaker) -> None:
    make_study.waves = ("w1", "w2")
    make_study.survey[0].pop("wave")
    make_study.columns["wave"] = {"source": "golf", "type": "code"}
    header, *rows = SURVEY.splitlines()
    panel = [f"{row},{wave}" for wave in ("w1", "w2") for row in rows]
    make_study.write("survey.csv", "\n".join([f"{header},golf", *panel]))
    found = load_survey(make_study.open())
    assert found.groupby("wave")["respondent"].nunique().tolist() == [4, 4]


def test_respondents_without_numbers_are_numbered_by_file_and_row(make_study: StudyMaker) -> None:
    del make_study.columns["respondent"]
    make_study.write("survey.csv", SURVEY)
    assert load_survey(make_study.open())["respondent"].tolist() == [
        "s1-2",
        "s1-3",
        "s1-4",
        "s1-5",
    ]  # fmt: skip


def test_labels_are_read_where_the_codebook_lists_them(make_study: StudyMaker) -> None:
    make_study.columns["sex"] = make_study.columns["sex"] | {
        "labels": {"jongen": "boy", "meisje": "girl"}
    }
    make_study.write("survey.csv", SURVEY.replace("1.5,1", "1.5,jongen"))
    assert load_survey(make_study.open())["sex"].tolist()[0] == "boy"


def test_answers_in_bands_become_the_numbers_of_the_codebook(make_study: StudyMaker) -> None:
    make_study.columns["minutes"] = {
        "source": "geslacht",
        "type": "integer",
        "values": {"1": 0, "2": 15},
    }
    make_study.write("survey.csv", SURVEY)
    assert load_survey(make_study.open())["minutes"].tolist() == [0.0, 15.0, 0.0, 15.0]


def test_a_missing_code_is_missing_however_its_decimals_are_written(
    make_study: StudyMaker,
) -> None:
    make_study.columns["age"] = {"source": "leeftijd", "type": "number", "missing": [99]}
    make_study.write("survey.csv", SURVEY.replace(",4,", ",99.0,").replace(",5,", ",99,"))
    assert load_survey(make_study.open())["age"].isna().tolist() == [True, True, False, False]


def test_a_true_cell_and_a_one_are_not_the_same_answer(make_study: StudyMaker) -> None:
    table = pd.DataFrame(
        {
            "id": [1, 2],
            "buurt": ["BU0101", "BU0102"],
            "leeftijd": [1, True],
            "gewicht": [1, 1],
            "geslacht": [1, 2],
        },
        dtype=object,
    )
    table.to_excel(make_study.folder / "survey.xlsx", index=False)
    make_study.survey[0]["path"] = "survey.xlsx"
    with pytest.raises(DataError, match="row 3: text where a number was expected .found 'TRUE'"):
        load_survey(make_study.open())


def test_a_maximum_of_the_codebook_replaces_the_limit_of_weights(make_study: StudyMaker) -> None:
    make_study.columns["weight"] = make_study.columns["weight"] | {"maximum": 1000}
    make_study.write("survey.csv", SURVEY.replace("1.5", "900"))
    assert load_survey(make_study.open())["weight"].max() == 900


def test_a_neighbourhood_notebook_in_a_batch_cannot_open_the_survey(
    make_study: StudyMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_study.write("survey.csv", SURVEY)
    study = make_study.open()
    monkeypatch.setenv("WIJKKIT_BATCH", "wijk")
    with pytest.raises(DisclosureError, match="may not open a source"):
        load_survey(study)


def test_user_missing_values_give_the_frequencies_of_r(shared_data: Path) -> None:
    table = read_statistical(shared_data / "spss" / "mval_bug.sav", "mval_bug.sav")
    expected = pd.read_csv(shared_data / "spss" / "mval_bug_reference_frequencies.csv")
    plain = Column(source="x", type="integer")
    for column in table.cells:
        kept = table.cells[column].map(lambda raw, c=column: not is_missing(raw, table, c, plain))
        labelled = table.cells.loc[kept, column].map(table.labels[column])
        wanted = expected[expected["variable"] == column].set_index("label")["n_nonmissing"]
        assert labelled.value_counts().to_dict() == wanted.to_dict(), column


def test_ranges_of_missing_values_do_not_take_other_values_along(shared_data: Path) -> None:
    table = read_statistical(shared_data / "spss" / "sample_missing.sav", "sample_missing.sav")
    plain = Column(source="x", type="number")
    found = [is_missing(raw, table, "mynum", plain) for raw in table.cells["mynum"]]
    expected = pd.read_csv(shared_data / "spss" / "sample_missing.csv")["mynum"].eq("#NULL!")
    assert found == expected.tolist()


def test_missing_letters_of_stata_are_missing(shared_data: Path) -> None:
    table = read_statistical(shared_data / "spss" / "missing_test.dta", "missing_test.dta")
    plain = Column(source="x", type="number")
    for column in ("var1", "var4"):
        letters = [raw for raw in table.cells[column] if isinstance(raw, str)]
        assert letters
        assert all(is_missing(raw, table, column, plain) for raw in letters)


def test_a_real_spss_file_is_read_through_a_codebook(
    make_study: StudyMaker, shared_data: Path
) -> None:
    source = shared_data / "spss" / "pone.0201581.s001.sav"
    raw, _ = pyreadstat.read_sav(source)
    make_study.survey[0]["path"] = str(source)
    make_study.wijken = (
        make_study.wijken[0] | {"code": "1"},
        make_study.wijken[1] | {"code": "2"},
    )
    make_study.columns = {
        "respondent": {"source": "VP_Code", "type": "code"},
        "area": {"source": "Objection", "type": "code"},
        "age": {"source": "Condition", "type": "integer"},
        "sex": {
            "source": "Gender",
            "type": "category",
            "values": {str(int(v)): f"g{int(v)}" for v in sorted(raw["Gender"].dropna().unique())},
        },
    }
    found = load_survey(make_study.open())
    assert len(found) == len(raw)
    assert found["sex"].isna().sum() == raw["Gender"].isna().sum()
    assert found["sex"].value_counts().sum() == np.isfinite(raw["Gender"]).sum()


@pytest.mark.parametrize(
    ("new", "proposed"),
    [
        # One has the last digits of noord's; the other is then the one that is left.
        (["BU55550304", "elsewhere"], {"noord": "BU55550304", "zuid": "elsewhere"}),
        # Two like none may each be either; with a third nobody can say.
        (["here", "there"], {"noord": "here, there", "zuid": "here, there"}),
        (["here", "there", "elsewhere"], {}),
    ],
)
def test_new_codes_are_proposed_for_the_wijken_that_they_may_be(tmp_path, new, proposed) -> None:
    folder = write_study(tmp_path / "parameters")
    codes = {"noord": "BU01020304", "zuid": "BU01020999"}
    for (wijk, code), old in zip(codes.items(), ("BU1", "BU2"), strict=True):
        replace(folder, f"wijken/{wijk}.yml", old, code)
    waves = ["2018"] * len(codes) + ["2021"] * len(new)
    rows = pd.DataFrame({"area": [*codes.values(), *new], "wave": waves})
    problems = check_codes(open_study(folder), rows)
    found = {Path(one.file).stem: ", ".join(sorted(one.found.split(", "))) for one in problems}
    assert found == proposed
