"""Remember what was paid of a fee, so that a later ticket's fee tells what is owed or to be paid back.

Revision: 0010, after 0009; 2026-11-27 14:00.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Without a check in the database: SQLite would copy the whole table for one.
    op.add_column("registrations", sa.Column("paid_cents", sa.Integer(), server_default="0", nullable=False))
    op.execute(sa.text("UPDATE registrations SET paid_cents = fee_cents WHERE payment = 'paid'"))


def downgrade() -> None:
    op.drop_column("registrations", "paid_cents")
