"""Let calendars be narrowed by track, room and type, and let organisers and attendees have wider ones of their own."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_FILLED: dict[str, dict[str, sa.types.TypeEngine[Any]]] = {
    "entries": {"track": sa.String(120), "session_kind": sa.String(32), "room_ids": sa.Text()},
    "registrations": {"is_feed_of_all": sa.Boolean(), "feed_has_deadlines": sa.Boolean()},
}


def upgrade() -> None:
    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("track", sa.String(length=120), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("session_kind", sa.String(length=32), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("room_ids", sa.Text(), nullable=False, server_default=""))

    with op.batch_alter_table("calendar_versions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("buried_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE calendar_versions SET buried_at ="
        " (SELECT max(gone_at) FROM entries WHERE entries.event_id = calendar_versions.event_id)"
    )

    with op.batch_alter_table("registrations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("proven_digest", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("is_feed_of_all", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("feed_has_deadlines", sa.Boolean(), nullable=False, server_default=sa.false()))

    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.add_column(sa.Column("feed_digest", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("feed_sealed", sa.Text(), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_users_feed_digest"), ["feed_digest"])

    # The defaults were for the rows there were; from now on the program says what a new row has.
    for table, columns in _FILLED.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column, kind in columns.items():
                batch_op.alter_column(column, existing_type=kind, existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_users_feed_digest"), type_="unique")
        batch_op.drop_column("feed_sealed")
        batch_op.drop_column("feed_digest")

    with op.batch_alter_table("registrations", schema=None) as batch_op:
        batch_op.drop_column("feed_has_deadlines")
        batch_op.drop_column("is_feed_of_all")
        batch_op.drop_column("proven_digest")

    with op.batch_alter_table("calendar_versions", schema=None) as batch_op:
        batch_op.drop_column("buried_at")

    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.drop_column("room_ids")
        batch_op.drop_column("session_kind")
        batch_op.drop_column("track")
