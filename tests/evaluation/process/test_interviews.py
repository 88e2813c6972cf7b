"""Group interviews: numbers of groups, codes that come together, and quotes that stay protected."""

from __future__ import annotations

import os
import stat
from dataclasses import replace

import pandas as pd
import pytest

from wijkkit.errors import DataError, DisclosureError
from wijkkit.evaluation.process.interviews import (
    QUOTE_COLUMNS,
    chosen_quotes,
    code_counts,
    read_chosen_quotes,
    write_quote_file,
)
from wijkkit.loaders.segments import load_group_interviews, read_qdpx
from wijkkit.pipeline.publication import forbidden
from wijkkit.released import open_city
from wijkkit.released.store import write_released
from wijkkit.show import quote_sentence, sentences
from wijkkit.study.guard import STAGE

HEAD = "group,wijk,wave,role,code,text\n"
ROWS = (
    "g1,a,2021,network,pace,No steps yet\n"
    "g1,a,2021,network,vision,No steps yet\n"
    "g1,a,2021,network,pace,Again\n"
    "g2,Wijk-B,2021,parents,pace,=1+1\n"
    "g3,c,2021,network,vision,Fine\n"
    "g4,a,2018,network,,\n"
)


@pytest.fixture
def interviews(small_study):
    study = small_study()
    (study.folder / "interviews.csv").write_text(HEAD + ROWS)
    return study, load_group_interviews(study)


def test_a_code_is_counted_once_per_group(interviews):
    _, found = interviews
    counts = code_counts(found.groups, found.segments)
    cell = counts.query("code == 'pace' and arm == 'programme' and wave == '2021'")
    assert cell.set_index("role")[["groups", "of"]].to_dict("index") == {
        "network": {"groups": 1, "of": 1},
        "parents": {"groups": 1, "of": 1},
        "all": {"groups": 2, "of": 2},
    }


def test_groups_that_did_not_mention_a_code_count_as_zero_of_them(interviews):
    _, found = interviews
    counts = code_counts(found.groups, found.segments)
    silent = counts.query("code == 'pace' and arm == 'comparator' and role == 'all'")
    assert silent[["groups", "of"]].values.tolist() == [[0, 1]]
    early = counts.query("code == 'pace' and wave == '2018' and role == 'all'")
    assert early[["arm", "groups", "of"]].values.tolist() == [["programme", 0, 1]]
    # Comparators were not interviewed in 2018: no row, not a zero.
    assert counts.query("arm == 'comparator' and wave == '2018'").empty


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        ("g1,nowhere,2021,network,pace,x\n", "unknown wijk"),
        ("g1,a,2019,network,pace,x\n", "unknown wave"),
        ("g1,a,2021,network,pace,x\ng1,b,2021,network,pace,x\n", "belongs to two wijken"),
    ],
)
def test_interviews_that_do_not_fit_the_study_end_in_a_message(small_study, rows, what):
    study = small_study()
    (study.folder / "interviews.csv").write_text(HEAD + rows)
    with pytest.raises(DataError, match=what):
        load_group_interviews(study)


def test_a_file_without_its_column_of_codes_is_no_silence(small_study):
    study = small_study()
    (study.folder / "interviews.csv").write_text((HEAD + ROWS).replace("code", "codes", 1))
    with pytest.raises(DataError, match="column 'code' is missing"):
        load_group_interviews(study)


def test_no_text_of_an_interview_is_in_the_counts(interviews):
    _, found = interviews
    table = code_counts(found.groups, found.segments)
    assert not table.astype(str).apply(lambda column: column.str.contains("steps")).any().any()


@pytest.fixture
def quote_file(interviews, tmp_path):
    study, found = interviews
    return write_quote_file(study, found.segments, tmp_path / "quotes.csv")


def test_quotes_go_to_a_file_only_its_owner_can_read(quote_file):
    if os.name == "posix":
        assert stat.S_IMODE(quote_file.stat().st_mode) == 0o600
    rows = pd.read_csv(quote_file)
    assert rows["use"].isna().all()
    assert "wijk" not in rows and "group" not in rows
    assert "'=1+1" in rows["text"].tolist()  # no formula for a spreadsheet program


def test_nothing_is_quoted_until_a_researcher_chooses_and_words_it(quote_file):
    assert read_chosen_quotes(quote_file).empty
    rows = pd.read_csv(quote_file, dtype=str, keep_default_na=False)
    rows.loc[0, ["use", "shown"]] = ["yes", "There were no steps to see."]
    rows.to_csv(quote_file, index=False)
    chosen = read_chosen_quotes(quote_file)
    assert list(chosen) == QUOTE_COLUMNS
    assert chosen["quote"].tolist() == ["There were no steps to see."]


def choose(quote_file, *shown: str, sign: str = ",") -> None:
    rows = pd.read_csv(quote_file, dtype=str, keep_default_na=False)
    rows.loc[: len(shown) - 1, "use"] = "yes"
    rows.loc[: len(shown) - 1, "shown"] = list(shown)
    rows.to_csv(quote_file, index=False, sep=sign)


def naming(study, file):
    process = study.settings.process.model_copy(update={"quotes": file})
    return replace(study, settings=study.settings.model_copy(update={"process": process}))


def test_a_report_shows_quotes_only_of_the_file_that_the_study_names(interviews, quote_file):
    study, _ = interviews
    choose(quote_file, "No steps <b>to</b> see.")
    for named, shown in (
        (study, "Er zijn geen citaten gekozen"),
        (
            naming(study, str(quote_file)),
            "- ‘No steps \\<b\\>to\\</b\\> see.’ (network, programmawijken, 2021)",
        ),
    ):
        write_released(named, "quotes", chosen_quotes(named))
        said = sentences(open_city(named).quotes(), quote_sentence).markdown
        assert said.replace("\\.", ".").replace("\\/", "/").startswith(shown)


def test_semicolons_of_a_spreadsheet_program_are_read(quote_file):
    choose(quote_file, "No steps to see.", sign=";")
    assert read_chosen_quotes(quote_file)["quote"].tolist() == ["No steps to see."]


def test_a_release_refuses_the_words_of_interviews_that_nobody_cleared(
    interviews, quote_file, monkeypatch
):
    study, found = interviews
    monkeypatch.setattr(
        "wijkkit.pipeline.publication.load_survey", lambda _: pd.DataFrame({"respondent": []})
    )
    assert {"No steps yet", "Again"} <= set(forbidden(study).texts)
    cleared = found.segments["text"].iloc[0]
    choose(quote_file, cleared)
    texts = set(forbidden(naming(study, str(quote_file))).texts)
    assert cleared not in texts and texts


def test_a_chosen_quote_without_words_or_with_another_mark_is_refused(quote_file):
    rows = pd.read_csv(quote_file, dtype=str, keep_default_na=False)
    rows.loc[0, "use"], rows.loc[1, "use"] = "yes", "maybe"
    rows.to_csv(quote_file, index=False)
    with pytest.raises(DataError) as error:
        read_chosen_quotes(quote_file)
    assert len(error.value.problems) == 2


def test_quotes_are_never_written_among_the_results_nor_over_choices(interviews, quote_file):
    study, found = interviews
    with pytest.raises(DataError, match="among the results"):
        write_quote_file(study, found.segments, study.runs / "quotes.csv")
    with pytest.raises(DataError, match="exists already"):
        write_quote_file(study, found.segments, quote_file)


def test_a_neighbourhood_notebook_in_a_batch_opens_no_interview_and_no_quote(
    interviews, quote_file, monkeypatch
):
    study, _ = interviews
    monkeypatch.setenv(STAGE, "wijk")
    for read in (
        lambda: load_group_interviews(study),
        lambda: read_chosen_quotes(quote_file),
        lambda: read_qdpx(study.folder / "interviews.qdpx"),
    ):
        with pytest.raises(DisclosureError):
            read()
