"""Remember what calendars have to strike out: whose it was, where it stood, and under which names.

Revision: 0013, after 0012; 2026-11-27 15:00.
"""

from __future__ import annotations

import secrets
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_LETTERS = "23456789bcdfghjkmnpqrstvwxz"

_sessions = sa.table("sessions", sa.column("id"), sa.column("public_id"))
_tracks = sa.table("tracks", sa.column("id"), sa.column("event_id"), sa.column("name"), sa.column("public_id"))
_published = sa.table(
    "published_sessions", sa.column("session_id"), sa.column("event_id"), sa.column("facts", type_=_JSON)
)
_entries = sa.table(
    "entries",
    *(sa.column(name) for name in ("id", "kind", "event_id", "session_id", "session_public_id", "track", "track_id")),
    sa.column("facts", type_=_JSON),
    sa.column("listed_as", type_=_JSON),
)
_events = sa.table(
    "events", *(sa.column(name) for name in ("id", "kind", "mode", "language", "series_id", "is_unlisted", "status"))
)
_series = sa.table("series", sa.column("id"), sa.column("slug"))
_partners = sa.table("partners", sa.column("id"), sa.column("name"))
_event_partners = sa.table("event_partners", sa.column("event_id"), sa.column("partner_id"))
_choices = sa.table("choices", sa.column("registration_id"), sa.column("session_id"), sa.column("is_waiting"))
_registrations = sa.table(
    "registrations", *(sa.column(name) for name in ("id", "state", "state_at", "calendar_offset"))
)
_acts = sa.table(
    "audit_entries",
    *(sa.column(name) for name in ("act", "subject", "subject_id")),
    sa.column("after", type_=_JSON),
)
_former_seats = sa.table("former_seats", *(sa.column(name) for name in ("registration_id", "entry_id", "left_at")))


def upgrade() -> None:
    _add_columns()
    _add_tables()
    bind = op.get_bind()
    _name_sessions(bind)
    _name_tracks(bind)
    _note_lists(bind)
    _note_seats(bind)
    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.alter_column("track_id", existing_type=sa.String(length=16), server_default=None)
        batch_op.create_unique_constraint(batch_op.f("uq_entries_session_public_id"), ["session_public_id"])
    with op.batch_alter_table("tracks", schema=None) as batch_op:
        batch_op.alter_column("public_id", existing_type=sa.String(length=16), nullable=False)
        batch_op.create_unique_constraint(batch_op.f("uq_tracks_public_id"), ["public_id"])


def _add_columns() -> None:
    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("session_public_id", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("track_id", sa.String(length=16), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("listed_as", _JSON, nullable=True))
    with op.batch_alter_table("tracks", schema=None) as batch_op:
        batch_op.add_column(sa.Column("public_id", sa.String(length=16), nullable=True))


def _add_tables() -> None:
    op.create_table(
        "former_shelves",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("track", sa.String(length=120), nullable=False),
        sa.Column("track_id", sa.String(length=16), nullable=False),
        sa.Column("session_kind", sa.String(length=32), nullable=False),
        sa.Column("room_ids", sa.Text(), nullable=False),
        sa.Column("listed_as", _JSON, nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_former_shelves_entry_id_entries"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_shelves")),
    )
    op.create_index(op.f("ix_former_shelves_entry_id"), "former_shelves", ["entry_id"], unique=False)
    op.create_index(op.f("ix_former_shelves_left_at"), "former_shelves", ["left_at"], unique=False)
    op.create_table(
        "former_tracks",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("track_id", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_former_tracks_event_id_events"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", "name", name=op.f("pk_former_tracks")),
    )
    _add_former("former_seats", "registration_id", "registrations", sa.Column("left_at", _moment(), nullable=False))
    _add_former(
        "former_voices",
        "speaker_id",
        "speakers",
        sa.Column("moved_at", _moment(), nullable=False),
        sa.Column("offset", sa.Integer(), nullable=False),
    )


def _moment() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def _add_former(name: str, whose: str, people: str, *columns: sa.Column[Any]) -> None:
    op.create_table(
        name,
        sa.Column(whose, sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint([whose], [f"{people}.id"], name=op.f(f"fk_{name}_{whose}_{people}"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f(f"fk_{name}_entry_id_entries"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(whose, "entry_id", name=op.f(f"pk_{name}")),
    )
    op.create_index(op.f(f"ix_{name}_entry_id"), name, ["entry_id"], unique=False)


def _name_sessions(bind: sa.Connection) -> None:
    """Give each entry the public id of its session; that of a deleted one stands in the address it shows."""
    known = sa.select(_sessions.c.public_id).where(_sessions.c.id == _entries.c.session_id).scalar_subquery()
    bind.execute(
        sa.update(_entries).where(_entries.c.session_id.is_not(None)).values(session_public_id=known)
    )
    deleted = sa.select(_entries.c.id, _entries.c.facts).where(
        _entries.c.kind == "session", _entries.c.session_id.is_(None)
    )
    for number, facts in bind.execute(deleted).all():
        public_id = (facts.get("url") or "").rpartition("/sessions/")[2]
        if public_id and len(public_id) <= 16:
            bind.execute(sa.update(_entries).where(_entries.c.id == number).values(session_public_id=public_id))


def _name_tracks(bind: sa.Connection) -> None:
    """Give each track a public id, and write it where the published programme and its calendar name the track."""
    ids: dict[tuple[int, str], str] = {}
    for number, event_id, name in bind.execute(sa.select(_tracks.c.id, _tracks.c.event_id, _tracks.c.name)).all():
        ids[event_id, name] = public_id = "".join(secrets.choice(_LETTERS) for _letter in range(10))
        bind.execute(sa.update(_tracks).where(_tracks.c.id == number).values(public_id=public_id))
        mine = sa.and_(_entries.c.event_id == event_id, _entries.c.track == name)
        bind.execute(sa.update(_entries).where(mine).values(track_id=public_id))
    shown = sa.select(_published.c.session_id, _published.c.event_id, _published.c.facts)
    for session_id, event_id, facts in bind.execute(shown).all():
        if found := ids.get((event_id, facts.get("track", ""))):
            told = sa.update(_published).where(_published.c.session_id == session_id)
            bind.execute(told.values(facts={**facts, "track_id": found}))


def _note_lists(bind: sa.Connection) -> None:
    """Write beside each listed event's entry what lists of events find it by."""
    named: dict[int, list[str]] = {}
    partners = sa.select(_event_partners.c.event_id, _partners.c.name).join(
        _partners, _partners.c.id == _event_partners.c.partner_id
    )
    for event_id, name in bind.execute(partners):
        named.setdefault(event_id, []).append(name)
    listed = (
        sa.select(_events.c.id, _events.c.kind, _events.c.mode, _events.c.language, _series.c.slug)
        .outerjoin(_series, _series.c.id == _events.c.series_id)
        .where(_events.c.is_unlisted.is_(sa.false()), _events.c.status != "draft")
    )
    for event_id, kind, mode, language, series in bind.execute(listed).all():
        told = {"kind": kind, "mode": mode, "language": language, "series": series or ""}
        mine = sa.and_(_entries.c.event_id == event_id, _entries.c.kind == "event")
        partners_of = sorted(set(named.get(event_id, ())))
        bind.execute(sa.update(_entries).where(mine).values(listed_as={**told, "partners": partners_of}))


def _note_seats(bind: sa.Connection) -> None:
    """Note which sessions those had who gave up their place: what they wait for since then, they had before."""
    had = sa.exists().where(
        _acts.c.subject == "registrations",
        _acts.c.subject_id == _choices.c.registration_id,
        _acts.c.act.in_(("choose session", "session seat")),
        _acts.c.after["session_id"].as_string() == _entries.c.session_public_id,
    )
    left = (
        sa.select(_choices.c.registration_id, _entries.c.id, _registrations.c.state_at)
        .join(_registrations, _registrations.c.id == _choices.c.registration_id)
        .join(_entries, _entries.c.session_id == _choices.c.session_id)
        .where(
            _registrations.c.state.in_(("declined", "expired", "cancelled")),
            _registrations.c.calendar_offset % 2 == 1,
            sa.or_(_choices.c.is_waiting.is_(sa.false()), had),
        )
    )
    bind.execute(sa.insert(_former_seats).from_select(["registration_id", "entry_id", "left_at"], left))


def downgrade() -> None:
    for name in ("former_voices", "former_seats", "former_tracks", "former_shelves"):
        op.drop_table(name)
    with op.batch_alter_table("tracks", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_tracks_public_id"), type_="unique")
        batch_op.drop_column("public_id")
    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_entries_session_public_id"), type_="unique")
        batch_op.drop_column("listed_as")
        batch_op.drop_column("track_id")
        batch_op.drop_column("session_public_id")
