"""The folder that may be published: audited, scanned, listed, signed off by a second person."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml

from wijkkit.disclosure import GGD, Release, policy_for, signed_off
from wijkkit.disclosure.publication import build_release
from wijkkit.disclosure.scan import Forbidden
from wijkkit.disclosure.sign_off import bind_tables, control_in_words, record_audit, sign_off_file
from wijkkit.errors import DisclosureError
from wijkkit.released.store import write_released
from wijkkit.study import open_study

PARAMETERS = Path(__file__).resolve().parents[2] / "parameters"
FORBIDDEN = Forbidden(ids=frozenset({"kid-00417"}))
TABLE = pd.DataFrame({"indicator": "play", "status": ["too_few", "too_few", "hidden"]})


@pytest.fixture
def study(tmp_path):
    """A copy of the study's parameters with a site and audited tables."""
    shutil.copytree(PARAMETERS, tmp_path / "study")
    text = (tmp_path / "study" / "study.yml").read_text(encoding="utf-8")
    settings = yaml.safe_load(text)
    settings["output"] = {"runs": "runs", "site": "site"}
    (tmp_path / "study" / "study.yml").write_text(
        yaml.safe_dump(settings, sort_keys=False, allow_unicode=True), encoding="utf-8"
    )
    opened = open_study(tmp_path / "study")
    (opened.site / "wijken").mkdir(parents=True)
    (opened.site / "index.html").write_text("<h1>Report</h1>")
    (opened.site / "wijken" / "a.csv").write_text("wijk;percentage\na;41\n")
    write_released(opened, "estimates", TABLE)
    record_audit(opened, Release(TABLE, {"cells": 3, "narrowest": 3.0}, policy_for(opened)))
    return opened


def build(study, folder="out", forbidden=FORBIDDEN, prepared_by="A"):
    return build_release(study, study.folder / folder, forbidden, prepared_by=prepared_by)


def complete(study, **changes) -> None:
    path = sign_off_file(study)
    fields = yaml.safe_load(path.read_text(encoding="utf-8"))
    fields |= {"checked_by": "B", "checked_on": "2021-07-31", "approved": True} | changes
    path.write_text(yaml.safe_dump(fields), encoding="utf-8")


def test_the_manifest_lists_every_file_with_its_hash_and_says_in_words_what_was_hidden(study):
    made = build(study)
    manifest = json.loads(made.manifest.read_text(encoding="utf-8"))
    files = {p.relative_to(made.folder).as_posix() for p in made.folder.rglob("*") if p.is_file()}
    assert files == set(manifest["files"]) | {"manifest.json"}
    assert files == {"index.html", "wijken/a.csv", "sign_off.yml", "manifest.json"}
    for name, entry in manifest["files"].items():
        data = (made.folder / name).read_bytes()
        assert entry["sha256"] == hashlib.sha256(data).hexdigest()
    assert manifest["policy"]["name"] == GGD.name
    assert [sentence.split()[0] for sentence in manifest["hidden"]] == ["1", "2"]
    assert manifest["state"].startswith("concept")


def test_without_a_second_person_a_release_is_a_concept(study):
    assert not signed_off(study)
    assert not build(study).signed
    complete(study)
    assert signed_off(study)
    assert build(study, "again").signed


@pytest.mark.parametrize(
    "changes",
    [
        {"checked_by": ""},
        {"checked_by": " a "},
        {"checked_on": None},
        {"approved": False},
        {"fingerprint": "0" * 64},
        {"approved": "perhaps"},
        {"more": 1},
    ],
)
def test_an_incomplete_sign_off_is_none(study, changes):
    build(study)
    complete(study, **changes)
    assert not signed_off(study)


def named(study, accepted: bool | None):
    """The study with an output that control cannot read, and its sign-off completed so."""
    path = study.folder / "study.yml"
    settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    settings["outputs"] = {"fig-own": {"why": "drawn from the borders only"}}
    path.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    (study.runs / "released" / "outputs" / "fig-own").mkdir(parents=True)
    opened = open_study(study.folder)
    record_audit(opened, Release(TABLE, {}, policy_for(opened)))
    build(opened)
    output = {"why": "drawn from the borders only", "accepted": accepted}
    complete(opened, outputs={} if accepted is None else {"fig-own": output})
    return opened


def test_each_output_that_control_cannot_read_is_accepted_by_its_name(study):
    opened = named(study, accepted=True)
    assert signed_off(opened)
    manifest = json.loads(build(opened, "again").manifest.read_text(encoding="utf-8"))
    assert manifest["accepted"] == {"fig-own": "drawn from the borders only"}


@pytest.mark.parametrize("accepted", [False, None])
def test_an_output_that_is_not_accepted_by_its_name_is_no_approval(study, accepted):
    assert not signed_off(named(study, accepted))


def test_the_sign_off_lists_what_is_to_be_accepted_and_why_the_policy_is_looser(study):
    path = study.folder / "study.yml"
    settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    settings["disclosure"] = {"min_n": 20, "reason": "decided by the board"}
    settings["outputs"] = {"fig-own": {"why": "drawn from the borders only"}}
    path.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    (study.runs / "released" / "outputs" / "fig-own").mkdir(parents=True)
    opened = open_study(study.folder)
    record_audit(opened, Release(TABLE, {}, policy_for(opened)))
    build(opened)
    said = yaml.safe_load(sign_off_file(opened).read_text(encoding="utf-8"))
    assert said["looser"] == "decided by the board" and not said["approved"]
    assert said["outputs"] == {"fig-own": {"why": "drawn from the borders only", "accepted": False}}


def test_a_sign_off_that_cannot_be_read_says_which_line_and_what_stands_there(study):
    build(study)
    complete(study, checked_on="gisteren")
    with pytest.raises(DisclosureError, match=r"sign_off.yml, checked_on: .*found gisteren"):
        build(study, "again")


def test_other_tables_undo_the_sign_off_and_are_not_published_without_an_audit(study):
    build(study)
    complete(study)
    write_released(study, "estimates", pd.DataFrame({"value": [1.0]}))
    assert not signed_off(study)
    with pytest.raises(DisclosureError, match="not those that were audited"):
        build(study, "again")


def test_without_an_audit_nothing_is_published(study):
    (study.runs / "released" / "audit.json").unlink()
    with pytest.raises(DisclosureError, match="no audit"):
        build(study)


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", "not json", '{"fingerprint": 1, "policy": {}}']
)
def test_a_damaged_audit_is_none(study, content):
    (study.runs / "released" / "audit.json").write_text(content)
    with pytest.raises(DisclosureError, match="damaged"):
        build(study)


@pytest.mark.parametrize(
    "name",
    [
        "data.parquet",
        "run.log",
        "notebook.ipynb",
        "data.sav",
        "no_suffix",
        ".hidden.html",
        "fake.png",
        "cache.pkl",
    ],
)
def test_a_file_of_another_kind_is_named_and_nothing_is_left(study, name):
    (study.site / name).write_text("text")
    with pytest.raises(DisclosureError, match="kind that is not published") as caught:
        build(study)
    (problem,) = caught.value.problems
    suffix = {"no_suffix": "no suffix", ".hidden.html": ".html"}
    assert (problem.file, problem.found) == (name, suffix.get(name, f".{name.split('.')[-1]}"))
    assert not (study.folder / "out").exists()


@pytest.mark.parametrize(
    "name, start",
    [("icons.woff", b"wOFF\x00\x01"), ("house.ttf", b"\x00\x01\x00\x00"), ("house.otf", b"OTTO")],
)
def test_fonts_of_the_house_and_of_quarto_are_published(study, name, start):
    (study.site / name).write_bytes(start)
    assert build(study).files == len([p for p in study.site.rglob("*") if p.is_file()])
    (study.site / name).write_bytes(b"text")
    with pytest.raises(DisclosureError, match="kind that is not published"):
        build(study, "again")


def test_what_the_scan_finds_is_named_and_nothing_is_left(study):
    (study.site / "wijken" / "b.html").write_text("<p title='kid-00417'>b</p>")
    with pytest.raises(DisclosureError) as caught:
        build(study)
    assert [problem.file for problem in caught.value.problems] == ["wijken/b.html"]
    assert not (study.folder / "out").exists()
    assert not list(study.folder.glob(".release-*"))


def test_a_folder_that_is_not_empty_is_left_alone(study):
    (study.folder / "out").mkdir()
    (study.folder / "out" / "mine.txt").write_text("mine")
    with pytest.raises(DisclosureError, match="not empty"):
        build(study)
    assert (study.folder / "out" / "mine.txt").read_text() == "mine"
    (study.folder / "file").write_text("mine")
    with pytest.raises(DisclosureError, match="not empty"):
        build(study, "file")
    (study.folder / "empty").mkdir()
    assert build(study, "empty").files == 2


def test_only_files_as_they_were_made_are_published(study):
    made = {
        path.relative_to(study.site).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in study.site.rglob("*.*")
    }
    options = {"prepared_by": "A", "said": {"release": "R1", "reason": ""}}
    found = build_release(study, study.folder / "out", FORBIDDEN, made=made, **options)
    manifest = json.loads(found.manifest.read_text(encoding="utf-8"))
    assert manifest["release"] == "R1" and "reason" not in manifest
    assert yaml.safe_load(sign_off_file(study).read_text(encoding="utf-8"))["release"] == "R1"
    for other in ({"index.html": "0" * 64}, {"more.html": "0" * 64}):
        with pytest.raises(DisclosureError, match="not as it was made") as caught:
            build_release(study, study.folder / "b", FORBIDDEN, made=made | other, **options)
        assert [problem.file for problem in caught.value.problems] == list(other)
    with pytest.raises(DisclosureError, match=r"wijken/a.csv: .*not as it was made"):
        build_release(study, study.folder / "b", FORBIDDEN, made={}, **options)


def test_tables_that_are_added_later_are_bound_and_audited_ones_cannot_change(study):
    audit = study.runs / "released" / "audit.json"
    assert control_in_words(study) == []
    write_released(study, "effects", TABLE)
    with pytest.raises(DisclosureError, match="not those that were audited"):
        build(study)
    assert bind_tables(study) == audit and build(study).files == 2
    write_released(study, "estimates", TABLE.head(1))
    with pytest.raises(DisclosureError, match=r"audited.*found estimates"):
        bind_tables(study)
    audited = Release(
        TABLE, {"narrowest": float("nan"), "kept": 2}, policy_for(study), ("outdoor_play",)
    )
    record_audit(study, audited, ["effects"])
    assert list(json.loads(audit.read_text())["audited"]) == ["effects"]
    assert json.loads(audit.read_text())["audit"] == {"narrowest": None, "kept": 2}
    said = json.loads(build(study, "named").manifest.read_text(encoding="utf-8"))["hidden"]
    assert study.text(study.indicators["outdoor_play"].label) in said[-2]
    assert "zoals we ze eerder publiceerden" in said[-1] and said[-2:] == control_in_words(study)
    audit.unlink()
    assert control_in_words(study) == []


def test_somebody_prepares_a_release(study):
    with pytest.raises(DisclosureError, match="nobody prepared"):
        build(study, prepared_by="  ")


def test_a_site_that_was_not_made_is_not_published(study):
    shutil.rmtree(study.site)
    with pytest.raises(DisclosureError, match="no site"):
        build(study)
