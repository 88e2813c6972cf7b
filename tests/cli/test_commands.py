"""What commands say and hand on, with the rooms behind them replaced."""

from __future__ import annotations

import errno
import shlex
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from typer.testing import CliRunner

from tests.studies import write_study
from wijkkit import cli
from wijkkit.batch import crate, manifest
from wijkkit.batch.manifest import JobResult, RunResult
from wijkkit.cli.run import failure_line, summary
from wijkkit.demo import project
from wijkkit.errors import DataError, Problem, ReportError
from wijkkit.live import extension
from wijkkit.project import layout
from wijkkit.reports import render


@pytest.fixture
def folder(tmp_path):
    return write_study(tmp_path / "study")


def told(*words: object):
    """The result of a command; an error that is none of its own is raised."""
    result = CliRunner().invoke(cli.app, [str(word) for word in words])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.mark.parametrize(
    ("words", "hinted"),
    [(["check", "study"], True), (["check", "--study", "study", "study"], False), (["check", "x"], False)],
)  # fmt: skip
def test_a_study_that_is_named_without_its_option_is_helped(
    folder, monkeypatch, capsys, words, hinted
):
    monkeypatch.chdir(folder.parent)
    monkeypatch.setattr(cli.sys, "argv", ["wijkkit", *words])
    monkeypatch.setattr(cli.gc, "set_threshold", lambda _: None)
    monkeypatch.setattr(cli.atexit, "register", lambda _: None)
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == 2
    assert ("is named with --study study" in capsys.readouterr().err) == hinted


@pytest.mark.parametrize(
    ("raised", "code", "said"),
    [
        (DataError([Problem("no such column", file="a.csv")] * 2), 2, "no such column"),
        (OSError(errno.ENOSPC, "No space left", "out"), 6, "Make room on the disk"),
        (OSError(errno.EROFS, "Read-only", "out"), 2, "that can be written"),
        (OSError(errno.EACCES, "Denied", "out"), 2, "open in another program"),
        (OSError(errno.ENOTDIR, "Not a directory", "out"), 2, "a file where a folder"),
        (OSError("strange"), 2, "strange"),
        (KeyboardInterrupt(), 130, "stopped"),
    ],
)
def test_a_mistake_is_a_message_and_an_exit_code(monkeypatch, capsys, raised, code, said):
    def fail() -> None:
        raise raised

    monkeypatch.setattr(cli, "app", fail)
    monkeypatch.setattr(cli.gc, "set_threshold", lambda _: None)
    monkeypatch.setattr(cli.atexit, "register", lambda _: None)
    with pytest.raises(SystemExit) as caught:
        cli.main()
    err = capsys.readouterr().err
    assert caught.value.code == code and said in err
    assert len(err.splitlines()) == len(getattr(raised, "problems", [1]))


def test_a_run_says_what_ran_what_did_not_have_to_and_what_failed():
    ran = [("ok", True)] * 3 + [("ok", False)] * 2 + [("failed", True)]
    jobs = tuple(JobResult("a", f"{at}", status, ran=one) for at, (status, one) in enumerate(ran))
    assert summary(RunResult("r", jobs, 12.34)) == (
        "3 notebooks ran, 2 unchanged, 1 without result, in 12.3 s"
    )


@pytest.mark.parametrize("name", ["mystudy", "Mijn d'Été & co"])
def test_the_check_that_a_new_study_asks_for_can_be_typed(tmp_path, name):
    (tmp_path / "areas.csv").write_text("code;name\nWK01;'t Zand\n")
    said = told("new", tmp_path / name, "--areas", tmp_path / "areas.csv").stdout.splitlines()[-1]
    command = said.partition("then: ")[2]
    assert shlex.split(command) == ["wijkkit", "check", "--study", str(tmp_path / name)]


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ({"kind": "error", "cell": 0}, "failed: noord/1_analyse, cell 0: why"),
        ({"kind": "timeout"}, "failed: noord/1_analyse (timeout): why"),
        ({"kind": ""}, "failed: noord/1_analyse: why"),
    ],
)
def test_a_failure_is_a_line_with_its_place(more, line):
    assert failure_line(JobResult("noord", "1_analyse", "failed", message="why", **more)) == line


def test_status_says_of_each_notebook_how_it_fared(folder, monkeypatch):
    rows = [
        {"status": "ok", "scope": "stad", "notebook": "1", "message": ""},
        {"status": "failed", "scope": "noord", "notebook": "2", "message": "why", "cell": 3},
        {"status": "stale", "scope": "zuid", "notebook": "2", "message": "old"},
    ]
    monkeypatch.setattr(manifest, "states", lambda _: rows)
    monkeypatch.setattr(manifest, "changed_files", lambda _: ["indicators.yml"])
    assert told("status", "--study", folder).output.splitlines() == [
        "ok           stad/1",
        "failed       noord/2, cell 3: why",
        "stale        zuid/2: old",
        "changed      indicators.yml: not the file that was run; wijkkit run",
    ]
    rows.clear()
    assert "Nothing has run yet." in told("status", "--study", folder).output


def test_diff_says_each_number_and_by_how_much(folder, monkeypatch):
    table = pd.DataFrame(
        [("estimates", "noord", "value", 41.0, 43.5, 2.5),
         ("estimates", "zuid", "value", None, 12.0, None)],
        columns=["table", "where", "column", "before", "after", "change"],
    )  # fmt: skip
    monkeypatch.setattr(crate, "run_tables", lambda study, run: run)
    monkeypatch.setattr(crate, "changed_numbers", lambda *runs: table.assign(table="/".join(runs)))
    assert told("diff", "previous", "--study", folder).output.splitlines() == [
        "previous/last: noord, value: 41 -> 43.5 (+2.5)",
        "previous/last: zuid, value: - -> 12",
        "2 published numbers differ",
    ]


@pytest.mark.parametrize("failed", [{}, {"noord": {"1_analyse": "why"}}])
def test_a_report_that_is_not_complete_says_so_and_fails(folder, monkeypatch, failed):
    asked: dict = {}

    def rendered(study, **options):
        asked.update(options)
        return SimpleNamespace(
            engine="builtin", files=["a", "b"], made=["noord"], warnings=["odd"], failed=failed,
            site=Path("_site"),
        )  # fmt: skip

    monkeypatch.setattr(render, "render", rendered)
    monkeypatch.setattr(manifest, "changed_files", lambda _: ["survey.csv"])
    result = told("report", "--format", "pdf", "--wijk", "noord", "--jobs", 3, "--study", folder)
    assert result.exit_code == (4 if failed else 0)
    assert "2 files; 1 pages made anew" in result.output and "_site/index.html" in result.output
    assert "Quarto warned: odd" in result.stderr
    assert ("noord.html has no 1_analyse (why)" in result.stderr) == bool(failed)
    assert "Not the file that was run: survey.csv" in result.stderr
    assert asked == {"engine": "auto", "formats": ["pdf"], "wijken": ["noord"], "jobs": 3}
    told("report", "--study", folder)
    assert asked == {"engine": "auto", "formats": [], "wijken": None, "jobs": 2}


def test_pages_are_served_to_this_machine_unless_otherwise_is_said(folder, monkeypatch):
    asked: dict = {}
    monkeypatch.setattr(extension, "serve_pages", lambda study, **options: asked.update(options))
    told("dashboard", "--study", folder)
    assert asked == {"ip": "127.0.0.1", "port": 8866, "browser": True, "hosts": (), "as_of": None}
    words = ("--host", "Wijk.Local", "--as-of", "2021-05-01", "--no-browser", "--port", 65535)
    told("dashboard", "--study", folder, *words)
    assert asked["hosts"] == ("wijk.local",) and asked["as_of"] == date(2021, 5, 1)
    assert not asked["browser"] and asked["port"] == 65535
    assert [
        told("dashboard", "--port", port, "--study", folder).exit_code for port in (0, 65536)
    ] == [2, 2]


def test_accounts_are_added_listed_and_removed(folder):
    add = ("account", "add", "anna", "--study", folder, "--password", "a long password")
    assert told(*add).output == "anna: reader\n"
    assert told(*add, "--role", "keeper", "--wijk", "noord", "--wijk", "zuid").output == (
        "anna: keeper noord, zuid\n"
    )
    assert told("account", "list", "--study", folder).output == "anna: keeper noord, zuid\n"
    assert told("account", "remove", "anna", "--study", folder).output == "removed: anna\n"
    assert told("account", "list", "--study", folder).output == ""


def test_what_is_wrong_in_a_study_is_raised_and_what_is_not_there_is_a_note(folder):
    (folder / "enquete.csv").write_text(
        "nr,buurt,leeftijd,meting,opl,dagen\n1,BU1,5,2018,1,7\n2,BU2,6,2021,2,3\n"
    )
    out = told("check", "--study", folder).output
    assert "design: wave 2018: 1 respondents; not weighted" in out
    assert "note: " in out and out.rstrip().splitlines()[-1].startswith("Nothing is wrong")
    (folder / "enquete.csv").unlink()
    with pytest.raises(DataError):
        told("check", "--study", folder)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ((["a.ipynb"], []), ["newer: a.ipynb"]),
        (([], ["b.qmd"]), ["left as it is: b.qmd"]),
        (([], []), ["Nothing is newer."]),
    ],
)
def test_upgrade_says_what_is_newer_and_what_was_left(tmp_path, monkeypatch, found, said):
    monkeypatch.setattr(layout, "upgrade", lambda folder, ask: found)
    for words in ((tmp_path,), ("--study", tmp_path)):
        assert told("upgrade", *words).output.splitlines() == said


def test_there_is_no_report_of_a_study_that_has_not_run(folder):
    with pytest.raises(ReportError, match=r"nothing has run yet.*wijkkit run"):
        told("report", "--study", folder)


@pytest.mark.parametrize(("words", "answer"), [(("--accept",), True), (("--keep",), False)])
def test_what_is_answered_for_every_file_is_asked_of_none(tmp_path, monkeypatch, words, answer):
    shown = SimpleNamespace(lines=lambda: "- old\n+ new", name="a.ipynb")
    asked = []
    monkeypatch.setattr(
        layout, "upgrade", lambda folder, ask: asked.append(ask(shown)) or ([], ["a.ipynb"])
    )
    assert "+ new" in told("upgrade", tmp_path, *words).output
    assert asked == [answer]


@pytest.mark.parametrize(
    ("words", "folder", "data"),
    [
        ((), "parameters", "data"),
        (("--wijken", 71), "demo-71", "demo-71/data"),
        (("--folder", "own/parameters"), "own/parameters", "own/data"),
        (("--folder", "other"), "other", "other/data"),
    ],
)
def test_a_demo_has_its_data_beside_its_parameters(monkeypatch, words, folder, data):
    made: list = []
    monkeypatch.setattr(
        project, "make_demo", lambda *where, **how: made.append((*where, how)) or where[0]
    )
    told("demo", "--seed", 0, *words)
    ((study, beside, how),) = made
    assert (study, beside) == (Path(folder), Path(data))
    assert how == {"wijken": 71 if 71 in words else 6, "seed": 0, "replace": False}


def test_a_workbook_goes_to_a_folder_that_is_there(folder, tmp_path):
    with pytest.raises(Exception, match="no such folder"):
        told(
            "registry", "template", "noord", "--out", tmp_path / "no" / "a.xlsx", "--study", folder
        )
