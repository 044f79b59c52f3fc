"""What calendars knew before they remembered what they have to strike out, and know still after the migration."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Flask
from flask_migrate import downgrade, upgrade

from eventsvc.accounts.actors import ATTENDEE, SYSTEM
from eventsvc.calendars import entries
from eventsvc.calendars.models import Entry, FormerSeat
from eventsvc.events.models import Event, EventPartner, Partner, PartnerRole, Series
from eventsvc.extensions import db
from eventsvc.programme import published
from eventsvc.programme import rules as programme
from eventsvc.programme.models import PublishedSession, Track
from eventsvc.registration import rules
from eventsvc.registration.person import Person
from tests.databases import Database
from tests.people import NOW, an_event
from tests.programme.speaking import a_talk


def a_symposium() -> Event:
    """Three workshops of one seat: Ada had the first and waited for the second when she left; the third is deleted."""
    event = an_event(series=Series(slug="yearly", title="Yearly"))
    event.partners.append(EventPartner(partner=Partner(name="Partner"), role=PartnerRole.HOST))
    track = Track(event_id=event.id, name="Trust")
    had, awaited, deleted = (a_talk(event, hours, capacity=1, track=track) for hours in range(3))
    entries.refresh(event, at=NOW)
    bob, ada = (
        rules.register(event.id, Person(name, "Voorbeeld", f"{name}@example.org"), by=ATTENDEE, at=NOW, language="en")
        for name in ("Bob", "Ada")
    )
    rules.choose(bob, awaited.public_id, by=ATTENDEE, at=NOW)
    rules.choose(ada, had.public_id, by=ATTENDEE, at=NOW)
    rules.choose(ada, awaited.public_id, or_waits=True, by=ATTENDEE, at=NOW)
    rules.cancel(ada, by=ATTENDEE, at=NOW)
    programme.delete_session(deleted, by=SYSTEM, at=NOW)
    programme.publish(event, is_quiet=True, by=SYSTEM, at=NOW)
    db.session.commit()
    return event


def test_entries_know_their_sessions_tracks_lists_and_who_had_them(app: Flask, database: Database) -> None:
    event_id = a_symposium().id
    known = set(db.session.scalars(sa.select(Entry.session_public_id)))
    db.session.remove()

    downgrade(revision="0011")
    upgrade()

    rows = {row.session_public_id: row for row in db.session.scalars(sa.select(Entry).order_by(Entry.id))}
    track = db.session.scalars(sa.select(Track)).one()
    whole, had, *_others = rows.values()
    lists = {"kind": "symposium", "mode": "in person", "language": "en", "series": "yearly", "partners": ["Partner"]}
    assert set(rows) == known and len(known) == 4
    assert {row.track_id for row in rows.values() if row is not whole} == {track.public_id}
    assert {facts["track_id"] for facts in db.session.scalars(sa.select(PublishedSession.facts))} == {track.public_id}
    assert published.pending(event_id) == ()
    assert (whole.listed_as, had.listed_as) == (lists, None)
    assert list(db.session.scalars(sa.select(FormerSeat.entry_id))) == [had.id]
