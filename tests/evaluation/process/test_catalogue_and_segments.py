"""The catalogue of interventions, and a project of group interviews, as a study reads them."""

from __future__ import annotations

import zipfile
from dataclasses import replace

import pytest

from wijkkit.errors import DataError
from wijkkit.evaluation.process.interviews import code_counts
from wijkkit.loaders.segments import load_group_interviews
from wijkkit.loaders.standard_table import load_catalogue
from wijkkit.pipeline.checks import remarks

HEAD = "intervention,name,goals,factors,evidence,reach,reach_low_ses,cost,strengthens,overlaps\n"


def alone(study):
    """The study as if it had no respondents or figures, of which the check would speak as well."""
    none = {"survey": (), "area_figures": ()}
    sources = study.settings.sources.model_copy(update=none)
    return replace(study, settings=study.settings.model_copy(update={"sources": sources}))


def write(study, rows: str):
    (study.folder / "catalogue.csv").write_text(HEAD + rows)
    return study


def test_lists_in_the_catalogue_are_read_and_empty_cells_are_unknown(small_study):
    study = write(small_study(), "x,Play,outdoor; sport,norms,3,40,,5000,,y\ny,Talk,,,,,,,x,\n")
    table = load_catalogue(study).set_index("intervention")
    assert table.loc["x", "goals"] == ("outdoor", "sport")
    assert table.loc["x", "overlaps"] == ("y",)
    assert table.loc["y", "goals"] == ()
    assert table.loc["y", ["evidence", "reach", "cost"]].isna().all()
    assert table.loc["x", "evidence"] == 3


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        ("x,Play,outdor,,3,40,40,5,,\n", "unknown goal"),
        ("x,Play,,,3,40,40,5,,z\n", "unknown intervention"),
        ("x,Play,,,3,40,40,5,,\nx,Play,,,3,40,40,5,,\n", "more than once"),
        ("x,Play,,,5,40,40,5,,\n", "evidence"),
        ("x,Play,,,3,140,40,5,,\n", "reach"),
        ("x,,,,3,40,40,5,,\n", "name"),
    ],
)
def test_a_catalogue_that_does_not_fit_ends_in_a_message(small_study, rows, what):
    with pytest.raises(DataError, match=what):
        load_catalogue(write(small_study(), rows))


def test_a_catalogue_without_its_column_of_goals_serves_no_goal_by_mistake(small_study):
    study = write(small_study(), "x,Play,outdoor,,3,40,40,5,,\n")
    path = study.folder / "catalogue.csv"
    path.write_text(path.read_text().replace("goals", "goal", 1))
    with pytest.raises(DataError, match="column 'goals' is missing"):
        load_catalogue(study)


def test_a_factor_on_which_nothing_works_is_said_by_the_check(small_study):
    factors = "choice: {factors: {a: [norms, little rom]}}\n"
    study = write(
        small_study(replace=("sources:", factors + "sources:")),
        "x,Play,outdoor,little room;norms,3,,,5,,\n",
    )
    (study.folder / "interviews.csv").write_text("group,wijk,wave,role,code,text\n")
    (problem,) = remarks(alone(study))
    assert (problem.place, problem.found) == ("choice.factors.a", "little rom")
    assert problem.expected == "little room, norms"


def test_a_study_without_a_catalogue_has_an_empty_one(small_study):
    study = small_study(replace=("  catalogue: {path: catalogue.csv}\n", ""))
    assert load_catalogue(study).empty


GUID = "{:08X}-0000-4000-8000-000000000000".format
VARIABLES = {"wijk": 71, "wave": 72, "role": 73, "arm": 74}


def project(*groups: tuple[int, dict[str, str], str]) -> str:
    """Write a project with one source and one case per group; `coded` holds its codings."""
    variables = "".join(
        f'<Variable guid="{GUID(guid)}" name="{name.upper()}" typeOfVariable="Text"/>'
        for name, guid in VARIABLES.items()
    )
    cases = sources = ""
    for number, values, coded in groups:
        said = "".join(
            f'<VariableValue><VariableRef targetGUID="{GUID(VARIABLES[name])}"/>'
            f"<TextValue>{value}</TextValue></VariableValue>"
            for name, value in values.items()
        )
        cases += (
            f'<Case guid="{GUID(100 + number)}" name="group {number}">{said}'
            f'<SourceRef targetGUID="{GUID(number)}"/></Case>'
        )
        sources += (
            f'<TextSource guid="{GUID(number)}" name="interview {number}">'
            f"<PlainTextContent>No steps yet.</PlainTextContent>{coded}</TextSource>"
        )
    return (
        '<Project xmlns="urn:QDA-XML:project:1.0"><CodeBook><Codes>'
        f'<Code guid="{GUID(52)}" name="process"><Code guid="{GUID(51)}" name="steps">'
        f'<Code guid="{GUID(50)}" name="pace" isCodable="true"/></Code></Code></Codes></CodeBook>'
        f"<Variables>{variables}</Variables><Cases>{cases}</Cases>"
        f"<Sources>{sources}</Sources></Project>"
    )


CODED = (
    f'<PlainTextSelection guid="{GUID(200)}" startPosition="0" endPosition="8" name="No steps">'
    f'<Coding guid="{GUID(201)}"><CodeRef targetGUID="{GUID(50)}"/></Coding></PlainTextSelection>'
)


@pytest.fixture
def study(small_study):
    return small_study(replace=("interviews.csv", "interviews.qdpx"))


def load(study, *groups):
    with zipfile.ZipFile(study.folder / "interviews.qdpx", "w") as archive:
        archive.writestr("project.qde", project(*groups))
    return load_group_interviews(study)


def test_cases_and_their_variables_say_which_group_spoke(study):
    found = load(
        study,
        (1, {"wijk": "Wijk-A", "wave": "2021", "role": "network"}, CODED),
        (2, {"wijk": "c", "wave": "2021", "role": "network"}, ""),
        (3, {"wave": "2021", "role": "municipality", "arm": "programme"}, ""),
    )
    assert found.groups[["group", "wijk", "arm"]].fillna("").values.tolist() == [
        ["group 1", "a", "programme"],
        ["group 2", "c", "comparator"],
        ["group 3", "", "programme"],
    ]
    assert found.segments["text"].tolist() == ["No steps"]
    counts = code_counts(found.groups, found.segments).query("role == 'all'")
    assert counts[["arm", "groups", "of"]].values.tolist() == [
        ["comparator", 0, 1],
        ["programme", 1, 2],
    ]


def test_what_does_not_match_is_said_by_the_check(study):
    group = {"wijk": "a", "wave": "2021", "role": "network"}
    study = alone(study)
    load(write(study, "x,Play,outdoor,,3,40,40,5,,\n"), (1, group, CODED))
    assert remarks(study) == []
    load(study, (1, group, CODED.replace('name="No steps"', 'name="yet."')))
    assert [problem.what for problem in remarks(study)] == [
        "1 selections whose text is not the text they are named after"
    ]


def test_a_code_holds_all_codes_below_it(study):
    found = load(study, (1, {"wijk": "a", "wave": "2021", "role": "network"}, CODED))
    assert {code: set(below) for code, below in found.codes.items()} == {
        "process": {"process", "steps", "pace"},
        "steps": {"steps", "pace"},
        "pace": {"pace"},
    }


def test_a_code_that_the_study_explains_by_must_be_in_the_codebook(study):
    def explaining(*codes):
        explanations = study.settings.evaluation.explanations.model_copy(
            update={"codes": {"theory": codes}}
        )
        evaluation = study.settings.evaluation.model_copy(update={"explanations": explanations})
        return replace(study, settings=study.settings.model_copy(update={"evaluation": evaluation}))

    group = (1, {"wijk": "a", "wave": "2021", "role": "network"}, CODED)
    load(explaining("pace", "steps"), group)
    with pytest.raises(DataError, match="unknown code") as error:
        load(explaining("Pace", "vision"), group)
    (problem,) = error.value.problems
    assert problem.place == "evaluation.explanations.codes"
    assert problem.found == "Pace, vision" and problem.expected == "process, steps, pace"


def test_a_group_without_wave_or_role_or_with_two_is_named(study):
    with pytest.raises(DataError) as error:
        load(
            study,
            (1, {"wijk": "a"}, CODED),
            (2, {"wijk": "nowhere", "wave": "2021", "role": "network"}, ""),
        )
    assert [problem.what for problem in error.value.problems] == [
        "unknown wijk",
        "a group interview without wave and role",
    ]
    assert "group 1" in str(error.value)
