"""An attendee's feed, found by its token: the event of their registration, and if they asked for it all of theirs."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import aliased

from eventsvc import tokens
from eventsvc.accounts.models import AuditEntry
from eventsvc.calendars import bodies, feeds, ics, nouns, showings
from eventsvc.calendars.feeds import Detail, Found
from eventsvc.calendars.models import CalendarVersion, Entry, EntryKind, FormerSeat
from eventsvc.calendars.showings import Showing
from eventsvc.events.models import Event, Mode, Status
from eventsvc.extensions import db
from eventsvc.registration.models import LIVE, Choice, Registration, State, TicketType


@dataclass(frozen=True, slots=True)
class Attended:
    """A feed that exists: its version and its first event, whose registration it is, and what it shows besides."""

    found: Found
    registration_id: int
    language: str
    email_folded: str | None
    has_deadlines: bool
    detail: Detail = Detail.BOTH

    @property
    def is_of_all(self) -> bool:
        """Tell whether it shows all registrations of the same address."""
        return self.email_folded is not None


_others, _other_versions = aliased(Registration), aliased(CalendarVersion)
# Every act about a registration is in the audit log, and what it shows beside these is told by its event's stamp.
_acted_at = sa.func.max(AuditEntry.at)
_acts = sa.select(_acted_at).where(AuditEntry.subject == Registration.__tablename__)
_theirs = sa.select(_others.id).where(_others.email_folded == Registration.email_folded).correlate(Registration)
_parted_at = (
    sa.select(sa.func.max(FormerSeat.left_at)).where(FormerSeat.registration_id == Registration.id).scalar_subquery()
)
# Revisions and versions only rise, and ids too: with their number, no two sets of registrations give the same.
_by_token = (
    sa.select(
        *feeds.event_columns,
        Registration.id.label("registration_id"),
        Registration.revision,
        Registration.state,
        Registration.state_at,
        Registration.calendar_offset,
        Registration.language,
        Registration.is_feed_of_all,
        Registration.feed_has_deadlines,
        Registration.email_folded,
        sa.func.count(_others.id).label("others"),
        sa.func.max(_others.id).label("last"),
        sa.func.sum(_others.revision).label("revisions"),
        sa.func.sum(_other_versions.version).label("versions"),
        sa.func.max(_other_versions.changed_at).label("others_changed_at"),
        _acts.where(AuditEntry.subject_id == Registration.id).scalar_subquery().label("acted_at"),
        _parted_at.label("parted_at"),
        sa.case((Registration.is_feed_of_all, _acts.where(AuditEntry.subject_id.in_(_theirs)).scalar_subquery())).label(
            "others_acted_at"
        ),
    )
    .join(Event, Event.id == Registration.event_id)
    .join(CalendarVersion, CalendarVersion.event_id == Event.id)
    .outerjoin(
        _others,
        sa.and_(
            Registration.is_feed_of_all,
            _others.email_folded == Registration.email_folded,
            _others.id != Registration.id,
        ),
    )
    .outerjoin(_other_versions, _other_versions.event_id == _others.event_id)
    .where(Registration.feed_digest == sa.bindparam("digest"), Event.status != Status.DRAFT)
    .group_by(Registration.id, Event.id, CalendarVersion.event_id)
)


def of_token(token: str, detail: Detail | None = None, *, at: datetime) -> Attended | None:
    """Find an attendee's feed by its link; `detail` is as what they want to see events, with sessions unless said."""
    digest = tokens.digest(token)
    row = feeds.one(_by_token, digest=digest)
    if row is None:
        return None
    # What is struck out goes on some day, from the version too.
    ends = [row.buried_at, row.parted_at, row.state_at if has_left(row) else None]
    counters: list[object] = ["a", row.version, max(feeds.day_of(stamp, at) for stamp in ends), row.revision]
    found = feeds.found_by(row, at)
    stamps = [found.changed_at, row.acted_at, *(feeds.moved_at(stamp, at) for stamp in ends)]
    if row.is_feed_of_all:
        # What is long over goes out of it, so the day is in its version.
        counters += [f"{at:%Y%m%d}", row.others, row.last, row.revisions, row.versions]
        stamps += [feeds.midnight(at), row.others_changed_at, row.others_acted_at]
    shown = detail or Detail.BOTH
    if shown is not Detail.BOTH:
        counters.append(shown.value)
    changed_at = max(stamp for stamp in stamps if stamp is not None)
    return Attended(
        replace(found, version=feeds.version_of(*counters), changed_at=changed_at),
        row.registration_id,
        row.language,
        row.email_folded if row.is_feed_of_all else None,
        row.feed_has_deadlines,
        shown,
    )


def parts(feed: Attended, *, at: datetime) -> list[bytes]:
    """Return what an attendee's calendar shows: with the join link while they have a seat, struck out once they left.

    Thirty days after that it is gone.

    Whoever chose sessions sees the event and those; choosing raises their registration's revision, and so the version.
    Whoever waits, or is offered a place, has no entry yet, and whoever left before that never had one: a calendar that
    shows a place they do not have, or did not give up, would be a lie.
    """
    found: list[bytes] = []
    with force_locale(feed.language):
        for registration in _registrations(feed, at):
            found += _of_one(registration, feed.detail, at)
            if feed.has_deadlines and registration.state is State.OFFERED:
                found += _offer(registration)
    return found


def shown(registration: Registration, *, at: datetime) -> list[bytes]:
    """Return what is shown of one registration, as its feed does, whether or not it has one."""
    with force_locale(registration.language):
        found = db.session.execute(_told.where(Registration.id == registration.id)).one()
        return _of_one(found, Detail.BOTH, at)


def has_left(registration: Any) -> bool:
    """Tell whether somebody had a seat, and gave it up; see Registration on `calendar_offset`."""
    return registration.state not in LIVE and registration.calendar_offset % 2 == 1


_told = sa.select(
    Registration.id,
    Registration.event_id,
    Registration.reference,
    Registration.state,
    Registration.state_at,
    Registration.calendar_offset,
    Registration.offer_expires_at,
    Registration.revision,
    Registration.has_chosen,
    Event.title,
    Event.language,
    Event.contact_email,
    TicketType.mode.label("ticket_mode"),
)
_told = _told.join(Event, Event.id == Registration.event_id).outerjoin(
    TicketType, TicketType.id == Registration.ticket_type_id
)


def _registrations(feed: Attended, at: datetime) -> list[Any]:
    """Return the registrations to show, one for each event: the live one, or else the last."""
    own = Registration.id == feed.registration_id
    if not feed.is_of_all:
        return list(db.session.execute(_told.where(own)))
    recent = sa.or_(Event.ends_at.is_(None), Event.ends_at > feeds.window(at))
    others = sa.and_(Registration.email_folded == feed.email_folded, Event.status != Status.DRAFT, recent)
    rows = db.session.execute(_told.where(sa.or_(own, others)).order_by(Event.starts_at, Event.id))
    best: dict[int, Any] = {}
    for row in rows:
        rival = best.get(row.event_id)
        if rival is None or (row.state in LIVE, row.id) > (rival.state in LIVE, rival.id):
            best[row.event_id] = row
    return list(best.values())


def _of_one(registration: Any, detail: Detail, at: datetime) -> list[bytes]:
    is_struck = has_left(registration) and registration.state_at > feeds.oldest_tombstone(at)
    if registration.state is not State.CONFIRMED and not is_struck:
        return []
    wanted = [Entry.event_id == registration.event_id, bodies.detailed_of_many(detail)]
    struck = frozenset[int]()
    if registration.has_chosen:
        struck = _struck(registration, at)
        wanted.append(_chosen_by(registration, struck))
    with force_locale(registration.language):
        how = nouns.how_to_cancel(registration.contact_email)
    if not registration.calendar_offset and registration.ticket_mode is None:
        written = db.session.execute(feeds.ordered(sa.select(Entry.entitled_body, Entry.body).where(*wanted), at))
        return [own or ics.noted(body, how) for own, body in written]
    entries = db.session.scalars(feeds.ordered(sa.select(Entry).where(*wanted), at))
    return [_again(entry, registration, how, is_left=entry.id in struck) for entry in entries]


def _chosen_by(registration: Any, struck: Collection[int]) -> sa.ColumnElement[bool]:
    """Let through the event, the sessions that somebody has, and those to be struck out."""
    shown = sa.or_(Entry.kind == EntryKind.EVENT, Entry.id.in_(struck))
    return shown if has_left(registration) else sa.or_(shown, Entry.session_id.in_(_own(registration)))


def _own(registration: Any) -> sa.Select[Any]:
    """Whoever left has what they did not wait for until then still, in case they come back."""
    own = sa.select(Choice.session_id).where(Choice.registration_id == registration.id)
    return own.where(Choice.is_waiting.is_(False))


def _struck(registration: Any, at: datetime) -> frozenset[int]:
    """Return the entries of sessions that somebody had and has no more, for as long as they are struck out."""
    asked = (
        sa.select(FormerSeat.entry_id)
        .join(Entry, Entry.id == FormerSeat.entry_id)
        .where(FormerSeat.registration_id == registration.id, FormerSeat.left_at > feeds.oldest_tombstone(at))
    )
    if not has_left(registration):
        has = sa.and_(Entry.session_id.is_not(None), Entry.session_id.in_(_own(registration)))
        asked = asked.where(~has)
    return frozenset(db.session.scalars(asked))


def _again(entry: Entry, registration: Any, how: str, *, is_left: bool) -> bytes:
    """Write an entry for whoever has a ticket of one kind, gave up a seat, or came back after that."""
    is_left = is_left or has_left(registration)
    facts = entry.facts if is_left else entry.entitled_facts or entry.facts
    if registration.ticket_mode is not None:
        facts = showings.narrowed(facts, is_online=registration.ticket_mode is Mode.ONLINE)
    if is_left:
        with force_locale(registration.language):
            facts = showings.parted(facts, nouns.no_place())
    showing = Showing.from_json(facts)
    if is_left:
        showing = replace(showing, status=ics.Status.CANCELLED)
    elif not entry.entitled_facts and showing.status is not ics.Status.CANCELLED:
        showing = nouns.noted(showing, how)
    changed_at = max(entry.changed_at, registration.state_at) if registration.calendar_offset else entry.changed_at
    return ics.event(showing, sequence=entry.sequence + registration.calendar_offset, changed_at=changed_at)


def _offer(registration: Any) -> list[bytes]:
    """Write until when an offered place waits for its answer."""
    whole = sa.select(Entry).where(Entry.event_id == registration.event_id, Entry.kind == EntryKind.EVENT)
    entry = db.session.scalar(whole)
    if entry is None or registration.offer_expires_at is None:
        return []
    event = Showing.from_json(entry.facts)
    showing = Showing(
        uid=str(uuid.uuid5(uuid.UUID(entry.uid), f"offer {registration.reference}")),
        summary=_("Last moment to accept your place: %(title)s", title=registration.title),
        starts_at=registration.offer_expires_at,
        ends_at=registration.offer_expires_at,
        timezone=event.timezone,
        created_at=registration.state_at,
        description=_("After that, the place goes to the next person. Accept it by the link in our letter to you."),
        url=event.url,
        categories=(_("Deadline"),),
        colour=event.colour,
        is_busy=False,
    )
    return [ics.event(showing, sequence=registration.revision, changed_at=registration.state_at)]
