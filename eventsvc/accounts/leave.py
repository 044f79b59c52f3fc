"""Who may do what: one table, and at which events somebody may, for rules that ask it themselves."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from types import MappingProxyType

import sqlalchemy as sa

from eventsvc.accounts.actors import Actor, ActorKind
from eventsvc.accounts.models import EventRole, Membership, User
from eventsvc.extensions import db


class Act(enum.StrEnum):
    """What a door asks leave for. The last three are about the site, all others about one event."""

    SEE = "see"
    EDIT = "edit"
    PUBLISH = "publish"
    DELETE = "delete"
    SEE_ROSTER = "see roster"
    STEER_ROSTER = "steer roster"
    EXPORT_ROSTER = "export roster"
    SEE_LETTERS = "see letters"
    SEND_LETTERS = "send letters"
    SEE_AUDIT = "see audit"
    GRANT = "grant"
    CREATE = "create events"
    SEE_SITE = "see the whole site"
    MANAGE_PEOPLE = "manage people"


class SiteRole(enum.StrEnum):
    """What somebody is without regard to an event: whoever has an account, and who keeps the site."""

    ORGANISER = "organiser"
    ADMIN = "admin"


_READS = frozenset({Act.SEE, Act.SEE_ROSTER, Act.SEE_LETTERS})
_EDITS = _READS | {
    Act.EDIT,
    Act.PUBLISH,
    Act.STEER_ROSTER,
    Act.EXPORT_ROSTER,
    Act.SEND_LETTERS,
    Act.SEE_AUDIT,
}

MAY: Mapping[EventRole | SiteRole, frozenset[Act]] = MappingProxyType(
    {
        EventRole.DOOR: frozenset({Act.SEE, Act.SEE_ROSTER}),
        EventRole.REVIEWER: _READS,
        EventRole.EDITOR: _EDITS,
        EventRole.OWNER: _EDITS | {Act.DELETE, Act.GRANT},
        SiteRole.ORGANISER: frozenset({Act.CREATE}),
        SiteRole.ADMIN: frozenset(Act),
    }
)


def is_everywhere(by: Actor) -> bool:
    """Tell whether somebody may do everything at every event: whoever keeps the site, and the site itself."""
    if by.user_id is None:
        return by.kind is ActorKind.SYSTEM
    user = db.session.get(User, by.user_id)
    return user is not None and user.is_admin


def events_of(by: Actor, act: Act) -> sa.Select[int]:
    """Return the ids of the events at which somebody has a role that may do `act`."""
    roles = [role for role in EventRole if act in MAY[role]]
    return sa.select(Membership.event_id).where(Membership.user_id == by.user_id, Membership.role.in_(roles))
