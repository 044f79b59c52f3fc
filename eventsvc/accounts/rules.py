"""Accounts and roles: made by administrators and by command, never by a form that anybody can reach."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_security import hash_password

from eventsvc import tokens
from eventsvc.accounts import audit, errors
from eventsvc.accounts.actors import Actor
from eventsvc.accounts.models import FEED_MARK, EventRole, Membership, Role, User
from eventsvc.columns import snapshot
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.registration.models import RetiredToken, TokenKind

LEAST_LENGTH = 10
_SHOWN = ("email", "name", "active")


def create_account(
    email: str, *, name: str = "", password: str | None = None, is_admin: bool = False, by: Actor, at: datetime
) -> User:
    """Make an account; without a password nobody can sign in before they set one by a link.

    Raises AddressTaken, PasswordTooShort.
    """
    if account_of(email) is not None:
        raise errors.AddressTaken
    if password is not None and len(password) < LEAST_LENGTH:
        raise errors.PasswordTooShort(LEAST_LENGTH)
    user = User(
        email=email.strip(),
        name=name,
        password=hash_password(password) if password else None,
        fs_uniquifier=uuid.uuid4().hex,
        active=True,
        confirmed_at=at,
        created_at=at,
        roles=[_admin()] if is_admin else [],
    )
    db.session.add(user)
    db.session.flush()
    audit.record("account.created", user, by=by, at=at, after=_told(user))
    return user


def replace_feed_link(user: User, *, by: Actor, at: datetime) -> str:
    """Let a new link open the calendar of somebody's events and return its token; the one before answers 410."""
    token = FEED_MARK + tokens.new()
    _retire_feed(user, at)
    user.feed_digest, user.feed_sealed = tokens.digest(token), tokens.seal(token)
    audit.record("account.feed", user, by=by, at=at, after={"has_feed": True})
    return token


def stop_feed_link(user: User, *, by: Actor, at: datetime) -> None:
    """Let the link to the calendar of somebody's events open nothing any more."""
    if user.feed_digest is None:
        return
    _retire_feed(user, at)
    audit.record("account.feed", user, by=by, at=at, before={"has_feed": True}, after={"has_feed": False})


def _retire_feed(user: User, at: datetime) -> None:
    if user.feed_digest is not None:
        db.session.add(RetiredToken(digest=user.feed_digest, kind=TokenKind.FEED, retired_at=at))
    user.feed_digest = user.feed_sealed = None


def account_of(email: str) -> User | None:
    """Find the account with an address, however it is capitalised."""
    same = sa.func.lower(User.email) == email.strip().lower()
    return db.session.scalars(sa.select(User).where(same)).first()


def set_admin(user: User, is_admin: bool, *, by: Actor, at: datetime) -> None:
    """Make somebody an administrator, or no longer. Raises LastOne."""
    before = _told(user)
    if not is_admin:
        _check_other_admins(user)
    user.roles = [_admin()] if is_admin else []
    db.session.flush()
    audit.record("account.role", user, by=by, at=at, before=before, after=_told(user))


def set_active(user: User, is_active: bool, *, by: Actor, at: datetime) -> None:
    """Close an account, or open it again; who is signed in with it is signed out at once. Raises LastOne."""
    before = _told(user)
    if not is_active and user.is_admin:
        _check_other_admins(user)
    user.active = is_active
    db.session.flush()
    audit.record(
        "account.opened" if is_active else "account.closed", user, by=by, at=at, before=before, after=_told(user)
    )


def forget_second_step(user: User, *, by: Actor, at: datetime) -> None:
    """Let somebody who lost their telephone sign in with the password alone."""
    user.tf_primary_method = user.tf_totp_secret = user.mf_recovery_codes = None
    db.session.flush()
    audit.record("account.second_step_forgotten", user, by=by, at=at)


def rename(user: User, name: str, *, by: Actor, at: datetime) -> None:
    """Write somebody's name."""
    before = _told(user)
    user.name = name
    db.session.flush()
    audit.record("account.renamed", user, by=by, at=at, before=before, after=_told(user))


def grant(event: Event, email: str, role: EventRole, *, by: Actor, at: datetime) -> Membership:
    """Give an organiser a role at an event, in place of the one they had there. Raises NoSuchAccount, LastOne."""
    user = account_of(email)
    if user is None:
        raise errors.NoSuchAccount
    membership = _membership(event, user)
    before = {"role": membership.role.value} if membership else {}
    if membership is None:
        membership = Membership(user=user, event_id=event.id, role=role)
        db.session.add(membership)
    elif membership.role is EventRole.OWNER and role is not EventRole.OWNER:
        _check_other_owners(event, user)
    membership.role = role
    db.session.flush()
    after = {"role": role.value, "email": user.email}
    audit.record("role.granted", membership, by=by, at=at, event_id=event.id, before=before, after=after)
    return membership


def revoke(event: Event, user: User, *, by: Actor, at: datetime) -> None:
    """Take somebody's role at an event away. Raises LastOne."""
    membership = _membership(event, user)
    if membership is None:
        return
    if membership.role is EventRole.OWNER:
        _check_other_owners(event, user)
    before = {"role": membership.role.value, "email": user.email}
    audit.record("role.revoked", membership, by=by, at=at, event_id=event.id, before=before)
    db.session.delete(membership)
    db.session.flush()


def _membership(event: Event, user: User) -> Membership | None:
    mine = Membership.event_id == event.id, Membership.user_id == user.id
    return db.session.scalars(sa.select(Membership).where(*mine)).first()


def _check_other_admins(user: User) -> None:
    others = sa.select(User.id).where(User.roles.any(Role.name == "admin"), User.active, User.id != user.id)
    if db.session.scalar(others.limit(1)) is None:
        raise errors.LastOne(_("Somebody must keep the site: make another person an administrator first."))


def _check_other_owners(event: Event, user: User) -> None:
    others = sa.select(Membership.id).where(
        Membership.event_id == event.id, Membership.role == EventRole.OWNER, Membership.user_id != user.id
    )
    if db.session.scalar(others.limit(1)) is None:
        raise errors.LastOne(_("An event must have an owner: make another person an owner first."))


def _admin() -> Role:
    return db.session.scalars(sa.select(Role).where(Role.name == "admin")).first() or Role(name="admin")


def _told(user: User) -> dict[str, object]:
    return snapshot(user, _SHOWN) | {"is_admin": user.is_admin}
