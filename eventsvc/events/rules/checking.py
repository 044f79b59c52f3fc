"""What an event must say before people see it, and which times it cannot have."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from eventsvc.events import errors
from eventsvc.events.models import Event, Mode


def is_over(event: Event, at: datetime) -> bool:
    """Tell whether an event has ended; one whose date is to follow has not."""
    return event.ends_at is not None and event.ends_at <= at


def missing(event: Event, at: datetime) -> list[str]:
    """Return a sentence for each thing that people would miss if the event were published at `at`."""
    told = []
    if not event.summary:
        told.append(_("Write a summary: one or two sentences that say what it is."))
    if is_over(event, at):
        return told
    if not event.contact_email:
        told.append(_("Give the e-mail address of a person who answers questions."))
    has_place = event.room or (event.venue and (event.venue.name or event.venue.city))
    if event.starts_at is not None and event.mode is not Mode.ONLINE and not has_place:
        told.append(_("Say where it is: the building or the town."))
    return told


def wrong_times(said: Mapping[str, Any]) -> list[errors.BadTimes]:
    """Return a refusal for each pair of times that cannot be, so that a form can tell all at once."""
    wrong = []
    starts, ends = said.get("starts_at"), said.get("ends_at")
    if (starts is None) != (ends is None):
        told = _("Give both a beginning and an end, or neither if the date is to follow.")
        wrong.append(errors.BadTimes(told, field="ends_at" if starts else "starts_at"))
    elif starts and ends and ends <= starts:
        told = _("It would end before it begins. Choose a later end.")
        wrong.append(errors.BadTimes(told, field="ends_at"))
    opens, closes = said.get("registration_opens_at"), said.get("registration_closes_at")
    if opens and closes and closes <= opens:
        told = _("Registration would close before it opens. Choose a later moment.")
        wrong.append(errors.BadTimes(told, field="registration_closes_at"))
    return wrong


def check_ready(event: Event, at: datetime) -> None:
    """Raise NotReady with a sentence for each thing that people would miss."""
    told = missing(event, at)
    if told:
        raise errors.NotReady(told)


def check_times(said: Mapping[str, Any]) -> None:
    """Raise BadTimes for the first pair of times that cannot be."""
    for refused in wrong_times(said):
        raise refused
