"""costs of full days: what a plan costs may pass 2³¹ where visits are left out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

COSTS = ("progress_cost", "cost_before", "cost")


def upgrade() -> None:
    _retype(sa.Integer(), sa.BigInteger())


def downgrade() -> None:
    _retype(sa.BigInteger(), sa.Integer())


def _retype(before: sa.Integer, after: sa.Integer) -> None:
    # SQLite keeps whole numbers of any column in 64 bits.
    if op.get_bind().dialect.name == "sqlite":
        return
    for name in COSTS:
        op.alter_column("plan_run", name, existing_type=before, type_=after, existing_nullable=True)
