"""Remember who chose sessions though none is left, and under which address a merged speaker stood before.

Revision: 0008, after 0007; 2026-11-27 04:30.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("registrations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("has_chosen", sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table("registrations", schema=None) as batch_op:
        batch_op.alter_column("has_chosen", existing_type=sa.Boolean(), server_default=None)
    chose = "EXISTS (SELECT 1 FROM choices WHERE choices.registration_id = registrations.id)"
    op.execute(f"UPDATE registrations SET has_chosen = {sa.true()} WHERE {chose}")  # noqa: S608 (nothing typed in it)

    op.create_table(
        "former_speakers",
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("speaker_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["speaker_id"],
            ["speakers.id"],
            name=op.f("fk_former_speakers_speaker_id_speakers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("public_id", name=op.f("pk_former_speakers")),
    )
    op.create_index(op.f("ix_former_speakers_speaker_id"), "former_speakers", ["speaker_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_former_speakers_speaker_id"), table_name="former_speakers")
    op.drop_table("former_speakers")
    with op.batch_alter_table("registrations", schema=None) as batch_op:
        batch_op.drop_column("has_chosen")
