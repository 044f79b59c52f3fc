"""What a feed is narrowed to, read from its address."""

from __future__ import annotations

from flask import request

from eventsvc.calendars import feeds
from eventsvc.events import listing


def narrowed() -> feeds.Filter:
    """Read the filter from the address; words nobody knows are passed over, as a feed must outlive them."""
    said = request.args
    return feeds.Filter(
        listing.kinds(said.getlist("kind")), listing.modes(said.getlist("mode")), said.get("series", "")[:120]
    )
