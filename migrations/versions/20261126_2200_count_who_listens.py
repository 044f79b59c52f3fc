"""Count who listens to a feed, and keep when it last changed.

Revision: 0007, after 0006; 2026-11-26 22:00.
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('listener_salts',
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('salt', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('on', name=op.f('pk_listener_salts'))
    )
    op.create_table('listeners',
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('digest', sa.LargeBinary(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=True),
    sa.Column('feed', sa.String(length=32), nullable=False),
    sa.Column('address', sa.String(length=200), nullable=False),
    sa.Column('program', sa.String(length=32), nullable=False),
    sa.Column('is_hosted', sa.Boolean(), nullable=False),
    sa.Column('polls', sa.Integer(), nullable=False),
    sa.Column('polled_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['events.id'], name=op.f('fk_listeners_event_id_events'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('on', 'digest', name=op.f('pk_listeners'))
    )
    with op.batch_alter_table('listeners', schema=None) as batch_op:
        batch_op.create_index('ix_listeners_event_id', ['event_id'], unique=False)

    op.create_table('listeners_of_days',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=True),
    sa.Column('feed', sa.String(length=32), nullable=False),
    sa.Column('address', sa.String(length=200), nullable=False),
    sa.Column('program', sa.String(length=32), nullable=False),
    sa.Column('is_hosted', sa.Boolean(), nullable=False),
    sa.Column('listeners', sa.Integer(), nullable=False),
    sa.Column('polls', sa.Integer(), nullable=False),
    sa.Column('fewest_polls', sa.Integer(), nullable=False),
    sa.Column('polled_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['events.id'], name=op.f('fk_listeners_of_days_event_id_events'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_listeners_of_days'))
    )
    with op.batch_alter_table('listeners_of_days', schema=None) as batch_op:
        batch_op.create_index('ix_listeners_of_days_event_id_on', ['event_id', 'on'], unique=False)

    with op.batch_alter_table('calendar_versions', schema=None) as batch_op:
        batch_op.add_column(sa.Column('changed_at', sa.DateTime(timezone=True), nullable=True))
    _stamp_what_is_there()
    with op.batch_alter_table('calendar_versions', schema=None) as batch_op:
        batch_op.alter_column('changed_at', existing_type=sa.DateTime(timezone=True), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table('calendar_versions', schema=None) as batch_op:
        batch_op.drop_column('changed_at')

    with op.batch_alter_table('listeners_of_days', schema=None) as batch_op:
        batch_op.drop_index('ix_listeners_of_days_event_id_on')

    op.drop_table('listeners_of_days')
    with op.batch_alter_table('listeners', schema=None) as batch_op:
        batch_op.drop_index('ix_listeners_event_id')

    op.drop_table('listeners')
    op.drop_table('listener_salts')


def _stamp_what_is_there() -> None:
    """Say "now" of every calendar: what vanished from one before today left no stamp to look at."""
    op.get_bind().execute(
        sa.text("UPDATE calendar_versions SET changed_at = :at").bindparams(
            sa.bindparam("at", datetime.now(UTC), type_=sa.DateTime(timezone=True))
        )
    )
