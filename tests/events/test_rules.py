"""The life of an event: made, edited, published, cancelled, put away."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from eventsvc.accounts import actors
from eventsvc.accounts.actors import Actor
from eventsvc.accounts.models import AuditEntry, EventRole, Membership
from eventsvc.calendars.models import Entry, EntryKind
from eventsvc.errors import ChangedMeanwhile
from eventsvc.events import errors, rules
from eventsvc.events.models import Event, FormerSlug, Kind, Mode, Partner, Series, Status, Venue
from eventsvc.extensions import db
from eventsvc.mail.models import Message
from eventsvc.registration.models import Registration, State, Turnstile
from tests.people import NOW, a_registration, a_session, an_event, an_organiser

MAY = datetime(2027, 5, 30, 7, 30, tzinfo=UTC)


@pytest.fixture
def olga(app: Flask) -> Actor:
    return actors.organiser(an_organiser("Olga").id)


def a_draft(olga: Actor, **over: Any) -> Event:
    said = {"kind": Kind.SYMPOSIUM, "title": "Health across borders", "starts_at": MAY} | over
    event = rules.create(said, by=olga, at=NOW)
    db.session.commit()
    return event


def test_a_new_event_is_a_draft_with_the_plan_of_its_kind_and_an_owner(olga: Actor) -> None:
    event = a_draft(olga, kind=Kind.WEBINAR)

    assert event.status is Status.DRAFT
    assert event.mode is Mode.ONLINE
    assert event.capacity == 500
    assert event.slug == "health-across-borders"
    assert event.contact_email.endswith("@example.org")
    assert db.session.get(Turnstile, event.id) is not None
    owner = db.session.scalars(sa.select(Membership).where(Membership.event_id == event.id)).one()
    assert (owner.user_id, owner.role) == (olga.user_id, EventRole.OWNER)


def test_a_webinar_that_says_only_when_it_begins_ends_ninety_minutes_later(olga: Actor) -> None:
    begins = datetime(2027, 6, 16, 14, 0, tzinfo=UTC)

    event = a_draft(olga, kind=Kind.WEBINAR, starts_at=begins)

    assert event.ends_at == begins + timedelta(minutes=90)


def test_a_second_event_of_the_same_title_gets_an_address_of_its_own(olga: Actor) -> None:
    slugs = [a_draft(olga).slug for _edition in range(3)]

    assert slugs == ["health-across-borders", "health-across-borders-2027", "health-across-borders-2027-2"]


def test_no_event_takes_the_address_of_the_form_for_a_new_one(olga: Actor) -> None:
    assert a_draft(olga, title="New", starts_at=None).slug != "new"
    with pytest.raises(errors.SlugTaken):
        a_draft(olga, slug="new")


def test_an_event_is_made_with_its_partners_place_series_and_links(olga: Actor) -> None:
    said = {
        "series": "Health across borders",
        "venue": {"name": "Main building", "city": "Leiden", "country": "NL"},
        "partners": [
            {"name": "Example University", "role": "host", "url": "https://example.org"},
            {"name": "Example University", "role": "sponsor"},
        ],
        "links": [{"kind": "recording", "url": "https://example.org/film", "label": "Film"}],
    }

    event = a_draft(olga, **said)

    db.session.expire_all()
    assert event.series and event.series.slug == "health-across-borders"
    assert event.venue and event.venue.city == "Leiden"
    assert [(p.partner.name, p.role.value) for p in event.partners] == [
        ("Example University", "host"),
        ("Example University", "sponsor"),
    ]
    assert [link.url for link in event.links] == ["https://example.org/film"]


def test_two_events_in_one_place_share_its_row_and_moving_one_leaves_the_other(olga: Actor) -> None:
    place = {"name": "Main building", "city": "Leiden"}
    first, second = a_draft(olga, venue=place), a_draft(olga, venue=place)
    assert first.venue_id == second.venue_id

    rules.edit(second, {"venue": {"name": "Annex", "city": "Leiden"}}, revision=second.revision, by=olga, at=NOW)

    assert (first.venue.name, second.venue.name) == ("Main building", "Annex")  # type: ignore[union-attr]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Venue)) == 2


def test_a_series_and_a_partner_are_found_again_by_name(olga: Actor) -> None:
    for name in ("Example University", "example university"):
        a_draft(olga, series="Lectures", partners=[{"name": name, "role": "host"}])

    assert db.session.scalar(sa.select(sa.func.count()).select_from(Series)) == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Partner)) == 1


def test_an_event_that_would_end_before_it_begins_is_refused_at_its_end(olga: Actor) -> None:
    with pytest.raises(errors.BadTimes) as refused:
        a_draft(olga, ends_at=MAY - timedelta(hours=1))

    assert refused.value.field == "ends_at"


def test_what_no_event_has_cannot_be_said_of_one(olga: Actor) -> None:
    with pytest.raises(KeyError):
        a_draft(olga, colour="red")


def test_a_published_address_redirects_after_a_rename_and_stays_taken(olga: Actor) -> None:
    event = an_event(slug="old")

    rules.edit(event, {"slug": "New Name"}, revision=event.revision, by=olga, at=NOW)
    db.session.commit()

    assert event.slug == "new-name"
    assert db.session.get_one(FormerSlug, "old").event_id == event.id
    with pytest.raises(errors.SlugTaken):
        a_draft(olga, slug="old")


def test_an_event_may_take_its_own_old_address_back(olga: Actor) -> None:
    event = an_event(slug="old")
    rules.edit(event, {"slug": "new-name"}, revision=event.revision, by=olga, at=NOW)

    rules.edit(event, {"slug": "old"}, revision=event.revision, by=olga, at=NOW)
    db.session.commit()

    assert event.slug == "old"
    assert db.session.scalars(sa.select(FormerSlug.slug)).all() == ["new-name"]


def test_a_draft_nobody_saw_leaves_no_old_address_behind(olga: Actor) -> None:
    event = a_draft(olga)

    rules.edit(event, {"slug": "better"}, revision=event.revision, by=olga, at=NOW)

    assert db.session.scalars(sa.select(FormerSlug.slug)).all() == []


def test_saving_what_is_there_already_changes_nothing(olga: Actor) -> None:
    event = an_event()
    before = event.revision

    rules.edit(event, {"title": event.title}, revision=before, by=olga, at=NOW)
    db.session.commit()

    assert event.revision == before
    assert db.session.scalars(sa.select(AuditEntry)).all() == []


def test_an_edit_is_written_down_before_and_after_and_only_what_differs(olga: Actor) -> None:
    event = an_event(title="Old", capacity=10)

    rules.edit(event, {"title": "New", "capacity": 10}, revision=event.revision, by=olga, at=NOW)
    db.session.commit()

    entry = db.session.scalars(sa.select(AuditEntry)).one()
    assert (entry.act, entry.user_id, entry.at) == ("event.edited", olga.user_id, NOW)
    assert (entry.before["title"], entry.after["title"]) == ("Old", "New")
    assert set(entry.before) == set(entry.after) == {"title", "revision"}


def test_whoever_saves_second_is_told_what_the_first_saved(olga: Actor) -> None:
    event = an_event(title="Old", summary="First", costs="10 euro")
    opened_at = event.revision
    sam = actors.organiser(an_organiser("Sam").id)
    rules.edit(event, {"title": "Sam's", "costs": "20 euro"}, revision=opened_at, by=sam, at=NOW)
    db.session.commit()

    with pytest.raises(ChangedMeanwhile) as refused:
        yours = {"title": "Olga's", "summary": "Second", "costs": "10 euro"}
        rules.edit(event, yours, revision=opened_at, by=olga, at=NOW)

    assert refused.value.theirs == {"title": "Sam's", "costs": "20 euro"}
    assert refused.value.yours == {"title": "Olga's"}
    assert "Sam" in refused.value.sentence


def test_saving_again_after_being_told_goes_through(olga: Actor) -> None:
    event = an_event(title="Old")
    opened_at = event.revision
    rules.edit(event, {"title": "Sam's"}, revision=opened_at, by=olga, at=NOW)
    db.session.commit()

    rules.edit(event, {"title": "Olga's"}, revision=event.revision, by=olga, at=NOW)

    assert event.title == "Olga's"


def test_an_act_that_touched_no_field_of_the_form_does_not_stop_it(olga: Actor) -> None:
    event = an_event(status=Status.DRAFT, published_at=None)
    opened_at = event.revision
    rules.publish(event, by=olga, at=NOW)
    rules.preview_link(event, by=olga, at=NOW)
    db.session.commit()

    rules.edit(event, {"title": "Olga's"}, revision=opened_at, by=olga, at=NOW)

    assert event.title == "Olga's"


def test_a_raised_limit_serves_those_who_have_waited_longest(olga: Actor) -> None:
    event = an_event(capacity=1)
    a_registration(event)
    waiting = [a_registration(event, state=State.WAITLISTED) for _person in range(3)]

    done = rules.edit(event, {"capacity": 3}, revision=event.revision, by=olga, at=NOW)
    db.session.commit()

    assert [registration.id for registration in done.moved_up] == [registration.id for registration in waiting[:2]]
    assert [registration.state for registration in waiting] == [State.CONFIRMED, State.CONFIRMED, State.WAITLISTED]


def test_a_list_that_goes_on_is_served_at_once(olga: Actor) -> None:
    event = an_event(capacity=1, is_list_stopped=True)
    waiting = a_registration(event, state=State.WAITLISTED)

    rules.edit(event, {"is_list_stopped": False}, revision=event.revision, by=olga, at=NOW)

    assert waiting.state is State.CONFIRMED


def test_publishing_shows_the_event_and_its_calendar(olga: Actor) -> None:
    event = a_draft(olga, summary="A day.", venue={"city": "Leiden"})

    rules.publish(event, by=olga, at=NOW)
    db.session.commit()

    assert (event.status, event.published_at) == (Status.PUBLISHED, NOW)
    assert db.session.scalars(sa.select(Entry).where(Entry.event_id == event.id)).one().kind is EntryKind.EVENT


def test_an_event_that_tells_too_little_is_not_published_and_each_gap_is_named(olga: Actor) -> None:
    event = a_draft(olga, contact_email="")

    with pytest.raises(errors.NotReady) as refused:
        rules.publish(event, by=olga, at=NOW)

    assert len(refused.value.sentences) == 3
    assert event.status is Status.DRAFT


def test_a_date_may_follow_after_publication(olga: Actor) -> None:
    event = a_draft(olga, starts_at=None, summary="A day.")

    rules.publish(event, by=olga, at=NOW)

    assert event.status is Status.PUBLISHED


def test_a_published_event_cannot_lose_what_people_need_to_know(olga: Actor) -> None:
    event = an_event()

    with pytest.raises(errors.NotReady):
        rules.edit(event, {"summary": ""}, revision=event.revision, by=olga, at=NOW)


def test_cancelling_tells_everybody_live_and_leaves_their_registrations(olga: Actor) -> None:
    event = an_event(capacity=1)
    people = [
        a_registration(event),
        a_registration(event, state=State.WAITLISTED),
        a_registration(event, state=State.CANCELLED),
    ]
    session = a_session(event)

    told = rules.cancel(event, sentence="The speaker is ill.", by=olga, at=NOW)
    db.session.commit()

    assert told == 2
    assert event.cancellation_note == "The speaker is ill."
    states = db.session.scalars(sa.select(Registration.state).order_by(Registration.id)).all()
    assert states == [State.CONFIRMED, State.WAITLISTED, State.CANCELLED]
    letters = db.session.scalars(sa.select(Message).order_by(Message.id)).all()
    assert [letter.registration_id for letter in letters] == [people[0].id, people[1].id]
    shown = db.session.scalars(sa.select(Entry).order_by(Entry.id)).all()
    assert {entry.session_id for entry in shown} == {None, session.id}
    assert all(entry.facts["status"] == "CANCELLED" for entry in shown)


def test_cancelling_needs_a_sentence(olga: Actor) -> None:
    event = an_event()

    with pytest.raises(errors.NoSentence):
        rules.cancel(event, sentence="  ", by=olga, at=NOW)


def test_only_what_is_published_can_be_cancelled(olga: Actor) -> None:
    with pytest.raises(errors.NotPublished):
        rules.cancel(a_draft(olga), sentence="No.", by=olga, at=NOW)


def test_publishing_again_undoes_a_cancellation(olga: Actor) -> None:
    event = an_event()
    rules.cancel(event, sentence="No.", by=olga, at=NOW)
    sequence = db.session.scalars(sa.select(Entry)).one().sequence

    rules.publish(event, by=olga, at=NOW)

    assert (event.status, event.cancellation_note, event.cancelled_at) == (Status.PUBLISHED, "", None)
    entry = db.session.scalars(sa.select(Entry)).one()
    assert entry.facts.get("status") != "CANCELLED"
    assert entry.sequence > sequence


def test_an_event_is_put_away_when_it_has_ended_and_not_before(olga: Actor) -> None:
    event = an_event()
    with pytest.raises(errors.NotOver):
        rules.archive(event, by=olga, at=NOW)

    assert event.ends_at is not None
    rules.archive(event, by=olga, at=event.ends_at)

    assert event.status is Status.ARCHIVED


def test_a_draft_nobody_saw_can_be_deleted_with_its_programme(olga: Actor) -> None:
    event = a_draft(olga)
    a_session(event)
    event_id = event.id

    rules.delete_draft(event, by=olga, at=NOW)
    db.session.commit()

    assert db.session.get(Event, event_id) is None
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "event.deleted")).one()
    assert (entry.event_id, entry.before["title"]) == (None, "Health across borders")


def test_an_event_that_was_ever_public_cannot_be_deleted(olga: Actor) -> None:
    with pytest.raises(errors.NotDeletable):
        rules.delete_draft(an_event(), by=olga, at=NOW)


def test_a_draft_somebody_is_registered_for_cannot_be_deleted(olga: Actor) -> None:
    event = a_draft(olga)
    a_registration(event)

    with pytest.raises(errors.NotDeletable):
        rules.delete_draft(event, by=olga, at=NOW)


def test_the_link_to_a_draft_stays_the_same_until_it_is_withdrawn(olga: Actor) -> None:
    event = a_draft(olga)
    first = rules.preview_link(event, by=olga, at=NOW)

    assert rules.preview_link(event, by=olga, at=NOW) == first
    rules.stop_preview(event, by=olga, at=NOW)
    assert rules.known_preview_link(event) is None
    assert rules.preview_link(event, by=olga, at=NOW) != first
    assert first.rsplit("/", 1)[1] not in str(event.preview_sealed)


def test_a_link_that_a_lost_key_sealed_is_made_anew(olga: Actor, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    event = a_draft(olga)
    first = rules.preview_link(event, by=olga, at=NOW)
    monkeypatch.setitem(app.config, "SECRET_KEY", "another secret, and nobody kept the old one")

    assert rules.known_preview_link(event) is None
    second = rules.preview_link(event, by=olga, at=NOW)
    assert first != second == rules.known_preview_link(event)


def test_two_who_save_at_once_do_not_overwrite_each_other(app: Flask, olga: Actor) -> None:
    event_id = an_event(title="Old").id
    opened_at, told, gate = db.session.get_one(Event, event_id).revision, [], threading.Barrier(2)
    db.session.rollback()

    def save(title: str) -> None:
        with app.app_context():
            event = db.session.get_one(Event, event_id)
            gate.wait(10)
            try:
                rules.edit(event, {"title": title}, revision=opened_at, by=olga, at=NOW)
                db.session.commit()
                told.append("saved")
            except ChangedMeanwhile:
                db.session.rollback()
                told.append("told")

    threads = [threading.Thread(target=save, args=(title,)) for title in ("One", "Two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert sorted(told) == ["saved", "told"]
