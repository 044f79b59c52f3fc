"""What vanished, as each feed tells it: as cancelled for thirty days, to those who had it, and then no more."""

from __future__ import annotations

from datetime import timedelta

from flask.testing import FlaskClient

from eventsvc.accounts.actors import SYSTEM
from eventsvc.calendars import entries
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import published, rules
from tests.calendars.test_feeds import shown
from tests.conftest import Clock
from tests.people import NOW, a_session, an_event

MONTH = timedelta(days=31)


def refreshed(event: Event) -> Event:
    published.bring(event, at=NOW)
    entries.refresh(event, at=NOW)
    db.session.commit()
    return event


def publish(event: Event) -> None:
    rules.publish(event, by=SYSTEM, at=NOW, is_quiet=True)
    db.session.commit()


def titles(client: FlaskClient, path: str) -> set[str]:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return set(shown(answer.data).values())


class TestTheFeedOfASession:
    def test_it_says_that_the_session_was_taken_out_and_goes_thirty_days_later(
        self, client: FlaskClient, clock: Clock
    ) -> None:
        event = an_event()
        talk = a_session(event, title="Talk")
        refreshed(event)
        path = f"/events/{event.slug}/sessions/{talk.public_id}.ics"
        assert titles(client, path) == {"Talk"}

        rules.delete_session(talk, by=SYSTEM, at=NOW)
        publish(event)

        assert titles(client, path) == {"Cancelled: Talk"}
        clock.at(NOW + MONTH)
        assert client.get(path).status_code == 404
