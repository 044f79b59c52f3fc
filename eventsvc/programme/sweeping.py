"""Photos and slides that no row names any more, as of a session that was taken out: found and forgotten."""

from __future__ import annotations

from datetime import datetime

from eventsvc import stores, sweeping
from eventsvc.programme.models import Slides, Speaker


def sweep(*, at: datetime) -> int:
    """Forget files that nobody names and that are a day old; return how many."""
    named = {stores.PHOTOS: Speaker.photo_digest, stores.FILES: Slides.digest}
    return sum(sweeping.sweep(shelf, column, at=at) for shelf, column in named.items())
