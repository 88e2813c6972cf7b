"""The tables of the store, made from the definitions of the kinds."""

from __future__ import annotations

import sqlalchemy as sa

from wijkkit.registry.tables import KINDS, Column, Kind

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
    if not kind.unique:
        return []
    there = sa.text("NOT removed")
    return [
        sa.Index(
            f"uq_{kind.name}",
            "wijk",
            *kind.unique,
            unique=True,
            sqlite_where=there,
            postgresql_where=there,
        )
    ]


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
