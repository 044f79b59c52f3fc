"""The extensions, made here and bound in create_app."""

from __future__ import annotations

import select
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app
from flask_babel import Babel
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_mail import Mail
from flask_migrate import Migrate
from flask_security import Security
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import DeclarativeBase

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = sa.MetaData(naming_convention=NAMES)


db = SQLAlchemy(model_class=Base)
migrate = Migrate()
mail = Mail()
csrf = CSRFProtect()
babel = Babel()
limiter = Limiter(key_func=get_remote_address, enabled=True, headers_enabled=False)
security = Security()


def bind_database(app: Flask) -> None:
    """Bind the database, and teach SQLite to behave for many writers."""
    if app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
        options = app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", {})
        options.setdefault("connect_args", {"isolation_level": None, "timeout": 20})
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _listen(db.engine)
        else:
            event.listen(db.engine, "checkout", _refuse_dead)


def is_sqlite() -> bool:
    """Tell whether the current application stands on SQLite."""
    return bool(current_app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"))


def _listen(engine: sa.Engine) -> None:
    event.listen(engine, "connect", _open)
    event.listen(engine, "before_cursor_execute", _begin_before_writing)
    event.listen(engine, "savepoint", _begin_before_savepoint)


def _refuse_dead(connection: Any, _record: Any, _proxy: Any) -> None:
    """Let the pool connect anew where the server hung up while a connection lay idle, so that no request pays for it.

    An idle line has nothing to read; one that was cut off has. Looking costs some microseconds, `pool_pre_ping` asks
    the server and cost half a millisecond. A connection that is alive but was told something is merely made again.
    """
    line = select.poll()
    line.register(connection.fileno(), select.POLLIN)
    if line.poll(0):
        raise InvalidatePoolError


def _open(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_before_writing(conn: Any, _cursor: Any, statement: str, _params: Any, context: Any, _many: bool) -> None:
    """Take the write lock before the first write of a transaction, never by upgrading a read lock.

    A deferred BEGIN that reads and then writes is refused at once (SQLITE_BUSY, no wait) when somebody wrote between.
    """
    compiled = getattr(context, "compiled", None)
    if compiled is not None:
        writes = context.isinsert or context.isupdate or context.isdelete or context.isddl
    else:
        writes = statement.lstrip()[:6].upper() not in {"SELECT", "PRAGMA", "EXPLAI"}
    if writes:
        _begin(conn)


def _begin_before_savepoint(conn: Any, _name: str) -> None:
    _begin(conn)


def _begin(conn: Any) -> None:
    raw = conn.connection.dbapi_connection
    if not raw.in_transaction:
        raw.execute("BEGIN IMMEDIATE")
