"""What stands on a partner's site: framed by anybody, dressed by three words, and nothing else of ours opened."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from eventsvc import looks
from eventsvc.events.models import Kind, Series, Status
from eventsvc.programme.models import SessionStatus
from tests.people import a_session, an_event

COLOURS = ("ffff00", "ffffff", "000000", "0b5c63", "ff8800", "808080")


def test_a_list_of_events_may_be_framed_by_anybody_and_sets_no_cookie(client: FlaskClient) -> None:
    event = an_event(title="A <b>day</b>")
    an_event(status=Status.DRAFT, title="Not yet")
    an_event(is_unlisted=True, title="By invitation")

    page = client.get("/embed/events.html")

    assert page.status_code == 200
    assert "frame-ancestors *" in page.headers["Content-Security-Policy"]
    assert "'unsafe-inline'" not in page.headers["Content-Security-Policy"] and "style=" not in page.text
    assert "Set-Cookie" not in page.headers and page.headers["Cache-Control"].startswith("public")
    assert f'href="http://localhost/events/{event.slug}"' in page.text and '<base target="_blank">' in page.text
    assert "A &lt;b&gt;day" in page.text
    assert "Not yet" not in page.text and "By invitation" not in page.text


def test_the_list_is_narrowed_like_the_front_page(client: FlaskClient) -> None:
    an_event(title="A webinar", kind=Kind.WEBINAR)
    an_event(title="A symposium", kind=Kind.SYMPOSIUM)

    page = client.get("/embed/events.html?kind=webinar&q=nothing&past=1").text

    assert "A webinar" in page and "A symposium" not in page


def test_nothing_else_may_be_framed(client: FlaskClient) -> None:
    event = an_event()

    for path in ("/", f"/events/{event.slug}", f"/events/{event.slug}/register", "/subscribe"):
        assert "frame-ancestors 'none'" in client.get(path).headers["Content-Security-Policy"]


def test_a_programme_is_shown_by_day_and_hour_with_what_is_cancelled(client: FlaskClient) -> None:
    event = an_event()
    a_session(event, title="First talk")
    a_session(event, title="Second talk", status=SessionStatus.CANCELLED)

    page = client.get(f"/embed/events/{event.slug}/programme")

    assert "frame-ancestors *" in page.headers["Content-Security-Policy"]
    assert "First talk" in page.text and "Aula" in page.text
    assert page.text.count('class="is-off"') == 1


@pytest.mark.parametrize("path", ["/embed/events/nothing/programme", "/embed/events/{draft}/programme"])
def test_a_programme_nobody_published_is_not_found(client: FlaskClient, path: str) -> None:
    draft = an_event(status=Status.DRAFT)

    assert client.get(path.format(draft=draft.slug)).status_code == 404


def test_a_programme_takes_as_many_queries_with_three_sessions_as_with_one(
    client: FlaskClient, count_queries: Any
) -> None:
    counts = []
    for sessions in (1, 3):
        event = an_event()
        for _ in range(sessions):
            a_session(event)
        with count_queries() as queries:
            client.get(f"/embed/events/{event.slug}/programme")
        counts.append(queries.count)

    assert counts[0] == counts[1]


@pytest.mark.parametrize("said", ["accent=red", "accent=}body{", "ground=;", "size=<b>", "accent=0b5c63ff"])
def test_a_look_is_made_of_known_words_only(client: FlaskClient, said: str) -> None:
    an_event()

    page = client.get(f"/embed/events.html?{said}").text

    assert "look.css" not in page and 'class="embed embed-normal"' in page and 'data-bs-theme="light"' in page
    assert client.get(f"/embed/look.css?{said}").data == b""


def test_a_look_dresses_the_page(client: FlaskClient) -> None:
    page = client.get("/embed/events.html?accent=%23AA0000&ground=dark&size=small").text
    sheet = client.get("/embed/look.css?accent=aa0000&ground=light")

    assert 'data-bs-theme="dark"' in page and 'class="embed embed-small"' in page
    assert "/embed/look.css?accent=aa0000" in unescape(page)
    assert sheet.mimetype == "text/css" and "--accent: #aa0000" in sheet.text


def test_a_frame_is_light_unless_it_is_to_follow_the_readers_system(client: FlaskClient) -> None:
    light, auto = (client.get(f"/embed/events.html{words}").text for words in ("", "?ground=auto"))

    assert 'data-bs-theme="light"' in light and "color-scheme" not in light
    assert "data-bs-theme" not in auto and 'content="light dark"' in auto


def test_a_framed_programme_names_the_towns_clock_and_leads_to_a_calendar(client: FlaskClient) -> None:
    event = an_event()
    a_session(event)

    page = client.get(f"/embed/events/{event.slug}/programme").text

    assert "Leiden time (CEST)" in page
    assert f'href="http://localhost/subscribe?event={event.slug}"' in page


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("ground", ["light", "dark"])
def test_any_accent_can_be_read_on_its_ground(colour: str, ground: str) -> None:
    sheet = looks.look({"accent": colour, "ground": ground}).sheet()
    accent, on = (
        tuple(bytes.fromhex(part.strip(" #;}\n")))
        for part in (sheet.split("--accent:")[1][:8], sheet.split("--on-accent:")[1][:8])
    )

    paper = looks._PAPER[ground]
    assert looks.contrast(accent, paper) >= 4.5  # type: ignore[arg-type]
    assert looks.contrast(accent, on) >= 4.5  # type: ignore[arg-type]


def test_the_script_is_sent_to_any_page_and_kept_for_an_hour(client: FlaskClient) -> None:
    script = client.get("/embed/eventsvc.js")

    assert script.mimetype == "text/javascript" and "iframe" in script.text
    assert script.headers["Cache-Control"] == "public, max-age=3600"
    assert client.get("/embed/eventsvc.js", headers={"If-None-Match": script.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize("below", ["", "/programme"])
def test_an_event_is_embedded_as_its_programme(client: FlaskClient, below: str) -> None:
    event = an_event(title='Health "and" <trust>')
    address = quote(f"http://localhost/events/{event.slug}{below}", safe="")

    told = client.get(f"/oembed?url={address}&format=json&maxwidth=400")

    said = told.get_json()
    assert (said["version"], said["type"], said["title"], said["width"]) == ("1.0", "rich", event.title, 400)
    assert f'<iframe src="http://localhost/embed/events/{event.slug}/programme"' in said["html"]
    assert "<trust>" not in said["html"]
    assert told.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(("room", "has_picture"), [("maxwidth=1200&maxheight=630", True), ("maxwidth=150", False)])
def test_what_is_embedded_keeps_to_the_room_there_is(client: FlaskClient, room: str, has_picture: bool) -> None:
    address = quote(f"http://localhost/events/{an_event().slug}", safe="")

    said = client.get(f"/oembed?url={address}&{room}").get_json()

    assert ("thumbnail_url" in said) is has_picture
    if not has_picture:
        assert said["width"] == 150


def test_an_events_page_names_where_to_ask(client: FlaskClient) -> None:
    event = an_event()

    page = client.get(f"/events/{event.slug}").text
    named = re.search(r'type="application/json\+oembed"[^>]* href="http://localhost(/oembed[^"]+)"', page)

    assert named and client.get(unescape(named[1])).get_json()["title"] == event.title


def test_the_front_page_is_embedded_as_it_is_narrowed(client: FlaskClient) -> None:
    said = client.get(f"/oembed?url={quote('http://localhost/?kind=webinar&utm=x', safe='')}").get_json()

    assert '/embed/events.html?kind=webinar"' in said["html"]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://localhost.evil.example/",
        "https://localhost/",
        "http://localhost/desk/",
        "http://localhost/events/no",
        "http://localhost/events/no\0",
        "http://localhost/series/no",
    ],
)
def test_what_is_not_ours_or_not_there_is_not_embedded_and_a_line_says_so(client: FlaskClient, url: str) -> None:
    told = client.get(f"/oembed?url={quote(url, safe='')}")

    assert (told.status_code, told.mimetype, told.text.count("\n")) == (404, "text/plain", 1)
    assert ("url=" in told.text) == (not url)


def test_a_series_is_embedded_by_its_events_and_its_page_names_where_to_ask(client: FlaskClient) -> None:
    series = Series(slug="limsc", title="LIMSC")
    an_event(series=series)

    page = client.get("/series/limsc").text
    named = re.search(r'type="application/json\+oembed"[^>]* href="http://localhost(/oembed[^"]+)"', page)
    said = client.get(unescape(named[1])).get_json() if named else {}

    assert said["title"] == "LIMSC" and '/embed/events.html?series=limsc"' in said["html"]


def test_another_format_is_not_there(client: FlaskClient) -> None:
    told = client.get("/oembed?url=http://localhost/&format=xml")

    assert (told.status_code, told.mimetype) == (501, "text/plain") and "format=json" in told.text


def test_partners_find_what_to_copy_of_one_kind_of_one_series_or_in_another_language(client: FlaskClient) -> None:
    an_event(series=Series(slug="limsc", title="LIMSC"))

    front = client.get("/").text
    page = unescape(client.get("/embed?kind=symposium&series=limsc&speaks=nl&accent=aa0000").text)
    odd = unescape(client.get("/embed?kind=x&series=y&speaks=z").text)

    assert 'href="/embed"' in front
    shown = re.findall(r'data-show="(/embed/events\.html[^"]*)"', unescape(page))
    words = {"kind=symposium", "series=limsc", "lang=nl", "accent=aa0000"}
    assert len(shown) == 1 and set(shown[0].partition("?")[2].split("&")) == words
    assert client.get(shown[0]).status_code == 200
    assert 'data-show="/embed/events.html"' in unescape(odd)


def test_partners_find_what_to_copy_of_one_event(client: FlaskClient) -> None:
    event = an_event()

    page = unescape(client.get(f"/embed?event={event.slug}").text)

    assert f'data-show="/embed/events/{event.slug}/programme"' in unescape(page) and 'name="kind"' not in page
    assert client.get("/embed?event=nowhere").status_code == 404
