"""Files that no row names any more, as of a session that was taken out: found and forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from eventsvc.extensions import db
from eventsvc.programme import stores
from eventsvc.programme.models import Slides, Speaker

PAUSE = timedelta(days=1)
"""A file is kept a moment before its row is written, so what is young is left alone."""


def sweep(*, at: datetime) -> int:
    """Forget files that nobody names and that are a day old; return how many."""
    named = {stores.PHOTOS: Speaker.photo_digest, stores.FILES: Slides.digest}
    return sum(_sweep(store, column, at) for store, column in named.items())


def _sweep(store: str, column: Any, at: datetime) -> int:
    old = {digest for digest, kept_at in stores.kept(store) if kept_at <= at - PAUSE}
    if not old:
        return 0
    gone = old - set(db.session.scalars(sa.select(column).where(column.is_not(None)).distinct()))
    for digest in gone:
        stores.drop(store, digest)
    return len(gone)
