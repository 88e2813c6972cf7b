"""Triggers: the database itself keeps the history, and lets nobody change or delete it.

They belong to the tables as these stand: a migration that changes the columns of a kind calls
`drop_triggers` before and `create_triggers` after.
"""

from __future__ import annotations

import sqlalchemy as sa

#: Columns that the store keeps of each row; not part of its content in the history.
KEPT = ("wijk", "key", "version", "removed", "changed_by", "changed_at", "source")


def create_triggers(connection: sa.Connection, kind: str) -> None:
    """Make a kind's triggers: versions rise by one, keys stay, no row is deleted, all is history."""
    columns = [column["name"] for column in sa.inspect(connection).get_columns(kind)]
    content = ", ".join(f"'{name}', NEW.\"{name}\"" for name in columns if name not in KEPT)
    make = _sqlite if connection.dialect.name == "sqlite" else _postgresql
    for statement in make(kind, content):
        connection.exec_driver_sql(statement)


def drop_triggers(connection: sa.Connection, kind: str) -> None:
    """Take the triggers of a kind's table away, before a column of it goes."""
    if connection.dialect.name == "sqlite":
        for name in ("insert", "update", "delete", "inserted", "updated"):
            connection.exec_driver_sql(f'DROP TRIGGER IF EXISTS "{kind}_{name}"')
        return
    for name in ("keep", "keep_all", "record"):
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {kind}_{name} ON {kind}")


def protect_history(connection: sa.Connection) -> None:
    """Refuse every change of the history but a new row."""
    sqlite = connection.dialect.name == "sqlite"
    for statement in _SQLITE_HISTORY if sqlite else _POSTGRESQL_HISTORY:
        connection.exec_driver_sql(statement)


def _sqlite(kind: str, content: str) -> list[str]:
    record = (
        "INSERT INTO history (kind, wijk, key, version, action, who, at, source, content) "
        f"VALUES ('{kind}', NEW.wijk, NEW.key, NEW.version, {{action}}, NEW.changed_by, "
        f"NEW.changed_at, NEW.source, json_object({content}));"
    )
    removed = "CASE WHEN NEW.removed THEN 'removed' ELSE 'changed' END"
    moved = (
        "NEW.version <> OLD.version + 1 OR NEW.wijk <> OLD.wijk OR NEW.key <> OLD.key "
        "OR OLD.removed"
    )
    there = f'EXISTS (SELECT 1 FROM "{kind}" WHERE wijk = NEW.wijk AND key = NEW.key)'
    bodies = {
        "insert": (
            f'BEFORE INSERT ON "{kind}" WHEN NEW.version <> 1 OR {there}',
            "SELECT RAISE(ABORT, 'a new row begins at version 1');",
        ),
        "update": (
            f'BEFORE UPDATE ON "{kind}" WHEN {moved}',
            "SELECT RAISE(ABORT, 'a change raises the version by one');",
        ),
        "delete": (
            f'BEFORE DELETE ON "{kind}"',
            "SELECT RAISE(ABORT, 'rows are marked as removed, never deleted');",
        ),
        "inserted": (f'AFTER INSERT ON "{kind}"', record.format(action="'created'")),
        "updated": (f'AFTER UPDATE ON "{kind}"', record.format(action=removed)),
    }
    return [
        statement
        for name, (event, body) in bodies.items()
        for statement in (
            f'DROP TRIGGER IF EXISTS "{kind}_{name}"',
            f'CREATE TRIGGER "{kind}_{name}" {event} BEGIN {body} END',
        )
    ]


def _postgresql(kind: str, content: str) -> list[str]:
    return [
        f"""
        CREATE OR REPLACE FUNCTION {kind}_keep() RETURNS trigger AS $$
        BEGIN
          IF TG_OP IN ('DELETE', 'TRUNCATE') THEN
            RAISE EXCEPTION 'rows are marked as removed, never deleted';
          END IF;
          IF TG_OP = 'INSERT' AND NEW.version <> 1 THEN
            RAISE EXCEPTION 'a new row begins at version 1';
          END IF;
          IF TG_OP = 'UPDATE' AND (NEW.version <> OLD.version + 1 OR NEW.wijk <> OLD.wijk
              OR NEW.key <> OLD.key OR OLD.removed) THEN
            RAISE EXCEPTION 'a change raises the version by one';
          END IF;
          RETURN NEW;
        END $$ LANGUAGE plpgsql
        """,
        f"""
        CREATE OR REPLACE FUNCTION {kind}_record() RETURNS trigger AS $$
        BEGIN
          INSERT INTO history (kind, wijk, key, version, action, who, at, source, content)
          VALUES ('{kind}', NEW.wijk, NEW.key, NEW.version,
            CASE WHEN TG_OP = 'INSERT' THEN 'created' WHEN NEW.removed THEN 'removed'
              ELSE 'changed' END,
            NEW.changed_by, NEW.changed_at, NEW.source, json_build_object({content}));
          RETURN NULL;
        END $$ LANGUAGE plpgsql
        """,
        *_postgresql_trigger(kind, "keep", "BEFORE INSERT OR UPDATE OR DELETE", "ROW"),
        *_postgresql_trigger(kind, "keep_all", "BEFORE TRUNCATE", "STATEMENT", f"{kind}_keep"),
        *_postgresql_trigger(kind, "record", "AFTER INSERT OR UPDATE", "ROW"),
    ]


def _postgresql_trigger(
    kind: str, name: str, event: str, level: str, function: str = ""
) -> list[str]:
    return [
        f"DROP TRIGGER IF EXISTS {kind}_{name} ON {kind}",
        f"CREATE TRIGGER {kind}_{name} {event} ON {kind} FOR EACH {level} "
        f"EXECUTE FUNCTION {function or f'{kind}_{name}'}()",
    ]


_SQLITE_HISTORY = (
    "CREATE TRIGGER history_update BEFORE UPDATE ON history "
    "BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END",
    "CREATE TRIGGER history_delete BEFORE DELETE ON history "
    "BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END",
    # REPLACE deletes without firing a delete trigger.
    "CREATE TRIGGER history_insert BEFORE INSERT ON history "
    "WHEN EXISTS (SELECT 1 FROM history WHERE number = NEW.number OR (kind = NEW.kind "
    "AND wijk = NEW.wijk AND key = NEW.key AND version = NEW.version)) "
    "BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END",
)
_POSTGRESQL_HISTORY = (
    "CREATE FUNCTION history_refuse() RETURNS trigger AS $$ "
    "BEGIN RAISE EXCEPTION 'the history is append-only'; END $$ LANGUAGE plpgsql",
    "CREATE TRIGGER history_keep BEFORE UPDATE OR DELETE ON history "
    "FOR EACH ROW EXECUTE FUNCTION history_refuse()",
    "CREATE TRIGGER history_keep_all BEFORE TRUNCATE ON history "
    "FOR EACH STATEMENT EXECUTE FUNCTION history_refuse()",
)
