"""What the page about subscribing promises, and what calendars that are narrowed are called."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from typing import Any

import icalendar
import pytest
from flask.testing import FlaskClient

from eventsvc.calendars import entries
from eventsvc.events.models import Event, Kind, Series, Status
from eventsvc.extensions import db
from tests.people import NOW, a_session, an_event


def refreshed(event: Event, *talks: str) -> Event:
    for title in talks:
        a_session(event, title=title)
    entries.refresh(event, at=NOW)
    db.session.commit()
    return event


def page_of(client: FlaskClient, words: str) -> str:
    return unescape(client.get(f"/subscribe?{words}").text)


def lead_of(client: FlaskClient, words: str) -> str:
    return page_of(client, words).partition('<p class="lead">')[2].partition("</p>")[0]


def test_a_programme_is_promised_where_there_is_one(client: FlaskClient) -> None:
    event, bare = refreshed(an_event(title="Talks"), "One"), refreshed(an_event(title="Bare"))

    assert lead_of(client, f"event={event.slug}").startswith("Talks, with its programme: when a time or a room")
    assert lead_of(client, f"event={event.slug}&detail=sessions").startswith("Talks, session by session:")
    assert lead_of(client, f"event={event.slug}&detail=event").startswith("Talks: when its time or its place")
    assert lead_of(client, f"event={bare.slug}").startswith("Bare: when its time or its place")
    assert 'name="detail"' in page_of(client, f"event={event.slug}")
    assert 'name="detail"' not in page_of(client, f"event={bare.slug}")


@pytest.mark.parametrize(
    ("over", "told"),
    [
        ({"status": Status.CANCELLED}, "It is cancelled, and so it stands in this calendar."),
        ({"starts_at": None, "ends_at": None}, "It has no date yet: it is in your calendar as soon as there is one."),
        (
            {"starts_at": NOW - timedelta(days=2), "ends_at": NOW - timedelta(days=1)},
            "It is over: this calendar shows what has been.",
        ),
    ],
)
def test_nothing_is_promised_of_what_does_not_take_place(client: FlaskClient, over: Any, told: str) -> None:
    event = refreshed(an_event(title="It", **over))

    assert lead_of(client, f"event={event.slug}") == told


def test_a_list_says_what_it_is_narrowed_to(client: FlaskClient) -> None:
    series = Series(title="Schools", slug="schools")
    refreshed(an_event(series=series), "One")

    assert lead_of(client, "").startswith("All our events in your own calendar: new ones")
    assert "programme" not in lead_of(client, "series=schools")
    assert lead_of(client, "series=schools").startswith("Of our events, in your own calendar: Schools. New ones")
    narrowed = lead_of(client, "kind=symposium&detail=both&language=en&language=xx&partner=Nobody")
    assert "calendar: Symposium \N{EN DASH} English. New ones" in narrowed
    assert narrowed.endswith("Each session of a programme has an entry there, beside that of the event.")


def test_two_narrowed_calendars_have_two_names(client: FlaskClient) -> None:
    refreshed(an_event(kind=Kind.SYMPOSIUM, series=Series(title="Schools", slug="schools")))

    def name(path: str) -> str:
        answer = client.get(path, headers={"Accept-Language": "nl"})
        return str(icalendar.Calendar.from_ical(answer.data)["NAME"])

    site = name("/calendar.ics")
    assert name("/calendar.ics?kind=symposium&language=nl") == f"{site} \N{EN DASH} Symposium \N{EN DASH} Dutch"
    assert name("/calendar.ics?kind=webinar&kind=course") == f"{site} \N{EN DASH} Course \N{EN DASH} Webinar"
    assert name("/series/schools/calendar.ics?mode=online") == "Schools \N{EN DASH} Online"
    assert len(name("/calendar.ics?" + "&".join(f"partner={n}{'x' * 190}" for n in range(20)))) == 200


@pytest.mark.parametrize("talks", [(), ("One", "Two", "Three")])
def test_the_page_of_an_event_costs_the_same_whatever_its_programme(
    client: FlaskClient, count_queries: Any, talks: tuple[str, ...]
) -> None:
    slug = refreshed(an_event(), *talks).slug

    with count_queries() as queries:
        client.get(f"/subscribe?event={slug}")

    assert len(queries) == 4


def test_an_event_leads_to_all_ways_to_subscribe_with_or_without_a_programme_or_a_date(client: FlaskClient) -> None:
    plain, undated = refreshed(an_event()), refreshed(an_event(starts_at=None, ends_at=None))
    over = refreshed(an_event(starts_at=NOW - timedelta(days=2), ends_at=NOW - timedelta(days=1)))
    off = refreshed(an_event(status=Status.CANCELLED))

    def page(event: Event) -> str:
        return client.get(f"/events/{event.slug}").text

    def way(event: Event) -> str:
        return f'href="/subscribe?event={event.slug}"'

    assert "All ways to subscribe" in page(plain) and way(plain) in page(plain)
    assert way(undated) in page(undated) and "the date comes into your calendar" in page(undated)
    assert "webcal:" not in page(undated)
    assert all(way(event) not in page(event) for event in (over, off))
    assert all(
        f'href="/subscribe?event={event.slug}&amp;lang=nl"' in client.get(f"/events/{event.slug}?lang=nl").text
        for event in (plain, undated)
    )
