"""The house the tests live in: each database begins empty, the clock stands, nothing leaves the machine."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import downgrade, upgrade

from eventsvc import clock as our_clock
from eventsvc.events.models import Event
from eventsvc.extensions import db, limiter
from tests import network, people
from tests.conftest import Clock
from tests.databases import Database
from tests.smtp import PostOffice

LETTER = "From: events@example.org\r\nTo: ada@example.org\r\nSubject: Hello\r\n\r\nCome in.\r\n"


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_begins_with_empty_tables_and_the_same_numbers(app: Flask, turn: int) -> None:
    before = db.session.scalar(sa.select(sa.func.count()).select_from(Event))
    event = people.an_event()

    assert (before, event.id) == (0, 1)


def test_the_clock_stands_until_it_is_moved(app: Flask, clock: Clock) -> None:
    assert our_clock.now() == people.NOW == clock.now
    assert clock.forward(timedelta(hours=1)) == our_clock.now() == people.NOW + timedelta(hours=1)


def test_a_request_sees_only_what_was_committed(app: Flask, make_app: Callable[..., Flask]) -> None:
    seen: list[str] = []
    event = people.an_event(title="As it was")
    another = make_app()

    @another.get("/look")
    def look() -> str:
        seen.append(db.session.get_one(Event, event.id).title)
        return ""

    event.title = "As it may be"
    db.session.flush()

    another.test_client().get("/look")

    assert seen == ["As it was"]


@pytest.mark.parametrize("turn", [1, 2])
def test_limits_are_on_for_the_tests_that_turn_them_on_only(make_app: Callable[..., Flask], turn: int) -> None:
    before = limiter.enabled

    make_app(RATE_LIMITS=True)

    assert (before, limiter.enabled) == (False, True)


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("example.org", 443), ("127.0.0.1", 25)])
def test_a_connection_that_leaves_the_machine_is_an_error(address: tuple[str, int]) -> None:
    with network.guarded() as refused, pytest.raises(network.StrayNetwork):
        socket.create_connection(address, timeout=1)

    assert refused == [f"{address[0]}:{address[1]}"]


def test_the_mail_server_keeps_letters_and_says_no_when_told(smtp: PostOffice) -> None:
    smtp.refuse("eve@example.org", "451 4.3.0 Later")

    with smtplib.SMTP(smtp.host, smtp.port, local_hostname="localhost", timeout=10) as connection:
        refused = connection.sendmail("events@example.org", ["ada@example.org", "eve@example.org"], LETTER)

    assert refused == {"eve@example.org": (451, b"4.3.0 Later")}
    assert [letter.body().strip() for letter in smtp.to("ada@example.org")] == ["Come in."]
    assert smtp.connections == 1


def test_the_mail_server_drops_the_connection_when_told(smtp: PostOffice) -> None:
    smtp.drop_after(letters=1)

    with (
        pytest.raises(smtplib.SMTPServerDisconnected),
        smtplib.SMTP(smtp.host, smtp.port, local_hostname="localhost", timeout=10) as connection,
    ):
        for _ in range(2):
            connection.sendmail("events@example.org", ["ada@example.org"], LETTER)

    assert len(smtp.letters) == 1


def test_queries_are_counted(app: Flask, count_queries: Callable[[], Any]) -> None:
    with count_queries() as queries:
        db.session.execute(sa.text("SELECT 1"))
        db.session.execute(sa.text("SELECT 2"))

    assert queries.count == 2


def test_migrations_run_both_ways_and_end_where_the_models_are(app: Flask, database: Database) -> None:
    db.session.remove()
    downgrade(revision="base")
    assert set(sa.inspect(db.engine).get_table_names()) <= {"alembic_version"}

    upgrade()

    with db.engine.connect() as connection:
        here = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(here, db.metadata) == []


@pytest.mark.parametrize("name", ["Europe/Leiden", "", "../etc", "CET+1"])
def test_a_time_zone_that_is_none_is_told_at_the_start(make_app: Callable[..., Flask], name: str) -> None:
    with pytest.raises(ValueError, match="SITE_TIMEZONE"):
        make_app(SITE_TIMEZONE=name)


def test_an_office_elsewhere_has_its_own_clock(
    make_app: Callable[..., Flask], sign_in: Callable[..., FlaskClient]
) -> None:
    office = make_app(SITE_TIMEZONE="Asia/Kathmandu")
    desk = sign_in(people.an_organiser("Olga", is_admin=True), office)
    said = {"kind": "webinar", "title": "A talk", "timezone": "Asia/Kathmandu"}

    form = desk.get("/desk/events/new?kind=webinar").text
    made = desk.post("/desk/events/new", data=said)

    # 09:00 in UTC; morning in Leiden, a quarter to three in the afternoon there.
    assert "Good afternoon" in desk.get("/desk/").text
    assert "14:45" in desk.get("/desk/audit").text
    assert made.status_code == 303
    assert 'value="Asia/Kathmandu"' in form
    assert b"Asia/Kathmandu" in office.test_client().get("/calendar.ics").data
    with office.app_context():
        assert people.an_event(timezone=None).timezone == "Asia/Kathmandu"
