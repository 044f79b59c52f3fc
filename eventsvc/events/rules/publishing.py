"""An event shown to everybody, cancelled, and put away."""

from __future__ import annotations

from datetime import datetime

from eventsvc.accounts.actors import Actor
from eventsvc.columns import snapshot
from eventsvc.events import errors, notifications
from eventsvc.events.models import Event, Status
from eventsvc.events.rules.checking import check_ready, is_over
from eventsvc.events.rules.holding import STATES, Done, finish, hold
from eventsvc.programme import announcing, published
from eventsvc.programme import notifications as programmes
from eventsvc.programme.models import Version
from eventsvc.programme.notifications import Concerned
from eventsvc.registration import rules as registrations


def publish(event: Event, *, by: Actor, at: datetime) -> Done:
    """Let everybody see an event; publishing again undoes a cancellation, and tells everybody so while it is ahead.

    With the first version of its programme, whoever speaks in that is told of their sessions. Raises NotReady with a
    sentence for each thing that people would miss.
    """
    hold(event)
    if event.status is Status.PUBLISHED:
        return Done()
    check_ready(event, at)
    is_news = event.status is Status.CANCELLED and not is_over(event, at)
    before = snapshot(event, STATES)
    programme = _publish_programme(event, at) if event.status is Status.DRAFT else None
    event.status, event.cancellation_note, event.cancelled_at = Status.PUBLISHED, "", None
    event.published_at = event.published_at or at
    event.updated_at = at
    finish("event.published", event, before, by=by, at=at)
    told = programmes.published(event, *programme, at=at) if programme else 0
    if is_news:
        told = notifications.reinstated(event, at=at) + announcing.reinstated(event, at=at)
    served = tuple(registrations.serve_list(event, by=by, at=at))
    # What came free in a session while the event was off waits for whoever is next there.
    registrations.serve_sessions(event.id, at=at)
    return Done(served, told)


def cancel(event: Event, *, sentence: str, by: Actor, at: datetime) -> int:
    """Cancel a published event, tell everybody who comes, waits or speaks why, and return how many letters that makes.

    Their registrations stay as they are. Raises NotPublished, NoSentence.
    """
    hold(event)
    if event.status is not Status.PUBLISHED:
        raise errors.NotPublished
    if not sentence.strip():
        raise errors.NoSentence
    before = snapshot(event, STATES)
    event.status, event.cancellation_note, event.cancelled_at = Status.CANCELLED, sentence.strip(), at
    event.updated_at = at
    # The letters carry what the calendar now shows, so it is brought up to date first.
    finish("event.cancelled", event, before, by=by, at=at)
    told = notifications.cancelled(event, sentence=event.cancellation_note, at=at)
    return told + announcing.cancelled(event, sentence=event.cancellation_note, at=at)


def archive(event: Event, *, by: Actor, at: datetime) -> None:
    """Put away a published event that has ended. Raises NotOver."""
    hold(event)
    if event.status is not Status.PUBLISHED or (event.ends_at is not None and event.ends_at > at):
        raise errors.NotOver
    before = snapshot(event, STATES)
    event.status, event.updated_at = Status.ARCHIVED, at
    finish("event.archived", event, before, by=by, at=at)


def _publish_programme(event: Event, at: datetime) -> tuple[Version, Concerned] | None:
    """Show the programme with its event, and return its first version and whom that concerns.

    None: there is nothing to show yet, and the first version comes when there is.
    """
    if published.last(event.id) is not None or not published.drafted(event.id):
        return None
    version, found = published.bring(event, at=at)
    return version, programmes.concerned(event, found)
