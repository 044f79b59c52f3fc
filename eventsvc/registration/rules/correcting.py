"""Writing a person as they are after all."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm.attributes import flag_modified

from eventsvc.accounts import audit
from eventsvc.accounts.actors import Actor
from eventsvc.columns import snapshot
from eventsvc.errors import ChangedMeanwhile
from eventsvc.events.models import Event, Status
from eventsvc.mail import outbox
from eventsvc.registration import answers, deadlines, errors, notifications
from eventsvc.registration.models import Registration
from eventsvc.registration.person import Person
from eventsvc.registration.questions import NOTHING, Answered
from eventsvc.registration.rules.holding import flush, hold_again, is_over


def correct(
    registration: Registration,
    person: Person,
    *,
    revision: int,
    by: Actor,
    at: datetime,
    answered: Answered = NOTHING,
) -> None:
    """Write a person, and what they answer, as they are; a new address is sent the link and the invitation at once, the
    old one is told.

    Raises ChangedMeanwhile when the form was opened at another `revision`, AlreadyRegistered when the address is
    somebody else's here, OptionFull, RegistrationOver after the registration's end, ChangesClosed when an attendee is
    too late.
    """
    event = hold_again(registration)
    yours = person.columns()
    before = snapshot(registration, tuple(yours))
    if registration.revision != revision:
        told = _("Somebody changed this registration while you had it open. Nothing you typed is lost.")
        raise ChangedMeanwhile(told, theirs=before, yours=yours)
    if not registration.is_live:
        raise errors.RegistrationOver
    deadlines.check_changes(event, by=by, at=at)
    changed = answers.write(registration, answered, at=at)
    if before == yours and not changed:
        return
    for name, value in yours.items():
        setattr(registration, name, value)
    # Answers stand in rows of their own: it may be that only the revision of the registration itself changes.
    flag_modified(registration, "note")
    flush()
    after: dict[str, Any] = dict(yours)
    if changed:
        # Named without their values, which may have to be forgotten before the log is.
        after["answers"] = [prompt.label for prompt in changed]
    audit.record("correct", registration, by=by, at=at, event_id=registration.event_id, before=before, after=after)
    if before["email_folded"] != registration.email_folded:
        # The new address is not proven, and what else it is registered for is nobody's business before it is.
        registration.proven_digest, registration.is_feed_of_all = None, False
        _write_to_both(registration, event, left=before["email"], at=at)


def _write_to_both(registration: Registration, event: Event, *, left: str | None, at: datetime) -> None:
    """Send a new address what the old one had, and tell the old one, if any letter reached it.

    The old calendar is sent the end of its entry and the new one the entry, which counts higher: where both mailboxes
    fill one calendar the entry stays, in whichever order the letters arrive.
    """
    has_entry = registration.is_confirmed and event.status is Status.PUBLISHED and not is_over(event, at)
    if has_entry:
        registration.calendar_offset += 2
        flush()
    if left is not None and outbox.has_reached(registration.id, left):
        notifications.address_left(registration, left, has_entry=has_entry, at=at)
    if registration.email is not None:
        outbox.redirect(registration.id, registration.email)
        registration.link_sent_at = at
        notifications.address_changed(registration, left, has_entry=has_entry, at=at)
