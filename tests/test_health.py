"""What operators' programs ask."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from eventsvc import metrics
from eventsvc.extensions import db
from eventsvc.mail.models import Message, MessageState, WorkerPulse
from eventsvc.registration.models import State
from tests.people import NOW, a_registration, an_event


def samples(client: FlaskClient) -> dict[tuple[str, tuple[str, ...]], float]:
    text = client.get("/metrics").get_data(as_text=True)
    return {
        (sample.name, tuple(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def a_letter(**over: Any) -> Message:
    facts: dict[str, Any] = {
        "key": os.urandom(4).hex(),
        "about": "x",
        "kind": "registered",
        "language": "en",
        "recipient": "ada@example.org",
        "facts": {},
        "created_at": NOW,
        "due_at": NOW,
        "message_id": "<x@localhost>",
    }
    message = Message(**(facts | over))
    db.session.add(message)
    db.session.commit()
    return message


def test_healthz_answers_without_asking_the_database(client: FlaskClient, count_queries: Any) -> None:
    with count_queries() as queries:
        response = client.get("/healthz")

    assert (response.status_code, response.text, queries.count) == (200, "ok", 0)


def test_readyz_is_ready_although_no_worker_ever_looked(client: FlaskClient) -> None:
    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json == {
        "ready": True,
        "database": "ok",
        "migrations": "ok",
        "outbox": "ok",
        "worker": "never looked",
    }
    assert response.headers["Cache-Control"] == "no-store"


def test_readyz_tells_when_the_worker_last_looked(client: FlaskClient) -> None:
    db.session.add(WorkerPulse(name="one", looked_at=NOW - timedelta(minutes=20)))
    db.session.commit()

    response = client.get("/readyz")

    assert response.json is not None
    assert (response.status_code, response.json["worker"]) == (200, "looked 1200 s ago")


def test_readyz_is_not_ready_before_the_migrations_ran(make_app: Any, tmp_path: Any) -> None:
    app = make_app(SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path}/empty.db")

    response = app.test_client().get("/readyz")

    assert response.status_code == 503
    assert response.json["migrations"].startswith("at None, not at ")


def test_readyz_is_not_ready_when_the_database_does_not_answer(make_app: Any) -> None:
    app = make_app(SQLALCHEMY_DATABASE_URI="sqlite:////nowhere/at/all.db")

    response = app.test_client().get("/readyz")

    assert (response.status_code, response.json) == (503, {"ready": False, "database": "does not answer"})


@pytest.mark.database("sqlite")
def test_readyz_is_not_ready_when_nothing_can_be_written(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    # Tests may run as root, whom no file refuses.
    monkeypatch.setattr(os, "access", lambda _path, mode: mode != os.W_OK)

    response = client.get("/readyz")

    assert response.json is not None
    assert (response.status_code, response.json["outbox"]) == (503, "read-only")


@pytest.mark.database("postgresql")
def test_readyz_is_not_ready_on_a_standby_that_only_reads(make_app: Any, database: Any) -> None:
    joined = "&" if "?" in database.url else "?"
    app = make_app(SQLALCHEMY_DATABASE_URI=f"{database.url}{joined}options=-cdefault_transaction_read_only%3Don")

    response = app.test_client().get("/readyz")

    assert (response.status_code, response.json["outbox"]) == (503, "read-only")


def test_metrics_count_letters_and_registrations(client: FlaskClient) -> None:
    event = an_event()
    for state in (State.CONFIRMED, State.CONFIRMED, State.WAITLISTED):
        a_registration(event, state=state)
    a_letter(created_at=NOW - timedelta(minutes=11), due_at=NOW - timedelta(seconds=90))
    a_letter(state=MessageState.FAILED)
    a_letter(state=MessageState.SENT)

    seen = samples(client)

    assert seen["eventsvc_registrations", ("confirmed",)] == 2
    assert seen["eventsvc_registrations", ("waitlisted",)] == 1
    assert seen["eventsvc_registrations", ("cancelled",)] == 0
    assert seen["eventsvc_letters_waiting", ()] == 1
    assert seen["eventsvc_letters_oldest_seconds", ()] == 90
    assert seen["eventsvc_letters_failed", ()] == 1


def test_metrics_count_answers_by_endpoint_and_class_of_status(make_app: Any) -> None:
    client = make_app().test_client()
    for _ in range(3):
        client.get("/healthz")
    client.get("/nowhere-at-all")

    seen = samples(client)

    assert seen["eventsvc_answer_seconds_count", ("health.healthz", "2xx")] == 3
    assert seen["eventsvc_answer_seconds_bucket", ("health.healthz", "+Inf", "2xx")] == 3
    assert seen["eventsvc_answer_seconds_sum", ("health.healthz", "2xx")] > 0
    assert seen["eventsvc_answer_seconds_count", ("(none)", "4xx")] == 1


def test_metrics_name_nobody(client: FlaskClient) -> None:
    registration = a_registration(an_event())
    client.get(f"/registrations/{registration.token}")

    text = client.get("/metrics").get_data(as_text=True)

    for secret in (registration.email, registration.family_name, registration.token):
        assert str(secret) not in text


def test_metrics_ask_a_handful_of_queries_however_many_rows_there_are(client: FlaskClient, count_queries: Any) -> None:
    with count_queries() as few:
        client.get("/metrics")
    event = an_event()
    for _ in range(3):
        a_registration(event)
        a_letter()

    with count_queries() as many:
        client.get("/metrics")

    assert many.count == few.count <= 6


def test_a_forked_worker_adds_to_the_sums_of_all() -> None:
    table = metrics.Timings(["page"])
    table.observe("page", 200, 0.004)
    child = os.fork()
    if child == 0:
        table.observe("page", 204, 0.2)
        os._exit(0)
    os.waitpid(child, 0)

    (row,) = table.rows()

    assert (row.endpoint, row.status, row.count) == ("page", "2xx", 2)
    assert row.cumulative[0] == 1
    assert row.seconds == pytest.approx(0.204)


def test_an_answer_slower_than_every_bound_is_counted_beyond_them() -> None:
    table = metrics.Timings(["page"])
    table.observe("page", 500, 60)

    (row,) = table.rows()

    assert (row.count, row.cumulative[-1]) == (1, 0)


def test_the_sums_of_many_answers_are_right() -> None:
    table = metrics.Timings(["one", "two"])
    for number in range(1000):
        table.observe("two", 404, number / 1000)

    (row,) = table.rows()

    expected = tuple(sum(number / 1000 <= bound for number in range(1000)) for bound in metrics.BOUNDS)
    assert row.cumulative == expected


def test_metrics_of_an_unreadable_database_are_an_error_and_not_zeroes(make_app: Any) -> None:
    app: Flask = make_app(SQLALCHEMY_DATABASE_URI="sqlite:////nowhere/at/all.db", PROPAGATE_EXCEPTIONS=False)

    assert app.test_client().get("/metrics").status_code == 500


def test_metrics_are_for_this_machine_where_there_is_no_token(client: FlaskClient) -> None:
    def status(**around: str) -> int:
        return client.get("/metrics", environ_overrides=around).status_code

    assert status(REMOTE_ADDR="127.0.0.1") == status(REMOTE_ADDR="::1") == 200
    assert status(REMOTE_ADDR="192.0.2.7") == status(REMOTE_ADDR="") == 404


def test_behind_a_proxy_it_is_the_visitor_who_is_asked_about(make_app: Any) -> None:
    client = make_app(TRUSTED_PROXIES=1).test_client()

    answer = client.get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"})

    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("Bearer a token", 200),
        ("Bearer another", 401),
        ("Bearer é", 401),
        ("Basic YTph", 401),
        ("", 401),
    ],
)
def test_metrics_are_for_whoever_says_the_token_from_wherever(make_app: Any, said: str, status: int) -> None:
    client = make_app(METRICS_TOKEN="a token").test_client()

    answer = client.get("/metrics", headers={"Authorization": said}, environ_overrides={"REMOTE_ADDR": "192.0.2.7"})

    assert answer.status_code == status
    assert (answer.headers.get("WWW-Authenticate") == "Bearer") is (status == 401)
