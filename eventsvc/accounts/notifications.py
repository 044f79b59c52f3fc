"""What organisers are told about their own accounts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import current_app

from eventsvc import links, tokens
from eventsvc.accounts.models import User
from eventsvc.mail import outbox
from eventsvc.mail.models import Message
from eventsvc.mail.outbox import Recipient


def reset(user: User, token: str, *, life: timedelta, at: datetime) -> Message:
    """Send the link to set a new password, which works for `life`, to whoever asked for one."""
    return _with_link("account_reset", user, token, {"days": life.days}, at)


def invited(user: User, token: str, *, by: str, life: timedelta, at: datetime) -> Message:
    """Tell somebody that `by` made them an account, with the link to set its password, which works for `life`."""
    return _with_link("account_invited", user, token, {"days": life.days, "invited_by": by}, at)


def password_changed(user: User, *, at: datetime) -> Message:
    """Tell the owner of an account that its password is another now."""
    key = f"account_changed:{user.id}:{at.timestamp()}"
    facts = {"name": user.shown_name}
    return outbox.post("account_changed", _to(user), facts, key=key, about=key, at=at)


def _with_link(kind: str, user: User, token: str, more: dict[str, Any], at: datetime) -> Message:
    """Lay a letter whose link is sealed, so that who reads the outbox cannot take the account."""
    address = links.absolute("security.reset_password", token=token)
    facts = {"name": user.shown_name, "sealed_link": tokens.seal(address)} | more
    about = f"account:{user.id}"
    return outbox.post(kind, _to(user), facts, key=f"{about}:{at.timestamp()}", about=about, at=at)


def _to(user: User) -> Recipient:
    return Recipient(user.email, user.name, user.language or "", current_app.config["SITE_CONTACT"])
