"""Who may do what: the table itself, and every page of the desk tried by everybody."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventsvc.accounts.access import MAY, Act, SiteRole
from eventsvc.accounts.models import EventRole, Membership, User
from eventsvc.events.models import Event, FormerSlug, Status
from eventsvc.extensions import db
from tests.people import a_registration, a_session, an_event, an_organiser

SignIn = Callable[..., FlaskClient]
OF_AN_EVENT = {
    "/desk/events/{slug}": Act.SEE,
    "/desk/events/{slug}/edit": Act.EDIT,
    "/desk/events/{slug}/programme": Act.SEE,
    "/desk/events/{slug}/programme/new": Act.EDIT,
    "/desk/events/{slug}/programme/preview": Act.SEE,
    "/desk/events/{slug}/programme/clashes": Act.SEE,
    "/desk/events/{slug}/programme/export.csv": Act.SEE,
    "/desk/events/{slug}/programme/import": Act.EDIT,
    "/desk/events/{slug}/programme/publish": Act.PUBLISH,
    "/desk/events/{slug}/programme/speakers": Act.EDIT,
    "/desk/events/{slug}/programme/sessions/{session}": Act.EDIT,
    "/desk/events/{slug}/programme/sessions/{session}/delete": Act.EDIT,
    "/desk/events/{slug}/programme/rooms/{room}": Act.EDIT,
    "/desk/events/{slug}/programme/timetable": Act.SEE,
    "/desk/events/{slug}/programme/timetable/copy": Act.EDIT,
    "/desk/events/{slug}/programme/sessions/{session}/move": Act.EDIT,
    "/desk/events/{slug}/roster": Act.SEE_ROSTER,
    "/desk/events/{slug}/roles": Act.GRANT,
    "/desk/events/{slug}/audit": Act.SEE_AUDIT,
}
OF_THE_SITE = {
    "/desk/": Act.CREATE,
    "/desk/events": Act.CREATE,
    "/desk/events/new": Act.CREATE,
    "/desk/account": Act.CREATE,
    "/desk/account/calendar": Act.CREATE,
    "/desk/people": Act.MANAGE_PEOPLE,
    "/desk/audit": Act.SEE_SITE,
}
POSTED = {
    "/desk/events/{slug}/publish": Act.PUBLISH,
    "/desk/events/{slug}/programme/publish": Act.PUBLISH,
    "/desk/events/{slug}/cancel": Act.PUBLISH,
    "/desk/events/{slug}/archive": Act.PUBLISH,
    "/desk/events/{slug}/delete": Act.DELETE,
    "/desk/events/{slug}/preview": Act.EDIT,
    "/desk/events/{slug}/stop-preview": Act.EDIT,
    "/desk/events/{slug}/programme/clashes/accept": Act.EDIT,
    "/desk/events/{slug}/programme/clashes/accept-many": Act.EDIT,
    "/desk/events/{slug}/programme/timetable/undo": Act.EDIT,
    "/desk/events/{slug}/programme/import": Act.EDIT,
    "/desk/events/{slug}/programme/rooms": Act.EDIT,
    "/desk/events/{slug}/programme/tracks": Act.EDIT,
    "/desk/events/{slug}/programme/sessions/{session}/cancel": Act.EDIT,
    "/desk/events/{slug}/programme/speakers/invite": Act.EDIT,
    "/desk/events/{slug}/programme/speakers/remind": Act.EDIT,
    "/desk/events/{slug}/programme/speakers/sam/link": Act.EDIT,
    "/desk/events/{slug}/programme/slides/file/remove": Act.EDIT,
    "/desk/events/{slug}/programme/sessions/{session}/shelve": Act.EDIT,
    "/desk/events/{slug}/programme/sessions/{session}/shift": Act.EDIT,
    "/desk/events/{slug}/programme/sessions/{session}/swap": Act.EDIT,
    "/desk/events/{slug}/roles/1/revoke": Act.GRANT,
}


@pytest.fixture
def event(app: Flask) -> Event:
    event = an_event(capacity=10)
    a_session(event)
    a_registration(event)
    return event


def somebody(role: EventRole | SiteRole, event: Event) -> User:
    user = an_organiser(role.value, is_admin=role is SiteRole.ADMIN)
    if isinstance(role, EventRole):
        db.session.add(Membership(user=user, event_id=event.id, role=role))
        db.session.commit()
    return user


def address(path: str, event: Event) -> str:
    session = a_session(event) if "{session}" in path else None
    room = a_session(event).room_id if "{room}" in path else None
    return path.format(slug=event.slug, session=session.public_id if session else "", room=room)


def test_every_act_is_somebodys_and_an_owner_may_all_that_an_editor_may() -> None:
    assert MAY[SiteRole.ADMIN] == frozenset(Act)
    assert MAY[EventRole.DOOR] < MAY[EventRole.REVIEWER] < MAY[EventRole.EDITOR] < MAY[EventRole.OWNER]
    assert Act.DELETE not in MAY[EventRole.EDITOR]


@pytest.mark.parametrize("path", [*OF_AN_EVENT, *OF_THE_SITE])
def test_whoever_is_not_signed_in_is_sent_to_sign_in_and_back(path: str, event: Event, client: FlaskClient) -> None:
    wanted = address(path, event)

    response = client.get(wanted)

    assert response.status_code == 302
    assert response.location.startswith("/desk/sign-in?next=")


@pytest.mark.parametrize("role", [*EventRole, *SiteRole])
@pytest.mark.parametrize("path", OF_AN_EVENT)
def test_pages_of_an_event_open_to_the_roles_of_the_table(
    path: str, role: EventRole | SiteRole, event: Event, sign_in: SignIn
) -> None:
    desk = sign_in(somebody(role, event))

    response = desk.get(address(path, event))

    assert response.status_code == (200 if OF_AN_EVENT[path] in MAY[role] else 404)


@pytest.mark.parametrize("role", SiteRole)
@pytest.mark.parametrize("path", OF_THE_SITE)
def test_pages_of_the_site_open_to_the_roles_of_the_table(
    path: str, role: SiteRole, event: Event, sign_in: SignIn
) -> None:
    response = sign_in(somebody(role, event)).get(path)

    assert response.status_code == (200 if OF_THE_SITE[path] in MAY[role] else 404)


@pytest.mark.parametrize("path", [*OF_AN_EVENT, *POSTED])
def test_eve_finds_nothing_of_an_event_that_is_not_hers(path: str, event: Event, sign_in: SignIn) -> None:
    desk = sign_in(an_organiser("Eve", owns=an_event()))
    wanted = address(path, event)

    response = desk.post(wanted) if path in POSTED else desk.get(wanted)

    assert response.status_code == 404
    assert event.title not in response.text


@pytest.mark.parametrize("path", POSTED)
def test_a_reviewer_changes_nothing(path: str, event: Event, sign_in: SignIn) -> None:
    response = sign_in(somebody(EventRole.REVIEWER, event)).post(address(path, event))

    assert response.status_code == 404
    assert db.session.get_one(Event, event.id).status is Status.PUBLISHED


def test_eve_neither_sees_nor_counts_the_events_of_others(event: Event, sign_in: SignIn) -> None:
    page = sign_in(an_organiser("Eve")).get("/desk/events").text

    assert event.title not in page
    assert "No event here yet" in page


@pytest.mark.parametrize("number", [0, 2**31 - 1, 2**31, 10**22], ids=["none", "last", "past", "far"])
@pytest.mark.parametrize(
    "path",
    ["/desk/letters/{}", "/desk/events/{slug}/roster/{}", "/desk/events/{slug}/programme/rooms/{}"],
)
def test_a_number_that_no_row_has_is_not_found(sign_in: SignIn, event: Event, path: str, number: int) -> None:
    desk = sign_in(an_organiser(is_admin=True))

    assert desk.get(path.format(number, slug=event.slug)).status_code == 404


def test_an_event_is_found_by_its_former_address_too(event: Event, sign_in: SignIn) -> None:
    db.session.add(FormerSlug(slug="before", event_id=event.id))
    db.session.commit()

    assert sign_in(an_organiser(owns=event)).get("/desk/events/before").status_code == 200
    assert sign_in(an_organiser("Eve")).get("/desk/events/before").status_code == 404


def test_a_closed_account_is_signed_out_at_once(event: Event, sign_in: SignIn) -> None:
    olga = an_organiser(owns=event)
    desk = sign_in(olga)
    assert desk.get("/desk/").status_code == 200

    olga.active = False
    db.session.commit()

    assert desk.get("/desk/").status_code == 302


def test_every_page_of_the_desk_is_kept_by_nobody(event: Event, sign_in: SignIn) -> None:
    response = sign_in(an_organiser(owns=event)).get(f"/desk/events/{event.slug}")

    assert response.headers["Cache-Control"] == "private, no-store"
    assert "noindex" in response.headers["X-Robots-Tag"]


def test_public_pages_neither_read_nor_set_an_organisers_cookie(event: Event, sign_in: SignIn) -> None:
    desk = sign_in(an_organiser("Olga", owns=event))

    response = desk.get(f"/events/{event.slug}")

    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers
    assert "Cookie" not in response.headers.get("Vary", "")


def test_no_page_of_these_doors_is_left_out_of_the_matrix(app: Flask, event: Event) -> None:
    doors = ("desk", "events_desk", "programme_desk", "accounts_desk")
    matched = app.url_map.bind("localhost")
    tried = {matched.match(address(path, event))[0] for path in (*OF_AN_EVENT, *OF_THE_SITE)}
    tried |= {matched.match(address(path, event), method="POST")[0] for path in POSTED}
    alike = {
        "change",
        "edit_track",
        "edit_speaker",
        "merge_speakers",
        "download_slides",
        "add_track",
        "remove_room",
        "remove_track",
        "withdraw_acceptance",
    }

    there = {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.split(".")[0] in doors}

    assert {endpoint for endpoint in there - tried if endpoint.split(".")[1] not in alike} == set()
