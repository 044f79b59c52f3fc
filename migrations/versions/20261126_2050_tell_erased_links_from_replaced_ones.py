"""Tell links that stopped with an erasure from those a newer one replaced.

Revision: 0003, after 0002; 2026-11-26 20:50.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("retired_tokens", schema=None) as batch_op:
        # Of older ones it is not known any more; both pages are true of a link that a newer one replaced.
        batch_op.add_column(sa.Column("is_erased", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("retired_tokens", schema=None) as batch_op:
        batch_op.drop_column("is_erased")
