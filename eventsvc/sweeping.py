"""Files that no row names any more: found and forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from eventsvc import stores
from eventsvc.extensions import db

DAY = timedelta(days=1)


def sweep(shelf: str, named: Any, *, at: datetime, pause: timedelta = DAY) -> int:
    """Forget the files of a shelf that nobody names in the column `named`; return how many.

    A file is kept a moment before its row is written, so what is younger than `pause` is left alone.
    """
    old = {digest for digest, kept_at in stores.kept(shelf) if kept_at <= at - pause}
    if not old:
        return 0
    gone = old - set(db.session.scalars(sa.select(named).where(named.is_not(None)).distinct()))
    for digest in gone:
        stores.drop(shelf, digest)
    return len(gone)
