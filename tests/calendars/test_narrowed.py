"""Feeds of a part of an event, and of some events: by track, room, type, partner, language, and by how much they say."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient

from eventsvc import clock as eventsvc_clock
from eventsvc.accounts.actors import SYSTEM
from eventsvc.calendars import entries
from eventsvc.events.models import Event, EventPartner, Partner, PartnerRole
from eventsvc.extensions import db
from eventsvc.programme import published
from eventsvc.programme import rules as programme
from eventsvc.programme.models import Room, Session, SessionKind, Track
from tests.calendars.test_feeds import shown
from tests.people import NOW, a_session, an_event


def refreshed(event: Event, at: Any = NOW) -> None:
    published.bring(event, at=at)
    entries.refresh(event, at=at)
    db.session.commit()


def a_programme() -> tuple[Event, dict[str, Session]]:
    """An event with a talk on trust in the Aula, a workshop on trust in Hall 2, and a talk without a track there."""
    event = an_event(title="Symposium")
    trust, hall = Track(event_id=event.id, name="Trust, mostly"), Room(event_id=event.id, name="Hall 2")
    made = {
        "talk": a_session(event, title="Talk", track=trust),
        "workshop": a_session(event, title="Workshop", track=trust, room=hall, kind=SessionKind.WORKSHOP),
        "other": a_session(event, title="Other", room=hall),
    }
    refreshed(event)
    return event, made


def titles(client: FlaskClient, path: str) -> set[str]:
    answer = client.get(path)
    assert answer.status_code == 200
    return set(shown(answer.data).values())


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", {"Symposium", "Talk", "Workshop", "Other"}),
        ("detail=event", {"Symposium"}),
        ("detail=sessions", {"Talk", "Workshop", "Other"}),
        ("detail=nonsense", {"Symposium", "Talk", "Workshop", "Other"}),
        ("track=Trust,+mostly", {"Talk", "Workshop"}),
        ("track=Trust,+mostly&detail=both", {"Symposium", "Talk", "Workshop"}),
        ("kind=talk", {"Talk", "Other"}),
        ("kind=nonsense", {"Symposium", "Talk", "Workshop", "Other"}),
        ("track=Trust,+mostly&kind=talk", {"Talk"}),
        ("room={hall}", {"Workshop", "Other"}),
        ("track=nobody's", set()),
        ("room=%25", set()),
    ],
)
def test_an_events_feed_is_narrowed_in_its_address(client: FlaskClient, words: str, expected: set[str]) -> None:
    event, made = a_programme()
    hall = made["other"].room
    assert hall is not None

    assert titles(client, f"/events/{event.slug}/calendar.ics?{words.format(hall=hall.public_id)}") == expected


def test_each_narrowing_has_a_version_of_its_own_and_all_of_them_the_events(client: FlaskClient) -> None:
    event, made = a_programme()
    paths = [f"/events/{event.slug}/calendar.ics{words}" for words in ("", "?kind=talk", "?detail=event", "?track=x")]
    before = [client.get(path).headers["ETag"] for path in paths]

    made["talk"].title = "Renamed"
    refreshed(event)

    after = [client.get(path).headers["ETag"] for path in paths]
    assert len({*before, *after}) == 2 * len(paths)


def test_a_room_has_a_feed_that_names_it_and_costs_one_query_when_nothing_changed(
    client: FlaskClient, count_queries: Any
) -> None:
    event, made = a_programme()
    hall = made["other"].room
    assert hall is not None
    path = f"/events/{event.slug}/rooms/{hall.public_id}.ics"

    answer = client.get(path)
    with count_queries() as queries:
        again = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})

    assert set(shown(answer.data).values()) == {"Workshop", "Other"}
    assert "NAME:Symposium \N{EN DASH} Hall 2\r\n".encode() in answer.data
    assert (again.status_code, len(queries)) == (304, 1)
    assert client.get(f"/events/{event.slug}/rooms/nowhere.ics").status_code == 404
    assert client.get(f"/events/{an_event().slug}/rooms/{hall.public_id}.ics").status_code == 404


def test_what_vanished_from_a_room_says_so_there_for_thirty_days_and_then_goes_from_body_and_version(
    client: FlaskClient,
) -> None:
    event, made = a_programme()
    hall = made["other"].room
    assert hall is not None
    path = f"/events/{event.slug}/rooms/{hall.public_id}.ics"
    made["other"].is_hidden = True
    refreshed(event)
    fresh = client.get(path)

    with eventsvc_clock.stopped(NOW + timedelta(days=31)):
        old = client.get(path, headers={"If-None-Match": fresh.headers["ETag"]})
    with eventsvc_clock.stopped(NOW + timedelta(days=32)):
        later = client.get(path, headers={"If-None-Match": old.headers["ETag"]})

    assert set(shown(fresh.data).values()) == {"Workshop", "Cancelled: Other"}
    assert set(shown(old.data).values()) == {"Workshop"}
    assert later.status_code == 304


def test_a_room_renamed_on_the_desk_keeps_its_name_in_public_until_that_is_published(client: FlaskClient) -> None:
    event, made = a_programme()
    hall = made["other"].room
    assert hall is not None
    hall.name = "A secret hall"
    db.session.commit()

    assert b"secret" not in client.get(f"/events/{event.slug}/rooms/{hall.public_id}.ics").data


def test_the_sites_feed_is_narrowed_by_partner_and_language_and_shows_sessions_when_asked(client: FlaskClient) -> None:
    one, _made = a_programme()
    other = an_event(title="Andere", language="nl")
    other.partners.append(EventPartner(partner=Partner(name="Universität Å"), role=PartnerRole.HOST))
    refreshed(other)

    assert titles(client, "/calendar.ics") == {"Symposium", "Andere"}
    assert titles(client, "/calendar.ics?language=nl&language=xx") == {"Andere"}
    assert titles(client, "/calendar.ics?partner=Universit%C3%A4t+%C3%85") == {"Andere"}
    assert titles(client, "/calendar.ics?partner=Nobody") == set()
    assert titles(client, "/calendar.ics?detail=sessions") == {"Talk", "Workshop", "Other", "Andere"}
    assert titles(client, "/calendar.ics?detail=both&language=en") == {one.title, "Talk", "Workshop", "Other"}


def test_a_feed_repeats_what_it_is_narrowed_to_as_its_source(client: FlaskClient) -> None:
    event, _made = a_programme()

    body = client.get(f"/events/{event.slug}/calendar.ics?track=Trust,+mostly&detail=both&x=y").data

    source = body.replace(b"\r\n ", b"").split(b"SOURCE;VALUE=URI:")[1].split(b"\r\n")[0].decode()
    assert source.endswith(f"/events/{event.slug}/calendar.ics?track=Trust,+mostly&detail=both")
    assert b"COLOR:" in body.partition(b"BEGIN:VEVENT")[0]


def test_the_page_about_subscribing_shows_the_address_of_just_what_was_chosen(client: FlaskClient) -> None:
    event, made = a_programme()
    hall, talk = made["other"].room, made["talk"]
    assert hall is not None
    shown_for = {
        f"event={event.slug}": {"Symposium", "Talk", "Workshop", "Other"},
        f"event={event.slug}&room={hall.public_id}": {"Workshop", "Other"},
        f"event={event.slug}&room={hall.public_id}&kind=workshop": {"Workshop"},
        f"event={event.slug}&track=Trust,+mostly&detail=both": {"Symposium", "Talk", "Workshop"},
        f"event={event.slug}&session={talk.public_id}": {"Talk"},
        "language=en&detail=event": {"Symposium"},
    }

    for words, expected in shown_for.items():
        page = client.get(f"/subscribe?{words}").text
        address = unescape(re.findall(r'<code class="address" id="feed-address">([^<]*)</code>', page)[0])
        assert titles(client, address) == expected, words
        assert ("Symposium \N{EN DASH} Talk: when" in page) == ("session=" in words)
        assert "calendar.google.com/calendar/r?cid=webcal" in page and "<svg" in page
    page = unescape(client.get(f"/subscribe?event={event.slug}&detail=both").text)
    (jcal,) = re.findall(r'<link rel="alternate" type="application/calendar\+json"[^>]* href="([^"]*)"', page)
    assert client.get(jcal).mimetype == "application/calendar+json" and page.count(jcal) == 2
    assert f'href="/embed?event={event.slug}"' in page and "http://localhost/oembed" in page
    unknown = client.get(f"/subscribe?event={event.slug}&track=nobody's&room=x&room=y").text
    assert "Symposium, with its programme" in unknown
    address = unescape(re.findall(r'<code class="address" id="feed-address">([^<]*)</code>', unknown)[0])
    assert address.endswith(f"/events/{event.slug}/calendar.ics")
    assert client.get("/subscribe?event=nowhere").status_code == 404
    assert client.get(f"/subscribe?event={event.slug}&room=nowhere").status_code == 404


def test_whoever_subscribed_to_a_track_goes_on_with_it_under_its_new_name(client: FlaskClient) -> None:
    event, made = a_programme()
    track = made["talk"].track
    assert track is not None
    path = f"/events/{event.slug}/calendar.ics?track="
    paths = [path + "Trust,+mostly", path + track.public_id]
    programme.edit_track(event, track, name="Faith", colour=1, by=SYSTEM, at=NOW)
    db.session.commit()
    assert b"Faith" not in client.get(paths[1]).data

    programme.publish(event, by=SYSTEM, at=NOW, is_quiet=True)
    db.session.commit()

    for each in (*paths, path + "Faith"):
        assert titles(client, each) == {"Talk", "Workshop"}
        assert "\r\nNAME:Symposium \N{EN DASH} Faith\r\n" in client.get(each).text


def test_a_name_that_another_track_has_by_now_means_that_one(client: FlaskClient) -> None:
    event, made = a_programme()
    track = made["talk"].track
    assert track is not None
    track.name = "Faith"
    refreshed(event)
    made["other"].track = Track(event_id=event.id, name="Trust, mostly")
    refreshed(event)
    path = f"/events/{event.slug}/calendar.ics?track="

    assert titles(client, path + "Trust,+mostly") == {"Other"}
    assert titles(client, path + track.public_id) == {"Talk", "Workshop"}


def test_two_tracks_that_change_names_are_followed_by_their_ids(client: FlaskClient) -> None:
    event, made = a_programme()
    made["other"].track = Track(event_id=event.id, name="Faith")
    refreshed(event)
    trust, faith = made["talk"].track, made["other"].track
    assert trust and faith
    trust.name = "between"
    db.session.flush()
    faith.name = "Trust, mostly"
    db.session.flush()
    trust.name = "Faith"
    refreshed(event)
    path = f"/events/{event.slug}/calendar.ics?track="

    assert titles(client, path + trust.public_id) == titles(client, path + "Faith") == {"Talk", "Workshop"}
    assert titles(client, path + faith.public_id) == titles(client, path + "Trust,+mostly") == {"Other"}


def test_the_page_about_subscribing_gives_the_address_of_a_track_that_outlives_its_name(client: FlaskClient) -> None:
    event, made = a_programme()
    track = made["talk"].track
    assert track is not None
    track.name = "Faith"
    refreshed(event)

    for word in ("Trust,+mostly", "Faith", track.public_id):
        page = client.get(f"/subscribe?event={event.slug}&track={word}").text
        address = unescape(re.findall(r'<code class="address" id="feed-address">([^<]*)</code>', page)[0])
        assert address.endswith(f"/calendar.ics?track={track.public_id}")
        assert "Symposium \N{EN DASH} Faith, session by session:" in page
