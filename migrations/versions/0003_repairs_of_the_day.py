"""repairs of the day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "disruption",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_day_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("delayed", "snow", name="disruptionkind", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("shift_id", sa.Integer(), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("municipality", sa.String(length=200), nullable=True),
        sa.Column("said_by_id", sa.Integer(), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["service_day_id"],
            ["service_day.id"],
            name=op.f("fk_disruption_service_day_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["shift_id"], ["shift.id"], name=op.f("fk_disruption_shift_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["said_by_id"], ["user.id"], name=op.f("fk_disruption_said_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disruption")),
    )
    with op.batch_alter_table("disruption", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_disruption_service_day_id"), ["service_day_id"], unique=False
        )

    with op.batch_alter_table("plan_run", schema=None) as batch_op:
        batch_op.add_column(sa.Column("freeze_minutes", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("urgent_visit_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("most_changes", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_plan_run_urgent_visit_id"),
            "visit",
            ["urgent_visit_id"],
            ["id"],
            ondelete="SET NULL",
        )

    with op.batch_alter_table("plan_move", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "because",
                sa.Enum(
                    "urgent",
                    "away",
                    "delayed",
                    "late",
                    "placed",
                    "room",
                    name="movecause",
                    native_enum=False,
                    length=24,
                ),
                nullable=True,
            )
        )
        batch_op.add_column(sa.Column("travel_seconds", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("plan_move", schema=None) as batch_op:
        batch_op.drop_column("travel_seconds")
        batch_op.drop_column("because")

    with op.batch_alter_table("plan_run", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_plan_run_urgent_visit_id"), type_="foreignkey")
        batch_op.drop_column("most_changes")
        batch_op.drop_column("urgent_visit_id")
        batch_op.drop_column("freeze_minutes")

    op.drop_table("disruption")
