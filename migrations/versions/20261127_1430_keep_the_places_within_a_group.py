"""Keep the place of each person within their group, and whom of it the event knew already.

Revision: 0011, after 0010; 2026-11-27 14:30.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("registrations", sa.Column("group_place", sa.Integer(), nullable=True))
    op.add_column("registration_groups", sa.Column("known", JSON, server_default="[]", nullable=False))


def downgrade() -> None:
    op.drop_column("registration_groups", "known")
    op.drop_column("registrations", "group_place")
