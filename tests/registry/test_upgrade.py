"""A filled store goes to a next revision: nothing is lost, and the database still guards it."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.registry.workbooks import small_workbook
from wijkkit.errors import RegistryError
from wijkkit.registry import COLUMNS, KINDS, open_registry, registry, store
from wijkkit.registry.problems import ConflictError
from wijkkit.registry.workbook import import_workbook

#: A next revision as the document of the registry says to write one: a column, and the triggers.
NEXT = '''
"""A column is added."""
import sqlalchemy as sa
from alembic import op
from wijkkit.registry.triggers import create_triggers

revision, down_revision = "0003", "0002"


def upgrade():
    op.add_column("documents", sa.Column("pages", sa.Integer, nullable=True))
    {more}
    create_triggers(op.get_bind(), "documents")
'''


@pytest.fixture
def next_version(tmp_path: Path, monkeypatch):
    """Let the package have one migration more."""

    def install(more: str = "pass") -> None:
        package = tmp_path / "package"
        shutil.rmtree(package, ignore_errors=True)
        shutil.copytree(Path(registry.__file__).parent / "migrations", package / "migrations")
        code = NEXT.format(more=more)
        (package / "migrations" / "versions" / "revision_0003.py").write_text(code)
        monkeypatch.setattr(store, "files", lambda _: package)

    return install


@pytest.fixture
def filled_study(bare_study, tmp_path):
    with open_registry(bare_study) as opened:
        import_workbook(opened, small_workbook(tmp_path / "w.xlsx"), "A")
        row = opened.table("documents", "noord").iloc[0].dropna().to_dict()
        opened.save("documents", {**row, "title": "Another title"}, "B")
    return bare_study


def content(study) -> dict:
    with open_registry(study) as opened:
        found = {kind: opened.table(kind).to_dict("list") for kind in KINDS}
        history = opened.history().drop(columns="content").to_dict("list")
        return {**found, "history": history}


def test_a_filled_store_keeps_all_rows_versions_and_history(filled_study, next_version):
    before = content(filled_study)
    next_version()
    assert str(content(filled_study)) == str(before)
    with open_registry(filled_study) as opened, opened.engine.connect() as connection:
        columns = {column["name"] for column in sa.inspect(connection).get_columns("documents")}
        assert columns > set(COLUMNS["documents"]) and "pages" in columns


def test_after_the_upgrade_rows_are_guarded_and_the_new_column_is_in_the_history(
    filled_study, next_version
):
    next_version()
    with open_registry(filled_study) as opened:
        row = opened.table("documents", "noord").iloc[0].dropna().to_dict()
        version = opened.save("documents", {**row, "title": "A third title"}, "C")
        assert version == row["version"] + 1
        assert "pages" in opened.history("documents", "noord", row["key"])["content"].iloc[-1]
        with pytest.raises(ConflictError):
            opened.save("documents", {**row, "title": "Too late"}, "D")
        for statement in ("DELETE FROM documents", "UPDATE documents SET pages = 3"):
            with pytest.raises(sa.exc.DBAPIError), opened.engine.begin() as connection:
                connection.exec_driver_sql(statement)


def test_an_upgrade_that_fails_leaves_the_store_as_it_was(filled_study, next_version):
    before = content(filled_study)
    next_version('op.get_bind().exec_driver_sql("UPDATE nowhere SET x = 1")')
    with pytest.raises(RegistryError, match="the registry cannot be opened"):
        open_registry(filled_study)
    next_version()
    assert str(content(filled_study)) == str(before)


def test_two_who_open_at_once_upgrade_once(filled_study, next_version):
    before = content(filled_study)
    next_version()
    found, errors = [], []

    def go() -> None:
        try:
            found.append(content(filled_study))
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=go) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == [] and [str(one) for one in found] == [str(before)] * 3
