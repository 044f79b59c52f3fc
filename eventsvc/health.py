"""What operators' programs ask: is it up, is it ready, how is it doing?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, abort, current_app, jsonify, request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily, Metric
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from eventsvc import clock, database, logs, metrics, tokens
from eventsvc.extensions import db
from eventsvc.mail import queue
from eventsvc.registration.models import Registration, State

blueprint = Blueprint("health", __name__)

_HERE = {"127.0.0.1", "::1", "::ffff:127.0.0.1"}
TEXT = "text/plain; version=0.0.4; charset=utf-8"


@blueprint.get("/healthz")
def healthz() -> Response:
    """Answer that the process is alive; it looks at nothing else."""
    return _unkept(Response("ok", mimetype="text/plain"))


@blueprint.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Answer 200 when people can be served, else 503, with each thing looked at.

    A sleeping worker is told, but letters wait for it safely, so it takes no server out of service.
    """
    try:
        looked_at = _look()
    except SQLAlchemyError:
        db.session.rollback()
        looked_at = {"database": "does not answer"}
    ready = all(looked_at.get(name) == "ok" for name in ("database", "migrations", "outbox"))
    return _unkept(jsonify(ready=ready, **looked_at)), 200 if ready else 503


@blueprint.get("/metrics", endpoint="metrics")
def show_metrics() -> Response:
    """Write what can be counted, as Prometheus reads it: for whoever has METRICS_TOKEN, else for this machine alone."""
    _check_who_counts()
    registry = CollectorRegistry()
    registry.register(_Collector())
    return _unkept(Response(generate_latest(registry), content_type=TEXT))


def _check_who_counts() -> None:
    """Answer 401 without the token, where one is set; where none is, answer 404 to whoever asks from elsewhere."""
    token = current_app.config["METRICS_TOKEN"]
    said = request.authorization
    if not token and request.remote_addr not in _HERE:
        abort(404)
    if token and not (said and said.type == "bearer" and tokens.same(said.token or "", token)):
        raise Unauthorized(www_authenticate=WWWAuthenticate("bearer"))


class _Collector:
    """Counts when asked, so that nothing is counted twice and nobody else pays."""

    def collect(self) -> Iterable[Metric]:
        yield _registrations()
        yield from _letters()
        yield _answers(logs.timings().rows())


def _look() -> dict[str, str]:
    database.answers()
    revision, head = database.revision(), database.head()
    return {
        "database": "ok",
        "migrations": "ok" if revision == head else f"at {revision}, not at {head}",
        "outbox": "ok" if database.is_writable() else "read-only",
        "worker": _worker() if revision == head else "unknown",
    }


def _worker() -> str:
    looked_at = queue.look(clock.now()).worker_looked_at
    if looked_at is None:
        return "never looked"
    return f"looked {(clock.now() - looked_at).total_seconds():.0f} s ago"


def _registrations() -> Metric:
    rows = db.session.execute(sa.select(Registration.state, sa.func.count()).group_by(Registration.state))
    counted: dict[State, int] = {row[0]: row[1] for row in rows}
    family = GaugeMetricFamily("eventsvc_registrations", "Registrations by state.", labels=["state"])
    for state in State:
        family.add_metric([state.value], counted.get(state, 0))
    return family


def _letters() -> Iterator[Metric]:
    now = clock.now()
    seen = queue.look(now)
    oldest = seen.oldest_age.total_seconds() if seen.oldest_age else 0
    yield GaugeMetricFamily("eventsvc_letters_waiting", "Letters that wait to be sent.", value=seen.waiting)
    yield GaugeMetricFamily("eventsvc_letters_oldest_seconds", "How long the oldest of them waits.", value=oldest)
    yield GaugeMetricFamily("eventsvc_letters_failed", "Letters that could not be sent.", value=seen.failed)
    if seen.worker_looked_at is not None:
        age = (now - seen.worker_looked_at).total_seconds()
        yield GaugeMetricFamily("eventsvc_worker_seconds", "Seconds since a worker last looked.", value=age)


def _answers(rows: Iterable[metrics.Row]) -> Metric:
    family = HistogramMetricFamily(
        "eventsvc_answer_seconds", "How long answers took, over all workers.", labels=["endpoint", "status"]
    )
    for row in rows:
        buckets: list[Any] = [(str(bound), count) for bound, count in zip(metrics.BOUNDS, row.cumulative, strict=True)]
        family.add_metric([row.endpoint, row.status], [*buckets, ("+Inf", row.count)], sum_value=row.seconds)
    return family


def _unkept(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
