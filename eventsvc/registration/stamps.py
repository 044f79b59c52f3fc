"""When a form was opened, signed, so that a program cannot say it took its time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import current_app
from itsdangerous import BadSignature, Signer


def stamp(at: datetime) -> str:
    """Write a moment, to the millisecond, so that only this site can have written it."""
    return _signer().sign(str(round(at.timestamp() * 1000))).decode()


def age(written: str | None, at: datetime) -> timedelta | None:
    """Return how long ago a stamp was written; None where there is none or it is not ours."""
    try:
        opened = int(_signer().unsign((written or "").encode("utf-8", "surrogatepass")))
    except BadSignature:
        return None
    return at - datetime.fromtimestamp(opened / 1000, UTC)


def _signer() -> Signer:
    config = current_app.config
    return Signer([*(config["SECRET_KEY_FALLBACKS"] or ()), config["SECRET_KEY"]], salt="a form was opened")
