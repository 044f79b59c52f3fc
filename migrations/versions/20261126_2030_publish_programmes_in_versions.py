"""Publish programmes in versions, and let speakers answer.

What the public sees of a programme before this becomes its first version, so that nothing vanishes.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('accepted_clashes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('sentence', sa.Text(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['events.id'], name=op.f('fk_accepted_clashes_event_id_events'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_accepted_clashes_user_id_users'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_accepted_clashes')),
    sa.UniqueConstraint('event_id', 'key', name=op.f('uq_accepted_clashes_event_id_key'))
    )
    op.create_table('free_times',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('speaker_id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('ends_at > starts_at', name=op.f('ck_free_times_ends_after_it_starts')),
    sa.ForeignKeyConstraint(['event_id'], ['events.id'], name=op.f('fk_free_times_event_id_events'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['speaker_id'], ['speakers.id'], name=op.f('fk_free_times_speaker_id_speakers'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_free_times'))
    )
    with op.batch_alter_table('free_times', schema=None) as batch_op:
        batch_op.create_index('ix_free_times_event_id_speaker_id', ['event_id', 'speaker_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_free_times_speaker_id'), ['speaker_id'], unique=False)

    op.create_table('programme_versions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('is_quiet', sa.Boolean(), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changes', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('stamp', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['events.id'], name=op.f('fk_programme_versions_event_id_events'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_programme_versions')),
    sa.UniqueConstraint('event_id', 'number', name=op.f('uq_programme_versions_event_id_number'))
    )
    op.create_table('choices',
    sa.Column('registration_id', sa.Integer(), nullable=False),
    sa.Column('session_id', sa.Integer(), nullable=False),
    sa.Column('chosen_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['registration_id'], ['registrations.id'], name=op.f('fk_choices_registration_id_registrations'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['session_id'], ['sessions.id'], name=op.f('fk_choices_session_id_sessions'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('registration_id', 'session_id', name=op.f('pk_choices'))
    )
    with op.batch_alter_table('choices', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_choices_session_id'), ['session_id'], unique=False)

    op.create_table('published_sessions',
    sa.Column('session_id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('facts', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['events.id'], name=op.f('fk_published_sessions_event_id_events'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['session_id'], ['sessions.id'], name=op.f('fk_published_sessions_session_id_sessions'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('session_id', name=op.f('pk_published_sessions')),
    sa.UniqueConstraint('public_id', name=op.f('uq_published_sessions_public_id'))
    )
    with op.batch_alter_table('published_sessions', schema=None) as batch_op:
        batch_op.create_index('ix_published_sessions_event_id_position', ['event_id', 'position'], unique=False)

    op.create_table('session_rooms',
    sa.Column('session_id', sa.Integer(), nullable=False),
    sa.Column('room_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['room_id'], ['rooms.id'], name=op.f('fk_session_rooms_room_id_rooms'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['session_id'], ['sessions.id'], name=op.f('fk_session_rooms_session_id_sessions'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('session_id', 'room_id', name=op.f('pk_session_rooms'))
    )
    with op.batch_alter_table('session_rooms', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_session_rooms_room_id'), ['room_id'], unique=False)

    op.create_table('slides',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.Column('session_id', sa.Integer(), nullable=False),
    sa.Column('speaker_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('media_type', sa.String(length=120), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('uploaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['session_id'], ['sessions.id'], name=op.f('fk_slides_session_id_sessions'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['speaker_id'], ['speakers.id'], name=op.f('fk_slides_speaker_id_speakers'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_slides')),
    sa.UniqueConstraint('public_id', name=op.f('uq_slides_public_id'))
    )
    with op.batch_alter_table('slides', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_slides_session_id'), ['session_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_slides_speaker_id'), ['speaker_id'], unique=False)

    with op.batch_alter_table('appearances', schema=None) as batch_op:
        batch_op.add_column(sa.Column('answer', sa.String(length=32), nullable=False, server_default='not asked'))
        batch_op.add_column(sa.Column('invited_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('reminded_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table('sessions', schema=None) as batch_op:
        batch_op.add_column(sa.Column('parent_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('capacity', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('source_id', sa.String(length=200), nullable=True))
        batch_op.create_check_constraint(batch_op.f('ck_sessions_capacity_positive'), 'capacity IS NULL OR capacity > 0')
        batch_op.create_index(batch_op.f('ix_sessions_parent_id'), ['parent_id'], unique=False)
        batch_op.create_unique_constraint(batch_op.f('uq_sessions_event_id_source_id'), ['event_id', 'source_id'])
        batch_op.create_foreign_key(batch_op.f('fk_sessions_parent_id_sessions'), 'sessions', ['parent_id'], ['id'], ondelete='SET NULL')

    with op.batch_alter_table('speakers', schema=None) as batch_op:
        batch_op.add_column(sa.Column('language', sa.String(length=8), nullable=False, server_default='en'))
        batch_op.add_column(sa.Column('orcid', sa.String(length=19), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('links', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False, server_default='[]'))
        batch_op.add_column(sa.Column('photo_digest', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('link_digest', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('link_sealed', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('feed_digest', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('feed_sealed', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('revision', sa.Integer(), nullable=False, server_default='1'))
        batch_op.create_unique_constraint(batch_op.f('uq_speakers_feed_digest'), ['feed_digest'])
        batch_op.create_unique_constraint(batch_op.f('uq_speakers_link_digest'), ['link_digest'])
    _publish_what_is_shown()
    _let_the_models_say_what_is_usual()


def downgrade() -> None:
    with op.batch_alter_table('speakers', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_speakers_link_digest'), type_='unique')
        batch_op.drop_constraint(batch_op.f('uq_speakers_feed_digest'), type_='unique')
        batch_op.drop_column('revision')
        batch_op.drop_column('feed_sealed')
        batch_op.drop_column('feed_digest')
        batch_op.drop_column('link_sealed')
        batch_op.drop_column('link_digest')
        batch_op.drop_column('photo_digest')
        batch_op.drop_column('links')
        batch_op.drop_column('orcid')
        batch_op.drop_column('language')

    with op.batch_alter_table('sessions', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_sessions_parent_id_sessions'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('uq_sessions_event_id_source_id'), type_='unique')
        batch_op.drop_constraint(batch_op.f('ck_sessions_capacity_positive'), type_='check')
        batch_op.drop_index(batch_op.f('ix_sessions_parent_id'))
        batch_op.drop_column('source_id')
        batch_op.drop_column('capacity')
        batch_op.drop_column('parent_id')

    with op.batch_alter_table('appearances', schema=None) as batch_op:
        batch_op.drop_column('answered_at')
        batch_op.drop_column('reminded_at')
        batch_op.drop_column('invited_at')
        batch_op.drop_column('answer')

    with op.batch_alter_table('slides', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_slides_speaker_id'))
        batch_op.drop_index(batch_op.f('ix_slides_session_id'))

    op.drop_table('slides')
    with op.batch_alter_table('session_rooms', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_session_rooms_room_id'))

    op.drop_table('session_rooms')
    with op.batch_alter_table('published_sessions', schema=None) as batch_op:
        batch_op.drop_index('ix_published_sessions_event_id_position')

    op.drop_table('published_sessions')
    with op.batch_alter_table('choices', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_choices_session_id'))

    op.drop_table('choices')
    op.drop_table('programme_versions')
    with op.batch_alter_table('free_times', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_free_times_speaker_id'))
        batch_op.drop_index('ix_free_times_event_id_speaker_id')

    op.drop_table('free_times')
    op.drop_table('accepted_clashes')


def _let_the_models_say_what_is_usual() -> None:
    """Take away the defaults that filled the new columns of rows that were there."""
    with op.batch_alter_table("appearances") as batch_op:
        batch_op.alter_column("answer", existing_type=sa.String(length=32), server_default=None)
    with op.batch_alter_table("speakers") as batch_op:
        batch_op.alter_column("language", existing_type=sa.String(length=8), server_default=None)
        batch_op.alter_column("orcid", existing_type=sa.String(length=19), server_default=None)
        batch_op.alter_column("links", existing_type=sa.JSON(), server_default=None)
        batch_op.alter_column("revision", existing_type=sa.Integer(), server_default=None)


_shown = sa.text("""
    SELECT s.id, s.public_id, s.event_id, s.title, s.abstract, s.kind, s.status, s.language, s.starts_at, s.ends_at,
        r.public_id AS room_id, r.name AS room, t.name AS track, t.colour AS colour
    FROM sessions s
    JOIN events e ON e.id = s.event_id
    LEFT JOIN rooms r ON r.id = s.room_id
    LEFT JOIN tracks t ON t.id = s.track_id
    WHERE e.status <> 'draft' AND NOT s.is_hidden
    ORDER BY s.event_id, s.starts_at IS NULL, s.starts_at, COALESCE(r.position, 0), s.id
""").columns(starts_at=sa.DateTime(timezone=True), ends_at=sa.DateTime(timezone=True))
_speaking = sa.text("""
    SELECT a.session_id, p.public_id, p.name, p.affiliation, a.role
    FROM appearances a JOIN speakers p ON p.id = a.speaker_id
    ORDER BY a.session_id, a.position, a.id
""")


def _publish_what_is_shown() -> None:
    """Write the facts as `programme.published.facts_of` wrote them on the day of this migration."""
    connection = op.get_bind()
    speakers: dict[int, list[dict[str, str]]] = {}
    for row in connection.execute(_speaking):
        said = {"public_id": row.public_id, "name": row.name, "affiliation": row.affiliation, "role": row.role}
        speakers.setdefault(row.session_id, []).append(said)
    positions: dict[int, int] = {}
    for row in connection.execute(_shown).all():
        position = positions[row.event_id] = positions.get(row.event_id, -1) + 1
        connection.execute(
            sa.text(
                "INSERT INTO published_sessions (session_id, event_id, public_id, position, facts) "
                "VALUES (:session_id, :event_id, :public_id, :position, :facts)"
            ).bindparams(sa.bindparam("facts", type_=sa.JSON().with_variant(postgresql.JSONB(), "postgresql"))),
            {
                "session_id": row.id,
                "event_id": row.event_id,
                "public_id": row.public_id,
                "position": position,
                "facts": _facts(row, speakers.get(row.id, [])),
            },
        )
    for event_id in positions:
        connection.execute(
            sa.text(
                "INSERT INTO programme_versions (event_id, number, name, is_quiet, published_at, changes, stamp) "
                "VALUES (:event_id, 1, '', :is_quiet, :at, :changes, 0)"
            ).bindparams(
                sa.bindparam("at", type_=sa.DateTime(timezone=True)),
                sa.bindparam("changes", type_=sa.JSON().with_variant(postgresql.JSONB(), "postgresql")),
            ),
            {"event_id": event_id, "is_quiet": True, "at": datetime.now(UTC), "changes": []},
        )


def _facts(row: Any, speakers: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "title": row.title,
        "abstract": row.abstract,
        "kind": row.kind,
        "status": row.status,
        "language": row.language,
        "starts_at": _moment(row.starts_at),
        "ends_at": _moment(row.ends_at),
        "rooms": [{"public_id": row.room_id, "name": row.room}] if row.room else [],
        "track": row.track or "",
        "colour": row.colour or 1,
        "capacity": None,
        "parent": None,
        "speakers": speakers,
    }


def _moment(at: datetime | None) -> str | None:
    if at is None:
        return None
    return (at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)).isoformat()
