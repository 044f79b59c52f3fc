"""The database as operators see it: does it answer, is its schema ours, can it be written to?"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask import current_app

from eventsvc.extensions import db, migrate


def answers() -> bool:
    """Tell whether the database answers at all.

    Raises sqlalchemy.exc.SQLAlchemyError when it does not.
    """
    return db.session.scalar(sa.select(sa.literal(1))) == 1


def revision() -> str | None:
    """Return the migration the database stands at; None when none was ever run."""
    if not sa.inspect(db.session.connection()).has_table("alembic_version"):
        return None
    stands_at: str | None = db.session.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return stands_at


def head() -> str | None:
    """Return the newest migration of this code."""
    return _head(current_app.extensions["migrate"].directory)


def is_writable() -> bool:
    """Tell whether rows could be written, without taking a lock that a writer waits for."""
    if db.engine.dialect.name == "postgresql":
        return bool(db.session.scalar(sa.text("SHOW transaction_read_only")) == "off")
    name = db.engine.url.database
    # SQLite writes beside its file too: the log of changes lies in the same folder.
    return not name or name == ":memory:" or (os.access(name, os.W_OK) and os.access(Path(name).parent, os.W_OK))


@lru_cache(maxsize=4)
def _head(directory: str) -> str | None:
    return ScriptDirectory.from_config(migrate.get_config(directory)).get_current_head()
