"""How alembic runs here: inside the application, in batches for SQLite, with our column types written as plain ones."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import context
from flask import current_app

# Imported for their tables.
import eventsvc.accounts.models
import eventsvc.calendars.models
import eventsvc.events.models
import eventsvc.mail.models
import eventsvc.programme.models
import eventsvc.registration.models  # noqa: F401
from eventsvc.columns import UTCDateTime
from eventsvc.extensions import db, is_sqlite


def _render_item(kind: str, item: Any, autogen_context: Any) -> str | bool:
    """Write our types as SQLAlchemy's own: a migration must run long after our code has changed."""
    if kind != "type":
        return False
    if isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, sa.Enum):
        return f"sa.String(length={item.length})"
    if isinstance(item, sa.JSON):
        autogen_context.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    if type(item).__name__ == "AsaList":
        return "sa.UnicodeText()"
    return False


def run() -> None:
    """Migrate over one connection of the application's own engine.

    SQLite changes a table by making it anew: with foreign keys on, dropping the old one would delete what points at it.
    """
    with current_app.app_context(), db.engine.connect() as connection:
        if is_sqlite():
            _switch(connection, "foreign_keys", "OFF")
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_as_batch=True,
            render_item=_render_item,
            compare_type=False,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
        if is_sqlite():
            lost = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            _switch(connection, "foreign_keys", "ON")
            if lost:
                raise RuntimeError(f"the migration left rows that point at nothing: {lost[:5]}")


def _switch(connection: sa.Connection, name: str, value: str) -> None:
    """Set a pragma outside of any transaction, where alone SQLite heeds it."""
    connection.connection.dbapi_connection.execute(f"PRAGMA {name}={value}")  # type: ignore[union-attr]


run()
