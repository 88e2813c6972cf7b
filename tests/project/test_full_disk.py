"""A full disk is a message that says what to do, in every command that writes; never half a file."""

from __future__ import annotations

import errno
import sys

import pytest

from tests.studies import write_study
from wijkkit import files
from wijkkit.cli import main
from wijkkit.registry import store


@pytest.fixture
def study(tmp_path):
    (tmp_path / "monitor_2021.csv").write_text("buurtcode;sport\nBU1;Ja\nBU2;Nee\n" * 40)
    (tmp_path / "own").mkdir()
    return write_study(tmp_path / "own")


def said(command, monkeypatch, capsys, code: int = 2) -> str:
    monkeypatch.setattr(sys, "argv", ["wijkkit", *map(str, command)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == code
    out = capsys.readouterr()
    assert "Traceback" not in out.out + out.err
    return out.err


COMMANDS = {
    "new": ["new", "{to}", "--survey", "{study}/../monitor_2021.csv"],
    "demo": ["demo", "--wijken", "2", "--folder", "{to}"],
    "workbook": ["study", "export", "{to}", "--study", "{study}"],
    "run": ["run", "--study", "{study}"],
    "template": ["registry", "template", "noord", "--out", "{to}", "--study", "{study}"],
    "registered": ["registry", "export", "noord", "--out", "{to}", "--study", "{study}"],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_full_disk_is_said_and_leaves_nothing(command, study, tmp_path, monkeypatch, capsys):
    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    to = tmp_path / "new"
    asked = [part.format(to=to, study=study) for part in COMMANDS[command]]
    monkeypatch.setattr("wijkkit.files.os.fsync", full)
    told = said(asked, monkeypatch, capsys, code=6).lower()
    assert "no space left on device" in told and "room on the disk" in told
    assert not list(tmp_path.rglob("*.tmp")) and not list(tmp_path.glob(".new-*"))


def test_a_disk_without_room_for_the_lock_is_full_too(study, monkeypatch, capsys):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("wijkkit.batch.lock.Path.write_text", full)
    assert "room on the disk" in said(["run", "--study", study], monkeypatch, capsys, code=6)


def test_a_database_that_is_full_is_said(study, tmp_path, monkeypatch, capsys):
    prepare = store._prepare_sqlite

    def small(connection, record):
        prepare(connection, record)
        connection.execute("PRAGMA max_page_count = 20")

    workbook = tmp_path / "noord.xlsx"
    monkeypatch.setattr(sys, "argv", ["wijkkit", "registry", "template", "noord", "--out",
                                      str(workbook), "--study", str(study)])  # fmt: skip
    with pytest.raises(SystemExit):
        main()
    monkeypatch.setattr(store, "_prepare_sqlite", small)
    asked = ["registry", "import", workbook, "--study", study]
    assert "database or disk is full" in said(asked, monkeypatch, capsys)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (["new", "nieuw", "--survey", "monitor_2021.csv", "--separator", "ab"], "one sign"),
        (["new", "monitor_2021.csv/x"], "cannot be written here"),
        (["new", "x" * 300], "too long"),
        (["demo", "--folder", "monitor_2021.csv"], "file where a folder was expected"),
    ],
)
def test_a_place_or_sign_that_cannot_be_is_said(
    asked, expected, study, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    assert expected in said(asked, monkeypatch, capsys)


def test_a_file_that_is_open_elsewhere_is_named_as_it_was_asked_for(tmp_path, monkeypatch):
    def refuse(source, target):
        raise PermissionError(errno.EACCES, "in use", str(source), None, str(target))

    monkeypatch.setattr(files.os, "replace", refuse)
    with pytest.raises(PermissionError) as raised:
        files.write_whole(tmp_path / "akkers.xlsx", "new")
    assert (raised.value.filename, raised.value.filename2) == (str(tmp_path / "akkers.xlsx"), None)
    assert list(tmp_path.iterdir()) == []
