"""What `wijkkit release` refuses, by the states of a run, a site and a ledger that are made up."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest

from tests.studies import write_study
from wijkkit.batch import manifest
from wijkkit.batch.fingerprint import defined
from wijkkit.errors import DisclosureError, Problem
from wijkkit.pipeline import publication
from wijkkit.pipeline.earlier import Correction, correct, correction_of
from wijkkit.reports.record import Record
from wijkkit.study import open_study
from wijkkit.study.settings.sources import SurveySource


@pytest.fixture
def study(tmp_path):
    return open_study(write_study(tmp_path / "study"))


RUN = frozenset({"stad/1_schattingen", "wijk/1_analyse"})


def row(scope: str, notebook: str, status: str) -> dict[str, str]:
    return {"scope": scope, "notebook": notebook, "status": status, "message": "why"}


@pytest.mark.parametrize(
    ("rows", "ended", "told"),
    [
        ([], True, ["nothing has run yet"]),
        ([row("stad", "1_schattingen", "ok")], False, ["the last run did not end"]),
        ([row("stad", "1_schattingen", "ok"), row("noord", "1_analyse", "ok")], True, []),
        ([row("stad", "1_schattingen", "failed")], True, ["a notebook is failed"]),
        ([row("noord", "1_analyse", "stale")], True, ["a notebook is stale"]),
        # No notebook of that run, and no wijk of the study.
        ([row("noord", "9_oud", "failed"), row("weg", "1_analyse", "failed")], True, []),
    ],
)
def test_each_notebook_of_the_last_run_must_have_come_to_its_end(
    study, monkeypatch, rows, ended, told
):
    monkeypatch.setattr(publication, "states", lambda _: rows)
    monkeypatch.setattr(publication, "last_run", lambda _: (ended, RUN, {}))
    monkeypatch.setattr(publication, "changed_files", lambda _: [])
    assert [problem.what for problem in publication._of_run(study)] == told


@pytest.mark.parametrize("changed", ["study.yml", "codebook.yml", "indicators.yml", "survey.csv"])
def test_a_file_that_was_changed_after_the_run_is_another_one(study, changed):
    survey = SurveySource.model_construct(path="survey.csv")
    sources = study.settings.sources.model_copy(update={"survey": (survey,)})
    study = replace(study, settings=study.settings.model_copy(update={"sources": sources}))
    before = defined(study)
    with (study.folder / changed).open("a", encoding="utf-8") as file:
        file.write("# \n")
    now = defined(study)
    assert [name for name in now if now[name] != before[name]] == [changed]
    assert defined(replace(study, neighbourhoods={}))["wijken"] != now["wijken"]


@pytest.mark.parametrize("of", [{}, {"study.yml": "another"}])
def test_each_file_that_changed_after_the_run_is_named_with_what_to_do(study, monkeypatch, of):
    monkeypatch.setattr(publication, "states", lambda _: [row("stad", "1_schattingen", "ok")])
    was = {} if not of else defined(study) | of
    for module in (publication, manifest):
        monkeypatch.setattr(module, "last_run", lambda _: (True, RUN, was))
    problems = list(publication._of_run(study))
    assert {problem.file for problem in problems} == set(of or defined(study))
    for problem in problems:
        assert "no longer the one that was run" in problem.what
        assert "wijkkit run" in problem.remedy and "wijkkit report" in problem.remedy


@pytest.mark.parametrize(("of_run", "of_site"), [((), ()), (("run",), ("site",)), ((), ("site",))])
def test_of_a_site_is_told_what_is_wrong_where_the_run_is_right(monkeypatch, of_run, of_site):
    monkeypatch.setattr(publication, "_of_run", lambda _: map(Problem, of_run))
    monkeypatch.setattr(publication, "_of_site", lambda *_: map(Problem, of_site))
    expected = of_run or of_site
    if not expected:
        publication.require_belonging(None)
        return
    with pytest.raises(DisclosureError) as caught:
        publication.require_belonging(None)
    assert tuple(problem.what for problem in caught.value.problems) == expected


@pytest.mark.parametrize(("name", "prepared_by"), [("", "Author"), ("Anna", "Anna")])
def test_the_author_of_the_reports_prepares_where_nobody_else_is_named(
    monkeypatch, name, prepared_by
):
    def who(author: str) -> str:
        raise DisclosureError(author)

    monkeypatch.setattr(publication, "require_prepared_by", who)
    settings = SimpleNamespace(report=SimpleNamespace(author="Author"))
    with pytest.raises(DisclosureError, match=prepared_by):
        publication.publish_release(SimpleNamespace(settings=settings), None, prepared_by=name)


@pytest.mark.parametrize(("user", "users"), [("anna", ["anna"]), ("root", [])])
def test_words_that_were_not_chosen_and_who_is_logged_in_are_forbidden(monkeypatch, user, users):
    said = pd.DataFrame({"text": ["chosen", "other", None]})
    monkeypatch.setattr(publication, "load_survey", lambda _: "people")
    monkeypatch.setattr(
        publication, "load_group_interviews", lambda _: SimpleNamespace(segments=said)
    )
    monkeypatch.setattr(publication, "chosen_quotes", lambda _: pd.DataFrame({"quote": ["chosen"]}))
    monkeypatch.setattr(publication.getpass, "getuser", lambda: user)
    monkeypatch.setattr(publication, "forbidden_of", lambda people, **found: (people, found))
    assert publication.forbidden(None) == ("people", {"texts": ["other"], "users": users})


def test_without_a_survey_nothing_is_added_to_a_ledger():
    assert publication._entry(SimpleNamespace(ledgers=()), "A", "", "", False) is None


MADE = {"index.html": "a", "noord.html": "b", "noord_files/figure.png": "c", "theme/x.css": "d"}


@pytest.mark.parametrize(
    ("found", "inputs", "failed", "told"),
    [
        (MADE, "1", {}, []),
        (MADE | {"noord.html": "other"}, "1", {}, ["noord.html"]),
        (MADE | {"new.html": "e"}, "1", {}, ["new.html"]),
        ({"index.html": "a"}, "1", {}, ["noord.html", "noord_files/figure.png", "theme/x.css"]),
        (MADE, "2", {}, ["noord.html"]),
        (MADE, "1", {"1_analyse": "it failed"}, ["noord.html"]),
    ],
)
def test_each_file_of_the_site_must_be_as_it_was_made(
    study, monkeypatch, found, inputs, failed, told
):
    pages = {"index": {"inputs": "0"}, "noord": {"inputs": "1"}}
    record = Record(pages, MADE, "builtin", ("html",))
    plan = SimpleNamespace(
        tasks=[(SimpleNamespace(stem=stem),) for stem in pages],
        found=found,
        record=record,
        inputs={"index": "0", "noord": inputs},
        failed={"index": {}, "noord": failed},
    )
    monkeypatch.setattr(publication, "notebook_states", lambda _: {})
    asked: list = []
    monkeypatch.setattr(publication, "plan_of", lambda *how: asked.append(how) or plan)
    monkeypatch.setattr(publication, "read_record", lambda _: record)
    assert [problem.file for problem in publication._of_site(study, False)] == told
    assert asked[0][2:] == ("builtin", ("html",), ["noord"], False)
    # Of a page that none of the study's wijken has any file is told.
    plan.tasks.pop()
    strange = [
        each.what
        for each in publication._of_site(study, False)
        if "a wijk that is gone" in each.what
    ]
    assert len(strange) == sum(found.get(path) == MADE[path] for path in MADE if "noord" in path)
    monkeypatch.setattr(publication, "read_record", lambda _: Record())
    (none,) = publication._of_site(study, False)
    assert "no record" in none.what
    for forms in ((), ("html", "pdf")):
        monkeypatch.setattr(publication, "read_record", lambda _, f=forms: Record(pages, {}, "", f))
        list(publication._of_site(study, True))
        assert asked[-1][2:] == ("", forms or ("html",), ["noord"], True)


def test_a_ledger_is_begun_only_where_that_is_said(tmp_path):
    there, absent = tmp_path / "a" / "ledger", tmp_path / "b" / "ledger"
    (there / "one").mkdir(parents=True)
    (there / "one" / "publication.json").touch()
    publication._require_ledgers((there,), False)
    publication._require_ledgers((there, absent), True)
    with pytest.raises(DisclosureError, match="no ledger") as caught:
        publication._require_ledgers((there, absent), False)
    assert caught.value.problems[0].file == "b/ledger"


@pytest.mark.parametrize(
    ("noted", "made_for", "asked", "refused"),
    [
        ("", "", ("", ""), None),
        ("", "", ("R1", "wrong"), "Run the study again"),
        ("R1", "", ("R1", "wrong"), "Run the study again"),
        ("R1", "R1", ("R1", "wrong"), None),
        ("R0", "R1", ("R1", "wrong"), "Run the study again"),
        ("R1", "R1", ("", ""), "made to replace R1"),
        ("", "", ("", "wrong"), "no publication that is replaced"),
        ("", "", ("R9", "wrong"), "no such publication.*found R9.*expected R0, R1"),
        ("", "", ("R1", " "), "no reason is given"),
    ],
)
def test_what_is_replaced_stands_has_a_reason_and_the_tables_were_made_for_it(
    study, monkeypatch, noted, made_for, asked, refused
):
    entries = [SimpleNamespace(about=SimpleNamespace(release=name)) for name in ("R0", "R1")]
    made = SimpleNamespace(about=SimpleNamespace(corrects=made_for))
    monkeypatch.setattr(publication, "prepared", lambda _: made)
    study.runs.mkdir(parents=True, exist_ok=True)
    if noted:
        correct(study, Correction(noted, "why"))
    if refused is None:
        publication._require_correction(study, entries, *asked)
        return
    with pytest.raises(DisclosureError, match=refused):
        publication._require_correction(study, entries, *asked)
    # What is to be replaced is noted, for the run that is asked for.
    if "Run" in refused:
        assert correction_of(study) == Correction("R1", "wrong")
