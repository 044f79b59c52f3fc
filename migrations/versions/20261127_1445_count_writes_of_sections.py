"""Count the writes of a section of a form, so that the second of two people who change one is told.

Revision: 0012, after 0011; 2026-11-27 14:45.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("question_sections", sa.Column("revision", sa.Integer(), server_default="1", nullable=False))


def downgrade() -> None:
    op.drop_column("question_sections", "revision")
