"""how good a plan is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("plan_run") as batch:
        batch.add_column(sa.Column("gap", sa.Double(), nullable=True))
        batch.add_column(sa.Column("gap_leaves_out", sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("plan_run") as batch:
        batch.drop_column("gap_leaves_out")
        batch.drop_column("gap")
