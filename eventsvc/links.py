"""Absolute addresses: from PUBLIC_URL, never from the request, so a forged Host header reaches no letter."""

from __future__ import annotations

import ipaddress
from typing import Any
from urllib.parse import urlsplit

from flask import current_app


def absolute(endpoint: str, **values: Any) -> str:
    """Return the public address of an endpoint."""
    return public(path(endpoint, **values))


def public(local: str) -> str:
    """Put PUBLIC_URL before a local path that starts with a slash."""
    return f"{current_app.config['PUBLIC_URL']}{local}"


def path(endpoint: str, **values: Any) -> str:
    """Return the local path of an endpoint, alike in a request, in the worker and in a command.

    Unlike `url_for` it carries nothing over from the page being shown: what is stored or sent must not depend on it.
    """
    return current_app.url_map.bind("localhost").build(endpoint, values)


def public_host() -> str:
    """Return the host name in PUBLIC_URL, for Message-IDs."""
    return urlsplit(current_app.config["PUBLIC_URL"]).hostname or "localhost"


def is_secure() -> bool:
    """Tell whether people reach this site by https."""
    return bool(current_app.config["PUBLIC_URL"].startswith("https://"))


def is_local() -> bool:
    """Tell whether PUBLIC_URL leads to this machine alone."""
    host = public_host()
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
