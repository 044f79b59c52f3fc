"""What an event's calendar shows, kept as rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from eventsvc import links
from eventsvc.calendars import entries, ics
from eventsvc.calendars.models import CalendarVersion, Entry
from eventsvc.events.models import (
    Event,
    EventLink,
    EventPartner,
    Kind,
    LinkKind,
    Mode,
    Partner,
    PartnerRole,
    Series,
    Status,
    Venue,
)
from eventsvc.extensions import db
from eventsvc.programme import published
from eventsvc.programme.models import Appearance, Room, Session, SessionKind, SessionStatus, Speaker, Track
from tests.calendars.readers import by_icalendar
from tests.people import NOW, a_session, an_event

LATER = NOW + timedelta(hours=1)


def refreshed(event: Event, at: Any = NOW) -> int:
    published.bring(event, at=at)
    written = entries.refresh(event, at=at)
    db.session.commit()
    return written


def kept(event: Event) -> list[Entry]:
    return list(db.session.scalars(sa.select(Entry).where(Entry.event_id == event.id).order_by(Entry.id)))


def version(event: Event) -> int:
    found = sa.select(CalendarVersion.version).where(CalendarVersion.event_id == event.id)
    return db.session.scalars(found).one()


def calendar_of(body: bytes) -> bytes:
    return ics.calendar(ics.Head("Symposium", "Europe/Amsterdam"), [body])


def test_an_event_and_its_sessions_are_written_once(app: Flask) -> None:
    event = an_event()
    a_session(event)
    a_session(event)

    assert refreshed(event) == 3
    before = [entry.body for entry in kept(event)]
    assert refreshed(event, LATER) == 0

    assert [entry.body for entry in kept(event)] == before
    assert version(event) == 1


def test_a_moved_session_alone_is_written_again_under_its_uid_with_a_higher_sequence(app: Flask) -> None:
    event = an_event()
    moved, other = a_session(event), a_session(event)
    refreshed(event)
    uids = [entry.uid for entry in kept(event)]
    assert moved.starts_at and moved.ends_at
    moved.starts_at, moved.ends_at = moved.starts_at + timedelta(hours=1), moved.ends_at + timedelta(hours=1)

    assert refreshed(event, LATER) == 1

    after = {entry.session_id: entry for entry in kept(event)}
    assert [entry.uid for entry in kept(event)] == uids
    assert (after[moved.id].sequence, after[moved.id].changed_at) == (1, LATER)
    assert (after[other.id].sequence, after[other.id].changed_at) == (0, NOW)
    assert version(event) == 2


def test_a_draft_shows_nothing(app: Flask) -> None:
    event = an_event(status=Status.DRAFT, published_at=None)

    assert refreshed(event) == 0
    assert version(event) == 0


def test_hidden_sessions_breaks_and_sessions_without_a_time_are_not_shown(app: Flask) -> None:
    event = an_event()
    a_session(event, is_hidden=True)
    a_session(event, kind=SessionKind.BREAK)
    a_session(event, starts_at=None, ends_at=None)

    assert refreshed(event) == 1


def test_a_hidden_session_leaves_a_tombstone_and_comes_back_under_its_uid(app: Flask) -> None:
    event = an_event()
    session = a_session(event)
    refreshed(event)
    session.is_hidden = True
    refreshed(event, LATER)
    buried = kept(event)[1]
    assert (buried.gone_at, buried.sequence) == (LATER, 1)
    assert b"STATUS:CANCELLED" in buried.body
    session.is_hidden = False

    refreshed(event, LATER + timedelta(hours=1))

    risen = kept(event)[1]
    assert (risen.uid, risen.gone_at, risen.sequence) == (buried.uid, None, 2)
    assert b"STATUS:CONFIRMED" in risen.body


def test_two_deleted_sessions_each_leave_a_tombstone(app: Flask) -> None:
    event = an_event()
    sessions = [a_session(event), a_session(event)]
    refreshed(event)
    for session in sessions:
        db.session.delete(session)
    db.session.commit()

    refreshed(event, LATER)

    assert [entry.gone_at for entry in kept(event)] == [None, LATER, LATER]
    assert refreshed(event, LATER) == 0


def test_a_cancelled_event_cancels_its_sessions_and_publishing_again_undoes_it(app: Flask) -> None:
    event = an_event()
    a_session(event)
    refreshed(event)
    event.status = Status.CANCELLED
    refreshed(event)
    assert all(b"STATUS:CANCELLED" in entry.body for entry in kept(event))
    event.status = Status.PUBLISHED

    refreshed(event)

    assert all(b"STATUS:CONFIRMED" in entry.body and entry.sequence == 2 for entry in kept(event))


def test_the_join_link_is_for_those_entitled_only(app: Flask) -> None:
    event = an_event(mode=Mode.ONLINE, join_url="https://join.example.org/secret")
    a_session(event)

    refreshed(event)

    for entry in kept(event):
        assert b"secret" not in entry.body
        assert entry.entitled_body and b"secret" in entry.entitled_body
    snapshot = entries.invitation_of(event)
    assert snapshot and snapshot["facts"]["join_url"] == "https://join.example.org/secret"


def test_an_event_of_several_days_is_a_bar_that_blocks_nothing(app: Flask) -> None:
    event = an_event()
    assert event.starts_at
    event.ends_at = event.starts_at + timedelta(days=4, hours=7)

    refreshed(event)

    body = kept(event)[0].body
    assert b"DTSTART;VALUE=DATE:20270530" in body
    assert b"DTEND;VALUE=DATE:20270604" in body
    assert b"TRANSP:TRANSPARENT" in body


def test_entries_of_an_older_writer_are_written_again_and_no_news_is_made_of_it(app: Flask) -> None:
    event = an_event(join_url="https://join.example.org/x")
    refreshed(event)
    before = kept(event)[0].body
    db.session.execute(sa.update(Entry).values(writer="0", body=b"old"))
    db.session.commit()

    assert entries.rewrite_outdated(at=NOW) == 1
    db.session.commit()

    entry = kept(event)[0]
    assert (entry.body, entry.sequence, entry.changed_at) == (before, 0, NOW)
    assert version(event) == 2
    assert entries.rewrite_outdated(at=NOW) == 0


CHANGES: dict[str, Callable[[Event], None]] = {
    "title": lambda event: setattr(event, "title", "Another title"),
    "summary": lambda event: setattr(event, "summary", "Another summary"),
    "description": lambda event: setattr(event, "description", "Other words"),
    "starts_at": lambda event: setattr(event, "starts_at", event.starts_at + timedelta(minutes=5)),  # type: ignore[operator]
    "ends_at": lambda event: setattr(event, "ends_at", event.ends_at + timedelta(minutes=5)),  # type: ignore[operator]
    "timezone": lambda event: setattr(event, "timezone", "Europe/Lisbon"),
    "is_all_day": lambda event: setattr(event, "is_all_day", True),
    "mode": lambda event: setattr(event, "mode", Mode.ONLINE),
    "kind": lambda event: setattr(event, "kind", Kind.FAIR),
    "status": lambda event: setattr(event, "status", Status.CANCELLED),
    "is_unlisted": lambda event: setattr(event, "is_unlisted", True),
    "slug": lambda event: setattr(event, "slug", "renamed"),
    "room": lambda event: setattr(event, "room", "Hall 2"),
    "venue": lambda event: setattr(event, "venue", Venue(name="Elsewhere")),
    "venue_street": lambda event: setattr(event.venue, "street", "Other street 2"),
    "series": lambda event: setattr(event, "series", Series(slug="editions", title="Editions")),
    "costs": lambda event: setattr(event, "costs", "20 euro"),
    "join_url": lambda event: setattr(event, "join_url", "https://join.example.org/x"),
    "contact_email": lambda event: setattr(event, "contact_email", "dee@example.org"),
    "palette": lambda event: setattr(event, "palette", "ochre"),
    "language": lambda event: setattr(event, "language", "nl"),
    "links": lambda event: event.links.append(EventLink(kind=LinkKind.MATERIALS, url="https://x.example.org")),
    "partners": lambda event: event.partners.append(
        EventPartner(partner=Partner(name="Example University"), role=PartnerRole.HOST)
    ),
}


@pytest.mark.parametrize("column", CHANGES)
def test_each_column_that_a_feed_shows_gives_a_new_version(app: Flask, column: str) -> None:
    event = an_event(room="Hall 1", palette="plum")
    refreshed(event)
    CHANGES[column](event)

    refreshed(event)

    assert version(event) == 2


SESSION_CHANGES: dict[str, Callable[[Session], None]] = {
    "title": lambda session: setattr(session, "title", "Another title"),
    "abstract": lambda session: setattr(session, "abstract", "Other words"),
    "status": lambda session: setattr(session, "status", SessionStatus.CANCELLED),
    "room": lambda session: setattr(session.room, "name", "Hall 2"),
    "speaker": lambda session: session.appearances.append(Appearance(speaker=Speaker(name="Sam"))),
    "ends_at": lambda session: setattr(session, "ends_at", session.ends_at + timedelta(minutes=5)),  # type: ignore[operator]
    "kind": lambda session: setattr(session, "kind", SessionKind.WORKSHOP),
    "track": lambda session: setattr(session, "track", Track(event_id=session.event_id, name="Trust")),
    "colour": lambda session: setattr(session.track, "colour", 3),
}


@pytest.mark.parametrize("column", SESSION_CHANGES)
def test_each_fact_of_a_session_gives_a_new_version(app: Flask, column: str) -> None:
    event = an_event()
    session = a_session(event, track=Track(event_id=event.id, name="Borders"))
    refreshed(event)
    SESSION_CHANGES[column](session)

    assert refreshed(event) == 1
    assert version(event) == 2


def test_another_room_that_no_entry_shows_is_news_all_the_same_to_those_who_follow_a_room(app: Flask) -> None:
    event = an_event(mode=Mode.ONLINE)
    session = a_session(event)
    refreshed(event)
    session.room = Room(event_id=event.id, name="Hall 2")

    assert refreshed(event, LATER) == 1

    entry = kept(event)[1]
    assert session.room is not None
    assert (entry.sequence, entry.changed_at, entry.room_ids) == (1, LATER, f" {session.room.public_id} ")
    assert version(event) == 2


def test_entries_say_their_kind_their_track_and_their_colour_and_events_show_their_card(app: Flask) -> None:
    event = an_event(palette="plum")
    a_session(event, kind=SessionKind.WORKSHOP, track=Track(event_id=event.id, name="Trust, mostly", colour=2))

    refreshed(event)

    whole, part = (by_icalendar(calendar_of(entry.body)) for entry in kept(event))
    assert (whole["CATEGORIES"].cats, whole["COLOR"]) == (["Symposium"], "purple")
    assert (part["CATEGORIES"].cats, part["COLOR"]) == (["Workshop", "Trust, mostly"], "sienna")
    assert whole["IMAGE"].startswith(links.absolute("events.show", slug=event.slug) + "/card-")
    assert kept(event)[1].track == "Trust, mostly"


@pytest.mark.parametrize(("join_url", "told"), [("", [True, False]), ("https://join.example.org/x", [True, True])])
def test_whoever_holds_a_seat_reads_how_to_change_or_cancel_and_nobody_else_does(
    app: Flask, join_url: str, told: list[bool]
) -> None:
    event = an_event(join_url=join_url)
    a_session(event)

    refreshed(event)

    assert all(b"To change or cancel" not in entry.body for entry in kept(event))
    assert [b"To change or cancel" in (entry.entitled_body or b"") for entry in kept(event)] == told


def described(event: Event) -> str:
    refreshed(event)
    return str(by_icalendar(calendar_of(kept(event)[0].body))["DESCRIPTION"])


def test_a_bar_over_days_tells_its_hours_and_whose_clock_and_a_hybrid_event_that_it_is_online(app: Flask) -> None:
    ends_at = datetime(2027, 6, 2, 14, 0, tzinfo=UTC)
    long = an_event(mode=Mode.HYBRID, ends_at=ends_at)
    short, whole = an_event(), an_event(is_all_day=True, ends_at=ends_at)

    told = "Sun 30 May 09:30 to Wed 2 June 16:00, Leiden time (CEST)\nOn site and online\n\nA day about health"
    assert described(long).startswith(told)
    assert described(short).startswith("A day about health")
    assert described(whole).startswith("A day about health")


def test_a_new_writer_shows_what_the_old_did_not_know_and_no_news_is_made_of_it(app: Flask) -> None:
    event = an_event()
    a_session(event)
    refreshed(event)
    for entry in kept(event):
        entry.facts = {name: value for name, value in entry.facts.items() if name != "colour"}
        entry.writer, entry.digest, entry.room_ids = "1", "old", ""
    db.session.commit()

    assert [entries.rewrite_outdated(at=NOW, limit=1) for _ in range(3)] == [1, 1, 0]

    assert all(b"COLOR:" in entry.body and entry.sequence == 0 for entry in kept(event))
    assert kept(event)[1].room_ids
    assert refreshed(event, LATER) == 0


def test_a_tombstone_of_an_older_writer_stays_one(app: Flask) -> None:
    event = an_event()
    session = a_session(event)
    refreshed(event)
    session.is_hidden = True
    refreshed(event, LATER)
    db.session.execute(sa.update(Entry).values(writer="1"))
    db.session.commit()

    assert entries.rewrite_outdated(at=NOW) == 2

    assert b"STATUS:CANCELLED" in kept(event)[1].body
    assert kept(event)[1].gone_at == LATER
