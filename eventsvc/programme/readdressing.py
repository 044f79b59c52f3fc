"""Letters about a speaker's address: the new one is sent their link, the old one that it is written to no more."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.mail import outbox
from eventsvc.mail.models import Message, MessageState
from eventsvc.mail.outbox import Draft, Recipient
from eventsvc.programme import keys
from eventsvc.programme.models import Speaker
from eventsvc.registration import told


def moved(speaker: Speaker, left: str, *, had_link: bool, at: datetime) -> None:
    """Let letters that wait go to a speaker's new address, and write to both; to the old one if it was written to.

    Both letters are about the event that the old address was written to about last; without one nobody is told.
    """
    outbox.redirect_speaker(speaker.id, speaker.email)
    event = _last_about(speaker, left)
    if event is None:
        return
    drafts = [_draft("speaker_address_left", event, speaker, Recipient(left, "", speaker.language), {"name": ""}, at)]
    if speaker.email and had_link:
        keys.see_to(speaker)
        to = Recipient(speaker.email, speaker.name, speaker.language)
        drafts.append(_draft("speaker_address_changed", event, speaker, to, {"name": speaker.name}, at))
    outbox.post_all(drafts, at=at)


def _last_about(speaker: Speaker, address: str) -> Event | None:
    written = (
        sa.select(Event)
        .join(Message, Message.event_id == Event.id)
        .where(
            Message.speaker_id == speaker.id,
            Message.recipient == address,
            Message.state.in_((MessageState.SENT, MessageState.CLAIMED)),
        )
    )
    return db.session.scalars(written.order_by(Message.id.desc()).limit(1)).first()


def _draft(kind: str, event: Event, speaker: Speaker, to: Recipient, said: dict[str, str], at: datetime) -> Draft:
    name = f"{kind}:{speaker.id}:{speaker.revision}"
    return Draft(
        kind,
        Recipient(to.address, to.name, to.language, event.contact_email),
        told.of_event(event) | {"is_public": event.is_public, "parts": []} | said,
        key=name,
        about=name,
        event_id=event.id,
        registration_id=None,
        due_at=at,
        speaker_id=speaker.id,
    )
