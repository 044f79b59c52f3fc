"""Databases for the tests: each run makes its own, and takes it away again.

SQLite is a file in a temporary folder, in memory where the system has such a place: what a test wrote need not outlive
it, and waiting for a disk was a tenth of the suite. PostgreSQL is looked for at TEST_POSTGRES_URL (a server, without a database's
name), else on 127.0.0.1:5432, where `postgres` or `root` may come in without a password.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import sqlalchemy as sa
from psycopg import sql

KINDS = ("sqlite", "postgresql")
MEMORY = Path("/dev/shm")
USUAL_SERVERS = ("postgresql://postgres@127.0.0.1:5432", "postgresql://root@127.0.0.1:5432")


@dataclass(frozen=True, slots=True)
class Database:
    """Where the tests keep their rows: `url` is SQLAlchemy's, `reset` empties it between two tests."""

    kind: str
    url: str
    reset: Callable[[sa.Engine], None]
    remember: Callable[[sa.Engine], None]


def find_postgres() -> str | None:
    """Return the address of a PostgreSQL server that lets us make databases, or None."""
    said = os.environ.get("TEST_POSTGRES_URL", "").rstrip("/")
    for server in [said] if said else USUAL_SERVERS:
        try:
            may_create = _ask(server, "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
        except psycopg.OperationalError:
            continue
        if may_create:
            return server
    return None


@contextmanager
def made(kind: str, name: str) -> Iterator[Database]:
    """Make an empty database for the block; `name` must be new.

    Raises RuntimeError when PostgreSQL is asked for and none is found.
    """
    if kind == "sqlite":
        _sweep_memory()
        with tempfile.TemporaryDirectory(prefix=name, dir=MEMORY if os.access(MEMORY, os.W_OK) else None) as folder:
            yield _sqlite(Path(folder))
        return
    server = find_postgres()
    if server is None:
        raise RuntimeError("no PostgreSQL server answers: start one on 127.0.0.1:5432 or set TEST_POSTGRES_URL")
    _sweep(server)
    _do(server, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    # A commit does not wait for the disk; nothing else about it differs.
    _do(server, sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(sql.Identifier(name)))
    try:
        yield _postgres(f"{server.replace('postgresql://', 'postgresql+psycopg://', 1)}/{name}")
    finally:
        _do(server, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _sqlite(folder: Path) -> Database:
    rows, template = folder / "tests.db", folder / "template.db"

    def reset(engine: sa.Engine) -> None:
        engine.dispose()
        # The file goes too: a failed test may still hold a connection, and must not write into the next one's rows.
        for suffix in ("", "-wal", "-shm"):
            rows.with_name(rows.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(template, rows)

    def remember(engine: sa.Engine) -> None:
        # The last connection to close folds the write-ahead log into the file.
        engine.dispose()
        shutil.copyfile(rows, template)

    return Database("sqlite", f"sqlite:///{rows}", reset, remember)


def _postgres(url: str) -> Database:
    emptying: list[sa.TextClause] = []

    def reset(engine: sa.Engine) -> None:
        with engine.begin() as connection:
            # A connection that a test left open would make this wait for ever.
            connection.execute(sa.text("SET LOCAL lock_timeout = '10s'"))
            connection.execute(emptying[0])

    def remember(engine: sa.Engine) -> None:
        described = sa.MetaData()
        described.reflect(engine)
        tables = [table for table in reversed(described.sorted_tables) if table.name != "alembic_version"]
        with engine.begin() as connection:
            filled = [
                table.name for table in tables if connection.scalar(sa.select(sa.func.count()).select_from(table))
            ]
            sequences = connection.scalars(sa.text("SELECT sequencename FROM pg_sequences")).all()
        if filled:
            raise RuntimeError(f"migrations left rows in {filled}: the reset between tests would lose them")
        # TRUNCATE makes new files for each table and index, half a second of them; few rows are sooner deleted.
        statements = [f'DELETE FROM "{table.name}"' for table in tables]
        statements += [f"SELECT setval('\"{sequence}\"', 1, false)" for sequence in sequences]
        emptying[:] = [sa.text("; ".join(statements))]

    return Database("postgresql", url, reset, remember)


def _sweep(server: str) -> None:
    """Drop what a killed run left: databases of processes that are no more, to which nobody is connected."""
    with psycopg.connect(f"{server}/postgres", autocommit=True, connect_timeout=3) as connection:
        unused = connection.execute(
            "SELECT datname FROM pg_database WHERE datname ~ '^eventsvc_test_[0-9]+_' "
            "AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE pg_stat_activity.datname = pg_database.datname)"
        )
        for (name,) in unused.fetchall():
            if not _lives(int(name.split("_")[2])):
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


def _sweep_memory() -> None:
    """Drop the files that a killed run left in memory."""
    for folder in MEMORY.glob("eventsvc_test_*"):
        if not _lives(int(folder.name.split("_")[2])):
            shutil.rmtree(folder, ignore_errors=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        # Somebody else's.
        return True
    return True


def _ask(server: str, question: str) -> object:
    with psycopg.connect(f"{server}/postgres", autocommit=True, connect_timeout=3) as connection:
        row = connection.execute(question.encode()).fetchone()
    return row[0] if row else None


def _do(server: str, statement: sql.Composed) -> None:
    with psycopg.connect(f"{server}/postgres", autocommit=True, connect_timeout=3) as connection:
        connection.execute(statement)
