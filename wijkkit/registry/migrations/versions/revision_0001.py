"""The first tables, their triggers and the history."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from wijkkit.registry.triggers import create_triggers, protect_history

revision, down_revision = "0001", None

_TYPES: dict[str, sa.types.TypeEngine] = {
    "text": sa.Text(), "integer": sa.Integer(), "number": sa.Float(), "day": sa.Date(),
    "choice": sa.String(60),
}  # fmt: skip

#: kind -> its own columns, each with its type or the kind it refers to; ``!`` where needed.
_KINDS = {
    "stakeholders": (
        "organisation:text! role:choice! person:text contact:text role_gezond:choice "
        "role_veilig:choice role_talentontwikkeling:choice start:day end:day note:text"
    ),
    "documents": "title:text! type:choice! date:day reference:text! note:text",
    "meetings": "name:text! date:day! domain:choice minutes:documents note:text",
    "attendance": "meeting:meetings! stakeholder:stakeholders! presence:choice!",
    "steps": (
        "cycle:integer! step:choice! planned_start:day planned_end:day actual_start:day "
        "actual_end:day status:choice note:text"
    ),
    "goals": (
        "name:text! domain:choice! study_goal:choice indicator:choice baseline:number "
        "baseline_date:day target:number target_date:day status:choice note:text"
    ),
    "interventions": (
        "name:text! goal:goals second_goal:goals third_goal:goals domain:choice target_group:text "
        "target_size:integer target_low_ses:integer evidence:choice prevention:choice "
        "scope:choice programme:text procured_by:text cost:number status:choice start:day end:day "
        "catalogue:text note:text"
    ),
    "partners": (
        "intervention:interventions! stakeholder:stakeholders! takes_part:choice start:day end:day"
    ),
    "activities": (
        "name:text! intervention:interventions! period_start:day! period_end:day! "
        "planned_sessions:integer delivered_sessions:integer planned_frequency:number "
        "delivered_frequency:number planned_minutes:integer delivered_minutes:integer "
        "planned_participants:integer participants:integer participants_ses_known:integer "
        "participants_low_ses:integer quality:number quality_n:integer quality_sd:number "
        "planned_cost:number cost:number note:text"
    ),
    "decisions": (
        "decision:text! reason:text date:day! status:choice! due:day goal:goals "
        "intervention:interventions meeting:meetings document:documents note:text"
    ),
    "flags": (
        "what:text! clash:choice! programme:text date:day! goal:goals intervention:interventions "
        "status:choice! solved:day solution:text note:text"
    ),
}

#: kind -> columns that together are there once.
_UNIQUE = {
    "attendance": ("meeting", "stakeholder"),
    "steps": ("cycle", "step"),
    "partners": ("intervention", "stakeholder"),
}


def upgrade() -> None:
    _create_history()
    for kind, columns in _KINDS.items():
        _create_kind(kind, columns)
    connection = op.get_bind()
    for kind in _KINDS:
        create_triggers(connection, kind)
    protect_history(connection)


def _create_history() -> None:
    op.create_table(
        "history",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), autoincrement=True),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("wijk", sa.String(60), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("source", sa.String(80), nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_history"),
        sa.UniqueConstraint("kind", "wijk", "key", "version", name="uq_history_version"),
    )


def _create_kind(kind: str, written: str) -> None:
    own: list[sa.Column] = []
    references = []
    for column in written.split():
        name, _, said = column.partition(":")
        other = said.rstrip("!")
        own.append(sa.Column(name, _TYPES.get(other, sa.String(40)), nullable=said == other))
        if other in _KINDS:
            here, key = ["wijk", name], f"fk_{kind}_{name}"
            references.append(
                sa.ForeignKeyConstraint(here, [f"{other}.wijk", f"{other}.key"], name=key)
            )
    op.create_table(
        kind,
        sa.Column("wijk", sa.String(60), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        *own,
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("removed", sa.Boolean, nullable=False),
        sa.Column("changed_by", sa.String(200), nullable=False),
        sa.Column("changed_at", sa.DateTime, nullable=False),
        sa.Column("source", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("wijk", "key", name=f"pk_{kind}"),
        *references,
    )
    if kind in _UNIQUE:
        there = sa.text("NOT removed")
        only: dict[str, Any] = {"sqlite_where": there, "postgresql_where": there}
        op.create_index(f"uq_{kind}", kind, ["wijk", *_UNIQUE[kind]], unique=True, **only)
