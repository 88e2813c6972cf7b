"""Only pages of the audited tables, and of a run in which everything succeeded, are published."""

from __future__ import annotations

import json
import shutil

import pandas as pd
import pytest

from wijkkit.batch.fingerprint import hash_file
from wijkkit.batch.manifest import EventLog, last_events, status
from wijkkit.batch.plan import output_path
from wijkkit.errors import DisclosureError
from wijkkit.pipeline.publication import publish_release, require_belonging
from wijkkit.reports.render import render
from wijkkit.study import open_study

CITY = ("stad", "1_schattingen")


@pytest.fixture(scope="module")
def made(small_run, tmp_path_factory):
    """The demo of few indicators with the site of one wijk and the city."""
    folder = tmp_path_factory.mktemp("belonging") / "project"
    shutil.copytree(small_run, folder)
    study = open_study(folder / "parameters")
    render(study, engine="builtin", wijken=["ankerveld"])
    return folder


@pytest.fixture
def study(made, tmp_path):
    return open_study(shutil.copytree(made, tmp_path / "project") / "parameters")


def refused(study, *expected: str) -> str:
    """What publishing is refused for, and that no folder is left."""
    out = study.folder.parent / "out"
    with pytest.raises(DisclosureError) as caught:
        publish_release(study, out, prepared_by="A", new_ledger=True)
    assert not out.exists()
    said = str(caught.value)
    for part in expected:
        assert part in said
    return said


def rerun(study, key, changed: bool = True) -> None:
    """Write what a run leaves of one notebook that ran again and, if so, shows something else."""
    path = study.runs / output_path(*key)
    if changed:
        content = json.loads(path.read_text(encoding="utf-8"))
        content["cells"][0]["source"] = "Something else."
        path.write_text(json.dumps(content), encoding="utf-8")
    last = last_events(study.runs / "events.jsonl")[key]
    kept = {name: last[name] for name in ("fingerprint", "tables", "needs")}
    with EventLog(study.runs / "events.jsonl", "again") as log:
        log.write("ok", key, **kept, output=hash_file(path))


def run_began(study) -> EventLog:
    log = EventLog(study.runs / "events.jsonl", "next")
    log.write("run started", jobs=10, notebooks=["stad/1_schattingen", "stad/2_effectevaluatie"])
    return log


def test_the_pages_of_the_run_are_published(study):
    made = publish_release(study, study.folder.parent / "out", prepared_by="A", new_ledger=True)
    assert (made.folder / "ankerveld.html").is_file() and not made.signed


@pytest.mark.parametrize("page", ["stad.html", "ankerveld.html", "index.html", "assets/report.css"])
def test_a_sentence_typed_into_a_file_is_not_published(study, page):
    with (study.site / page).open("a") as file:
        file.write("<p>precies 3 kinderen")
    refused(study, f"{page}: a file of the site is not as it was made", "wijkkit report")
    render(study, engine="builtin", wijken=["ankerveld"])
    require_belonging(study)


def test_a_file_that_was_put_there_or_taken_away_is_told(study):
    (study.site / "more.csv").write_text("a;3\n")
    (study.site / "woorden.html").unlink()
    said = refused(study, "more.csv: a file of the site is not as it was made")
    assert "woorden.html: a file of the site is not in the site" in said


def test_pages_of_one_run_with_the_notebooks_of_the_next_are_refused(study):
    rerun(study, CITY)
    for key in last_events(study.runs / "events.jsonl"):
        if key[0] == "stad" and key != CITY:
            # What came after it ran again too, and shows the same.
            rerun_needs(study, key)
    refused(study, "stad.html: a page was made of something else", "wijkkit report")


def rerun_needs(study, key) -> None:
    last = last_events(study.runs / "events.jsonl")[key]
    needs = {name: hash_file(study.runs / output_path(*name.split("/"))) for name in last["needs"]}
    kept = {name: last[name] for name in ("fingerprint", "tables", "output")}
    with EventLog(study.runs / "events.jsonl", "again") as log:
        log.write("ok", key, **kept, needs=needs)


def test_tables_of_another_run_are_refused(study):
    path = study.runs / "released" / "estimates.parquet"
    table = pd.read_parquet(path)
    table.loc[table["status"].eq("ok").idxmax(), "value"] += 1
    table.to_parquet(path, index=False)
    refused(study, "not those that were prepared", "estimates", "wijkkit run")


def test_a_run_that_was_killed_between_two_notebooks_is_refused(study):
    run_began(study).__exit__()
    rerun(study, CITY)
    said = refused(study, "the last run did not end", "wijkkit run")
    assert "stad/2_effectevaluatie: a notebook is stale (found changed since: stad/1" in said
    states = status(study).set_index(["scope", "notebook"])["status"]
    assert states[CITY] == "ok" and states["stad", "4_leren"] == "stale"


def test_a_report_after_a_stopped_run_does_not_mix(study):
    run_began(study).__exit__()
    rerun(study, CITY)
    found = render(study, engine="builtin", wijken=["ankerveld"])
    left_out = set(found.failed["stad"])
    assert {name for name in left_out if name.startswith("stad/")} >= {
        "stad/2_effectevaluatie.ipynb",
        "stad/3_procesevaluatie.ipynb",
    }
    refused(study, "did not end")


@pytest.mark.parametrize("event", ["failed", "interrupted", "started", "skipped"])
def test_a_notebook_without_result_is_named(study, event):
    with EventLog(study.runs / "events.jsonl", "next") as log:
        log.write(event, CITY, message="stopped")
    refused(study, "stad/1_schattingen: a notebook is", "wijkkit run")


def test_a_notebook_that_came_to_the_same_leaves_everything_as_it_was(study):
    rerun(study, CITY, changed=False)
    rows = status(study)
    assert rows["status"].eq("ok").all()


def test_a_site_without_a_record_is_refused(study):
    (study.runs / "reports.json").unlink()
    refused(study, "no record of the site", "wijkkit report")
