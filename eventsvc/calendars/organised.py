"""An organiser's feed, found by its token: their events, when registration opens and closes, how many seats are taken.

It counts people and names nobody. Whoever steers a roster passes the event's turnstile, so that what it counted is in
the version.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _

from eventsvc import links, tokens
from eventsvc.accounts.models import FEED_MARK, AuditEntry, Membership, Role, User
from eventsvc.calendars import feeds, ics
from eventsvc.calendars.feeds import Found
from eventsvc.calendars.models import CalendarVersion, Entry, EntryKind
from eventsvc.calendars.showings import Showing
from eventsvc.columns import UTCDateTime
from eventsvc.events.models import Event, Status
from eventsvc.extensions import db
from eventsvc.registration import seats
from eventsvc.registration.models import PersonalInvitation, Registration, Turnstile
from eventsvc.registration.seating import EMPTY, Seating


@dataclass(frozen=True, slots=True)
class Organised:
    """A feed that exists, and whose events it shows."""

    found: Found
    user_id: int
    language: str | None


_is_theirs = sa.or_(
    sa.exists().where(Membership.user_id == User.id, Membership.event_id == Event.id),
    User.roles.any(Role.name == "admin"),
)
_is_public = Event.status != Status.DRAFT
# A kept seat lapses by time alone, and the count with it.
_is_kept = sa.and_(
    PersonalInvitation.event_id == Event.id,
    PersonalInvitation.reserved_until > sa.bindparam("at", type_=UTCDateTime),
    PersonalInvitation.used_at.is_(None),
    PersonalInvitation.withdrawn_at.is_(None),
)
_by_token = (
    sa.select(
        User.id,
        User.language,
        sa.func.count(Event.id).label("events"),
        sa.func.max(Event.id).label("last"),
        sa.func.sum(Event.revision).label("revisions"),
        sa.func.sum(CalendarVersion.version).label("versions"),
        sa.func.sum(Turnstile.turn).label("turns"),
        sa.func.sum(sa.select(sa.func.count()).where(_is_kept).scalar_subquery()).label("kept"),
        # Of one set of events equal sums mean that nothing changed; which set it is, whoever gave the roles decided.
        sa.select(sa.func.max(AuditEntry.id))
        .where(AuditEntry.subject.in_((Membership.__tablename__, User.__tablename__)))
        .scalar_subquery()
        .label("roles"),
        # Whatever it shows, or does not show any more, somebody did: the last act there was is late enough.
        sa.select(sa.func.max(AuditEntry.at)).scalar_subquery().label("acted_at"),
    )
    .select_from(User)
    .outerjoin(Event, sa.and_(_is_public, _is_theirs))
    .outerjoin(CalendarVersion, CalendarVersion.event_id == Event.id)
    .outerjoin(Turnstile, Turnstile.event_id == Event.id)
    .where(User.feed_digest == sa.bindparam("digest"), User.active)
    .group_by(User.id)
)


def of_token(token: str, *, at: datetime) -> Organised | None:
    """Find an organiser's feed by its link; a closed account has none."""
    if not token.startswith(FEED_MARK):
        return None
    digest = tokens.digest(token)
    row = feeds.one(_by_token, digest=digest, at=at)
    if row is None:
        return None
    counters = (f"{at:%Y%m%d}", row.events, row.last, row.roles, row.revisions, row.versions, row.turns, row.kept)
    changed_at = max(feeds.midnight(at), row.acted_at) if row.acted_at else None
    return Organised(Found(feeds.version_of("o", *counters), changed_at), row.id, row.language)


def parts(feed: Organised, *, at: datetime) -> list[bytes]:
    """Return their events that are not long over, each with its dates, in order of time."""
    rows = _events(feed, at)
    taken = seats.taken_by_event([event.id for event, _entry, _turn, _news in rows], at)
    with force_locale(feed.language or current_app.config["SITE_LANGUAGE"]):
        return [
            part
            for event, entry, turn, news_at in rows
            for part in _of_event(event, entry, turn, news_at, taken.get(event.id, EMPTY))
        ]


def _events(feed: Organised, at: datetime) -> list[Any]:
    """Return their events with the entry and the turn of each, and when somebody's registration last moved there."""
    news = sa.select(sa.func.max(Registration.state_at)).where(Registration.event_id == Event.id).scalar_subquery()
    asked = (
        sa.select(Event, Entry, Turnstile.turn, sa.type_coerce(news, UTCDateTime()))
        .select_from(Event)
        .join(User, User.id == feed.user_id)
        .join(Turnstile, Turnstile.event_id == Event.id)
        .join(Entry, sa.and_(Entry.event_id == Event.id, Entry.kind == EntryKind.EVENT))
        .where(_is_public, _is_theirs, Entry.ends_at > feeds.window(at))
    )
    return list(db.session.execute(feeds.ordered(asked, at)))


def _of_event(event: Event, entry: Entry, turn: int, news_at: datetime | None, taken: Seating) -> Iterator[bytes]:
    whole = Showing.from_json(entry.facts)
    told = "\n\n".join((_seats(event, taken), whole.description, links.absolute("events_desk.show", slug=event.slug)))
    changed_at = max(entry.changed_at, event.updated_at, news_at or entry.changed_at)
    yield ics.event(replace(whole, description=told), sequence=entry.sequence + turn, changed_at=changed_at)
    is_off = entry.gone_at is not None or whole.status is ics.Status.CANCELLED
    if event.accepts_registrations and not is_off:
        opens, closes = _("Registration opens: %(title)s"), _("Registration closes: %(title)s")
        yield from _date(event, entry, whole, "opens", event.registration_opens_at, opens)
        yield from _date(event, entry, whole, "closes", event.registration_closes_at, closes)


def _date(
    event: Event, entry: Entry, whole: Showing, name: str, moment: datetime | None, summary: str
) -> Iterator[bytes]:
    """Write a moment in the life of an event, under a uid made from that of its entry."""
    if moment is None:
        return
    showing = Showing(
        uid=str(uuid.uuid5(uuid.UUID(entry.uid), name)),
        summary=summary % {"title": event.title},
        starts_at=moment,
        ends_at=moment,
        timezone=event.timezone,
        created_at=event.created_at,
        url=links.absolute("events_desk.show", slug=event.slug),
        categories=(_("Deadline"),),
        colour=whole.colour,
        is_busy=False,
        parent_uid=entry.uid,
    )
    yield ics.event(showing, sequence=event.revision, changed_at=max(event.updated_at, entry.changed_at))


def _seats(event: Event, taken: Seating) -> str:
    if event.capacity is None:
        told = ngettext("%(num)d seat taken", "%(num)d seats taken", taken.seated)
    else:
        told = _("%(taken)d of %(seats)d seats taken", taken=taken.seated, seats=event.capacity)
    waiting = ngettext("%(num)d waits", "%(num)d wait", taken.waiting)
    return f"{told}, {waiting}" if taken.waiting else told
