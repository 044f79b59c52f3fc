"""What every test may ask for: the application, a client, a stopped clock, a mail server, a count of queries.

The rows and people that tests begin with are functions in `tests/people.py`. A test that asks for none of `app`,
`client`, `make_app` or `database` touches no database, and runs once, with those of SQLite.
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from jinja2 import FileSystemBytecodeCache
from werkzeug.test import TestResponse

from eventsvc import clock as our_clock
from eventsvc import create_app
from eventsvc.accounts.models import User
from eventsvc.events import kept
from eventsvc.extensions import db, limiter, security
from tests import databases, network, people
from tests.databases import Database
from tests.smtp import PostOffice, post_office

# Each has a test of its own that turns it on: `make_app(RATE_LIMITS=True)`.
QUIET = {
    "TESTING": True,
    "SECRET_KEY": "a secret of the tests",
    "PUBLIC_URL": "http://localhost",
    "MAIL_SERVER": None,
    "REDIS_URL": None,
    "RATE_LIMITS": False,
    "MINIMUM_SECONDS": 0,
    "WTF_CSRF_ENABLED": False,
    # As cheap as the scheme allows: that a password is slow to guess is no matter of how often we digest one here.
    "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": {
        "argon2__time_cost": 1,
        "argon2__memory_cost": 8,
        "argon2__parallelism": 1,
    },
}

hypothesis.settings.register_profile("tests", deadline=None, print_blob=True, derandomize=True)
hypothesis.settings.load_profile("tests")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=databases.KINDS, default="sqlite", help="where the tests keep their rows")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what belongs to the other database, and on PostgreSQL what needs no database at all."""
    kind = config.getoption("--database")
    kept = [item for item in items if _belongs_to(item, kind)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept


def _belongs_to(item: pytest.Item, kind: str) -> bool:
    marker = item.get_closest_marker("database")
    if marker is not None:
        return kind in marker.args
    return kind == "sqlite" or "database" in getattr(item, "fixturenames", ())


def pytest_collection_finish() -> None:
    """Let the collector of garbage pass over what was imported and collected: going through it took a sixth of a run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Tell the runner which tests were skipped, so that the last line of `make test` can name them."""
    path = os.environ.get("TEST_LEFT_OUT")
    if path and report.skipped and not hasattr(report, "wasxfail") and "PYTEST_XDIST_WORKER" not in os.environ:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        with Path(path).open("a") as file:
            file.write(f"{report.nodeid} ({reason.removeprefix('Skipped: ')})\n")


@pytest.fixture(autouse=True)
def _no_stray_network() -> Iterator[None]:
    with network.guarded() as refused:
        yield
    assert not refused, f"stray network: {', '.join(refused)}"


@pytest.fixture(scope="session")
def made_database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, worker: str
) -> Iterator[Database]:
    """The database of this process, made by the real migrations."""
    kind = request.config.getoption("--database")
    folder = tmp_path_factory.mktemp("database")
    with databases.made(kind, f"eventsvc_test_{os.getpid()}_{worker}") as made:
        app = create_app(QUIET | {"SQLALCHEMY_DATABASE_URI": made.url, "INSTANCE_PATH": str(folder)})
        with app.app_context():
            upgrade()
            made.remember(db.engine)
            db.engine.dispose()
        yield made


@pytest.fixture(scope="session")
def worker() -> str:
    """The name of this process among those that run the suite."""
    return os.environ.get("PYTEST_XDIST_WORKER", "alone")


@pytest.fixture(scope="session")
def shared_app(
    made_database: Database, tmp_path_factory: pytest.TempPathFactory, compiled_templates: FileSystemBytecodeCache
) -> Iterator[Flask]:
    """The application that all tests share; ask for `app`, which comes with empty tables."""
    instance = tmp_path_factory.mktemp("instance")
    app = create_app(QUIET | {"SQLALCHEMY_DATABASE_URI": made_database.url, "INSTANCE_PATH": str(instance)})
    app.test_client_class = Client
    app.jinja_env.bytecode_cache = compiled_templates
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """What Jinja has compiled, for every application of every process of this run; it looks whether it is still true."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    return FileSystemBytecodeCache(str(folder))


@pytest.fixture
def database(shared_app: Flask, made_database: Database) -> Database:
    """The database with empty tables, for tests that hand `database.url` to other processes."""
    with shared_app.app_context():
        made_database.reset(db.engine)
    return made_database


@pytest.fixture
def app(shared_app: Flask, database: Database, clock: Clock) -> Iterator[Flask]:
    """The application within its context, with empty tables and nothing kept of other tests', at `people.NOW`."""
    shared_app.extensions.pop(kept.NAME, None)
    with shared_app.app_context():
        yield shared_app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript: Ada's, or anybody's who has not signed in."""
    return app.test_client()


@pytest.fixture
def make_app(
    app: Flask, database: Database, tmp_path: Path, compiled_templates: FileSystemBytecodeCache
) -> Iterator[Callable[..., Flask]]:
    """Make another application on the same rows: `make_app(RATE_LIMITS=True)`; its instance folder is `tmp_path`."""
    made: list[Flask] = []
    # The extensions are one per process, and these two keep the settings of whoever came last.
    kept = [(extension, vars(extension).copy()) for extension in (limiter, security)]

    def make(**settings: Any) -> Flask:
        of_its_own = {"SQLALCHEMY_DATABASE_URI": database.url, "INSTANCE_PATH": str(tmp_path)}
        another = create_app(QUIET | of_its_own | settings)
        another.test_client_class = Client
        another.jinja_env.bytecode_cache = compiled_templates
        made.append(another)
        return another

    yield make
    for extension, settings in kept:
        vars(extension).update(settings)
    for another in made:
        with another.app_context():
            db.engine.dispose()


class Client(FlaskClient):
    """A client whose requests have a database session of their own, as they have on a server.

    Without it a request would share the test's, find rows that were never committed, and leave `g` behind.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        kwargs.setdefault("buffered", True)
        with self.application.app_context():
            response = super().open(*args, **kwargs)
        # What the test holds was read before the request.
        db.session.expire_all()
        return response


@pytest.fixture
def sign_in(app: Flask) -> Callable[..., FlaskClient]:
    """Sign an organiser in without the password's slow digest: `desk = sign_in(olga)`."""

    def signed_in(user: User, of: Flask | None = None) -> FlaskClient:
        client = (of or app).test_client()
        with client.session_transaction("/desk/") as cookie:
            cookie.update({"_user_id": user.fs_uniquifier, "_fresh": True, "fs_cc": "set", "fs_paa": time.time()})
        return client

    return signed_in


@pytest.fixture
def csrf(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let forms demand their token, as they do outside the tests."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)


class Clock:
    """The stopped clock in a test's hand."""

    @property
    def now(self) -> datetime:
        """What the clock shows."""
        return our_clock.now()

    def at(self, moment: datetime) -> datetime:
        """Stop the clock at an aware moment."""
        our_clock.stop(moment)
        return our_clock.now()

    def forward(self, span: timedelta) -> datetime:
        """Move the stopped clock on."""
        return self.at(our_clock.now() + span)


@pytest.fixture
def clock() -> Iterator[Clock]:
    """The clock, stopped at `people.NOW`."""
    our_clock.stop(people.NOW)
    yield Clock()
    our_clock.go()


@pytest.fixture
def smtp() -> Iterator[PostOffice]:
    """A real mail server: `app = make_app(**smtp.settings)`."""
    with post_office() as office:
        yield office


class Queries:
    """The statements that were sent to the database, in their order."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    @property
    def count(self) -> int:
        return len(self.statements)

    def __len__(self) -> int:
        return len(self.statements)

    def __repr__(self) -> str:
        return "\n".join(self.statements)


@pytest.fixture
def count_queries() -> Callable[[], Any]:
    """Count statements: `with count_queries() as queries: client.get("/")`, then `queries.count`."""

    @contextmanager
    def counting() -> Iterator[Queries]:
        queries = Queries()

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            queries.statements.append(statement)

        sa.event.listen(sa.Engine, "before_cursor_execute", note)
        try:
            yield queries
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", note)

    return counting
