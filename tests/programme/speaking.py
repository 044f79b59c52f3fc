"""Sam, who speaks, and the files that Sam sends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient

from eventsvc import tokens
from eventsvc.calendars import entries
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import keys, published
from eventsvc.programme.models import Appearance, Session, Speaker
from eventsvc.registration.models import TokenKind
from tests import browsing
from tests.people import NOW, a_session

HOUR = timedelta(hours=1)


def sam(*sessions: Session, name: str = "Sam", **over: Any) -> Speaker:
    """Sam, who has a link and speaks in these sessions, as the published programme says."""
    facts = {"name": name, "affiliation": "Example University", "email": f"{name.lower()}@example.org"} | over
    appearance = facts.pop("appearance", {})
    speaker = Speaker(**facts)
    db.session.add(speaker)
    keys.see_to(speaker)
    for session in sessions:
        session.appearances.append(Appearance(speaker=speaker, **appearance))
    db.session.flush()
    for event in {session.event_id: session.event for session in sessions}.values():
        published.bring(event, at=NOW)
        entries.refresh(event, at=NOW)
    db.session.commit()
    return speaker


def card_of(speaker: Speaker, path: str = "") -> str:
    """The address of somebody's own page, or of one below it."""
    return f"/speakers/{tokens.unseal(str(speaker.link_sealed))}{path}"


def feed_of(speaker: Speaker) -> str:
    return f"/calendars/{keys.token_of(speaker, TokenKind.CARD_FEED)}.ics"


def a_talk(event: Event, hours: int = 0, **over: Any) -> Session:
    """A talk of an hour, some hours after the event has begun."""
    assert event.starts_at
    begins = event.starts_at + hours * HOUR
    return a_session(event, **({"starts_at": begins, "ends_at": begins + HOUR} | over))


def send_card(client: FlaskClient, speaker: Speaker, **typed: Any) -> Any:
    """Open the card, type, and send it."""
    address = card_of(speaker, "/card")
    form: Any = browsing.fields(client.get(address).text)
    for name, value in typed.items():
        form[name.replace("__", "-")] = value
    form.pop("photo", None) if "photo" not in typed else None
    return client.post(address, data=form, content_type="multipart/form-data")


def send_slides(client: FlaskClient, speaker: Speaker, content: bytes, name: str = "talk.pdf") -> Any:
    public_id = db.session.scalars(sa.select(Appearance)).first().session.public_id
    address = card_of(speaker, f"/sessions/{public_id}/slides")
    return client.post(address, **with_file(content, name))


def with_file(content: bytes, name: str = "talk.pdf") -> dict[str, Any]:
    """A form with one file, as bytes: the test client would leave a large one open."""
    head = f'--cut\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    return {"data": head.encode() + content + b"\r\n--cut--\r\n", "content_type": "multipart/form-data; boundary=cut"}
