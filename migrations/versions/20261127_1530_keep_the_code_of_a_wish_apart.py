"""Keep the access code of a wish apart from the one somebody came by: neither takes the other's place.

Revision: 0014, after 0013; 2026-11-27 15:30.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_KEY = "fk_registrations_wants_code_id_access_codes"


def upgrade() -> None:
    with op.batch_alter_table("registrations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("wants_code_id", sa.Integer(), nullable=True))
        batch_op.create_index("ix_registrations_wants_code_id", ["wants_code_id"])
        batch_op.create_foreign_key(_KEY, "access_codes", ["wants_code_id"], ["id"], ondelete="SET NULL")
    # Until now the code of a wish took the place of the other; it is the wish's where it opens what is wished for.
    op.execute(
        sa.text(
            "UPDATE registrations SET wants_code_id = access_code_id, access_code_id = NULL "
            "WHERE wants_type_id IS NOT NULL AND access_code_id IN (SELECT access_codes.id FROM access_codes "
            "JOIN ticket_types ON ticket_types.id = registrations.wants_type_id "
            "WHERE ticket_types.visibility = 'access code' "
            "AND (access_codes.ticket_type_id IS NULL OR access_codes.ticket_type_id = registrations.wants_type_id))"
        )
    )


def downgrade() -> None:
    op.execute(
        sa.text("UPDATE registrations SET access_code_id = wants_code_id WHERE wants_code_id IS NOT NULL")
    )
    with op.batch_alter_table("registrations", schema=None) as batch_op:
        batch_op.drop_index("ix_registrations_wants_code_id")
        batch_op.drop_constraint(_KEY, type_="foreignkey")
        batch_op.drop_column("wants_code_id")
