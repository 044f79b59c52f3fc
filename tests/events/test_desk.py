"""The desk's pages about events, used as a browser without JavaScript uses them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eventsvc.accounts.models import AuditEntry, User
from eventsvc.events import contents
from eventsvc.events.models import Event, EventPartner, FormerSlug, Kind, Partner, PartnerRole, Status
from eventsvc.extensions import db
from eventsvc.mail.models import Message
from eventsvc.registration.models import State
from tests import browsing
from tests.people import NOW, a_registration, an_event, an_organiser

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def olga(app: Flask) -> User:
    return an_organiser("Olga", is_admin=True)


@pytest.fixture
def desk(olga: User, sign_in: SignIn) -> FlaskClient:
    return sign_in(olga)


def edit_page(desk: FlaskClient, event: Event) -> Any:
    return browsing.fields(desk.get(f"/desk/events/{event.slug}/edit").text)


def send(desk: FlaskClient, event: Event, form: Any, **typed: str) -> Any:
    for name, value in typed.items():
        form[name] = value
    return desk.post(f"/desk/events/{event.slug}/edit", data=form)


def test_an_event_begins_with_its_kind_a_title_and_a_day(desk: FlaskClient, olga: User) -> None:
    form = browsing.fields(desk.get("/desk/events/new?kind=webinar").text)

    form["title"], form["starts_on"] = "Antimicrobial resistance", "2027-06-16"
    response = desk.post("/desk/events/new", data=form)

    assert response.status_code == 303
    assert response.location.endswith("/desk/events/antimicrobial-resistance/edit")
    event = db.session.scalars(sa.select(Event)).one()
    assert (event.kind, event.status) == (Kind.WEBINAR, Status.DRAFT)
    # Four in the afternoon in Leiden, in summer.
    assert event.starts_at == datetime(2027, 6, 16, 14, 0, tzinfo=UTC)
    assert event.ends_at == datetime(2027, 6, 16, 15, 30, tzinfo=UTC)


def test_a_new_event_without_title_or_kind_shows_the_form_again_with_what_was_typed(desk: FlaskClient) -> None:
    response = desk.post("/desk/events/new", data={"title": "", "starts_on": "2027-06-16", "timezone": "Asia/Tokyo"})

    assert response.status_code == 422
    assert "Give it a title" in response.text
    assert "Choose what kind of event it is." in response.text
    assert "Kind <span" not in response.text, "it is not optional"
    assert browsing.fields(response.text).get("starts_on") == "2027-06-16"
    assert browsing.fields(response.text).get("timezone") == "Asia/Tokyo"
    assert db.session.scalars(sa.select(Event)).all() == []


def test_saving_the_untouched_form_changes_nothing_at_all(desk: FlaskClient) -> None:
    event = an_event(
        starts_at=datetime(2027, 5, 30, 7, 30, 17, tzinfo=UTC),
        description="One\n\nTwo <b>",
        capacity=10,
        registration_closes_at=NOW + timedelta(days=3),
    )
    partner = Partner(name="Example & Sons", url="https://example.org")
    event.partners = [EventPartner(partner=partner, role=PartnerRole.HOST, position=0)]
    db.session.commit()
    before, revision = contents.of(event), event.revision

    response = send(desk, event, edit_page(desk, event))

    assert response.status_code == 303
    assert contents.of(event) == before
    assert event.revision == revision
    assert db.session.scalars(sa.select(AuditEntry)).all() == []


def test_an_event_of_whole_days_shows_its_last_day_and_stays_as_it_is(desk: FlaskClient) -> None:
    event = an_event(
        is_all_day=True,
        starts_at=datetime(2027, 7, 3, 22, 0, tzinfo=UTC),
        ends_at=datetime(2027, 7, 8, 22, 0, tzinfo=UTC),
    )
    form = edit_page(desk, event)

    assert (form["starts_at"], form["ends_at"]) == ("2027-07-04T00:00", "2027-07-08T00:00")
    send(desk, event, form, title="Renamed")

    assert event.ends_at == datetime(2027, 7, 8, 22, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("2027-03-28T01:30", datetime(2027, 3, 28, 0, 30, tzinfo=UTC)),
        ("2027-03-28T03:30", datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),
        ("2027-10-31T02:30", datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
    ],
)
def test_times_are_read_on_the_clock_of_the_event(desk: FlaskClient, typed: str, moment: datetime) -> None:
    event = an_event()

    response = send(desk, event, edit_page(desk, event), starts_at=typed, ends_at="2027-12-01T12:00")

    assert response.status_code == 303
    assert event.starts_at == moment


def test_the_hour_the_clocks_skip_is_refused_beside_its_field_and_nothing_typed_is_lost(desk: FlaskClient) -> None:
    event = an_event()

    response = send(desk, event, edit_page(desk, event), starts_at="2027-03-28T02:30", costs="10 euro")

    assert response.status_code == 422
    assert "There is no 02:30 on that day" in response.text
    shown = browsing.fields(response.text)
    assert (shown["starts_at"], shown["costs"]) == ("2027-03-28T02:30", "10 euro")
    assert event.costs == ""


def test_another_zone_keeps_what_its_clock_shows(desk: FlaskClient) -> None:
    event = an_event()

    send(desk, event, edit_page(desk, event), timezone="Asia/Tokyo")

    assert event.starts_at == datetime(2027, 5, 30, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("title", "", "Give the event a title."),
        ("title", "x" * 201, "at most 200 characters"),
        ("ends_at", "2027-05-30T08:00", "It would end before it begins."),
        ("ends_at", "", "Give both a beginning and an end"),
        ("ends_at", "soon", "Write a day and an hour"),
        ("starts_at", "0001-01-01T00:00", "Is this the right year?"),
        ("registration_closes_at", "2026-01-01T00:00", "close before it opens"),
        ("capacity", "many", "Write a whole number."),
        ("capacity", "-1", "Write a whole number from 0"),
        ("capacity", "99999999999999999999", "Write a whole number from 0"),
        ("join_url", "javascript:alert(1)", "Write a whole web address"),
        ("venue_map_url", "example.org", "Write a whole web address"),
        ("contact_email", "olga\r\nBcc: eve@example.org", "This is not an e-mail address"),
        ("contact_email", "olga", "This is not an e-mail address"),
        ("slug", "", "Give the page an address."),
        ("summary", "", "Write a summary"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence_and_stays_in_the_form(
    desk: FlaskClient, field: str, typed: str, sentence: str
) -> None:
    event = an_event()
    before = contents.of(event)

    response = send(desk, event, edit_page(desk, event), **{field: typed})

    assert response.status_code == 422
    assert sentence in response.text
    if "\n" not in typed:
        assert browsing.fields(response.text)[field] == typed
    assert contents.of(event) == before


def test_everything_that_is_wrong_is_told_at_once(desk: FlaskClient) -> None:
    event = an_event()

    response = send(
        desk,
        event,
        edit_page(desk, event),
        title="",
        mode="elsewhere",
        ends_at="2027-05-29T09:00",
        registration_opens_at="2027-05-02T09:00",
        registration_closes_at="2027-05-01T09:00",
    )

    assert response.status_code == 422
    for said in (
        "Give the event a title.",
        "Choose one from the list.",
        "It would end before it begins.",
        "Registration would close before it opens.",
        "4 answers need another look",
    ):
        assert said in response.text
    assert "Not a valid choice" not in response.text


def test_half_of_a_pair_of_times_that_cannot_be_read_is_told_of_alone(desk: FlaskClient) -> None:
    event = an_event()

    response = send(desk, event, edit_page(desk, event), ends_at="soon")

    assert "Write a day and an hour" in response.text
    assert "Give both a beginning and an end" not in response.text


def test_letters_nobody_sees_and_markup_are_harmless(desk: FlaskClient) -> None:
    event = an_event()
    typed = "Health\x00 <script>alert(1)</script> \u202eacross 🎓"

    response = send(desk, event, edit_page(desk, event), title="Zażółć <b>\x00", description=typed.replace("\x00", ""))

    assert response.status_code == 303
    assert event.title == "Zażółć <b>"
    assert "<script>alert" not in desk.get(f"/desk/events/{event.slug}").text


def test_partners_and_links_are_written_line_by_line_and_an_empty_line_is_none(desk: FlaskClient) -> None:
    event = an_event()
    form = edit_page(desk, event)

    form["partners-0-name"], form["partners-0-role"] = "Example University", "host"
    form["partners-1-name"], form["partners-1-role"] = "Example Foundation", "sponsor"
    form["links-1-url"], form["links-1-kind"] = "https://example.org/film", "recording"
    send(desk, event, form)

    assert [(p.partner.name, p.role.value) for p in event.partners] == [
        ("Example University", "host"),
        ("Example Foundation", "sponsor"),
    ]
    assert [link.url for link in event.links] == ["https://example.org/film"]
    again = edit_page(desk, event)
    assert "partners-3-name" in again
    again["partners-0-name"] = ""
    send(desk, event, again)
    assert [p.partner.name for p in event.partners] == ["Example Foundation"]


def test_a_line_that_lacks_something_is_refused_with_its_number(desk: FlaskClient) -> None:
    event = an_event()

    response = send(desk, event, edit_page(desk, event), **{"links-1-label": "Film"})

    assert response.status_code == 422
    assert "line 2: give the web address." in response.text
    assert browsing.fields(response.text)["links-1-label"] == "Film"


def test_the_second_of_two_organisers_is_told_and_loses_nothing(desk: FlaskClient, sign_in: SignIn) -> None:
    event = an_event(title="Old", costs="", room="Aula")
    sam = sign_in(an_organiser("Sam", is_admin=True))
    hers, his = edit_page(desk, event), edit_page(sam, event)
    assert send(sam, event, his, title="Sam's title", costs="20 euro", venue_city="Utrecht").status_code == 303

    response = send(desk, event, hers, title="Olga's title", room="Cellar")

    assert response.status_code == 409
    assert "Sam saved changes while you had this page open" in response.text.replace("&#39;", "'")
    for told in ("Sam's title", "Olga's title", "20 euro", "Utrecht"):
        assert told in response.text.replace("&#39;", "'")
    assert event.title == "Sam's title"

    form = browsing.fields(response.text)
    assert (form["title"], form["room"]) == ("Olga's title", "Cellar")
    assert (form["costs"], form["venue_city"]) == ("20 euro", "Utrecht")
    assert send(desk, event, form).status_code == 303
    assert (event.title, event.room, event.costs) == ("Olga's title", "Cellar", "20 euro")
    assert event.venue and event.venue.city == "Utrecht"


def test_who_saved_in_another_window_of_their_own_is_not_told_of_somebody_else(desk: FlaskClient) -> None:
    event = an_event(title="Old")
    first, second = edit_page(desk, event), edit_page(desk, event)
    send(desk, event, first, title="One")

    response = send(desk, event, second, title="Two")

    assert response.status_code == 409
    assert "You saved changes in another window" in response.text


def test_partners_another_added_are_taken_over_where_you_added_none(desk: FlaskClient, sign_in: SignIn) -> None:
    event = an_event()
    sam = sign_in(an_organiser("Sam", is_admin=True))
    hers, his = edit_page(desk, event), edit_page(sam, event)
    send(sam, event, his, **{"partners-0-name": "Example University"})

    response = send(desk, event, hers, room="Cellar")

    assert response.status_code == 409
    form = browsing.fields(response.text)
    assert form["partners-0-name"] == "Example University"
    send(desk, event, form)
    assert [p.partner.name for p in event.partners] == ["Example University"]


def test_a_renamed_event_redirects_from_its_old_address(desk: FlaskClient, client: FlaskClient) -> None:
    event = an_event(slug="old")

    send(desk, event, edit_page(desk, event), slug="new name")

    response = client.get("/events/old")
    assert response.status_code == 301
    assert response.location.endswith("/events/new-name")


def test_an_address_that_is_taken_is_refused_beside_its_field(desk: FlaskClient) -> None:
    an_event(slug="taken")
    former = an_event(slug="now")
    db.session.add(FormerSlug(slug="formerly", event_id=former.id))
    db.session.commit()
    event = an_event(slug="mine")

    for slug in ("taken", "formerly", "Taken"):
        response = send(desk, event, edit_page(desk, event), slug=slug)
        assert response.status_code == 409
        assert "once had, the address" in response.text
    assert event.slug == "mine"


def test_raising_the_places_tells_how_many_moved_up(desk: FlaskClient) -> None:
    event = an_event(capacity=1)
    a_registration(event)
    waiting = a_registration(event, state=State.WAITLISTED)

    send(desk, event, edit_page(desk, event), capacity="2")

    assert waiting.state is State.CONFIRMED
    assert "One person moved up" in desk.get(f"/desk/events/{event.slug}").text


def test_a_draft_is_shown_by_its_link_to_whoever_has_no_account(desk: FlaskClient, client: FlaskClient) -> None:
    event = an_event(status=Status.DRAFT, published_at=None)
    assert client.get(f"/events/{event.slug}").status_code == 404

    desk.post(f"/desk/events/{event.slug}/preview")
    page = desk.get(f"/desk/events/{event.slug}").text
    link = page.split("/preview/", 1)[1].split('"', 1)[0]

    assert client.get(f"/preview/{link}").status_code == 200
    desk.post(f"/desk/events/{event.slug}/stop-preview")
    assert client.get(f"/preview/{link}").status_code == 404


def test_publishing_a_draft_that_tells_too_little_leads_to_the_form_with_each_gap(desk: FlaskClient) -> None:
    event = an_event(status=Status.DRAFT, published_at=None, summary="", venue=None)

    response = desk.post(f"/desk/events/{event.slug}/publish", follow_redirects=True)

    assert "Write a summary" in response.text
    assert "Say where it is" in response.text
    assert event.status is Status.DRAFT


def test_cancelling_writes_to_everybody_and_so_does_publishing_again(desk: FlaskClient) -> None:
    event = an_event()
    a_registration(event)

    refused = desk.post(f"/desk/events/{event.slug}/cancel", data={"sentence": " "})
    assert refused.status_code == 422
    assert "Write one sentence to the people" in refused.text

    asked = desk.post(f"/desk/events/{event.slug}/cancel", data={"sentence": "The speaker is ill."})
    assert "Cancel the event and send one letter" in asked.text
    assert event.status is Status.PUBLISHED
    assert db.session.scalars(sa.select(Message)).all() == []

    sent = browsing.fields(asked.text, action=f"/desk/events/{event.slug}/cancel")
    told = desk.post(f"/desk/events/{event.slug}/cancel", data=sent, follow_redirects=True)
    assert "A letter to one person is on its way." in told.text
    assert "The speaker is ill." in told.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Message)) == 1

    assert "Publishing again writes to one person" in told.text
    again = desk.post(f"/desk/events/{event.slug}/publish", follow_redirects=True)
    assert "It takes place after all. A letter to one person is on its way." in again.text


def test_the_form_says_beforehand_how_many_are_told_and_saving_says_so_afterwards(desk: FlaskClient) -> None:
    event = an_event()
    assert "Tell people" not in desk.get(f"/desk/events/{event.slug}/edit").text
    for over in ({}, {"state": State.WAITLISTED}, {"state": State.CANCELLED}, {"email": None}):
        a_registration(event, **over)

    page = desk.get(f"/desk/events/{event.slug}/edit").text
    assert "2 people get a letter" in page
    send(desk, event, browsing.fields(page), room="Aula")

    saved = desk.get(f"/desk/events/{event.slug}").text
    assert "Saved. Letters to 2 people leave in ten minutes" in saved
    assert "Leaves at Tue 2 March 2027, 10:10." in desk.get(f"/desk/events/{event.slug}/letters").text


def test_a_small_correction_is_saved_without_a_letter(desk: FlaskClient) -> None:
    event = an_event()
    a_registration(event)
    form = edit_page(desk, event)
    form.pop("tells_people")

    send(desk, event, form, title="Said right")

    assert event.title == "Said right"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Message)) == 0


def test_the_form_of_an_event_that_is_over_says_that_nobody_is_told(desk: FlaskClient) -> None:
    event = an_event(starts_at=NOW - timedelta(days=2), ends_at=NOW - timedelta(days=1))
    a_registration(event)

    assert "It is over, so nobody is written to" in desk.get(f"/desk/events/{event.slug}/edit").text


def test_a_draft_can_be_deleted_and_what_was_public_cannot(desk: FlaskClient) -> None:
    draft, public = an_event(status=Status.DRAFT, published_at=None), an_event()
    draft_id = draft.id
    assert "Delete the draft" not in desk.get(f"/desk/events/{public.slug}").text

    asked = desk.get(f"/desk/events/{draft.slug}/delete")
    assert "Delete the draft?" in asked.text and db.session.get(Event, draft_id)
    assert desk.get(f"/desk/events/{public.slug}/delete").status_code == 404
    desk.post(f"/desk/events/{draft.slug}/delete")
    response = desk.post(f"/desk/events/{public.slug}/delete", follow_redirects=True)

    assert db.session.get(Event, draft_id) is None
    assert "can be deleted" in response.text


def test_the_list_shows_drafts_what_comes_and_what_has_been(desk: FlaskClient) -> None:
    coming = an_event(title="Coming")
    an_event(title="Sketch", status=Status.DRAFT, published_at=None)
    an_event(title="Gone", starts_at=NOW - timedelta(days=9), ends_at=NOW - timedelta(days=8))
    a_registration(coming)

    pages = {show: desk.get(f"/desk/events?show={show}").text for show in ("coming", "drafts", "past", "nonsense")}

    assert [title in pages["coming"] for title in ("Coming", "Sketch", "Gone")] == [True, False, False]
    assert [title in pages["drafts"] for title in ("Coming", "Sketch", "Gone")] == [False, True, False]
    assert [title in pages["past"] for title in ("Coming", "Sketch", "Gone")] == [False, False, True]
    assert "Coming" in pages["nonsense"]


@pytest.mark.parametrize("path", ["/desk/events", "/desk/", "/desk/events?show=drafts"])
def test_lists_ask_as_many_questions_for_three_events_as_for_one(
    desk: FlaskClient, path: str, count_queries: Callable[[], Any]
) -> None:
    def asked() -> int:
        with count_queries() as queries:
            assert desk.get(path).status_code == 200
        return int(queries.count)

    a_registration(an_event(capacity=1))
    an_event(status=Status.DRAFT, published_at=None)
    one = asked()
    for _event in range(2):
        a_registration(an_event(capacity=1))
        an_event(status=Status.DRAFT, published_at=None)

    assert asked() == one


def test_pages_far_behind_the_last_show_the_last(desk: FlaskClient) -> None:
    an_event(title="Coming")

    for page in ("2", "0", "-1", "9999999999999", "x", "²"):
        assert "Coming" in desk.get("/desk/events", query_string={"page": page}).text


def test_today_names_what_needs_me(desk: FlaskClient) -> None:
    full = an_event(title="Full house", capacity=1)
    a_registration(full)
    a_registration(full, state=State.WAITLISTED)
    an_event(title="Opens soon", registration_opens_at=NOW + timedelta(days=3))
    for title in ("Sketch", "Outline"):
        an_event(title=title, status=Status.DRAFT, published_at=None)
    an_event(title="Calm")

    page = desk.get("/desk/").text

    assert "Good morning, Olga" in page
    assert "3 things need you." in page
    assert "Person waits, all 1 places are taken" in page
    assert "Days until registration opens" in page
    assert "Drafts that nobody sees yet" in page
    assert "Tuesday 2 March" in page


def test_a_desk_without_events_teaches(desk: FlaskClient) -> None:
    assert "An event begins with its kind" in desk.get("/desk/").text
    assert "Summer school" in desk.get("/desk/events").text


def test_the_desk_names_the_zone_as_the_public_page_does(desk: FlaskClient, client: FlaskClient) -> None:
    event = an_event()

    for page in (desk.get(f"/desk/events/{event.slug}").text, client.get(f"/events/{event.slug}").text):
        assert "Leiden time (CEST)" in page
