"""Ask only what is shown; ask who takes a clash up, and how many came to a meeting."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from wijkkit.registry.triggers import create_triggers, drop_triggers

revision, down_revision = "0002", "0001"

_GONE = {
    "stakeholders": ("role_gezond", "role_veilig", "role_talentontwikkeling"),
    "goals": ("baseline_date", "target_date"),
    "activities": (
        "planned_frequency", "delivered_frequency", "planned_minutes", "delivered_minutes",
        "planned_cost",
    ),
}  # fmt: skip


def upgrade() -> None:
    connection = op.get_bind()
    for kind in (*_GONE, "meetings", "flags"):
        drop_triggers(connection, kind)
    for kind, columns in _GONE.items():
        for column in columns:
            op.drop_column(kind, column)
    op.add_column("meetings", sa.Column("invited", sa.Integer(), nullable=True))
    op.add_column("meetings", sa.Column("present", sa.Integer(), nullable=True))
    # SQLite adds a reference to a table only by making the table again.
    with op.batch_alter_table("flags") as table:
        table.add_column(sa.Column("owner", sa.String(40), nullable=True))
        table.create_foreign_key(
            "fk_flags_owner", "stakeholders", ["wijk", "owner"], ["wijk", "key"]
        )
    for kind in (*_GONE, "meetings", "flags"):
        create_triggers(connection, kind)
