"""Settings: what the environment says, with defaults that let a first run work."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

LANGUAGES = ("en", "nl")


def load(environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Read every setting eventsvc knows from `environ`; one that is empty is as one that is not there.

    Raises ValueError with the setting's name when a number is not one.
    """
    return {
        "SQLALCHEMY_DATABASE_URI": database_url(environ.get("DATABASE_URL") or "sqlite:///eventsvc.db"),
        "SECRET_KEY": environ.get("SECRET_KEY") or None,
        "SECRET_KEY_FALLBACKS": _words(environ, "SECRET_KEY_FALLBACKS"),
        "PUBLIC_URL": (environ.get("PUBLIC_URL") or "http://127.0.0.1:8000").rstrip("/"),
        "SITE_NAME": environ.get("SITE_NAME") or "LUMC Global",
        "SITE_ABOUT": environ.get("SITE_ABOUT") or "The international office of Leiden University Medical Center.",
        "SITE_CONTACT": environ.get("SITE_CONTACT") or "events@example.org",
        "SITE_TIMEZONE": environ.get("SITE_TIMEZONE") or "Europe/Amsterdam",
        "SITE_LANGUAGE": environ.get("SITE_LANGUAGE") or "en",
        "MAIL_SERVER": environ.get("MAIL_SERVER") or None,
        "MAIL_PORT": _number(environ, "MAIL_PORT", 25),
        "MAIL_USERNAME": environ.get("MAIL_USERNAME") or None,
        "MAIL_PASSWORD": environ.get("MAIL_PASSWORD") or None,
        "MAIL_USE_TLS": _switch(environ, "MAIL_USE_TLS"),
        "MAIL_USE_SSL": _switch(environ, "MAIL_USE_SSL"),
        "MAIL_DEFAULT_SENDER": environ.get("MAIL_DEFAULT_SENDER") or "events@example.org",
        "REDIS_URL": environ.get("REDIS_URL") or None,
        "STORE_URL": environ.get("STORE_URL") or None,
        "STORE_ACCESS_KEY": environ.get("STORE_ACCESS_KEY") or None,
        "STORE_SECRET_KEY": environ.get("STORE_SECRET_KEY") or None,
        "RATE_LIMITS": _switch(environ, "RATE_LIMITS", default=True),
        "COMPRESS_FEEDS": _switch(environ, "COMPRESS_FEEDS", default=True),
        "MINIMUM_SECONDS": _number(environ, "MINIMUM_SECONDS", 2),
        "TRUSTED_PROXIES": _number(environ, "TRUSTED_PROXIES", 0),
        "METRICS_TOKEN": environ.get("METRICS_TOKEN") or None,
    }


def database_url(url: str) -> str:
    """Name the driver where a hosting company's address leaves it out."""
    for short in ("postgres://", "postgresql://"):
        if url.startswith(short):
            return "postgresql+psycopg://" + url.removeprefix(short)
    return url


def kept_secret(path: Path) -> str:
    """Return the secret in `path`; the first process to ask makes it.

    The exclusive create decides between processes that start together: whoever loses reads what the winner wrote.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(32))
    try:
        # A link appears whole or not at all, so nobody can read a half-written secret.
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return path.read_text().strip()


def _words(environ: Mapping[str, str], name: str) -> list[str]:
    return [word.strip() for word in environ.get(name, "").split(",") if word.strip()]


def _number(environ: Mapping[str, str], name: str, default: int) -> int:
    said = environ.get(name, "").strip()
    if not said:
        return default
    if not said.isdigit():
        raise ValueError(f"{name} must be a whole number, not {said!r}")
    return int(said)


def _switch(environ: Mapping[str, str], name: str, *, default: bool = False) -> bool:
    said = environ.get(name, "").strip().lower()
    return said in {"1", "true", "yes", "on"} if said else default
