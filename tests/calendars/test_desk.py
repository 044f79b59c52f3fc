"""The desk's pages about calendars: who listens, and what a partner may copy."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape

from flask.testing import FlaskClient

from eventsvc.calendars import entries, listeners
from eventsvc.calendars.pages import answers
from eventsvc.events.models import Event, Status
from eventsvc.extensions import db
from tests.people import NOW, an_event, an_organiser

GOOGLE = {"User-Agent": "Google-Calendar-Importer"}
APPLE = {"User-Agent": "iOS/19.1 (23B85) dataaccessd/1.0"}


def an_event_with_listeners(client: FlaskClient) -> Event:
    answers._notes = listeners.Notes()
    event = an_event()
    entries.refresh(event, at=NOW)
    db.session.commit()
    for headers in (GOOGLE, APPLE):
        answers._notes.written_at = None
        client.get(f"/events/{event.slug}/calendar.ics", headers=headers)
        client.get("/calendar.ics", headers=headers)
    answers._write_notes(client.application, NOW)
    return event


def test_an_organiser_sees_who_listens_to_their_event(client: FlaskClient, sign_in: Callable[..., FlaskClient]) -> None:
    event = an_event_with_listeners(client)
    desk = sign_in(an_organiser("Olga", owns=event))

    page = unescape(desk.get(f"/desk/events/{event.slug}/listeners").text)

    assert "Apple Calendar" in page and "its servers, for all who use it" in page
    assert f"/events/{event.slug}/calendar.ics" in page
    # A phone shows no head of the table: each cell says what it is.
    assert page.count('data-label="Listeners"') == page.count("<tr>") - 1 > 0
    assert "127.0.0.1" not in page.replace("http://127.0.0.1", "")


def test_an_admin_sees_who_listens_to_the_site(client: FlaskClient, sign_in: Callable[..., FlaskClient]) -> None:
    an_event_with_listeners(client)

    page = sign_in(an_organiser("Olga", is_admin=True)).get("/desk/listeners").text

    assert "All events" in page and "/calendar.ics" in page


def test_nobody_listens_at_first(sign_in: Callable[..., FlaskClient]) -> None:
    event = an_event()
    desk = sign_in(an_organiser("Olga", owns=event))

    assert "Nobody listens yet." in desk.get(f"/desk/events/{event.slug}/listeners").text


def test_eve_sees_neither_listeners_nor_lines_to_copy(sign_in: Callable[..., FlaskClient]) -> None:
    event = an_event()
    eve = sign_in(an_organiser("Eve"))

    for path in (f"events/{event.slug}/listeners", f"events/{event.slug}/embed", "listeners"):
        assert eve.get(f"/desk/{path}").status_code == 404


def test_an_organiser_copies_a_line_dressed_as_they_choose(sign_in: Callable[..., FlaskClient]) -> None:
    event = an_event()
    desk = sign_in(an_organiser("Olga", owns=event))

    overview = desk.get(f"/desk/events/{event.slug}").text
    page = unescape(desk.get(f"/desk/events/{event.slug}/embed?accent=aa0000&ground=dark").text)
    listed = unescape(desk.get(f"/desk/events/{event.slug}/embed?show=list").text)

    shown = f"/embed/events/{event.slug}/programme?accent=aa0000&ground=dark"
    assert f"/desk/events/{event.slug}/embed" in overview
    assert unescape(page).count(shown) == 3
    assert 'src="http://localhost/embed/eventsvc.js"' in page and "<iframe" in page
    assert 'data-show="/embed/events.html"' in listed
    assert f'data-title="{event.title}"' in page and "no colour" not in page


def test_a_colour_that_is_none_is_said_to_be_none_and_stays_as_typed(sign_in: Callable[..., FlaskClient]) -> None:
    event = an_event()

    page = sign_in(an_organiser("Olga", owns=event)).get(f"/desk/events/{event.slug}/embed?accent=zzz").text

    assert "That is no colour: write six digits" in page and 'value="zzz"' in page
    assert "accent=zzz" not in page


def test_a_draft_has_no_line_to_copy(sign_in: Callable[..., FlaskClient]) -> None:
    event = an_event(status=Status.DRAFT)

    page = sign_in(an_organiser("Olga", owns=event)).get(f"/desk/events/{event.slug}/embed").text

    assert "Publish the event first" in page and "textarea" not in page
