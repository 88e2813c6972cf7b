"""The first tables, their triggers and the history."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from wijkkit.registry.triggers import create_triggers, protect_history

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TEXT, _INTEGER, _NUMBER, _DAY = sa.Text(), sa.Integer(), sa.Float(), sa.Date()
_CHOICE, _KEY = sa.String(60), sa.String(40)

#: kind -> its own columns: name, type, and whether a row must have it.
_KINDS = {
    "stakeholders": (
        ("organisation", _TEXT, True),
        ("role", _CHOICE, True),
        ("person", _TEXT, False),
        ("contact", _TEXT, False),
        ("role_gezond", _CHOICE, False),
        ("role_veilig", _CHOICE, False),
        ("role_talentontwikkeling", _CHOICE, False),
        ("start", _DAY, False),
        ("end", _DAY, False),
        ("note", _TEXT, False),
    ),
    "documents": (
        ("title", _TEXT, True),
        ("type", _CHOICE, True),
        ("date", _DAY, False),
        ("reference", _TEXT, True),
        ("note", _TEXT, False),
    ),
    "meetings": (
        ("name", _TEXT, True),
        ("date", _DAY, True),
        ("domain", _CHOICE, False),
        ("minutes", _KEY, False),
        ("note", _TEXT, False),
    ),
    "attendance": (
        ("meeting", _KEY, True),
        ("stakeholder", _KEY, True),
        ("presence", _CHOICE, True),
    ),
    "steps": (
        ("cycle", _INTEGER, True),
        ("step", _CHOICE, True),
        ("planned_start", _DAY, False),
        ("planned_end", _DAY, False),
        ("actual_start", _DAY, False),
        ("actual_end", _DAY, False),
        ("status", _CHOICE, False),
        ("note", _TEXT, False),
    ),
    "goals": (
        ("name", _TEXT, True),
        ("domain", _CHOICE, True),
        ("study_goal", _CHOICE, False),
        ("indicator", _CHOICE, False),
        ("baseline", _NUMBER, False),
        ("baseline_date", _DAY, False),
        ("target", _NUMBER, False),
        ("target_date", _DAY, False),
        ("status", _CHOICE, False),
        ("note", _TEXT, False),
    ),
    "interventions": (
        ("name", _TEXT, True),
        ("goal", _KEY, False),
        ("second_goal", _KEY, False),
        ("third_goal", _KEY, False),
        ("domain", _CHOICE, False),
        ("target_group", _TEXT, False),
        ("target_size", _INTEGER, False),
        ("target_low_ses", _INTEGER, False),
        ("evidence", _CHOICE, False),
        ("prevention", _CHOICE, False),
        ("scope", _CHOICE, False),
        ("programme", _TEXT, False),
        ("procured_by", _TEXT, False),
        ("cost", _NUMBER, False),
        ("status", _CHOICE, False),
        ("start", _DAY, False),
        ("end", _DAY, False),
        ("catalogue", _TEXT, False),
        ("note", _TEXT, False),
    ),
    "partners": (
        ("intervention", _KEY, True),
        ("stakeholder", _KEY, True),
        ("takes_part", _CHOICE, False),
        ("start", _DAY, False),
        ("end", _DAY, False),
    ),
    "activities": (
        ("name", _TEXT, True),
        ("intervention", _KEY, True),
        ("period_start", _DAY, True),
        ("period_end", _DAY, True),
        ("planned_sessions", _INTEGER, False),
        ("delivered_sessions", _INTEGER, False),
        ("planned_frequency", _NUMBER, False),
        ("delivered_frequency", _NUMBER, False),
        ("planned_minutes", _INTEGER, False),
        ("delivered_minutes", _INTEGER, False),
        ("planned_participants", _INTEGER, False),
        ("participants", _INTEGER, False),
        ("participants_ses_known", _INTEGER, False),
        ("participants_low_ses", _INTEGER, False),
        ("quality", _NUMBER, False),
        ("quality_n", _INTEGER, False),
        ("quality_sd", _NUMBER, False),
        ("planned_cost", _NUMBER, False),
        ("cost", _NUMBER, False),
        ("note", _TEXT, False),
    ),
    "decisions": (
        ("decision", _TEXT, True),
        ("reason", _TEXT, False),
        ("date", _DAY, True),
        ("status", _CHOICE, True),
        ("due", _DAY, False),
        ("goal", _KEY, False),
        ("intervention", _KEY, False),
        ("meeting", _KEY, False),
        ("document", _KEY, False),
        ("note", _TEXT, False),
    ),
    "flags": (
        ("what", _TEXT, True),
        ("clash", _CHOICE, True),
        ("programme", _TEXT, False),
        ("date", _DAY, True),
        ("goal", _KEY, False),
        ("intervention", _KEY, False),
        ("status", _CHOICE, True),
        ("solved", _DAY, False),
        ("solution", _TEXT, False),
        ("note", _TEXT, False),
    ),
}  # fmt: skip

#: kind -> column -> the kind it refers to.
_REFERENCES = {
    "meetings": {"minutes": "documents"},
    "attendance": {"meeting": "meetings", "stakeholder": "stakeholders"},
    "interventions": {"goal": "goals", "second_goal": "goals", "third_goal": "goals"},
    "partners": {"intervention": "interventions", "stakeholder": "stakeholders"},
    "activities": {"intervention": "interventions"},
    "decisions": {
        "goal": "goals",
        "intervention": "interventions",
        "meeting": "meetings",
        "document": "documents",
    },
    "flags": {"goal": "goals", "intervention": "interventions"},
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


def downgrade() -> None:
    raise NotImplementedError("the first revision holds the registry itself")


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


def _create_kind(kind: str, columns: tuple[tuple[str, sa.types.TypeEngine, bool], ...]) -> None:
    references = _REFERENCES.get(kind, {})
    op.create_table(
        kind,
        sa.Column("wijk", sa.String(60), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        *(sa.Column(name, type_, nullable=not required) for name, type_, required in columns),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("removed", sa.Boolean, nullable=False),
        sa.Column("changed_by", sa.String(200), nullable=False),
        sa.Column("changed_at", sa.DateTime, nullable=False),
        sa.Column("source", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("wijk", "key", name=f"pk_{kind}"),
        *(
            sa.ForeignKeyConstraint(
                ["wijk", column], [f"{other}.wijk", f"{other}.key"], name=f"fk_{kind}_{column}"
            )
            for column, other in references.items()
        ),
    )
    if kind in _UNIQUE:
        there = sa.text("NOT removed")
        op.create_index(
            f"uq_{kind}",
            kind,
            ["wijk", *_UNIQUE[kind]],
            unique=True,
            sqlite_where=there,
            postgresql_where=there,
        )
