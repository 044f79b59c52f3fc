"""Programmes that change, and the letters about it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import icalendar
import sqlalchemy as sa
import vobject

from eventsvc.accounts.actors import Actor
from eventsvc.calendars import entries
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.mail import delivery
from eventsvc.mail.carriers import ToServer
from eventsvc.mail.models import Message, MessageState
from eventsvc.programme import rules
from eventsvc.programme.models import Appearance, Session, Speaker
from eventsvc.registration.models import Choice, Registration
from tests.conftest import Clock
from tests.mail.examples import ada, an_event
from tests.people import NOW, a_session
from tests.smtp import Letter

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def a_talk(event: Event, **over: Any) -> Session:
    """A talk that calendars show."""
    session = a_session(event, **over)
    entries.refresh(event, at=NOW)
    db.session.commit()
    return session


def a_chosen_talk(**over: Any) -> tuple[Event, Session, Registration]:
    """A talk at an event of its own, and Ada, who chose it."""
    event = an_event()
    session = a_talk(event, **over)
    choose(person := ada(event), session)
    return event, session, person


def choose(registration: Registration, *sessions: Session) -> None:
    db.session.add_all(
        [Choice(registration_id=registration.id, session_id=each.id, chosen_at=NOW) for each in sessions]
    )
    registration.has_chosen = bool(sessions)
    db.session.commit()


def speak(session: Session, name: str = "Sam", **over: Any) -> Speaker:
    """Let somebody speak in a session, who has an address, and publish it without a word."""
    speaker = db.session.scalars(sa.select(Speaker).where(Speaker.name == name)).first()
    speaker = speaker or Speaker(name=name, email=f"{name.lower()}@example.org")
    session.appearances.append(Appearance(speaker=speaker, **over))
    db.session.commit()
    return speaker


def move(session: Session, olga: Actor, by: timedelta = HOUR) -> None:
    assert session.starts_at
    assert session.ends_at
    changes = {"starts_at": session.starts_at + by, "ends_at": session.ends_at + by}
    rules.edit_session(session, changes, revision=session.revision, accepts=rules.ANYWAY, by=olga, at=NOW)


def publish(event: Event, olga: Actor, at: datetime = NOW, **said: Any) -> None:
    rules.publish(event, by=olga, at=at, **said)
    db.session.commit()


def tell_of_a_move(session: Session, olga: Actor, clock: Clock, at: datetime = NOW) -> None:
    """Move a session, publish it, and send the letters about it."""
    move(session, olga)
    publish(session.event, olga, at)
    send(clock)


def send(clock: Clock) -> None:
    """Wait for what is held back, and send all that is due."""
    clock.forward(10 * MINUTE)
    carrier = ToServer()
    while delivery.deliver(carrier):
        pass
    carrier.rest()
    db.session.expire_all()


def calendars(letter: Letter) -> list[bytes]:
    """The calendar that mail programs act upon, then the files with the letter."""
    kinds = ("text/calendar", "application/ics")
    parts = [part for part in letter.message.walk() if part.get_content_type() in kinds]
    bodies = [part.get_payload(decode=True) for part in parts]
    return [body for body in bodies if isinstance(body, bytes)]


def asked(letter: Letter) -> dict[str, tuple[str, int]]:
    """The METHOD and the SEQUENCE by the title of each entry, as icalendar and vobject read them."""
    found = {}
    for body in calendars(letter):
        calendar = icalendar.Calendar.from_ical(body)
        (entry,) = calendar.walk("VEVENT")
        other = vobject.readOne(body.decode())
        assert (other.vevent.uid.value, other.method.value) == (entry["UID"], calendar["METHOD"])
        found[str(entry["SUMMARY"])] = str(calendar["METHOD"]), int(entry["SEQUENCE"])
    return found


def held(letters: Iterable[Letter]) -> set[str]:
    """The titles of what a calendar holds that takes in these letters, as calendars do.

    By uid, the highest SEQUENCE wins; what counts no higher than before is passed over (RFC 5546 section 2.1.5).
    """
    kept: dict[str, tuple[int, str]] = {}
    for body in (body for letter in letters for body in calendars(letter)):
        calendar = icalendar.Calendar.from_ical(body)
        (entry,) = calendar.walk("VEVENT")
        sequence, uid = int(entry["SEQUENCE"]), str(entry["UID"])
        if sequence > kept.get(uid, (-1, ""))[0]:
            kept[uid] = sequence, str(entry["SUMMARY"]) if calendar["METHOD"] == "REQUEST" else ""
    return {title for _sequence, title in kept.values() if title}


def text(letter: Letter) -> str:
    return letter.body().replace("\r\n", "\n")


def waiting() -> list[Message]:
    asked_for = sa.select(Message).where(Message.state == MessageState.WAITING).order_by(Message.id)
    return list(db.session.scalars(asked_for))


def three_talks(event: Event) -> tuple[Session, Session, Session]:
    return a_talk(event, title="Opening"), a_talk(event, title="Lecture"), a_talk(event, title="Closing")
