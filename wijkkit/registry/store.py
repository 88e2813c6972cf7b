"""The database behind the registry: open it, bring it up to date, read and write in transactions."""

from __future__ import annotations

import os
import sqlite3
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from wijkkit.errors import RegistryError
from wijkkit.registry.tables import KINDS, Column, Kind
from wijkkit.study import Study


class InTheWay(RegistryError):
    """Two changes that cannot be made at once; nothing was stored."""


#: How long a writer waits for another one, in seconds.
PATIENCE = 30
#: Advisory lock of PostgreSQL under which one writer or migration works at a time.
_LOCK = 0x77696A6B
#: Alembic keeps the running migration in module globals.
_ONE_MIGRATION = threading.Lock()


def open_store(study: Study) -> sa.Engine:
    """Open the study's store, made and migrated; RegistryError where it is another's or newer."""
    url = store_url(study)
    engine = _engine(url)
    try:
        if url.get_backend_name() == "sqlite" and url.database:
            _begin_file(Path(url.database))
        migrate(engine)
    except sa.exc.DBAPIError as error:
        engine.dispose()
        raise _cannot(url, error.orig) from None
    except BaseException:
        engine.dispose()
        raise
    return engine


def store_url(study: Study) -> sa.URL:
    """Return where the study's registry is kept."""
    settings = study.settings.registry
    written = settings.url
    if settings.url_variable:
        written = os.environ.get(settings.url_variable)
        if not written:
            what = "the environment variable with the registry's address is empty"
            file, place = "study.yml", "registry.url_variable"
            expected = f"an address in {settings.url_variable}"
            remedy = "Set it, or use registry.url or registry.path."
            raise RegistryError(what, file=file, place=place, expected=expected, remedy=remedy)
    if not written:
        return sa.URL.create("sqlite", database=str(study.path(settings.path)))
    try:
        url = sa.make_url(written)
    except sa.exc.ArgumentError:
        raise RegistryError(
            "the registry's address is no URL",
            file="study.yml",
            place="registry.url",
            expected="postgresql://user@host/database",
            remedy="Correct it.",
        ) from None
    return url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url


def is_kept(study: Study) -> bool:
    """Return whether the study has a registry: a database, or a file that is there."""
    settings = study.settings.registry
    return bool(settings.url or settings.url_variable) or study.path(settings.path).is_file()


def reading(engine: sa.Engine) -> AbstractContextManager[sa.Connection]:
    """Give a connection that sees one state of the store."""
    return _connection(engine, isolation="REPEATABLE READ")


def writing(engine: sa.Engine) -> AbstractContextManager[sa.Connection]:
    """Give a connection on which all is stored or, after an error, nothing; one at a time."""
    return _connection(engine, isolation="READ COMMITTED", alone=True)


def migrate(engine: sa.Engine) -> None:
    """Bring the store up to date; safe where several open it at once."""
    if _revision(engine) == _revisions()[-1]:
        return
    # Alembic takes half a second to load, which reading a registry of today does without.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_migrations()))
    with _ONE_MIGRATION, writing(engine) as connection:
        _refuse_strangers(connection, engine.url)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _migrations() -> Traversable:
    return files("wijkkit.registry") / "migrations"


def _revisions() -> list[str]:
    """Return the revisions of the store, oldest first: the file of each is named by it."""
    names = [path.name for path in (_migrations() / "versions").iterdir()]
    return sorted(name[len("revision_") : -3] for name in names if name.startswith("revision_"))


def _revision(bind: sa.Engine | sa.Connection) -> str | None:
    """Return the revision of the schema that Alembic recorded, or None."""
    if isinstance(bind, sa.Engine):
        with bind.connect() as connection:
            return _revision(connection)
    if not sa.inspect(bind).has_table("alembic_version"):
        return None
    return bind.scalar(sa.text("SELECT version_num FROM alembic_version"))


def _begin_file(path: Path) -> None:
    """Create the registry in one step if it does not exist; an empty file does not count as one."""
    if path.is_file() and path.stat().st_size == 0:
        raise RegistryError(
            "the registry's file is empty",
            file=path.name,
            found="0 bytes",
            expected="a registry",
            remedy="Restore it from a copy; to begin a new registry, remove the file.",
        )
    if path.exists() or not path.parent.is_dir():
        return
    new = path.with_name(f".{path.name}.{uuid.uuid4().hex[:12]}.tmp")
    engine = _engine(sa.URL.create("sqlite", database=str(new)))
    try:
        migrate(engine)
        engine.dispose()
        _put(new, path)
    finally:
        engine.dispose()
        new.unlink(missing_ok=True)


def _put(new: Path, path: Path) -> None:
    """Give `new` its name, unless somebody else's file has it by now."""
    try:
        os.link(new, path)
    except FileExistsError:
        return
    except OSError:  # a file system without links
        if not path.exists():
            os.replace(new, path)


def _refuse_strangers(connection: sa.Connection, url: sa.URL) -> None:
    revision, known = _revision(connection), _revisions()
    if revision is not None and revision not in known:
        what = "the registry was made by a newer version of wijkkit"
        file, found = url.render_as_string(hide_password=True), f"revision {revision}"
        expected, remedy = f"at most {known[-1]}", "Install the newer version."
        raise RegistryError(what, file=file, found=found, expected=expected, remedy=remedy)
    if revision is None and sa.inspect(connection).has_table("history"):
        what = "the database already holds other tables of these names"
        file = url.render_as_string(hide_password=True)
        expected = "an empty database, or a registry"
        remedy = "Give the registry a database of its own."
        raise RegistryError(what, file=file, found="history", expected=expected, remedy=remedy)


def _engine(url: sa.URL) -> sa.Engine:
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise RegistryError(
            "the registry cannot be kept in this kind of database",
            file="study.yml",
            place="registry.url",
            found=url.get_backend_name(),
            expected="sqlite or postgresql",
            remedy="Use one of these.",
        )
    sqlite = url.get_backend_name() == "sqlite"
    try:
        engine = sa.create_engine(url, connect_args={"timeout": PATIENCE} if sqlite else {})
    except ModuleNotFoundError as error:
        what = "the driver of this database is not installed"
        remedy = "Install wijkkit with its extra 'postgres'."
        raise RegistryError(what, found=str(error.name), remedy=remedy) from None
    if sqlite:
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver would otherwise begin and commit on its own around some statements.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: sa.Connection) -> None:
    alone = connection.get_execution_options().get("alone", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if alone else "BEGIN")


@contextmanager
def _connection(engine: sa.Engine, isolation: str, alone: bool = False) -> Iterator[sa.Connection]:
    options: dict[str, Any] = {"alone": alone}
    if engine.dialect.name == "postgresql":
        options["isolation_level"] = isolation
    try:
        with engine.connect().execution_options(**options) as connection, connection.begin():
            if alone and engine.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            yield connection
    except sa.exc.OperationalError as error:
        raise _cannot(engine.url, error.orig) from None
    except sa.exc.IntegrityError as error:
        raise InTheWay(
            "two changes stand in each other's way and nothing was stored",
            file=engine.url.render_as_string(hide_password=True),
            found=str(error.orig).splitlines()[0],
            remedy="Make the changes one after the other: first remove or change one of the rows.",
        ) from None


def _cannot(url: sa.URL, error: BaseException | None) -> RegistryError:
    what = f"the registry cannot be opened: {error}".splitlines()[0]
    remedy = "Check the address and the rights, and whether somebody else holds it; try again."
    return RegistryError(what, file=url.render_as_string(hide_password=True), remedy=remedy)


# The tables of the store, made from the definitions of the kinds.

WIJK_LENGTH = 60
KEY_LENGTH = 40
AUTHOR_LENGTH = 200
SOURCE_LENGTH = 80

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_1_name)s",
        "uq": "uq_%(table_name)s_%(column_1_name)s",
    }
)


def _type(column: Column) -> sa.types.TypeEngine:
    if column.type == "reference":
        return sa.String(KEY_LENGTH)
    if column.type == "choice":
        return sa.String(WIJK_LENGTH)
    types = {"text": sa.Text, "integer": sa.Integer, "number": sa.Float, "date": sa.Date}
    return types[column.type]()


def _table(kind: Kind) -> sa.Table:
    own = [
        sa.Column(column.name, _type(column), nullable=not column.required)
        for column in kind.columns
    ]
    references = [
        sa.ForeignKeyConstraint(
            ["wijk", column.name],
            [f"{column.refers_to}.wijk", f"{column.refers_to}.key"],
            name=f"fk_{kind.name}_{column.name}",
        )
        for column in kind.columns
        if column.refers_to
    ]
    return sa.Table(
        kind.name,
        metadata,
        sa.Column("wijk", sa.String(WIJK_LENGTH), primary_key=True),
        sa.Column("key", sa.String(KEY_LENGTH), primary_key=True),
        *own,
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("removed", sa.Boolean, nullable=False),
        sa.Column("changed_by", sa.String(AUTHOR_LENGTH), nullable=False),
        sa.Column("changed_at", sa.DateTime, nullable=False),
        sa.Column("source", sa.String(SOURCE_LENGTH), nullable=False),
        *references,
        *_unique(kind),
    )


def _unique(kind: Kind) -> list[sa.Index]:
    there = sa.text("NOT removed")
    only: dict[str, Any] = {"sqlite_where": there, "postgresql_where": there}
    named = f"uq_{kind.name}", "wijk", *kind.unique
    return [sa.Index(*named, unique=True, **only)] if kind.unique else []


#: One table per kind. Times are UTC; a removed row stays, so that its key is never used again.
TABLES = {name: _table(kind) for name, kind in KINDS.items()}

#: Every version of every row, written by the database itself (see `wijkkit.registry.triggers`).
HISTORY = sa.Table(
    "history",
    metadata,
    sa.Column(
        "number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True,
        autoincrement=True,
    ),
    sa.Column("kind", sa.String(WIJK_LENGTH), nullable=False),
    sa.Column("wijk", sa.String(WIJK_LENGTH), nullable=False),
    sa.Column("key", sa.String(KEY_LENGTH), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("action", sa.String(20), nullable=False),
    sa.Column("who", sa.String(AUTHOR_LENGTH), nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("source", sa.String(SOURCE_LENGTH), nullable=False),
    sa.Column("content", sa.JSON, nullable=False),
    sa.UniqueConstraint("kind", "wijk", "key", "version", name="uq_history_version"),
)  # fmt: skip


# The rows of a kind: as they are, or as they were after a change.


def rows_of(
    connection: sa.Connection,
    kind: str,
    names: Sequence[str],
    wijk: str | None = None,
    until: int | None = None,
) -> list[list[object]]:
    """Return these columns of the rows that are not removed, of one wijk or of all, by wijk and key.

    `until`: The number of the change after which they stood so; as they are now where absent.
    """
    table = TABLES[kind] if until is None else HISTORY
    own = [] if wijk is None else [table.c.wijk == wijk]
    order = table.c.wijk, table.c.key
    if until is None:
        query = sa.select(*(table.c[name] for name in names)).where(~table.c.removed, *own)
        return [list(row) for row in connection.execute(query.order_by(*order))]
    last = sa.select(sa.func.max(HISTORY.c.number)).group_by(*order)
    last = last.where(HISTORY.c.kind == kind, HISTORY.c.number <= until, *own)
    query = sa.select(HISTORY).where(HISTORY.c.number.in_(last), HISTORY.c.action != "removed")
    dates = {column.name for column in KINDS[kind].columns if column.type == "date"}
    found = []
    for row in connection.execute(query.order_by(*order)):
        cells = {**row.content, "wijk": row.wijk, "key": row.key, "version": row.version}
        cells |= {"changed_by": row.who, "changed_at": row.at}
        cells |= {name: date.fromisoformat(cells[name]) for name in dates if cells.get(name)}
        found.append([cells.get(name) for name in names])
    return found
