"""An event made from its kind, and edited."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from eventsvc import clock
from eventsvc.accounts import meanwhile
from eventsvc.accounts.actors import Actor
from eventsvc.accounts.models import EventRole, Membership, User
from eventsvc.calendars.models import CalendarVersion
from eventsvc.columns import snapshot
from eventsvc.events import contents, notifications, wall
from eventsvc.events.kinds import PLANS
from eventsvc.events.models import Event, Kind, Status
from eventsvc.events.rules.addresses import flush_address, free_slug, given_slug, move
from eventsvc.events.rules.checking import check_ready, check_times, is_over
from eventsvc.events.rules.holding import Done, finish, hold
from eventsvc.extensions import db
from eventsvc.programme import announcing
from eventsvc.programme import notifications as programmes
from eventsvc.registration import rules as registrations
from eventsvc.registration import seats
from eventsvc.text import slug_of


def create(said: Mapping[str, Any], *, by: Actor, at: datetime) -> Event:
    """Make a draft from its kind and what else is said; whoever makes it owns it.

    `said` has `kind` and `title`, and any other name of `contents.ALL`; what is left out comes from the kind's plan.
    With `starts_at` alone the plan says when it ends. Raises SlugTaken, BadTimes.
    """
    contents.plain(said)
    plan = PLANS[Kind(said["kind"])]
    begun = {"timezone": clock.home(), **plan.facts(), **_contact(by), **said}
    begun["slug"] = given_slug(said["slug"], None) if said.get("slug") else free_slug(begun)
    if begun.get("starts_at") and not begun.get("ends_at"):
        begun["ends_at"] = _planned_end(begun)
    check_times(begun)
    event = Event(status=Status.DRAFT, created_at=at, updated_at=at)
    with db.session.no_autoflush:
        contents.write(event, begun)
    db.session.add(event)
    flush_address(event.slug)
    seats.open_turnstile(event.id)
    db.session.add(CalendarVersion(event_id=event.id))
    if by.user_id is not None:
        db.session.add(Membership(user_id=by.user_id, event_id=event.id, role=EventRole.OWNER))
    finish("event.created", event, {}, by=by, at=at)
    return event


def edit(
    event: Event, changes: Mapping[str, Any], *, revision: int, by: Actor, at: datetime, is_told: bool = True
) -> Done:
    """Write what an organiser changed; tell people where it moved, unless it is a small correction (`is_told`).

    `changes` has names of `contents.ALL`; `revision` is the one their form was opened at. An address it had in public
    keeps leading to it. A raised limit gives seats. Raises ChangedMeanwhile, SlugTaken, BadTimes, NotReady.
    """
    hold(event)
    if "slug" in changes:
        changes = {**changes, "slug": slug_of(changes["slug"])}
    before, yours = contents.of(event), contents.plain(changes)
    meanwhile.refuse_if_changed(event, revision, stored=before, yours=yours, by=by)
    if all(before[name] == value for name, value in yours.items()):
        return Done()
    was_over = is_over(event, at)
    begun = snapshot(event, ("revision",)) | before
    if "slug" in changes:
        move(event, given_slug(changes["slug"], event.id))
    check_times({name: changes.get(name, getattr(event, name)) for name in contents.COLUMNS})
    with db.session.no_autoflush:
        contents.write(event, changes)
        if event.status is Status.PUBLISHED:
            check_ready(event, at)
    event.updated_at = at
    flush_address(event.slug)
    finish("event.edited", event, begun, by=by, at=at)
    is_news = event.status is Status.PUBLISHED and not (was_over and is_over(event, at))
    told = 0
    if is_news:
        told = notifications.changed(event, before, is_told=is_told, at=at)
        told += announcing.changed(event, before, is_told=is_told, at=at)
        programmes.refreshed(event, at=at)
    return Done(tuple(registrations.serve_list(event, by=by, at=at)), told)


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
