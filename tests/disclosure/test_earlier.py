"""Earlier publications in a whole release: no figure moves, and the ledger cannot be gone round."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import yaml

import wijkkit as wk
from tests.project_folder import write_project
from tests.studies import keep
from wijkkit.disclosure import policy_for, sign_off
from wijkkit.disclosure.earlier_figures import kept_figures
from wijkkit.disclosure.ledger import About, entry_of, read_entries, standing
from wijkkit.disclosure.release import release_estimates
from wijkkit.disclosure.rounding import Places
from wijkkit.errors import DisclosureError
from wijkkit.evaluation.effect.outcomes import arguments_table, as_asked
from wijkkit.pipeline import publication
from wijkkit.pipeline.earlier import (
    correction_file,
    earlier_of,
    known_elsewhere,
    named_sample,
    prepared,
)
from wijkkit.pipeline.effect import require_same_arguments
from wijkkit.pipeline.estimation import estimate
from wijkkit.pipeline.publication import publish_release
from wijkkit.pipeline.release import release
from wijkkit.pipeline.respondents import load_respondents
from wijkkit.study import open_study

TABLES = (
    "estimates",
    "changes",
    "gaps",
    "slopes",
    "comparisons",
    "goal_changes",
    "participants",
    "baseline",
)
EFFECT = ("effects", "detectable", "effect_assumptions", "effect_conclusions")
CHANGED = ("definition", "girls", "half a wave", "weights")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The demo's study, of one indicator: a test makes several releases."""
    project = write_project(tmp_path_factory.mktemp("earlier"))
    keep(project / "parameters", {"outdoor_play"}, {"ses"})
    return project


@pytest.fixture(scope="module", autouse=True)
def any_page():
    """Any page may be published: `test_belonging` asks that."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publication, "require_belonging", lambda *_, **__: None)
        yield


@pytest.fixture
def unpublished(made, tmp_path):
    return open_study(shutil.copytree(made, tmp_path / "unpublished") / "parameters")


@pytest.fixture(scope="module")
def respondents(made):
    return load_respondents(open_study(made / "parameters"))


@pytest.fixture(scope="module")
def once(made, respondents, tmp_path_factory):
    """A project that published its first release."""
    project = shutil.copytree(made, tmp_path_factory.mktemp("published") / "project")
    study = open_study(project / "parameters")
    run(study, respondents)
    publish(study, new_ledger=True)
    return project


@pytest.fixture
def study(once, tmp_path):
    return open_study(shutil.copytree(once, tmp_path / "project") / "parameters")


def site(study) -> None:
    study.site.mkdir(parents=True, exist_ok=True)
    (study.site / "index.html").write_text("<h1>Report</h1>")
    (study.runs / "reports.json").unlink(missing_ok=True)


def publish(study, folder="out", **options):
    """Publish the released tables with a page."""
    site(study)
    record = {"pages": {}, "files": {"index.html": _hash(study.site / "index.html")}}
    (study.runs / "reports.json").write_text(json.dumps(record))
    return publish_release(study, study.folder.parent / folder, prepared_by="A", **options)


def _hash(path) -> str:
    from wijkkit.files import sha256

    return sha256(path)


def released(study, names=TABLES) -> dict[str, pd.DataFrame]:
    folder = study.runs / "released"
    return {name: pd.read_parquet(folder / f"{name}.parquet") for name in names}


def run(study, respondents, effect: bool = False) -> dict[str, pd.DataFrame]:
    found = wk.evaluate_effect(study, respondents) if effect else None
    release(study, estimate(study, respondents), found)
    return released(study, (*TABLES, *EFFECT) if effect else TABLES)


def same(then, now) -> None:
    """What was released now is as it was; of the effect, where it is among it."""
    for name, table in now.items():
        pd.testing.assert_frame_equal(then[name], table)


@pytest.mark.parametrize("weighted", [pytest.param(True, marks=pytest.mark.slow), False])
def test_a_child_that_is_withdrawn_moves_no_figure_and_no_effect(
    unpublished, respondents, weighted
):
    study = unpublished
    people = respondents if weighted else respondents.assign(weight=1.0)
    then = run(study, people, effect=True)
    publish(study, new_ledger=True)
    fewer = people.drop(index=people.index[40]).reset_index(drop=True)
    same(then, run(study, fewer, effect=True))
    for child in range(0, len(people), 700):
        same(then, run(study, people.drop(index=people.index[child]).reset_index(drop=True)))
    shutil.rmtree(study.ledgers[0])
    with pytest.raises(AssertionError):
        same(then, run(study, fewer))


@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("every", [pytest.param(1, marks=pytest.mark.slow), 97])
def test_each_figure_that_counts_a_withdrawn_child_keeps_what_was_published(
    study, respondents, weighted, every
):
    """Without the release: what else is shown is made of the very same respondents."""
    people = respondents if weighted else respondents.assign(weight=1.0)
    found = estimate(study, people)
    policy, sample = policy_for(study), found.sample
    table = release_estimates(found.estimates, sample, policy).table
    about = About("R1", "2021-01", "t", "A", "f", "00" * 16, sample.units)
    entry = entry_of(about, sample, {"estimates": table.assign(first="R1")})
    blocks = sample.blocks()
    start = np.cumsum([0, *(block.size for block in blocks)])
    names = ["value", "lower", "upper", "n", "step", "status"]
    for child in range(0, len(people), every):
        fewer = sample.people.drop(index=sample.people.index[child]).reset_index(drop=True)
        kept = kept_figures(replace(sample, people=fewer), [entry], policy.min_count)
        place = Places(table).of(kept)
        pd.testing.assert_frame_equal(
            kept[names], table.loc[place, names].reset_index(drop=True), check_dtype=False
        )
        code = [block.code[child] for block in blocks]
        own = {at + one for at, one in zip(start, code, strict=False) if one >= 0}
        answered = [
            number
            for number, key in enumerate(sample.units)
            if not np.isnan(sample.people[key].iloc[child])
        ]
        assert {number * start[-1] + at for number in answered for at in own} <= set(place)


def test_a_run_binds_nobody(unpublished, study, respondents):
    """It is the release of who never ran before."""
    run(unpublished, respondents.assign(outdoor_play=1 - respondents["outdoor_play"]))
    assert not any(path.exists() for path in unpublished.ledgers)
    same(released(study), run(unpublished, respondents))


def test_without_a_ledger_it_is_asked_whether_anything_was_published(study, respondents):
    run(study, respondents)
    publish(study, "again")
    assert len(read_entries(study.ledgers)) == 1
    shutil.rmtree(study.ledgers[0])
    with pytest.raises(DisclosureError, match="no ledger.*--new-ledger"):
        publish(study, "third")
    assert not (study.folder.parent / "third").exists()


def test_a_publication_that_was_taken_out_or_changed_is_told(study, respondents):
    run(study, respondents.drop(index=respondents.index[:60]).reset_index(drop=True))
    publish(study, "second")
    first, second = (entry.about.release for entry in read_entries(study.ledgers))
    assert first != second
    ledger = study.ledgers[0]
    shutil.move(ledger / first, ledger.parent / "elsewhere")
    with pytest.raises(DisclosureError, match=f"{first}: a publication is missing"):
        run(study, respondents)
    shutil.move(ledger.parent / "elsewhere", ledger / first)
    path = ledger / first / "tables" / "estimates.parquet"
    table = pd.read_parquet(path)
    table.assign(value=0.0).to_parquet(path, index=False)
    with pytest.raises(DisclosureError, match="damaged.*estimates"):
        run(study, respondents)


def test_a_publication_is_replaced_as_a_whole_and_that_is_said(study, respondents):
    first = read_entries(study.ledgers)[0].about.release
    fewer = respondents.drop(index=respondents.index[[3, 40]]).reset_index(drop=True)
    kept = run(study, fewer)
    for options, said in (
        ({"corrects": "R0", "reason": "an error"}, f"no such publication.*expected {first}"),
        ({"corrects": first}, "no reason is given"),
        ({"reason": "a mistake"}, "a reason, and no publication"),
        ({"corrects": first, "reason": "an error"}, "still keep figures of"),
        ({}, f"made to replace {first}"),
    ):
        with pytest.raises(DisclosureError, match=said):
            publish(study, "second", **options)
    now = run(study, fewer)
    assert not now["estimates"].equals(kept["estimates"])
    made = publish(study, "second", corrects=first, reason="an error")
    manifest = json.loads(made.manifest.read_text(encoding="utf-8"))
    assert (manifest["corrects"], manifest["reason"]) == (first, "an error")
    signed = yaml.safe_load(sign_off.sign_off_file(study).read_text(encoding="utf-8"))
    assert (signed["corrects"], signed["reason"]) == (first, "an error")
    entries = standing(read_entries(study.ledgers))
    assert [entry.about.corrects for entry in entries] == [first]
    assert not correction_file(study).exists()
    # With the sign-off it is made again, and replaces the same one; what is the same replaces none.
    again = json.loads(publish(study, "third").manifest.read_text(encoding="utf-8"))
    assert [again[part] for part in ("release", "corrects")] == [manifest["release"], first]
    correction = {"corrects": manifest["release"], "reason": "an error"}
    for said in ("still keep figures of", f"tables are those of {manifest['release']}"):
        with pytest.raises(DisclosureError, match=said):
            publish(study, "fourth", **correction)
        run(study, fewer)
    assert not correction_file(study).exists()
    # What was replaced keeps nothing any more; what replaced it does.
    same(now, run(study, fewer.drop(index=7).reset_index(drop=True)))


def test_a_second_study_over_the_same_children_keeps_what_the_first_published(study, respondents):
    then = released(study)
    path = study.folder / "study.yml"
    settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    settings["output"] = {"runs": "../other", "site": "../other-site"}
    path.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    other = open_study(study.folder)
    fewer = respondents.drop(index=respondents.index[11]).reset_index(drop=True)
    same(then, run(other, fewer))


@pytest.mark.parametrize(
    "change",
    # How these are held open together `test_two_publications` asks of a small town.
    ["ages", *(pytest.param(one, marks=pytest.mark.slow) for one in CHANGED)],
)
def test_what_is_changed_passes_on_an_old_ledger(study, respondents, change):
    people = respondents
    if change == "ages":
        people = people.assign(outdoor_play=people["outdoor_play"].where(people["age"] >= 6))
    if change == "girls":
        people = people[people["sex"] == "girl"].reset_index(drop=True)
    if change == "half a wave":
        people = people[(people["wave"] != "2018") | (people.index % 2 == 0)].reset_index(drop=True)
    if change == "definition":
        people = people.assign(outdoor_play=(people["outdoor_days"] >= 5).astype(float))
    if change == "weights":
        random = np.random.default_rng(1)
        people = people.assign(weight=people["weight"] * random.uniform(0.5, 2, len(people)))
    now = run(study, people)["estimates"]
    exact = estimate(study, people).estimates.table
    # What is made of other respondents is their estimate, in whatever step beside the old figures.
    whole = now["area_level"].isin(["arm", "city"]) & now["group_by"].eq("")
    assert now.loc[whole, "status"].eq("ok").all()
    assert (now["value"] - exact["value"])[whole].abs().le(now.loc[whole, "step"] / 2 + 1e-9).all()


def test_the_ledger_tells_no_answer_and_no_id(study, respondents):
    entry = read_entries(study.ledgers)[0]
    ids = set(respondents["respondent"].astype(str))
    assert not ids & set(entry.people.astype(str).to_numpy().ravel())
    answers = entry.people.filter(like="of ")
    assert set(answers.dtypes.astype(str)) == {"uint64"}
    # Nobody's answers are alike in the ledger, but for those who did not give one.
    for name in answers:
        given = answers[name][answers[name] != 0]
        assert given.is_unique
    assert not any(study.ledgers[0].rglob("*.sav"))


def test_rows_without_an_id_are_known_by_what_stands_in_them(study, respondents, monkeypatch):
    columns = {k: v for k, v in study.codebook.columns.items() if k != "respondent"}
    codebook = study.codebook.model_copy(update={"columns": columns})
    monkeypatch.setattr(type(study), "codebook", codebook, raising=False)
    sample = estimate(study, respondents).sample
    numbered = sample.people.assign(respondent=np.arange(len(sample.people)).astype(str))
    fewer = numbered.drop(index=5).reset_index(drop=True)
    renumbered = fewer.assign(respondent=np.arange(len(fewer)).astype(str))
    names = [
        set(named_sample(study, replace(sample, people=people)).people["respondent"])
        for people in (numbered, renumbered)
    ]
    assert names[1] < names[0] and len(names[0] - names[1]) == 1


def test_tables_that_were_not_prepared_are_not_published(study):
    path = study.runs / "released" / "estimates.parquet"
    table = pd.read_parquet(path)
    table.loc[0, "value"] = 3.0
    table.to_parquet(path, index=False)
    with pytest.raises(DisclosureError, match="not those that were prepared"):
        prepared(study)


def test_make_clean_leaves_the_ledger(study):
    project = study.folder.parent
    shutil.copy(wk.__path__[0] + "/../Makefile", project / "Makefile")
    subprocess.run(["make", "clean"], cwd=project, check=True, capture_output=True, timeout=60)
    assert not (project / "runs").exists()
    assert not (project / "data" / "survey" / "kindmonitor_2018.sav").exists()
    assert len(read_entries([project / "data" / "survey" / "publications"])) == 1


def test_what_is_kept_is_counted_in_the_audit(study, respondents):
    fewer = respondents.drop(index=respondents.index[40]).reset_index(drop=True)
    found = release(study, estimate(study, fewer))
    sample = estimate(study, fewer).sample
    assert found.audit["kept"] == len(earlier_of(study, sample, found.policy).kept) > 0


def test_what_is_public_elsewhere_is_shown_and_must_be_the_same_figure(unpublished, respondents):
    made = estimate(unpublished, respondents)
    policy = policy_for(unpublished)
    plain = release(unpublished, made).table
    hidden = plain[plain["status"].eq("hidden") & plain["area_level"].eq("wijk")].index[0]
    exact = made.estimates.table.loc[hidden]
    row = exact[["indicator", "area", "wave", "group_by", "group", "value"]].to_frame().T
    path = unpublished.folder / "public.csv"
    row.assign(value=round(exact["value"])).to_csv(path, index=False)
    known = known_elsewhere(
        unpublished, made.estimates.table, replace(policy, published_elsewhere=(path.name,))
    )
    assert known["area"].tolist() == [exact["area"]]
    shown = release_estimates(made.estimates, made.sample, policy, None, known).table.loc[hidden]
    assert shown["status"] == "ok" and abs(shown["value"] - exact["value"]) <= 0.5
    row.assign(value=exact["value"] + 2).to_csv(path, index=False)
    with pytest.raises(DisclosureError, match="another value than this study has"):
        known_elsewhere(
            unpublished, made.estimates.table, replace(policy, published_elsewhere=(path.name,))
        )


def test_an_effect_that_stays_as_published_is_not_said_to_have_other_arguments(study):
    """What was published keeps its numbers, so it keeps the arguments that they were made with."""
    asked = as_asked(study, ["age"], "cr2", ["age"])
    planned, otherwise = (arguments_table(study, one) for one in (study, asked))
    now = {"effect_arguments": otherwise}
    require_same_arguments(now, [{"effect_arguments": otherwise}])
    # A publication from before arguments were kept had those of study.yml.
    for published in ([], [{}], [{"effect_arguments": planned}]):
        with pytest.raises(
            DisclosureError, match='found method "cr2".*expected method "cluster_per'
        ):
            require_same_arguments(now, published)
        require_same_arguments({"effect_arguments": planned}, published)
