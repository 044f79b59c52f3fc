"""The database as the house opens it."""

from __future__ import annotations

import psycopg
import pytest
from flask.testing import FlaskClient

from eventsvc.extensions import db
from tests.databases import Database

THEIRS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
HANG_UP = f"SELECT count(pg_terminate_backend(pid)) FROM ({THEIRS}) AS theirs"


def hang_up(database: Database) -> int:
    """Cut off every connection of ours, as a restart of the server does; tell how many there were."""
    with psycopg.connect(database.url.replace("+psycopg", "")) as operator:
        row = operator.execute(HANG_UP).fetchone()
        # Each says farewell before it leaves the list.
        while operator.execute(THEIRS).rowcount:
            operator.rollback()
    return int(row[0]) if row else 0


@pytest.mark.database("postgresql")
def test_a_restarted_server_costs_no_request(client: FlaskClient, database: Database) -> None:
    client.get("/")
    db.session.remove()

    cut = hang_up(database)

    assert cut >= 1
    assert [client.get(path).status_code for path in ("/", "/calendar.ics", "/readyz")] == [200, 200, 200]
