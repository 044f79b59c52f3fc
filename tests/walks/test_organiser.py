"""Olga's whole story: from a kind to a published event, through its registrations, to its roster and its end."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from flask_security import hash_password

from eventsvc.extensions import db
from eventsvc.mail.models import Message
from tests import browsing
from tests.people import an_organiser


def test_olga_publishes_an_event_fills_it_exports_its_roster_and_cancels_it(
    app: Flask, client: FlaskClient, csrf: None
) -> None:
    olga = an_organiser("Olga", password=hash_password("four quiet words"))
    desk = app.test_client()

    # She signs in, and begins with a kind, a title and a day.
    form = browsing.fields(desk.get("/desk/sign-in").text)
    form["email"], form["password"] = olga.email, "four quiet words"
    assert desk.post("/desk/sign-in", data=form).location == "/desk/"
    form = browsing.fields(desk.get("/desk/events/new?kind=symposium").text)
    form["title"], form["starts_on"] = "Health across borders", "2027-05-31"
    made = desk.post("/desk/events/new", data=form)
    assert made.status_code == 303

    # She completes it, and shows it to somebody without an account.
    form = browsing.fields(desk.get(made.location).text)
    form["summary"], form["venue_city"], form["capacity"] = "A day about health.", "Leiden", "1"
    assert desk.post(made.location, data=form).status_code == 303
    overview = "/desk/events/health-across-borders"
    press(desk, overview, "preview")
    link = "/preview/" + desk.get(overview).text.split("/preview/", 1)[1].split('"', 1)[0]
    assert "Health across borders" in client.get(link).text
    assert client.get("/events/health-across-borders").status_code == 404

    # She adds a session, and publishes.
    form = browsing.fields(desk.get(f"{overview}/programme/new").text)
    form["title"], form["starts_at"], form["ends_at"] = "Opening", "2027-05-31T09:30", "2027-05-31T10:00"
    form["speakers-0-name"] = "Sam"
    assert desk.post(f"{overview}/programme/new", data=form).status_code == 303
    press(desk, overview, "publish")
    assert "Opening" in client.get("/events/health-across-borders").text
    assert b"SUMMARY:Opening" in client.get("/events/health-across-borders/calendar.ics").data

    # Ada gets the place, Dee waits; one place more, and Dee moves up.
    register(client, "Ada")
    register(client, "Dee")
    assert "one person waits" in desk.get(overview).text
    form = browsing.fields(desk.get(f"{overview}/edit").text)
    form["capacity"] = "2"
    told = desk.post(f"{overview}/edit", data=form, follow_redirects=True).text
    assert "One person moved up from the waiting list." in told

    # The roster has both.
    roster = desk.get(f"{overview}/roster.csv").data.decode("utf-8-sig")
    assert "ada@example.org" in roster
    assert "dee@example.org" in roster

    # She cancels it with a sentence; the page and the letters say so.
    form = browsing.fields(desk.get(overview).text, action=f"{overview}/cancel")
    form["sentence"] = "The speaker is ill."
    asked = desk.post(f"{overview}/cancel", data=form).text
    assert "Cancel the event and send 2 letters" in asked
    form = browsing.fields(asked, action=f"{overview}/cancel")
    told = desk.post(f"{overview}/cancel", data=form, follow_redirects=True).text
    assert "Letters to 2 people are on their way." in told
    assert "The speaker is ill." in client.get("/events/health-across-borders").text
    cancelled = sa.select(Message.recipient).where(Message.kind == "event_cancelled").order_by(Message.id)
    assert db.session.scalars(cancelled).all() == ["ada@example.org", "dee@example.org"]

    # Everything she did is written down.
    log = desk.get(f"{overview}/audit").text
    for act in ("Event made", "Event edited", "Session added", "Event published", "Event cancelled"):
        assert act in log


def press(desk: FlaskClient, overview: str, act: str) -> None:
    """Press one of the buttons of the overview."""
    form = browsing.fields(desk.get(overview).text, action=f"{overview}/{act}")
    assert desk.post(f"{overview}/{act}", data=form).status_code == 303


def register(client: FlaskClient, name: str) -> None:
    """Register somebody by the public form."""
    path = "/events/health-across-borders/register"
    form = browsing.fields(client.get(path).text)
    said = {"given_name": name, "family_name": "Voorbeeld", "email": f"{name.lower()}@example.org"}
    for field, value in (said | {"organisation": "Example University", "country": "NL", "consent": "y"}).items():
        form[field] = value
    assert client.post(path, data=form).status_code == 303
