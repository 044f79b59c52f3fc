"""Absolute addresses: from PUBLIC_URL, never from the request, so a forged Host header reaches no letter."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import current_app, url_for


def absolute(endpoint: str, **values: Any) -> str:
    """Return the public address of an endpoint."""
    return public(path(endpoint, **values))


def public(local: str) -> str:
    """Put PUBLIC_URL before a local path that starts with a slash."""
    return f"{current_app.config['PUBLIC_URL']}{local}"


def path(endpoint: str, **values: Any) -> str:
    """Return the local path of an endpoint; works in the worker too, where there is no request."""
    built = urlsplit(url_for(endpoint, **values, _external=False))
    return built.path + (f"?{built.query}" if built.query else "") + (f"#{built.fragment}" if built.fragment else "")


def public_host() -> str:
    """Return the host name in PUBLIC_URL, for Message-IDs."""
    return urlsplit(current_app.config["PUBLIC_URL"]).hostname or "localhost"


def is_secure() -> bool:
    """Tell whether people reach this site by https."""
    return bool(current_app.config["PUBLIC_URL"].startswith("https://"))
