"""The store keeps every version, on both databases, whoever writes and however."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from tests.studies import replace
from wijkkit.errors import DisclosureError, RegistryError
from wijkkit.registry import open_registry
from wijkkit.registry.changes import Change, apply_change, now, stamp_of
from wijkkit.registry.problems import ConflictError
from wijkkit.registry.store import HISTORY, TABLES, metadata, open_store, writing
from wijkkit.study import open_study
from wijkkit.study.guard import STAGE

PLAN = {"wijk": "noord", "key": "DOC1", "title": "Plan", "type": "plan", "reference": "2021-14"}


def test_migrations_make_the_tables_that_the_models_describe(bare_study):
    with open_registry(bare_study) as registry, registry.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_newest_revision_is_alembics(bare_study):
    config = Config()
    config.set_main_option("script_location", "wijkkit.registry:migrations")
    with open_registry(bare_study) as registry, registry.engine.connect() as connection:
        newest = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    assert newest == ScriptDirectory.from_config(config).get_current_head()


def test_two_openers_at_once_both_get_a_store(bare_study):
    errors, stores = [], []

    def go():
        try:
            stores.append(open_store(bare_study))
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    for store in stores:
        with store.connect() as connection:
            assert sa.inspect(connection).has_table("interventions")
        store.dispose()


def test_a_second_opening_changes_nothing(any_study):
    with open_registry(any_study) as registry:
        registry.save("documents", PLAN, "A")
    with open_registry(any_study) as registry:
        assert registry.table("documents")["title"].tolist() == ["Plan"]


def test_two_writers_of_one_row_lose_nothing(any_study):
    with open_registry(any_study) as first, open_registry(any_study) as second:
        version = first.save("documents", PLAN, "A")
        read_by_second = {**PLAN, "version": version}
        first.save("documents", {**PLAN, "title": "Plan of A", "version": version}, "A")
        with pytest.raises(ConflictError, match="changed by A") as caught:
            second.save("documents", {**read_by_second, "title": "Plan of B"}, "B")
        assert "Title: Plan of A" in str(caught.value)
        assert second.table("documents")["title"].tolist() == ["Plan of A"]


def test_many_writers_at_once_each_win_exactly_once(any_study):
    with open_registry(any_study) as registry:
        registry.save("documents", PLAN, "A")
    outcomes = []

    def go(name):
        with open_registry(any_study) as own:
            done = False
            while not done:
                row = own.table("documents").iloc[0]
                title = f"{row['title']} {name}"
                new = {**PLAN, "title": title, "version": int(row["version"])}
                try:
                    outcomes.append(own.save("documents", new, name))
                    done = True
                except ConflictError:
                    continue

    threads = [threading.Thread(target=go, args=(name,)) for name in "BCDE"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [2, 3, 4, 5]
    with open_registry(any_study) as registry:
        title = registry.table("documents").loc[0, "title"]
        assert sorted(title.split()) == ["B", "C", "D", "E", "Plan"]
        assert registry.history("documents")["version"].tolist() == [1, 2, 3, 4, 5]


def test_the_version_column_itself_stops_a_change_of_an_older_version(any_registry):
    registry = any_registry
    registry.save("documents", PLAN, "A")
    registry.save("documents", {**PLAN, "title": "New", "version": 1}, "A")
    stale = Change("documents", "DOC1", {"title": "Stale"}, version=1)
    with pytest.raises(ConflictError, match="at this very moment"), writing(registry.engine) as own:
        apply_change(own, "noord", stale, "changed", stamp_of("B", "form", now()))
    assert registry.table("documents")["title"].tolist() == ["New"]


def test_two_makers_of_one_key_are_told_apart(any_study):
    with open_registry(any_study) as first, open_registry(any_study) as second:
        first.save("documents", PLAN, "A")
        with pytest.raises(ConflictError, match="this code has been used by A: Plan"):
            second.save("documents", {**PLAN, "title": "Other"}, "B")


def test_the_history_says_who_changed_what_and_when(any_registry):
    registry = any_registry
    registry.save("goals", {"wijk": "noord", "key": "D1", "name": "Spelen", "domain": "gezond",
                            "baseline": 41.5, "target": 60}, "A")  # fmt: skip
    registry.save("goals", {"wijk": "noord", "key": "D1", "name": "Buiten spelen",
                            "domain": "gezond", "version": 1}, "B")  # fmt: skip
    registry.remove("goals", "noord", "D1", 2, "C")
    history = registry.history("goals", "noord", "D1")
    assert history["action"].tolist() == ["created", "changed", "removed"]
    assert history["who"].tolist() == ["A", "B", "C"]
    assert str(history["at"].dt.tz) == "UTC"
    assert history.loc[0, "content"]["baseline"] == 41.5
    assert history.loc[0, "content"]["target"] == 60
    assert history.loc[1, "content"]["baseline"] is None
    assert registry.table("goals").empty


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE history SET who = 'somebody else'",
        "DELETE FROM history",
        "DELETE FROM documents",
        "UPDATE documents SET title = 'changed without a version'",
        "UPDATE documents SET key = 'DOC2', version = 2",
    ],
)
def test_the_database_itself_refuses_to_rewrite_what_happened(any_registry, statement):
    any_registry.save("documents", PLAN, "A")
    with pytest.raises(sa.exc.DBAPIError), any_registry.engine.begin() as connection:
        connection.exec_driver_sql(statement)
    assert any_registry.history()["who"].tolist() == ["A"]
    assert any_registry.table("documents")["title"].tolist() == ["Plan"]


@pytest.mark.parametrize("table", ["history", "attendance"])
def test_postgresql_refuses_to_empty_a_table(any_registry, table):
    if any_registry.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")
    with pytest.raises(sa.exc.DBAPIError), any_registry.engine.begin() as connection:
        connection.exec_driver_sql(f"TRUNCATE {table} CASCADE")


def test_sqlite_refuses_to_replace_a_row_of_the_history(registry):
    registry.save("documents", PLAN, "A")
    statement = (
        "INSERT OR REPLACE INTO history SELECT number, kind, wijk, key, version, action, "
        "'B', at, source, content FROM history"
    )
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), registry.engine.begin() as own:
        own.exec_driver_sql(statement)


def test_a_change_made_with_sql_is_in_the_history_too(any_registry):
    any_registry.save("documents", PLAN, "A")
    table = TABLES["documents"]
    with writing(any_registry.engine) as connection:
        connection.execute(table.update().values(title="By hand", version=2, changed_by="B"))
    with any_registry.engine.connect() as connection:
        rows = connection.execute(sa.select(HISTORY.c.who, HISTORY.c.content)).all()
    assert rows[1].who == "B" and rows[1].content["title"] == "By hand"


def test_a_store_of_a_newer_version_is_left_alone(bare_study):
    with open_registry(bare_study) as registry, writing(registry.engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(RegistryError, match="newer version of wijkkit"):
        open_registry(bare_study)


def test_a_file_that_is_no_database_is_a_message(study):
    (study.folder / "registry.sqlite").write_text("this is text, and long enough " * 50)
    with pytest.raises(RegistryError, match="cannot be opened: file is not a database"):
        open_registry(study)


def test_an_address_may_come_from_the_environment(study, monkeypatch):
    with (study.folder / "study.yml").open("a", encoding="utf-8") as file:
        file.write("registry: {url_variable: REGISTRY_ADDRESS}\n")
    study = open_study(study.folder)
    monkeypatch.delenv("REGISTRY_ADDRESS", raising=False)
    with pytest.raises(RegistryError, match="an address in REGISTRY_ADDRESS"):
        open_registry(study)
    monkeypatch.setenv("REGISTRY_ADDRESS", f"sqlite:///{study.folder}/other.sqlite")
    open_registry(study).close()
    assert (study.folder / "other.sqlite").is_file()


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("mysql://user@host/db", "found mysql; expected sqlite or postgresql"),
        ("no address", "is no URL"),
    ],
)
def test_another_kind_of_address_is_a_message(study, address, message):
    replace(
        study.folder, "study.yml", "title: Proef", f"registry: {{url: '{address}'}}\ntitle: Proef"
    )
    with pytest.raises(RegistryError, match=message):
        open_registry(open_study(study.folder))


def test_a_password_is_in_no_message(study):
    address = "postgresql://user:geheim@127.0.0.1:1/none"
    replace(
        study.folder, "study.yml", "title: Proef", f"registry: {{url: '{address}'}}\ntitle: Proef"
    )
    with pytest.raises(RegistryError) as caught:
        open_registry(open_study(study.folder))
    assert "geheim" not in str(caught.value)


def test_a_neighbourhood_notebook_in_a_batch_gets_no_registry(study, monkeypatch):
    monkeypatch.setenv(STAGE, "wijk")
    with pytest.raises(DisclosureError, match="registry"):
        open_registry(study)


def test_an_empty_file_is_no_registry(bare_study):
    if bare_study.settings.registry.url:
        pytest.skip("a database is no file")
    path = bare_study.path(bare_study.settings.registry.path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")
    with pytest.raises(RegistryError, match=r"empty \(found 0 bytes; expected a registry\)"):
        open_store(bare_study)
    assert path.read_bytes() == b""
    path.unlink()
    open_store(bare_study).dispose()
    assert path.stat().st_size > 0 and [p.name for p in path.parent.glob(".*.tmp")] == []
