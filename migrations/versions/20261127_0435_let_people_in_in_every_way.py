"""Let people in in every way: ticket types, questions, offers, waiting lists of sessions, invitations, codes, groups."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('question_sections',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['events.id'], name=op.f('fk_question_sections_event_id_events'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question_sections'))
    )
    with op.batch_alter_table('question_sections', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_question_sections_event_id'), ['event_id'], unique=False)

    op.create_table('registration_groups',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('contact_name', sa.String(length=240), nullable=False),
    sa.Column('contact_email', sa.String(length=255), nullable=True),
    sa.Column('organisation', sa.String(length=200), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('submission_key', sa.String(length=64), nullable=True),
    sa.Column('link_digest', sa.String(length=64), nullable=True),
    sa.Column('link_sealed', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['event_id'], ['events.id'], name=op.f('fk_registration_groups_event_id_events'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_registration_groups')),
    sa.UniqueConstraint('link_digest', name=op.f('uq_registration_groups_link_digest')),
    sa.UniqueConstraint('public_id', name=op.f('uq_registration_groups_public_id')),
    sa.UniqueConstraint('submission_key', name=op.f('uq_registration_groups_submission_key'))
    )
    with op.batch_alter_table('registration_groups', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_registration_groups_event_id'), ['event_id'], unique=False)

    op.create_table('ticket_types',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('mode', sa.String(length=32), nullable=False),
    sa.Column('capacity', sa.Integer(), nullable=True),
    sa.Column('opens_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closes_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('fee_cents', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('fee_note', sa.String(length=500), nullable=False),
    sa.Column('fee_due_days', sa.Integer(), nullable=True),
    sa.Column('visibility', sa.String(length=32), nullable=False),
    sa.Column('domains', sa.Text(), nullable=False),
    sa.Column('is_retired', sa.Boolean(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.CheckConstraint('capacity IS NULL OR capacity >= 0', name=op.f('ck_ticket_types_capacity_not_negative')),
    sa.CheckConstraint('fee_cents >= 0', name=op.f('ck_ticket_types_fee_not_negative')),
    sa.CheckConstraint('opens_at IS NULL OR closes_at IS NULL OR closes_at > opens_at', name=op.f('ck_ticket_types_closes_after_it_opens')),
    sa.ForeignKeyConstraint(['event_id'], ['events.id'], name=op.f('fk_ticket_types_event_id_events'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ticket_types')),
    sa.UniqueConstraint('event_id', 'name', name=op.f('uq_ticket_types_event_id_name')),
    sa.UniqueConstraint('public_id', name=op.f('uq_ticket_types_public_id'))
    )
    op.create_table('access_codes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('ticket_type_id', sa.Integer(), nullable=True),
    sa.Column('code', sa.String(length=64), nullable=False),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.Column('uses', sa.Integer(), nullable=True),
    sa.Column('closes_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('is_stopped', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('uses IS NULL OR uses > 0', name=op.f('ck_access_codes_uses_positive')),
    sa.ForeignKeyConstraint(['event_id'], ['events.id'], name=op.f('fk_access_codes_event_id_events'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['ticket_type_id'], ['ticket_types.id'], name=op.f('fk_access_codes_ticket_type_id_ticket_types'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_access_codes')),
    sa.UniqueConstraint('event_id', 'code', name=op.f('uq_access_codes_event_id_code')),
    sa.UniqueConstraint('public_id', name=op.f('uq_access_codes_public_id'))
    )
    with op.batch_alter_table('access_codes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_access_codes_ticket_type_id'), ['ticket_type_id'], unique=False)

    op.create_table('questions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('section_id', sa.Integer(), nullable=True),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=32), nullable=False),
    sa.Column('label', sa.String(length=300), nullable=False),
    sa.Column('help', sa.Text(), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('is_required', sa.Boolean(), nullable=False),
    sa.Column('condition_id', sa.Integer(), nullable=True),
    sa.Column('condition_values', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('mode', sa.String(length=32), nullable=True),
    sa.Column('rules', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('seen_by', sa.String(length=32), nullable=False),
    sa.Column('kept_days', sa.Integer(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('is_retired', sa.Boolean(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.CheckConstraint('kept_days IS NULL OR kept_days >= 0', name=op.f('ck_questions_kept_days_not_negative')),
    sa.ForeignKeyConstraint(['condition_id'], ['questions.id'], name=op.f('fk_questions_condition_id_questions'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['event_id'], ['events.id'], name=op.f('fk_questions_event_id_events'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['section_id'], ['question_sections.id'], name=op.f('fk_questions_section_id_question_sections'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_questions')),
    sa.UniqueConstraint('public_id', name=op.f('uq_questions_public_id'))
    )
    with op.batch_alter_table('questions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_questions_condition_id'), ['condition_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_questions_event_id'), ['event_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_questions_section_id'), ['section_id'], unique=False)

    op.create_table('question_options',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('label', sa.String(length=200), nullable=False),
    sa.Column('capacity', sa.Integer(), nullable=True),
    sa.Column('is_retired', sa.Boolean(), nullable=False),
    sa.CheckConstraint('capacity IS NULL OR capacity >= 0', name=op.f('ck_question_options_capacity_not_negative')),
    sa.ForeignKeyConstraint(['question_id'], ['questions.id'], name=op.f('fk_question_options_question_id_questions'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question_options')),
    sa.UniqueConstraint('public_id', name=op.f('uq_question_options_public_id'))
    )
    with op.batch_alter_table('question_options', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_question_options_question_id'), ['question_id'], unique=False)

    op.create_table('question_versions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('asked', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('asked_from', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['question_id'], ['questions.id'], name=op.f('fk_question_versions_question_id_questions'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question_versions')),
    sa.UniqueConstraint('question_id', 'number', name=op.f('uq_question_versions_question_id_number'))
    )
    op.create_table('answer_files',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=False),
    sa.Column('registration_id', sa.Integer(), nullable=True),
    sa.Column('claim_digest', sa.String(length=64), nullable=True),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('media_type', sa.String(length=120), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('uploaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['question_id'], ['questions.id'], name=op.f('fk_answer_files_question_id_questions'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['registration_id'], ['registrations.id'], name=op.f('fk_answer_files_registration_id_registrations'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_answer_files')),
    sa.UniqueConstraint('public_id', name=op.f('uq_answer_files_public_id'))
    )
    with op.batch_alter_table('answer_files', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_answer_files_claim_digest'), ['claim_digest'], unique=False)
        batch_op.create_index(batch_op.f('ix_answer_files_question_id'), ['question_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_answer_files_registration_id'), ['registration_id'], unique=False)

    op.create_table('answer_options',
    sa.Column('registration_id', sa.Integer(), nullable=False),
    sa.Column('option_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['option_id'], ['question_options.id'], name=op.f('fk_answer_options_option_id_question_options'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['registration_id'], ['registrations.id'], name=op.f('fk_answer_options_registration_id_registrations'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('registration_id', 'option_id', name=op.f('pk_answer_options'))
    )
    with op.batch_alter_table('answer_options', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_answer_options_option_id'), ['option_id'], unique=False)

    op.create_table('answers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('registration_id', sa.Integer(), nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('value', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['question_id'], ['questions.id'], name=op.f('fk_answers_question_id_questions'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['registration_id'], ['registrations.id'], name=op.f('fk_answers_registration_id_registrations'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_answers')),
    sa.UniqueConstraint('registration_id', 'question_id', name=op.f('uq_answers_registration_id_question_id'))
    )
    with op.batch_alter_table('answers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_answers_question_id'), ['question_id'], unique=False)

    op.create_table('personal_invitations',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('ticket_type_id', sa.Integer(), nullable=True),
    sa.Column('given_name', sa.String(length=120), nullable=False),
    sa.Column('family_name', sa.String(length=120), nullable=False),
    sa.Column('email', sa.String(length=255), nullable=True),
    sa.Column('email_folded', sa.String(length=255), nullable=True),
    sa.Column('organisation', sa.String(length=200), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('is_locked', sa.Boolean(), nullable=False),
    sa.Column('skips_window', sa.Boolean(), nullable=False),
    sa.Column('reserved_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('link_digest', sa.String(length=64), nullable=True),
    sa.Column('link_sealed', sa.Text(), nullable=True),
    sa.Column('invited_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('registration_id', sa.Integer(), nullable=True),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['events.id'], name=op.f('fk_personal_invitations_event_id_events'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['registration_id'], ['registrations.id'], name=op.f('fk_personal_invitations_registration_id_registrations'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['ticket_type_id'], ['ticket_types.id'], name=op.f('fk_personal_invitations_ticket_type_id_ticket_types'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_personal_invitations')),
    sa.UniqueConstraint('link_digest', name=op.f('uq_personal_invitations_link_digest')),
    sa.UniqueConstraint('public_id', name=op.f('uq_personal_invitations_public_id'))
    )
    with op.batch_alter_table('personal_invitations', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_personal_invitations_email_folded'), ['email_folded'], unique=False)
        batch_op.create_index('ix_personal_invitations_event_id_reserved_until', ['event_id', 'reserved_until'], unique=False)
        batch_op.create_index(batch_op.f('ix_personal_invitations_registration_id'), ['registration_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_personal_invitations_ticket_type_id'), ['ticket_type_id'], unique=False)

    with op.batch_alter_table('choices', schema=None) as batch_op:
        batch_op.add_column(sa.Column('is_waiting', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('turn', sa.Integer(), nullable=False, server_default="0"))
        batch_op.create_index('ix_choices_session_id_is_waiting_turn', ['session_id', 'is_waiting', 'turn'], unique=False)

    with op.batch_alter_table('turnstiles', schema=None) as batch_op:
        batch_op.add_column(sa.Column('form', sa.String(length=16), nullable=False, server_default=""))

    with op.batch_alter_table('events', schema=None) as batch_op:
        batch_op.add_column(sa.Column('offer_hours', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('proof_hours', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('changes_close_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('accepts_groups', sa.Boolean(), nullable=False, server_default=sa.false()))

    with op.batch_alter_table('registrations', schema=None) as batch_op:
        batch_op.add_column(sa.Column('came_from', sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column('priority', sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column('ticket_type_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('wants_type_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('wants_turn', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('offer_kind', sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column('interest_due_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('access_code_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('group_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('fee_cents', sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column('currency', sa.String(length=3), nullable=False, server_default="EUR"))
        batch_op.add_column(sa.Column('payment', sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column('payment_reference', sa.String(length=80), nullable=False, server_default=""))
        batch_op.add_column(sa.Column('payment_due_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('payment_marked_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('payment_marked_by', sa.Integer(), nullable=True))
        batch_op.create_index(
            "ix_registrations_seats", ["event_id", "ticket_type_id", "state", "offer_expires_at"], unique=False
        )
        batch_op.create_index(
            "ix_registrations_wishes",
            ["event_id", "wants_type_id"],
            unique=False,
            postgresql_where=sa.text("wants_type_id IS NOT NULL"),
            sqlite_where=sa.text("wants_type_id IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_registrations_due",
            ["offer_expires_at", "interest_due_at"],
            unique=False,
            postgresql_where=sa.text("state = 'offered' OR interest_due_at IS NOT NULL"),
            sqlite_where=sa.text("state = 'offered' OR interest_due_at IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f('ix_registrations_access_code_id'), ['access_code_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_registrations_group_id'), ['group_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_registrations_ticket_type_id'), ['ticket_type_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_registrations_payment_marked_by_users'), 'users', ['payment_marked_by'], ['id'], ondelete='SET NULL')
        batch_op.create_foreign_key(batch_op.f('fk_registrations_group_id_registration_groups'), 'registration_groups', ['group_id'], ['id'], ondelete='SET NULL')
        batch_op.create_foreign_key(batch_op.f('fk_registrations_access_code_id_access_codes'), 'access_codes', ['access_code_id'], ['id'], ondelete='SET NULL')
        batch_op.create_foreign_key(batch_op.f('fk_registrations_ticket_type_id_ticket_types'), 'ticket_types', ['ticket_type_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_registrations_wants_type_id_ticket_types'), 'ticket_types', ['wants_type_id'], ['id'])

    with op.batch_alter_table('turnstiles') as batch_op:
        batch_op.alter_column('form', existing_type=sa.String(length=16), server_default=None)
    with op.batch_alter_table('choices') as batch_op:
        batch_op.alter_column('is_waiting', existing_type=sa.Boolean(), server_default=None)
        batch_op.alter_column('turn', existing_type=sa.Integer(), server_default=None)
    with op.batch_alter_table('events') as batch_op:
        batch_op.alter_column('accepts_groups', existing_type=sa.Boolean(), server_default=None)
        batch_op.create_check_constraint(batch_op.f('ck_events_offer_hours_positive'), 'offer_hours IS NULL OR offer_hours > 0')
        batch_op.create_check_constraint(batch_op.f('ck_events_proof_hours_positive'), 'proof_hours IS NULL OR proof_hours > 0')
    with op.batch_alter_table('registrations') as batch_op:
        batch_op.alter_column('priority', existing_type=sa.Integer(), server_default=None)
        batch_op.alter_column('fee_cents', existing_type=sa.Integer(), server_default=None)
        batch_op.alter_column('currency', existing_type=sa.String(length=3), server_default=None)
        batch_op.alter_column('payment_reference', existing_type=sa.String(length=80), server_default=None)
        batch_op.create_check_constraint(batch_op.f('ck_registrations_fee_not_negative'), 'fee_cents >= 0')
        batch_op.create_check_constraint(
            batch_op.f('ck_registrations_both_of_a_wish_or_none'), '(wants_type_id IS NULL) = (wants_turn IS NULL)'
        )


def downgrade() -> None:
    with op.batch_alter_table('registrations', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_registrations_wants_type_id_ticket_types'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_registrations_ticket_type_id_ticket_types'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_registrations_access_code_id_access_codes'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_registrations_group_id_registration_groups'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_registrations_payment_marked_by_users'), type_='foreignkey')
        batch_op.drop_index("ix_registrations_due")
        batch_op.drop_index("ix_registrations_seats")
        batch_op.drop_index("ix_registrations_wishes")
        batch_op.drop_index(batch_op.f('ix_registrations_ticket_type_id'))
        batch_op.drop_index(batch_op.f('ix_registrations_group_id'))
        batch_op.drop_index(batch_op.f('ix_registrations_access_code_id'))
        batch_op.drop_constraint(batch_op.f('ck_registrations_both_of_a_wish_or_none'), type_='check')
        batch_op.drop_constraint(batch_op.f('ck_registrations_fee_not_negative'), type_='check')
        batch_op.drop_column('payment_marked_by')
        batch_op.drop_column('payment_marked_at')
        batch_op.drop_column('payment_due_on')
        batch_op.drop_column('payment_reference')
        batch_op.drop_column('payment')
        batch_op.drop_column('currency')
        batch_op.drop_column('fee_cents')
        batch_op.drop_column('group_id')
        batch_op.drop_column('access_code_id')
        batch_op.drop_column('interest_due_at')
        batch_op.drop_column('offer_kind')
        batch_op.drop_column('wants_turn')
        batch_op.drop_column('wants_type_id')
        batch_op.drop_column('ticket_type_id')
        batch_op.drop_column('priority')
        batch_op.drop_column('came_from')

    with op.batch_alter_table('events', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_events_offer_hours_positive'), type_='check')
        batch_op.drop_constraint(batch_op.f('ck_events_proof_hours_positive'), type_='check')
        batch_op.drop_column('accepts_groups')
        batch_op.drop_column('changes_close_at')
        batch_op.drop_column('proof_hours')
        batch_op.drop_column('offer_hours')

    with op.batch_alter_table('turnstiles', schema=None) as batch_op:
        batch_op.drop_column('form')

    with op.batch_alter_table('choices', schema=None) as batch_op:
        batch_op.drop_index('ix_choices_session_id_is_waiting_turn')
        batch_op.drop_column('turn')
        batch_op.drop_column('is_waiting')

    with op.batch_alter_table('personal_invitations', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_personal_invitations_ticket_type_id'))
        batch_op.drop_index(batch_op.f('ix_personal_invitations_registration_id'))
        batch_op.drop_index('ix_personal_invitations_event_id_reserved_until')
        batch_op.drop_index(batch_op.f('ix_personal_invitations_email_folded'))

    op.drop_table('personal_invitations')
    with op.batch_alter_table('answers', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_answers_question_id'))

    op.drop_table('answers')
    with op.batch_alter_table('answer_options', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_answer_options_option_id'))

    op.drop_table('answer_options')
    with op.batch_alter_table('answer_files', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_answer_files_registration_id'))
        batch_op.drop_index(batch_op.f('ix_answer_files_question_id'))
        batch_op.drop_index(batch_op.f('ix_answer_files_claim_digest'))

    op.drop_table('answer_files')
    op.drop_table('question_versions')
    with op.batch_alter_table('question_options', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_question_options_question_id'))

    op.drop_table('question_options')
    with op.batch_alter_table('questions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_questions_section_id'))
        batch_op.drop_index(batch_op.f('ix_questions_event_id'))
        batch_op.drop_index(batch_op.f('ix_questions_condition_id'))

    op.drop_table('questions')
    with op.batch_alter_table('access_codes', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_access_codes_ticket_type_id'))

    op.drop_table('access_codes')
    op.drop_table('ticket_types')
    with op.batch_alter_table('registration_groups', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_registration_groups_event_id'))

    op.drop_table('registration_groups')
    with op.batch_alter_table('question_sections', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_question_sections_event_id'))

    op.drop_table('question_sections')
    # Those tokens are none that an older program knows.
    op.execute("DELETE FROM retired_tokens WHERE kind IN ('invitation', 'group')")
