"""The ways a door asks who may do what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from flask import abort, g
from flask_security import auth_required, current_user
from sqlalchemy.orm.interfaces import ORMOption

from eventsvc.accounts import actors
from eventsvc.accounts.actors import Actor
from eventsvc.accounts.leave import MAY, Act, SiteRole
from eventsvc.accounts.models import EventRole, Membership, User
from eventsvc.events.models import Event, FormerSlug
from eventsvc.extensions import db

__all__ = [
    "MAY",
    "Act",
    "SiteRole",
    "event_for",
    "may",
    "me",
    "my_account",
    "require",
    "signed_in",
    "where_i_may",
]

View = TypeVar("View", bound=Callable[..., Any])


def signed_in(view: View) -> View:
    """Send whoever is not signed in to the sign-in page, and back here afterwards."""
    return cast(View, auth_required("session")(view))


def me() -> Actor:
    """Return whoever is signed in, as the `by` of a rule; nobody is answered 404."""
    if not current_user.is_authenticated:
        abort(404)
    return actors.organiser(current_user.id)


def my_account() -> User:
    """Return the account of whoever is signed in; nobody is answered 404."""
    if not current_user.is_authenticated:
        abort(404)
    return cast(User, current_user._get_current_object())


def may(act: Act, event: Event | None = None) -> bool:
    """Tell whether whoever is signed in may do `act`, at `event` where it is about one."""
    if not current_user.is_authenticated:
        return False
    if act in MAY[SiteRole.ADMIN] and current_user.is_admin:
        return True
    if event is None:
        return act in MAY[SiteRole.ORGANISER]
    role = _my_roles().get(event.id)
    return role is not None and act in MAY[role]


def require(act: Act, event: Event | None = None) -> None:
    """Answer 404 unless whoever is signed in may do `act`: what you may not see is not there."""
    if not may(act, event):
        abort(404)


def event_for(act: Act, slug: str, *options: ORMOption) -> Event:
    """Return the event at an address, present or former, if I may do `act` there; answer 404 otherwise."""
    return enter(act, _find(slug, options))


def enter(act: Act, event: Event | None, *, role: EventRole | None = None) -> Event:
    """Return the event of something that was looked for, if it was found and I may do `act` there; else answer 404.

    `role` is mine there, where it was read along with it (`my_role`): so my roles need not be asked for.
    """
    may_by_role = role is not None and act in MAY[role]
    if event is None or not (may_by_role or may(act, event)):
        abort(404)
    # The desk's layout shows whose pages these are.
    g.desk_event = event
    return event


def my_role(user_id: sa.BindParameter[int]) -> sa.ScalarSelect[EventRole]:
    """Return somebody's role at the event that a query looks for, to be read along with it."""
    own = Membership.event_id == Event.id, Membership.user_id == user_id
    return sa.select(Membership.role).where(*own).correlate(Event).scalar_subquery()


def is_at(slug: str | sa.BindParameter[str]) -> sa.ColumnElement[bool]:
    """Return the condition that an event is the one at an address, present or former."""
    former = sa.select(FormerSlug.event_id).where(FormerSlug.slug == slug).scalar_subquery()
    return sa.or_(Event.slug == slug, Event.id == former)


def where_i_may(act: Act) -> sa.ColumnElement[bool]:
    """Return the condition that keeps a query on events to those where I may do `act`."""
    if current_user.is_authenticated and current_user.is_admin:
        return sa.true()
    return Event.id.in_([event_id for event_id, role in _my_roles().items() if act in MAY[role]])


# Built once: building a statement costs as much as asking SQLite.
_event_at = sa.select(Event).where(is_at(sa.bindparam("slug")))
_roles_of = sa.select(Membership.event_id, Membership.role).where(Membership.user_id == sa.bindparam("user_id"))


def _find(slug: str, options: tuple[ORMOption, ...]) -> Event | None:
    if not options:
        return db.session.scalar(_event_at, {"slug": slug})
    return db.session.scalar(sa.select(Event).where(is_at(slug)).options(*options))


def _my_roles() -> dict[int, EventRole]:
    """Read my memberships once a request."""
    if not current_user.is_authenticated:
        return {}
    kept: tuple[int, dict[int, EventRole]] | None = g.get("my_roles")
    if kept is None or kept[0] != current_user.id:
        rows = db.session.execute(_roles_of, {"user_id": current_user.id})
        kept = g.my_roles = (
            current_user.id,
            {row[0]: row[1] for row in rows},
        )
    return kept[1]
