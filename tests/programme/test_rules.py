"""Building a programme."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from eventsvc.accounts import actors
from eventsvc.accounts.actors import Actor
from eventsvc.accounts.models import AuditEntry
from eventsvc.calendars.models import Entry, EntryKind
from eventsvc.errors import ChangedMeanwhile
from eventsvc.events import rules as events
from eventsvc.events.models import Event, Status
from eventsvc.extensions import db
from eventsvc.programme import errors, reading, rules
from eventsvc.programme.models import Session, SessionStatus, Speaker
from tests.people import NOW, a_session, an_event, an_organiser


@pytest.fixture
def olga(app: Flask) -> Actor:
    return actors.organiser(an_organiser("Olga", is_admin=True).id)


def shown(event: Event) -> list[Entry]:
    asked = sa.select(Entry).where(Entry.event_id == event.id, Entry.kind == EntryKind.SESSION)
    return list(db.session.scalars(asked))


def test_a_new_session_stands_in_the_programme_and_in_calendars(olga: Actor) -> None:
    event = an_event()
    room = rules.add_room(event, "Aula", capacity=80, by=olga, at=NOW)
    assert event.starts_at
    said = {
        "title": "Opening",
        "starts_at": event.starts_at,
        "ends_at": event.starts_at + timedelta(minutes=30),
        "room_id": room.id,
        "speakers": [{"name": "Sam", "affiliation": "Example University", "role": "chair"}, {"name": "Ada"}],
    }

    session = rules.add_session(event, said, by=olga, at=NOW)
    db.session.commit()

    assert [(a.speaker.name, a.role.value) for a in session.appearances] == [("Sam", "chair"), ("Ada", "speaker")]
    assert session.room is room
    assert shown(event) == [], "what is drafted is shown by no calendar"
    rules.publish(event, by=olga, at=NOW)
    (entry,) = shown(event)
    assert "Aula" in entry.facts["location"]


def test_a_session_may_wait_for_its_time(olga: Actor) -> None:
    event = an_event()

    rules.add_session(event, {"title": "To be planned"}, by=olga, at=NOW)

    assert shown(event) == []


def test_half_a_time_and_an_end_before_the_beginning_are_refused_where_they_are_typed(olga: Actor) -> None:
    event = an_event()

    with pytest.raises(errors.BadSlot) as half:
        rules.add_session(event, {"title": "Talk", "starts_at": event.starts_at}, by=olga, at=NOW)
    with pytest.raises(errors.BadSlot) as backwards:
        said = {"title": "Talk", "starts_at": event.ends_at, "ends_at": event.starts_at}
        rules.add_session(event, said, by=olga, at=NOW)

    assert (half.value.field, backwards.value.field) == ("ends_at", "ends_at")


def test_nothing_lasts_a_century(olga: Actor) -> None:
    event = an_event()
    said = {"title": "Talk", "starts_at": event.starts_at, "ends_at": event.starts_at + timedelta(days=61)}

    with pytest.raises(errors.BadSlot) as long:
        rules.add_session(event, said, by=olga, at=NOW)

    assert long.value.field == "ends_at"


def test_a_name_in_other_capitals_is_the_same_person_whatever_its_letters(olga: Actor) -> None:
    event = an_event()
    said = {"title": "Talk", "speakers": [{"name": "Élodie van Çelik", "affiliation": "Universität Zürich"}]}
    first = rules.add_session(event, said, by=olga, at=NOW)
    shouted = {"name": "ÉLODIE VAN ÇELIK", "affiliation": "UNIVERSITÄT ZÜRICH"}

    second = rules.add_session(event, {"title": "Panel", "speakers": [shouted]}, by=olga, at=NOW)
    plain = rules.add_session(event, {"title": "Keynote", "speakers": [{"name": "Elodie van Celik"}]}, by=olga, at=NOW)
    brief = rules.add_session(event, {"title": "Poster", "speakers": [{"name": "élodie van çelik"}]}, by=olga, at=NOW)

    speaker = first.appearances[0].speaker
    assert [each.appearances[0].speaker is speaker for each in (second, plain, brief)] == [True, False, True]


def test_a_room_has_its_name_alone_whatever_its_letters(olga: Actor) -> None:
    event = an_event()
    rules.add_room(event, "Église", by=olga, at=NOW)

    with pytest.raises(errors.NameTaken):
        rules.add_room(event, "ÉGLISE", by=olga, at=NOW)
    assert rules.add_room(event, "Eglise", by=olga, at=NOW).name == "Eglise"


def test_somebody_of_the_same_name_and_affiliation_is_the_same_person_everywhere(olga: Actor) -> None:
    sam = {"name": "Sam", "affiliation": "Example University"}

    for _event in range(2):
        rules.add_session(an_event(), {"title": "Talk", "speakers": [sam]}, by=olga, at=NOW)

    assert db.session.scalar(sa.select(sa.func.count()).select_from(Speaker)) == 1


def test_a_name_alone_is_the_same_person_at_one_event_only(olga: Actor) -> None:
    event = an_event()
    said = {"title": "Talk", "speakers": [{"name": "Sam", "affiliation": "Example University"}]}
    rules.add_session(event, said, by=olga, at=NOW)

    here = rules.add_session(event, {"title": "Talk", "speakers": [{"name": "sam"}]}, by=olga, at=NOW)
    elsewhere = rules.add_session(an_event(), {"title": "Talk", "speakers": [{"name": "Sam"}]}, by=olga, at=NOW)

    assert here.appearances[0].speaker.affiliation == "Example University"
    assert elsewhere.appearances[0].speaker is not here.appearances[0].speaker


def test_one_person_may_have_two_roles_but_none_twice(olga: Actor) -> None:
    event = an_event()
    both = [{"name": "Sam", "role": "chair"}, {"name": "Sam", "role": "speaker"}]

    session = rules.add_session(event, {"title": "Talk", "speakers": both}, by=olga, at=NOW)

    assert session.appearances[0].speaker is session.appearances[1].speaker
    with pytest.raises(errors.SaidTwice):
        rules.add_session(event, {"title": "Talk", "speakers": [both[0], both[0]]}, by=olga, at=NOW)


def test_a_moved_session_raises_its_sequence_and_is_written_down(olga: Actor) -> None:
    event = an_event()
    session = rules.add_session(
        event, {"title": "Talk", "starts_at": event.starts_at, "ends_at": event.ends_at}, by=olga, at=NOW
    )
    rules.publish(event, by=olga, at=NOW)
    (entry,) = shown(event)
    before = entry.sequence
    assert event.starts_at

    changes = {"starts_at": event.starts_at + timedelta(hours=1)}
    rules.edit_session(session, changes, revision=session.revision, by=olga, at=NOW)
    assert entry.sequence == before, "calendars wait for the next version"
    rules.publish(event, by=olga, at=NOW)
    db.session.commit()

    assert entry.sequence == before + 1
    written = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "session.edited")).one()
    assert set(written.before) == {"starts_at", "revision"}


def test_whoever_saves_a_session_second_is_told_what_the_first_saved(olga: Actor) -> None:
    session = a_session(an_event(), title="Old")
    opened_at = session.revision
    rules.edit_session(session, {"title": "Sam's", "abstract": "Long"}, revision=opened_at, by=olga, at=NOW)

    with pytest.raises(ChangedMeanwhile) as refused:
        changes = {"title": "Olga's", "abstract": ""}
        rules.edit_session(session, changes, revision=opened_at, by=olga, at=NOW)

    assert refused.value.theirs == {"title": "Sam's", "abstract": "Long"}
    assert refused.value.yours == {"title": "Olga's"}


def test_a_cancelled_session_stays_and_says_so_and_can_be_restored(olga: Actor) -> None:
    event = an_event()
    session = a_session(event)

    rules.cancel_session(session, by=olga, at=NOW)
    rules.publish(event, by=olga, at=NOW)
    assert [entry.facts["status"] for entry in shown(event)] == ["CANCELLED"]
    rules.restore_session(session, by=olga, at=NOW)
    rules.publish(event, by=olga, at=NOW)

    assert session.status is SessionStatus.PLANNED
    assert [entry.facts.get("status") for entry in shown(event)] != ["CANCELLED"]


def test_a_session_nobody_has_seen_is_deleted_at_once(olga: Actor) -> None:
    event = an_event()
    session = rules.add_session(event, {"title": "Talk"}, by=olga, at=NOW)

    rules.delete_session(session, by=olga, at=NOW)

    assert db.session.scalars(sa.select(Session)).all() == []


def test_a_session_that_was_public_goes_with_the_next_version_and_leaves_a_tombstone(olga: Actor) -> None:
    event = an_event()
    session = rules.add_session(
        event, {"title": "Talk", "starts_at": event.starts_at, "ends_at": event.ends_at}, by=olga, at=NOW
    )
    rules.publish(event, by=olga, at=NOW)

    rules.delete_session(session, by=olga, at=NOW)
    assert session.status is SessionStatus.REMOVED
    assert [entry.gone_at for entry in shown(event)] == [None]
    rules.publish(event, by=olga, at=NOW)
    db.session.commit()

    assert db.session.scalars(sa.select(Session)).all() == []
    assert [entry.gone_at for entry in shown(event)] == [NOW]


def test_rooms_and_tracks_have_names_of_their_own_at_an_event(olga: Actor) -> None:
    event = an_event()
    rules.add_room(event, "Aula", by=olga, at=NOW)
    rules.add_track(event, "Policy", by=olga, at=NOW)

    with pytest.raises(errors.NameTaken):
        rules.add_room(event, "aula", by=olga, at=NOW)
    with pytest.raises(errors.NameTaken):
        rules.add_track(event, "POLICY", by=olga, at=NOW)
    rules.add_room(an_event(), "Aula", by=olga, at=NOW)


def test_each_new_track_takes_a_colour_that_is_free(olga: Actor) -> None:
    event = an_event()

    rules.add_track(event, "Chosen", colour=3, by=olga, at=NOW)
    colours = [rules.add_track(event, f"Track {number}", by=olga, at=NOW).colour for number in range(12)]

    assert colours == [1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 1]


def test_a_renamed_room_reaches_calendars_with_the_next_version(olga: Actor) -> None:
    event = an_event()
    session = a_session(event)
    assert session.room

    rules.edit_room(event, session.room, name="Great hall", capacity=None, by=olga, at=NOW)
    rules.publish(event, by=olga, at=NOW)

    assert "Great hall" in shown(event)[0].facts["location"]


def test_a_room_with_sessions_cannot_be_taken_away(olga: Actor) -> None:
    event = an_event()
    session = a_session(event)
    assert session.room

    with pytest.raises(errors.StillUsed):
        rules.remove(event, session.room, by=olga, at=NOW)
    empty = rules.add_room(event, "Cellar", by=olga, at=NOW)
    rules.remove(event, empty, by=olga, at=NOW)


def test_a_speakers_new_name_reaches_every_event(olga: Actor) -> None:
    sam = {"name": "Sam", "affiliation": "Example University"}
    events = [an_event(), an_event(starts_at=NOW + timedelta(days=9), ends_at=NOW + timedelta(days=9, hours=4))]
    for event in events:
        said = {"title": "Talk", "starts_at": event.starts_at, "ends_at": event.ends_at, "speakers": [sam]}
        rules.add_session(event, said, by=olga, at=NOW)
    speaker = db.session.scalars(sa.select(Speaker)).one()

    rules.edit_speaker(events[0], speaker, {"name": "Sam Voorbeeld"}, by=olga, at=NOW)
    for event in events:
        rules.publish(event, by=olga, at=NOW)

    assert all("Sam Voorbeeld" in shown(event)[0].facts["description"] for event in events)


def test_nothing_is_published_of_a_draft_or_when_nothing_differs(olga: Actor) -> None:
    draft, event = an_event(status=Status.DRAFT), an_event()
    a_session(event)
    rules.add_session(draft, {"title": "Talk"}, by=olga, at=NOW)

    with pytest.raises(errors.EventNotPublished):
        rules.publish(draft, by=olga, at=NOW)
    with pytest.raises(errors.NothingChanged):
        rules.publish(event, by=olga, at=NOW)


def test_a_version_keeps_what_changed_by_it(olga: Actor) -> None:
    event = an_event()
    moved, gone, same = a_session(event, title="Moved"), a_session(event, title="Gone"), a_session(event)
    assert moved.starts_at
    later = {"starts_at": moved.starts_at + timedelta(hours=1), "ends_at": moved.starts_at + timedelta(hours=3)}
    rules.edit_session(moved, later, revision=moved.revision, by=olga, at=NOW)
    rules.edit_session(same, {"title": "Spelt well"}, revision=same.revision, by=olga, at=NOW)
    rules.delete_session(gone, by=olga, at=NOW)
    new = rules.add_session(event, {"title": "New"}, by=olga, at=NOW)

    version = rules.publish(event, name="After the call", by=olga, at=NOW)

    assert (version.number, version.name) == (4, "After the call")
    told = {each["public_id"]: each["differences"] for each in version.changes}
    assert told == {
        moved.public_id: ["time", "length"],
        same.public_id: ["title"],
        new.public_id: ["new"],
        gone.public_id: ["removed"],
    }


def test_what_organisers_change_is_seen_when_it_is_published(olga: Actor) -> None:
    event = an_event()
    session = a_session(event, title="Old")
    rules.edit_session(session, {"title": "New"}, revision=session.revision, by=olga, at=NOW)

    assert [item.title for item in reading.items(event.id)] == ["Old"]
    assert [item.title for item in reading.drafted(event.id)] == ["New"]
    rules.publish(event, by=olga, at=NOW)
    assert [item.title for item in reading.items(event.id)] == ["New"]


def test_a_programme_is_published_with_its_event(olga: Actor) -> None:
    event = an_event(status=Status.DRAFT, published_at=None)
    rules.add_session(event, {"title": "Talk"}, by=olga, at=NOW)

    events.publish(event, by=olga, at=NOW)

    assert [item.title for item in reading.items(event.id)] == ["Talk"]
