"""The roster's pages: seen by whom they concern, and what is done there is done by the rules."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.request import Request, urlopen
from zipfile import ZipFile

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventsvc.accounts.models import AuditEntry, EventRole, Membership
from eventsvc.events.models import Event, Status
from eventsvc.extensions import db
from eventsvc.mail.models import Message
from eventsvc.registration.models import Origin, Registration, State
from tests import browsing
from tests.calendars.serving import served
from tests.people import NOW, a_registration, an_event, an_organiser

ADA = {"given_name": "Ada", "family_name": "Voorbeeld", "email": "ada@example.org", "country": "NL"}


@pytest.fixture
def event(app: Flask) -> Event:
    return an_event(slug="symposium", capacity=2)


@pytest.fixture
def desk(event: Event, sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    """Olga's browser; she owns the event."""
    return sign_in(an_organiser("Olga", owns=event))


def roster_of(event: Event, **where: Any) -> list[Registration]:
    return list(db.session.query(Registration).filter_by(event_id=event.id, **where).order_by(Registration.turn))


def read_csv(response: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(response.data.decode("utf-8-sig"), newline="")))


# Who may


@pytest.mark.parametrize(
    "path",
    ["roster", "roster/{id}", "roster/add", "roster/{id}/cancel", "roster/{id}/correct", "roster.csv", "roster.xlsx"],
)
def test_eve_and_strangers_find_no_roster(
    event: Event, client: FlaskClient, sign_in: Callable[..., FlaskClient], path: str
) -> None:
    address = f"/desk/events/symposium/{path.format(id=a_registration(event).id)}"

    assert client.get(address).status_code == 302
    assert sign_in(an_organiser("Eve", owns=an_event())).get(address).status_code == 404


@pytest.mark.parametrize("act", ["promote", "cancel"])
def test_eve_changes_nothing_by_direct_post(event: Event, sign_in: Callable[..., FlaskClient], act: str) -> None:
    registration = a_registration(event, state=State.WAITLISTED)

    response = sign_in(an_organiser("Eve")).post(f"/desk/events/symposium/roster/{registration.id}/{act}")

    assert response.status_code == 404
    assert registration.state is State.WAITLISTED


def test_dee_at_the_door_sees_the_roster_but_neither_steers_nor_takes_it_away(
    event: Event, sign_in: Callable[..., FlaskClient]
) -> None:
    dee, registration = an_organiser("Dee"), a_registration(event, **ADA)
    db.session.add(Membership(user_id=dee.id, event_id=event.id, role=EventRole.DOOR))
    db.session.commit()
    desk = sign_in(dee)

    page = desk.get("/desk/events/symposium/roster").text

    assert "Ada Voorbeeld" in page
    assert "Add a person" not in page
    assert "roster.csv" not in page
    for path in ("roster.csv", "roster/add", f"roster/{registration.id}/cancel"):
        assert desk.get(f"/desk/events/symposium/{path}").status_code == 404


def test_a_person_of_another_event_is_not_found_under_this_one(event: Event, desk: FlaskClient) -> None:
    other = a_registration(an_event())

    assert desk.get(f"/desk/events/symposium/roster/{other.id}").status_code == 404


# The page


def test_the_address_is_the_filter(event: Event, desk: FlaskClient) -> None:
    a_registration(event, **ADA)
    a_registration(event, given_name="Sam", state=State.WAITLISTED)

    page = desk.get("/desk/events/symposium/roster?state=waitlisted&q=sam").text

    assert "Sam Voorbeeld" in page
    assert "Ada Voorbeeld" not in page
    assert "1 of 1" in page
    assert "roster.csv?state=waitlisted&amp;q=sam" in page


def test_an_empty_roster_shows_the_forms_address(event: Event, desk: FlaskClient) -> None:
    page = desk.get("/desk/events/symposium/roster").text

    assert "Nobody has registered yet" in page
    assert "http://localhost/events/symposium/register" in page


def test_what_people_typed_is_inert_on_the_page(event: Event, desk: FlaskClient) -> None:
    registration = a_registration(event, given_name="<script>alert(1)</script>", organisation='"><img src=x>')

    for path in ("", f"/{registration.id}", "?q=<script>"):
        page = desk.get(f"/desk/events/symposium/roster{path}").text
        assert "<script>alert" not in page
        assert "<img src=x>" not in page
        assert "<script>" not in page


@pytest.mark.parametrize("path", ["roster", "roster/{id}"])
def test_one_and_three_people_cost_the_same_queries(
    event: Event, desk: FlaskClient, count_queries: Any, path: str
) -> None:
    address = f"/desk/events/symposium/{path.format(id=a_registration(event).id)}"
    desk.get(address)
    with count_queries() as few:
        desk.get(address)
    a_registration(event)
    a_registration(event)

    with count_queries() as many:
        desk.get(address)

    assert many.count == few.count


def test_a_person_is_shown_with_answers_letters_and_history(event: Event, desk: FlaskClient) -> None:
    desk.post("/desk/events/symposium/roster/add", data=ADA)
    (ada,) = roster_of(event)

    page = desk.get(f"/desk/events/symposium/roster/{ada.id}").text

    assert "mailto:ada@example.org" in page
    assert "Netherlands" in page
    assert "Added by hand by Olga" in page
    assert "Waits to be sent" in page


def test_neither_page_nor_export_holds_a_link_of_the_person(event: Event, desk: FlaskClient) -> None:
    registration = a_registration(event)

    for path in ("roster", f"roster/{registration.id}", "roster.csv"):
        answer = desk.get(f"/desk/events/symposium/{path}")
        assert registration.token not in answer.text  # type: ignore[attr-defined]
        assert registration.feed_token not in answer.text  # type: ignore[attr-defined]
        assert "no-store" in answer.headers["Cache-Control"]


# Adding


def test_olga_adds_a_person_by_hand_who_is_written_to(event: Event, desk: FlaskClient) -> None:
    response = desk.post("/desk/events/symposium/roster/add", data=ADA)

    (ada,) = roster_of(event)
    assert response.status_code == 303
    assert response.location.endswith(f"/desk/events/symposium/roster/{ada.id}")
    assert (ada.name, ada.state, ada.origin, ada.country) == ("Ada Voorbeeld", State.CONFIRMED, Origin.DESK, "NL")
    assert [letter.kind for letter in db.session.query(Message)] == ["registered"]
    entry = db.session.query(AuditEntry).filter_by(subject="registrations").one()
    assert (entry.act, entry.user.name) == ("confirm", "Olga")


def test_a_person_without_an_address_can_be_added_and_gets_no_letter(event: Event, desk: FlaskClient) -> None:
    desk.post("/desk/events/symposium/roster/add", data={"given_name": "Ada", "family_name": "Voorbeeld"})

    assert [row.email for row in roster_of(event)] == [None]
    assert db.session.query(Message).count() == 0


def test_whoever_is_added_to_a_full_event_waits(event: Event, desk: FlaskClient) -> None:
    a_registration(event)
    a_registration(event)

    page = desk.post("/desk/events/symposium/roster/add", data=ADA, follow_redirects=True).text

    assert roster_of(event)[-1].state is State.WAITLISTED
    assert "All places are taken, so Ada Voorbeeld is on the waiting list." in page


def test_a_full_event_without_a_list_refuses_with_a_sentence_and_keeps_what_was_typed(
    event: Event, desk: FlaskClient
) -> None:
    event.has_waiting_list = False
    a_registration(event)
    a_registration(event)

    response = desk.post("/desk/events/symposium/roster/add", data=ADA)

    assert response.status_code == 409
    assert "All places are taken and there is no waiting list." in response.text
    assert 'value="ada@example.org"' in response.text
    assert len(roster_of(event)) == 2


def test_an_address_that_is_there_already_is_refused_beside_its_field(event: Event, desk: FlaskClient) -> None:
    a_registration(event, **ADA)

    response = desk.post("/desk/events/symposium/roster/add", data=ADA)

    assert response.status_code == 409
    assert "This address is already registered" in response.text
    assert len(roster_of(event)) == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"given_name": ""}, "given_name"),
        ({"family_name": "a" * 10_000}, "family_name"),
        ({"email": "ada"}, "email"),
        ({"email": "ada@example.org\nBcc: eve@example.org"}, "email"),
        ({"country": "XX"}, "country"),
    ],
)
def test_a_wrong_answer_is_told_beside_its_field_and_nothing_is_saved(
    event: Event, desk: FlaskClient, wrong: dict[str, str], field: str
) -> None:
    response = desk.post("/desk/events/symposium/roster/add", data=ADA | wrong)

    assert response.status_code == 422
    assert f'id="{field}-error"' in response.text
    assert roster_of(event) == []


def test_a_forged_token_adds_nobody(csrf: None, event: Event, desk: FlaskClient) -> None:
    response = desk.post("/desk/events/symposium/roster/add", data=ADA | {"csrf_token": "forged"})

    assert response.status_code == 400
    assert roster_of(event) == []


# Steering


def test_cancelling_asks_first_and_then_serves_the_list(event: Event, desk: FlaskClient) -> None:
    ada, _, waiting = (
        a_registration(event, **ADA),
        a_registration(event),
        a_registration(event, state=State.WAITLISTED),
    )
    address = f"/desk/events/symposium/roster/{ada.id}/cancel"

    asked = desk.get(address).text
    assert "Take Ada Voorbeeld off the list?" in asked
    assert "in the file of their data if they ask" in asked
    assert ada.state is State.CONFIRMED

    response = desk.post(address, data={"reason": "She rang."})

    assert response.status_code == 303
    assert (ada.state, waiting.state) == (State.CANCELLED, State.CONFIRMED)
    entry = db.session.query(AuditEntry).filter_by(act="cancel").one()
    assert (entry.reason, entry.user.name) == ("She rang.", "Olga")
    assert {letter.kind for letter in db.session.query(Message)} == {"cancelled", "promoted"}


def test_a_waiting_person_is_given_a_free_place_out_of_turn(event: Event, desk: FlaskClient) -> None:
    event.is_list_stopped = True
    first, second = (a_registration(event, state=State.WAITLISTED) for _ in range(2))

    response = desk.post(f"/desk/events/symposium/roster/{second.id}/promote")

    assert response.status_code == 303
    assert (first.state, second.state) == (State.WAITLISTED, State.CONFIRMED)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"capacity": 0}, "Every place is taken."),
        ({"status": Status.CANCELLED}, "Nobody moves up any more"),
        ({"starts_at": NOW - timedelta(hours=1)}, "Nobody moves up any more"),
    ],
)
def test_a_place_that_cannot_be_given_is_refused_with_a_sentence(
    event: Event, desk: FlaskClient, change: dict[str, Any], sentence: str
) -> None:
    waiting = a_registration(event, state=State.WAITLISTED)
    for name, value in change.items():
        setattr(event, name, value)
    db.session.commit()

    response = desk.post(f"/desk/events/symposium/roster/{waiting.id}/promote")

    assert response.status_code == 409
    assert sentence in response.text
    assert waiting.state is State.WAITLISTED


# Taking it away


def test_csv_holds_what_the_list_shows_with_moments_in_the_events_zone(event: Event, desk: FlaskClient) -> None:
    a_registration(event, **ADA, reference="R4T9WH")
    a_registration(event, given_name="Sam", state=State.WAITLISTED)

    response = desk.get("/desk/events/symposium/roster.csv?q=R4T+9WH")

    head, ada = read_csv(response)
    assert response.mimetype == "text/csv"
    assert response.headers["Content-Disposition"] == 'attachment; filename="symposium-2027-03-02.csv"'
    assert ada[:8] == [
        "R4T9WH",
        "Ada",
        "Voorbeeld",
        "ada@example.org",
        "Example University",
        "Netherlands",
        "Confirmed",
        "2027-03-02 10:00",
    ]
    assert head[7] == "Registered (Europe/Amsterdam)"


def test_xlsx_holds_the_same(event: Event, desk: FlaskClient) -> None:
    a_registration(event, **ADA, organisation="=1+1")

    response = desk.get("/desk/events/symposium/roster.xlsx")

    sheet = openpyxl.load_workbook(io.BytesIO(response.data)).worksheets[0]
    assert [cell.value for cell in sheet[2]][1:5] == ["Ada", "Voorbeeld", "ada@example.org", "=1+1"]
    assert sheet["E2"].data_type == "s"
    assert sheet["H2"].value.isoformat() == "2027-03-02T10:00:00"


def test_a_formula_typed_by_a_person_leaves_as_text(event: Event, desk: FlaskClient) -> None:
    a_registration(event, given_name="=cmd|' /C calc'!A0", organisation="@SUM(1)")

    _, row = read_csv(desk.get("/desk/events/symposium/roster.csv"))

    assert (row[1], row[4]) == ("'=cmd|' /C calc'!A0", "'@SUM(1)")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_who_took_the_roster_away_is_kept(event: Event, desk: FlaskClient, kind: str) -> None:
    a_registration(event, **ADA)

    desk.get(f"/desk/events/symposium/roster.{kind}?state=confirmed")

    entry = db.session.query(AuditEntry).filter_by(act="export roster").one()
    assert (entry.user.name, entry.event_id) == ("Olga", event.id)
    assert entry.after == {"kind": kind, "state": "confirmed"}


def test_the_log_tells_that_somebody_was_looked_for_in_an_export_and_not_whom(event: Event, desk: FlaskClient) -> None:
    desk.get(f"/desk/events/{event.slug}/roster.csv?q=ada%40example.org")

    entry = db.session.query(AuditEntry).filter_by(act="export roster").one()
    assert entry.after == {"kind": "csv", "q": "…"}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_is_streamed_whole_by_a_server_that_has_let_go_of_the_request(
    app: Flask, event: Event, desk: FlaskClient, kind: str
) -> None:
    a_registration(event, **ADA)
    cookie = desk.get_cookie("eventsvc", path="/")
    assert cookie is not None

    with served(app) as address:
        asked = Request(
            f"{address}/desk/events/symposium/roster.{kind}", headers={"Cookie": f"eventsvc={cookie.value}"}
        )
        with urlopen(asked) as answer:
            status, body = answer.status, answer.read()

    assert status == 200
    assert b"ada@example.org" in (body if kind == "csv" else ZipFile(io.BytesIO(body)).read("xl/worksheets/sheet1.xml"))


def test_an_export_takes_as_many_queries_for_three_people_as_for_one(
    event: Event, desk: FlaskClient, count_queries: Any
) -> None:
    a_registration(event)
    with count_queries() as few:
        desk.get("/desk/events/symposium/roster.csv")
    a_registration(event)
    a_registration(event)

    with count_queries() as many:
        desk.get("/desk/events/symposium/roster.csv")

    assert many.count == few.count


def test_another_kind_of_file_is_not_found(desk: FlaskClient) -> None:
    assert desk.get("/desk/events/symposium/roster.pdf").status_code == 404


# Correcting, and the link once more


def test_details_are_corrected_and_a_new_address_is_written_to(event: Event, desk: FlaskClient) -> None:
    ada = a_registration(event, **ADA)
    address = f"/desk/events/symposium/roster/{ada.id}/correct"

    form = browsing.fields(desk.get(address).text, action="")
    form["family_name"], form["email"] = "Nieuw", "new@example.org"
    answer = desk.post(address, data=form, follow_redirects=True)

    assert "A letter to the new address is on its way." in answer.text
    assert (ada.family_name, ada.email, ada.country) == ("Nieuw", "new@example.org", "NL")
    assert [(letter.kind, letter.recipient) for letter in db.session.query(Message)] == [
        ("address_changed", "new@example.org")
    ]
    entry = db.session.query(AuditEntry).filter_by(act="correct").one()
    assert (entry.user.name, entry.after["family_name"]) == ("Olga", "Nieuw")


def test_the_second_who_corrects_sees_what_the_first_saved(event: Event, desk: FlaskClient) -> None:
    ada = a_registration(event, **ADA)
    address = f"/desk/events/symposium/roster/{ada.id}/correct"
    first, second = (browsing.fields(desk.get(address).text, action="") for _time in range(2))

    first["given_name"], second["given_name"] = "Adelheid", "Adele"
    desk.post(address, data=first)
    refused = desk.post(address, data=second)

    assert refused.status_code == 409
    assert "Adelheid" in refused.text and 'value="Adele"' in refused.text
    assert desk.post(address, data=browsing.fields(refused.text, action="")).status_code == 303
    assert ada.given_name == "Adele"


def test_a_slip_in_a_correction_comes_back_with_what_was_typed(event: Event, desk: FlaskClient) -> None:
    ada, bob = a_registration(event, **ADA), a_registration(event)
    address = f"/desk/events/symposium/roster/{ada.id}/correct"
    form = browsing.fields(desk.get(address).text, action="")

    wrong = desk.post(address, data=form.to_dict() | {"given_name": "", "email": "not an address"})
    taken = desk.post(address, data=form.to_dict() | {"email": str(bob.email)})

    assert wrong.status_code == 422 and 'value="not an address"' in wrong.text
    assert taken.status_code == 409 and "already registered" in taken.text
    assert ada.email == "ada@example.org"


def test_the_link_is_sent_again_at_most_once_an_hour(event: Event, desk: FlaskClient) -> None:
    ada = a_registration(event, **ADA)
    address = f"/desk/events/symposium/roster/{ada.id}/resend"

    first, second = (desk.post(address, follow_redirects=True).text for _time in range(2))

    assert "is on its way to ada@example.org" in first
    assert "Nothing was sent" in second
    assert [letter.kind for letter in db.session.query(Message)] == ["link_resent"]


def test_the_panel_tells_the_place_on_the_waiting_list(event: Event, desk: FlaskClient) -> None:
    _first, second = (a_registration(event, state=State.WAITLISTED) for _ in range(2))

    assert "Number 2 on the waiting list" in desk.get(f"/desk/events/symposium/roster/{second.id}").text


def test_the_roster_names_its_event(event: Event, desk: FlaskClient) -> None:
    assert f"<p>{event.title}</p>" in desk.get("/desk/events/symposium/roster").text


def test_the_export_is_written_after_the_request_is_over(
    app: Flask, monkeypatch: pytest.MonkeyPatch, sign_in: Callable[..., FlaskClient]
) -> None:
    event = an_event()
    a_registration(event, given_name="Ada")
    monkeypatch.setattr(app, "test_client_class", FlaskClient)
    desk = sign_in(an_organiser("Olga", owns=event))
    slug = event.slug
    found: list[Any] = []

    def asked() -> None:
        # On a thread of its own there is no context of ours around the request, as on a server.
        found.extend(desk.get(f"/desk/events/{slug}/roster.{kind}", buffered=True) for kind in ("csv", "xlsx"))

    thread = threading.Thread(target=asked)
    thread.start()
    thread.join()

    assert [answer.status_code for answer in found] == [200, 200]
    assert "Ada" in found[0].get_data(as_text=True) and found[1].get_data().startswith(b"PK")
