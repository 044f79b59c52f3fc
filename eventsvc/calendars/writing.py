"""By what entries and feeds are written: the writer's version, and the settings whose words stand in every entry."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from flask import current_app

from eventsvc.calendars import ics


def writer() -> str:
    """Return what belongs to every version and stands beside the bytes of each entry; at most 16 characters.

    A site that has moved to another address, or has another name, is another writer: its entries are written anew.
    """
    return _named(current_app.config["PUBLIC_URL"], current_app.config["SITE_NAME"])


@lru_cache(maxsize=8)
def _named(*settings: str) -> str:
    digest = hashlib.sha256("\n".join(settings).encode()).hexdigest()
    return f"{ics.WRITER}.{digest}"[:16]
