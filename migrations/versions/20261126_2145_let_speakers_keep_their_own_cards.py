"""Let speakers keep their own cards: their answers, the letters to them, and whom a published programme names."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "published_voices",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("speaker_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_published_voices_session_id_sessions"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["speaker_id"], ["speakers.id"], name=op.f("fk_published_voices_speaker_id_speakers"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session_id", "speaker_id", name=op.f("pk_published_voices")),
    )
    with op.batch_alter_table("published_voices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_published_voices_speaker_id"), ["speaker_id"], unique=False)

    with op.batch_alter_table("appearances", schema=None) as batch_op:
        batch_op.add_column(sa.Column("note", sa.String(length=500), nullable=False, server_default=""))
    with op.batch_alter_table("appearances") as batch_op:
        batch_op.alter_column("note", existing_type=sa.String(length=500), server_default=None)

    with op.batch_alter_table("speakers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.add_column(sa.Column("speaker_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_messages_speaker_id"), ["speaker_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_messages_speaker_id_speakers"), "speakers", ["speaker_id"], ["id"], ondelete="SET NULL"
        )
    _name_who_is_published()


def downgrade() -> None:
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_messages_speaker_id_speakers"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_messages_speaker_id"))
        batch_op.drop_column("speaker_id")

    with op.batch_alter_table("speakers", schema=None) as batch_op:
        batch_op.drop_column("erased_at")

    with op.batch_alter_table("appearances", schema=None) as batch_op:
        batch_op.drop_column("note")

    with op.batch_alter_table("published_voices", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_published_voices_speaker_id"))
    op.drop_table("published_voices")
    # Those tokens are none that an older program knows.
    op.execute("DELETE FROM retired_tokens WHERE kind IN ('card', 'card feed')")


def _name_who_is_published() -> None:
    """Read from the published facts who speaks where, as `programme.published` writes it from now on."""
    connection = op.get_bind()
    numbers = {row.public_id: row.id for row in connection.execute(sa.text("SELECT id, public_id FROM speakers"))}
    for row in connection.execute(sa.text("SELECT session_id, facts FROM published_sessions")).all():
        facts: dict[str, Any] = json.loads(row.facts) if isinstance(row.facts, str) else row.facts
        named = {numbers[each["public_id"]] for each in facts["speakers"] if each["public_id"] in numbers}
        for speaker_id in sorted(named):
            connection.execute(
                sa.text("INSERT INTO published_voices (session_id, speaker_id) VALUES (:session_id, :speaker_id)"),
                {"session_id": row.session_id, "speaker_id": speaker_id},
            )
