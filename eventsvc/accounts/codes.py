"""The codes of the second step of signing in: each is taken once. And the secrets that they and spare codes rest on."""

from __future__ import annotations

import base64
from typing import Any

import sqlalchemy as sa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Flask
from flask_security import Totp
from passlib.exc import TokenError
from passlib.totp import TOTP, AppWallet

from eventsvc.accounts.models import User
from eventsvc.extensions import db


class OnceOnly(Totp):
    """Seals new secrets under the first key of the dictionary, and opens those sealed under the others."""

    def __init__(self, secrets: dict[str, str], issuer: str) -> None:
        wallet = AppWallet(secrets, default_tag=next(iter(secrets)))
        self._totp = TOTP.using(issuer=issuer, wallet=wallet)

    def verify_totp(self, token: str, totp_secret: str, user: Any, window: int = 0) -> bool:
        """Take a code that was not taken before: whoever read it over a shoulder comes too late (RFC 6238, 5.2).

        The caller commits. A secret that is being set up has had no codes yet.
        """
        last = user.tf_last_counter if totp_secret == user.tf_totp_secret else None
        try:
            counter = self._totp.verify(token, totp_secret, window=window, last_counter=last).counter
        except TokenError:
            return False
        return _is_first(user, counter)


def _is_first(user: User, counter: int) -> bool:
    """Note which code was taken; of two requests with the same one, the second to write finds that it was."""
    theirs = sa.update(User).where(User.id == user.id, User.tf_last_counter.is_not_distinct_from(user.tf_last_counter))
    noted: Any = db.session.execute(theirs.values(tf_last_counter=counter))
    return bool(noted.rowcount)


def totp_secrets(app: Flask) -> dict[str, str]:
    """Derive a key from SECRET_KEY and each of its fallbacks, each under a tag that stays when the order changes."""
    # A tag begins with a letter or a digit, which a derived key does not always do.
    return {f"k{_derived(key, b'totp tag')[:8]}": _derived(key, b"totp secrets") for key in _keys(app)}


def recovery_secrets(app: Flask) -> list[bytes]:
    """Derive a key for the spare codes from SECRET_KEY and each of its fallbacks."""
    return [_derived(key, b"recovery codes").encode() for key in _keys(app)]


def _keys(app: Flask) -> tuple[str, ...]:
    return (app.config["SECRET_KEY"], *(app.config["SECRET_KEY_FALLBACKS"] or ()))


def _derived(key: str, purpose: bytes) -> str:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"eventsvc " + purpose).derive(key.encode())
    return base64.urlsafe_b64encode(derived).decode()
