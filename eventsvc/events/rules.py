"""The life of an event: made from its kind, edited, published, cancelled, archived; and the link to its draft.

Every act holds the event's turnstile and reads again before it looks: nobody edits or counts beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from eventsvc import clock, links, tokens
from eventsvc.accounts import audit, meanwhile
from eventsvc.accounts.actors import Actor
from eventsvc.accounts.models import EventRole, Membership, User
from eventsvc.calendars import entries
from eventsvc.calendars.models import CalendarVersion
from eventsvc.columns import snapshot
from eventsvc.events import contents, errors, notifications, wall
from eventsvc.events.kinds import PLANS
from eventsvc.events.models import Event, FormerSlug, Kind, Mode, Status
from eventsvc.extensions import db
from eventsvc.programme import announcing, published
from eventsvc.programme import notifications as programmes
from eventsvc.programme.models import Version
from eventsvc.programme.notifications import Concerned
from eventsvc.registration import rules as registrations
from eventsvc.registration import seats
from eventsvc.registration.models import Registration
from eventsvc.text import slug_of

# What stands in the place of an event's address on the desk.
_RESERVED = frozenset({"new"})
_STATES = ("status", "cancellation_note", "published_at", "cancelled_at", "revision")


@dataclass(frozen=True, slots=True)
class Done:
    """What an act meant for people: who got a seat by it, and how many letters tell of it."""

    moved_up: tuple[Registration, ...] = ()
    told: int = 0


def create(said: Mapping[str, Any], *, by: Actor, at: datetime) -> Event:
    """Make a draft from its kind and what else is said; whoever makes it owns it.

    `said` has `kind` and `title`, and any other name of `contents.ALL`; what is left out comes from the kind's plan.
    With `starts_at` alone the plan says when it ends. Raises SlugTaken, BadTimes.
    """
    contents.plain(said)
    plan = PLANS[Kind(said["kind"])]
    begun = {"timezone": clock.home(), **plan.facts(), **_contact(by), **said}
    begun["slug"] = _given_slug(said["slug"], None) if said.get("slug") else _free_slug(begun)
    if begun.get("starts_at") and not begun.get("ends_at"):
        begun["ends_at"] = _planned_end(begun)
    _check_times(begun)
    event = Event(status=Status.DRAFT, created_at=at, updated_at=at)
    with db.session.no_autoflush:
        contents.write(event, begun)
    db.session.add(event)
    _flush_address(event.slug)
    seats.open_turnstile(event.id)
    db.session.add(CalendarVersion(event_id=event.id))
    if by.user_id is not None:
        db.session.add(Membership(user_id=by.user_id, event_id=event.id, role=EventRole.OWNER))
    _finish("event.created", event, {}, by=by, at=at)
    return event


def edit(
    event: Event, changes: Mapping[str, Any], *, revision: int, by: Actor, at: datetime, is_told: bool = True
) -> Done:
    """Write what an organiser changed; tell people where it moved, unless it is a small correction (`is_told`).

    `changes` has names of `contents.ALL`; `revision` is the one their form was opened at. An address it had in public
    keeps leading to it. A raised limit gives seats. Raises ChangedMeanwhile, SlugTaken, BadTimes, NotReady.
    """
    _hold(event)
    if "slug" in changes:
        changes = {**changes, "slug": slug_of(changes["slug"])}
    before, yours = contents.of(event), contents.plain(changes)
    meanwhile.refuse_if_changed(event, revision, stored=before, yours=yours, by=by)
    if all(before[name] == value for name, value in yours.items()):
        return Done()
    was_over = is_over(event, at)
    begun = snapshot(event, ("revision",)) | before
    if "slug" in changes:
        _move(event, _given_slug(changes["slug"], event.id))
    _check_times({name: changes.get(name, getattr(event, name)) for name in contents.COLUMNS})
    with db.session.no_autoflush:
        contents.write(event, changes)
        if event.status is Status.PUBLISHED:
            _check_ready(event, at)
    event.updated_at = at
    _flush_address(event.slug)
    _finish("event.edited", event, begun, by=by, at=at)
    is_news = event.status is Status.PUBLISHED and not (was_over and is_over(event, at))
    told = 0
    if is_news:
        told = notifications.changed(event, before, is_told=is_told, at=at)
        told += announcing.changed(event, before, is_told=is_told, at=at)
        programmes.refreshed(event, at=at)
    return Done(tuple(registrations.serve_list(event, by=by, at=at)), told)


def publish(event: Event, *, by: Actor, at: datetime) -> Done:
    """Let everybody see an event; publishing again undoes a cancellation, and tells everybody so while it is ahead.

    With the first version of its programme, whoever speaks in that is told of their sessions. Raises NotReady with a
    sentence for each thing that people would miss.
    """
    _hold(event)
    if event.status is Status.PUBLISHED:
        return Done()
    _check_ready(event, at)
    is_news = event.status is Status.CANCELLED and not is_over(event, at)
    before = snapshot(event, _STATES)
    programme = _publish_programme(event, at) if event.status is Status.DRAFT else None
    event.status, event.cancellation_note, event.cancelled_at = Status.PUBLISHED, "", None
    event.published_at = event.published_at or at
    event.updated_at = at
    _finish("event.published", event, before, by=by, at=at)
    told = programmes.published(event, *programme, at=at) if programme else 0
    if is_news:
        told = notifications.reinstated(event, at=at) + announcing.reinstated(event, at=at)
    return Done(tuple(registrations.serve_list(event, by=by, at=at)), told)


def cancel(event: Event, *, sentence: str, by: Actor, at: datetime) -> int:
    """Cancel a published event, tell everybody who comes, waits or speaks why, and return how many letters that makes.

    Their registrations stay as they are. Raises NotPublished, NoSentence.
    """
    _hold(event)
    if event.status is not Status.PUBLISHED:
        raise errors.NotPublished
    if not sentence.strip():
        raise errors.NoSentence
    before = snapshot(event, _STATES)
    event.status, event.cancellation_note, event.cancelled_at = Status.CANCELLED, sentence.strip(), at
    event.updated_at = at
    # The letters carry what the calendar now shows, so it is brought up to date first.
    _finish("event.cancelled", event, before, by=by, at=at)
    told = notifications.cancelled(event, sentence=event.cancellation_note, at=at)
    return told + announcing.cancelled(event, sentence=event.cancellation_note, at=at)


def archive(event: Event, *, by: Actor, at: datetime) -> None:
    """Put away a published event that has ended. Raises NotOver."""
    _hold(event)
    if event.status is not Status.PUBLISHED or (event.ends_at is not None and event.ends_at > at):
        raise errors.NotOver
    before = snapshot(event, _STATES)
    event.status, event.updated_at = Status.ARCHIVED, at
    _finish("event.archived", event, before, by=by, at=at)


def delete_draft(event: Event, *, by: Actor, at: datetime) -> None:
    """Delete a draft that nobody ever saw. Raises NotDeletable."""
    _hold(event)
    if not is_deletable(event):
        raise errors.NotDeletable
    # Not by the event's id: nothing may point at a row that is gone.
    audit.record("event.deleted", event, by=by, at=at, before=contents.of(event))
    db.session.delete(event)
    db.session.flush()


def is_deletable(event: Event) -> bool:
    """Tell whether an event is a draft that was never published and that nobody registered for."""
    if event.status is not Status.DRAFT or event.published_at is not None:
        return False
    return db.session.scalar(sa.select(Registration.id).where(Registration.event_id == event.id).limit(1)) is None


def preview_link(event: Event, *, by: Actor, at: datetime) -> str:
    """Return the address at which people without an account see the draft; the first time it is made."""
    _hold(event)
    known = known_preview_link(event)
    if known is None:
        token = tokens.new()
        before = snapshot(event, ("revision",))
        event.preview_digest, event.preview_sealed = tokens.digest(token), tokens.seal(token)
        db.session.flush()
        _record("event.shown", event, before, snapshot(event, ("revision",)), by=by, at=at)
        known = links.absolute("events.preview", token=token)
    return known


def known_preview_link(event: Event) -> str | None:
    """Return the address of the draft where one was made; None also where SECRET_KEY was lost since."""
    token = tokens.unsealed(event.preview_sealed) if event.preview_sealed else None
    return links.absolute("events.preview", token=token) if token else None


def stop_preview(event: Event, *, by: Actor, at: datetime) -> None:
    """Let the link to the draft lead nowhere from now on."""
    _hold(event)
    before = snapshot(event, ("revision",))
    event.preview_digest = event.preview_sealed = None
    db.session.flush()
    _record("event.hidden", event, before, snapshot(event, ("revision",)), by=by, at=at)


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


def _hold(event: Event) -> None:
    db.session.flush()
    seats.hold(event.id)
    db.session.refresh(event)


def _finish(act: str, event: Event, before: dict[str, Any], *, by: Actor, at: datetime) -> None:
    db.session.flush()
    _record(act, event, before, contents.of(event) | snapshot(event, _STATES), by=by, at=at)
    entries.refresh(event, at=at)


def _record(act: str, event: Event, before: dict[str, Any], after: dict[str, Any], *, by: Actor, at: datetime) -> None:
    # An act says nothing of what it did not look at.
    seen = {name: value for name, value in after.items() if not before or name in before}
    audit.record(act, event, by=by, at=at, event_id=event.id, before=before, after=seen)


def _publish_programme(event: Event, at: datetime) -> tuple[Version, Concerned] | None:
    """Show the programme with its event, and return its first version and whom that concerns.

    None: there is nothing to show yet, and the first version comes when there is.
    """
    if published.last(event.id) is not None or not published.drafted(event.id):
        return None
    version, found = published.bring(event, at=at)
    return version, programmes.concerned(event, found)


def _check_ready(event: Event, at: datetime) -> None:
    told = missing(event, at)
    if told:
        raise errors.NotReady(told)


def _check_times(said: Mapping[str, Any]) -> None:
    for refused in wrong_times(said):
        raise refused


def _planned_end(said: Mapping[str, Any]) -> datetime:
    plan, zone = PLANS[Kind(said["kind"])], said["timezone"]
    first = wall.clock(said["starts_at"], zone)
    planned_start, planned_end = plan.span(first.date())
    end = wall.moment(planned_end, zone)
    # Whoever begins later than planned stays as long as planned.
    return end if end > said["starts_at"] else said["starts_at"] + (planned_end - planned_start)


def _contact(by: Actor) -> dict[str, str]:
    user = db.session.get(User, by.user_id) if by.user_id is not None else None
    return {"contact_name": user.name, "contact_email": user.email} if user else {}


def _free_slug(said: Mapping[str, Any]) -> str:
    """Make an address from the title: with the year when the plain one is taken, then with a number."""
    plain, starts = slug_of(said["title"]), said.get("starts_at")
    year = f"{wall.clock(starts, said['timezone']):%Y}" if starts else ""
    stem = f"{plain}-{year}" if year and year not in plain else plain
    for slug in (plain, stem, *(f"{stem}-{number}" for number in range(2, 1000))):
        if slug not in _RESERVED and _holder(slug) is None:
            return slug
    raise errors.SlugTaken(stem)


def _given_slug(typed: str, event_id: int | None) -> str:
    slug = slug_of(typed)
    if slug in _RESERVED or _holder(slug) not in {None, event_id}:
        raise errors.SlugTaken(slug)
    return slug


def _holder(slug: str) -> int | None:
    """Return the id of the event that has this address, or had it."""
    has = sa.select(Event.id).where(Event.slug == slug)
    had = sa.select(FormerSlug.event_id).where(FormerSlug.slug == slug)
    return db.session.scalar(has.union_all(had).limit(1))


def _move(event: Event, slug: str) -> None:
    if slug == event.slug:
        return
    taken_back = db.session.get(FormerSlug, slug)
    if taken_back is not None:
        db.session.delete(taken_back)
    if event.published_at is not None:
        db.session.add(FormerSlug(slug=event.slug, event_id=event.id))
    db.session.flush()


def _flush_address(slug: str) -> None:
    """Write, and let the constraint decide between two who take one address in the same moment."""
    try:
        db.session.flush()
    except IntegrityError as refused:
        if "slug" not in str(refused.orig):
            raise
        raise errors.SlugTaken(slug) from None
