"""Files taken into a programme: compared, taken whole or not at all, and taken again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from eventsvc.accounts.actors import SYSTEM, organiser
from eventsvc.accounts.models import AuditEntry
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import (
    accepted,
    conflicts,
    contents,
    errors,
    exporting,
    gathering,
    importing,
    prospect,
    published,
    reading,
    rules,
)
from eventsvc.programme.comparing import Comparison, Fate
from eventsvc.programme.conflicts import Clash, ClashKind
from eventsvc.programme.formats import files
from eventsvc.programme.formats.files import Format
from eventsvc.programme.formats.plan import Plan
from eventsvc.programme.models import Answer, Appearance, Room, Session, SessionKind, SessionStatus, Speaker, Track
from tests.people import NOW, a_session, an_event, an_organiser
from tests.programme.samples import FRAB


@pytest.fixture
def event(app: Flask) -> Event:
    return an_event()


def plan_of(text: str, event: Event) -> Plan:
    return files.read(text, exporting.setting_of(event)).plan


def take(event: Event, text: str = FRAB, **how: Any) -> Comparison:
    found = importing.take(event, plan_of(text, event), at=NOW, **{"by": SYSTEM, "accepts": rules.ANYWAY, **how})
    db.session.commit()
    return found


def sessions(event: Event) -> list[Session]:
    asked = sa.select(Session).where(Session.event_id == event.id).order_by(Session.starts_at, Session.title)
    return list(db.session.scalars(asked.execution_options(populate_existing=True)))


def rows() -> dict[str, int]:
    tables = (Session, Room, Track, Speaker, AuditEntry)
    counted = sa.select(*(sa.select(sa.func.count()).select_from(table).scalar_subquery() for table in tables))
    return dict(zip([table.__tablename__ for table in tables], db.session.execute(counted).one(), strict=True))


def revisions(event: Event) -> list[int]:
    return [session.revision for session in sessions(event)]


def test_a_file_is_taken_whole_and_noted(event: Event) -> None:
    found = take(event)

    assert found.counts == {
        "new": 3, "changed": 0, "unchanged": 0, "missing": 0, "rooms": 2, "tracks": 2, "people": 3,
        "addresses": 0,
    }  # fmt: skip
    opening = next(session for session in sessions(event) if session.source_id == "one")
    assert (opening.title, opening.kind, opening.language) == ("Opening & welcome", SessionKind.TALK, "en")
    assert [each.speaker.name for each in opening.appearances] == ["Ada", "Sam"]
    assert (opening.room and opening.room.name, opening.track and opening.track.name) == ("Aula", "Policy")
    acts = list(db.session.scalars(sa.select(AuditEntry.act).where(AuditEntry.event_id == event.id)))
    assert sorted(set(acts)) == ["clash.accepted", "programme.imported", "room.added", "session.added", "track.added"]
    assert acts.count("session.added") == 3


def test_what_is_taken_is_a_draft(event: Event) -> None:
    a_session(event)

    take(event)

    assert len(reading.items(event.id)) == 1
    assert len(published.pending(event.id)) == 3


def test_the_same_file_a_second_time_changes_nothing(event: Event) -> None:
    take(event)
    before = rows(), revisions(event)

    found = take(event)

    assert (len(found.of(Fate.UNCHANGED)), found.changes_anything) == (3, False)
    assert (rows(), revisions(event)) == before


def test_a_changed_file_changes_what_it_changed_by_the_stable_id(event: Event) -> None:
    take(event)
    opening = next(session for session in sessions(event) if session.source_id == "one")
    opening.appearances[0].answer = Answer.CONFIRMED
    db.session.commit()

    changed = FRAB.replace("Opening &amp; welcome", "Welcome").replace(
        "2027-05-30T09:30:00+02:00</date><start>09:30", "2027-05-30T10:00:00+02:00</date><start>10:00"
    )
    found = take(event, changed.replace('<person id="2">Sam</person>', '<person id="3">Dee</person>'))

    (match,) = found.of(Fate.CHANGED)
    assert [each.name for each in match.differences] == ["title", "starts_at", "ends_at", "people"]
    assert (match.differences[0].was, match.differences[0].now) == ("Opening & welcome", "Welcome")
    assert (opening.title, opening.starts_at) == ("Welcome", event.starts_at + timedelta(minutes=30))
    assert [(each.speaker.name, each.answer) for each in opening.appearances] == [
        ("Ada", Answer.CONFIRMED),
        ("Dee", Answer.NOT_ASKED),
    ]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Speaker)) == 3


def test_a_table_without_ids_finds_sessions_by_title_and_time_and_then_by_a_title_that_is_there_once(
    event: Event,
) -> None:
    take(event, "Tijd\tTitel\tZaal\n9:30-10:00\tLunch\tAula\n10:00-11:00\tOpening\tAula\n12:00-13:00\tLunch\tAula")
    numbers = {session.id for session in sessions(event)}

    found = take(
        event, "Tijd\tTitel\tZaal\n9:30-10:00\tLunch\tHal\n10:30-11:30\tOpening\tAula\n12:00-13:00\tLunch\tAula"
    )

    assert sorted((match.title, match.fate.value) for match in found.matches) == [
        ("Lunch", "changed"), ("Lunch", "unchanged"), ("Opening", "changed"),
    ]  # fmt: skip
    assert {session.id for session in sessions(event)} == numbers


def test_what_a_file_says_nothing_about_is_left_alone(event: Event) -> None:
    session = a_session(event, title="Opening", abstract="Long", language="nl")

    found = take(event, "Title\tTrack\nOpening\tPolicy")

    assert [each.name for each in found.of(Fate.CHANGED)[0].differences] == ["track"]
    assert (session.abstract, session.language, session.room.name, session.starts_at) == (
        "Long", "nl", "Aula", event.starts_at,
    )  # fmt: skip


def test_sessions_that_are_not_in_the_file_stay_unless_they_are_to_go(event: Event) -> None:
    shown, hidden = a_session(event, title="Shown"), a_session(event, title="Hidden", is_hidden=True)
    take(event, FRAB)
    extra = rules.add_session(event, {"title": "Drafted"}, by=SYSTEM, at=NOW)
    db.session.commit()

    found = take(event)
    assert sorted(match.title for match in found.of(Fate.MISSING)) == ["Drafted", "Shown"]
    assert shown.status is SessionStatus.PLANNED
    take(event, takes_out=True)

    # What the public has seen goes with the next version; what it never saw goes at once.
    assert (shown.status, hidden.status) == (SessionStatus.REMOVED, SessionStatus.PLANNED)
    assert extra not in sessions(event)


def test_a_session_that_was_taken_out_comes_back_with_the_file_that_has_it(event: Event) -> None:
    session = a_session(event, source_id="one")
    rules.delete_session(session, by=SYSTEM, at=NOW)
    db.session.commit()

    take(event)

    assert (session.status, session.title) == (SessionStatus.PLANNED, "Opening & welcome")


def test_people_are_found_again_by_name_and_affiliation_and_what_is_known_of_them_stays(event: Event) -> None:
    known = Speaker(name="Élise Voorbeeld", affiliation="Example University", biography="Knows things.")
    db.session.add_all([known, Speaker(name="Élise Voorbeeld", affiliation="Elsewhere")])
    db.session.commit()

    take(event, "Title\tSpeakers\nOne\tÉlise Voorbeeld (Example University)\nTwo\tÉlise Voorbeeld")

    assert [a.speaker for session in sessions(event) for a in session.appearances] == [known, known]
    assert known.biography == "Knows things."


def test_people_are_found_again_in_other_capitals_whatever_their_letters(event: Event) -> None:
    take(event, "Title\tSpeakers\nOpening\tÉlodie van Çelik")

    found = take(event, "Title\tSpeakers\nOpening\tÉlodie van Çelik\nPanel\tÉLODIE VAN ÇELIK\n100%\tElodie_van Celik")

    assert (found.counts["unchanged"], found.counts["people"]) == (1, 1)


def test_addresses_land_on_new_cards_and_on_cards_without_one_alone(event: Event) -> None:
    sam, dee, gone = (Speaker(name=name) for name in ("Sam Smit", "Dee Dorn", "Rev Rood"))
    dee.email, gone.erased_at = "dee@example.org", NOW
    session = a_session(event, title="Opening")
    session.appearances = [Appearance(speaker=each, position=n) for n, each in enumerate((sam, dee, gone))]
    db.session.commit()
    table = (
        "Title\tSpeakers\nOpening\tSam Smit <sam@example.org>; Dee Dorn <other@example.org>; Rev Rood <rev@example.org>\n"
        "Panel\tAda Byron <ada@example.org>"
    )

    found = take(event, table)

    cards = {each.name: each.email for each in db.session.scalars(sa.select(Speaker))}
    assert cards == {
        "Sam Smit": "sam@example.org", "Dee Dorn": "dee@example.org", "Rev Rood": "", "Ada Byron": "ada@example.org",
    }  # fmt: skip
    assert (found.counts["changed"], found.counts["addresses"]) == (0, 1)
    assert not take(event, table).changes_anything


def test_the_card_of_somebody_who_also_speaks_where_an_organiser_may_not_look_is_given_no_address(event: Event) -> None:
    olga, other, sam = an_organiser(owns=event), an_event(slug="other"), Speaker(name="Sam Smit")
    for each in (event, other):
        a_session(each, title="Opening").appearances = [Appearance(speaker=sam, position=0)]
    db.session.commit()

    found = take(event, "Title\tSpeakers\nOpening\tSam Smit <sam@example.org>", by=organiser(olga.id))

    assert (sam.email, found.changes_anything) == ("", False)


def test_nothing_is_taken_while_some_of_it_cannot_be_read_unless_that_is_left_out(event: Event) -> None:
    text = "Tijd\tTitel\n9:30-10:00\tOpening\n25:00\tNacht"

    with pytest.raises(errors.LeftOut) as refused:
        take(event, text)
    assert "One session cannot be read" in str(refused.value.sentence)
    assert sessions(event) == []
    take(event, text, leaves_out=True)

    assert [session.title for session in sessions(event)] == ["Opening"]


def test_a_preview_that_is_no_longer_true_is_not_taken(event: Event) -> None:
    take(event)
    changed = FRAB.replace("Night walk", "Night run")
    seen = importing.preview(event, plan_of(changed, event), by=SYSTEM).found.digest
    sessions(event)[-1].title = "Night swim"
    db.session.commit()

    with pytest.raises(errors.SeenOtherwise):
        take(event, changed, seen=seen)
    db.session.rollback()

    assert "Night swim" in [session.title for session in sessions(event)]
    take(event, changed, seen=importing.preview(event, plan_of(changed, event), by=SYSTEM).found.digest)
    assert "Night run" in [session.title for session in sessions(event)]


def test_each_step_is_told(event: Event) -> None:
    steps: list[tuple[int, int]] = []

    take(event, on_step=lambda number, count: steps.append((number, count)))

    assert steps == [(1, 3), (2, 3), (3, 3)]


def test_a_long_file_asks_as_many_questions_as_a_short_one(app: Flask, count_queries: Callable[[], Any]) -> None:
    def asked(count: int) -> int:
        event = an_event()
        lines = "".join(f"Talk {number}\tSpeaker {number}\tRoom {number}\n" for number in range(count))
        with count_queries() as queries:
            importing.preview(event, plan_of(f"Title\tSpeakers\tRoom\n{lines}", event), by=SYSTEM)
        return int(queries.count)

    assert asked(1) == asked(30)


def a_full_programme(event: Event) -> None:
    """Everything a session can say: rooms, a block and what is in it, roles, a cancelled one, one without a time."""
    hall, side = (rules.add_room(event, name, by=SYSTEM, at=NOW) for name in ("Hall; east", "Side"))
    track = rules.add_track(event, "Care, and cure", by=SYSTEM, at=NOW)
    starts = event.starts_at
    people = [
        {"name": "Ada", "affiliation": "Example University", "role": "chair"},
        {"name": "Ada", "affiliation": "Example University", "role": "speaker"},
        {"name": "Sam (Jr), MD", "affiliation": ""},
    ]
    block = rules.add_session(
        event,
        {"title": "Block", "kind": "block", "starts_at": starts, "ends_at": starts + timedelta(hours=3)},
        by=SYSTEM,
        at=NOW,
    )
    rules.add_session(
        event,
        {
            "title": "=Talk, \"quoted\"; with | all", "abstract": "One\n\n* two", "kind": "workshop", "language": "nl",
            "starts_at": starts, "ends_at": starts + timedelta(minutes=45), "room_id": side.id, "track_id": track.id,
            "further_rooms": [hall.id] if ";" not in hall.name else [], "parent_id": block.id, "capacity": 30,
            "speakers": people,
        },
        accepts=rules.ANYWAY,
        by=SYSTEM,
        at=NOW,
    )  # fmt: skip
    gone = rules.add_session(
        event,
        {"title": "Gone", "starts_at": starts + timedelta(hours=17), "ends_at": starts + timedelta(hours=18)},
        accepts=rules.ANYWAY,
        by=SYSTEM,
        at=NOW,
    )
    rules.cancel_session(gone, by=SYSTEM, at=NOW)
    rules.add_session(event, {"title": "To follow", "kind": "social"}, by=SYSTEM, at=NOW)
    rules.publish(event, by=SYSTEM, at=NOW)
    db.session.commit()


def facts(event: Event) -> list[dict[str, Any]]:
    """A programme as people see it, without what is another in every event: ids."""
    told = []
    for session in published.drafted(event.id):
        said = published.facts_of(session)
        parent = session.parent.title if session.parent else None
        told.append(
            said
            | {
                "rooms": [room["name"] for room in said["rooms"]],
                "track_id": None,
                "parent": parent,
                "speakers": [(each["name"], each["affiliation"], each["role"]) for each in said["speakers"]],
            }
        )
    return sorted(told, key=lambda each: each["title"])


def written(event: Event, kind: Format) -> bytes:
    items = exporting.planned(event, reading.drafted(event.id))
    return b"".join(files.write(kind, exporting.head_of(event, NOW), items))


@pytest.mark.parametrize("kind", Format)
def test_a_programme_that_is_written_and_taken_into_an_empty_event_is_the_same(event: Event, kind: Format) -> None:
    a_full_programme(event)
    data, other = written(event, kind), an_event()
    people = db.session.scalar(sa.select(sa.func.count()).select_from(Speaker))

    plan = files.read_file(data, exporting.setting_of(other)).plan
    found = importing.take(other, plan, accepts=rules.ANYWAY, by=SYSTEM, at=NOW)
    db.session.commit()

    expected = facts(event)
    if kind is Format.ICS:
        # A calendar holds what has a time.
        expected = [each for each in expected if each["starts_at"]]
    assert (facts(other), found.problems) == (expected, ())
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Speaker)) == people
    # And where it came from it changes nothing.
    again = importing.preview(event, files.read_file(data, exporting.setting_of(event)).plan, by=SYSTEM).found
    assert [match.differences for match in again.matches if match.differences] == []


def test_a_file_of_the_contents_of_forms_stays_within_what_forms_take(event: Event) -> None:
    take(event)

    for session in sessions(event):
        assert contents.plain(contents.of(session)) == contents.of(session)


def clashing(event: Event, text: str, **how: Any) -> list[str]:
    return list(prospect.told(importing.preview(event, plan_of(text, event), by=SYSTEM, **how), event))


def named(clashes: Iterable[Clash]) -> list[Any]:
    return sorted((clash.kind, sorted(session.title for session in clash.sessions)) for clash in clashes)


def test_what_would_clash_is_told_before_anything_is_written(event: Event) -> None:
    a_session(event, title="Keynote", appearances=[Appearance(speaker=Speaker(name="Ada"))])
    before = rows()

    told = clashing(event, "Tijd\tTitel\tZaal\tSpreker\n9:40-10:15\tOpening\tHal\tAda\n9:45-10:30\tPanel\tHal\tDee")

    assert told == [
        "“Opening”: Ada is in “Keynote” from 09:30 to 10:30, Aula.",
        "“Panel”: Hal is taken from 09:40 to 10:15 by “Opening”.",
    ]
    assert rows() == before


def test_what_is_looked_ahead_to_is_what_clashes_once_it_is_taken(event: Event) -> None:
    a_full_programme(event)
    rules.add_session(event, {"title": "Stays"}, by=SYSTEM, at=NOW)
    text = (
        "Titel\tTijd\tZaal\tSpreker\tOnderdeel van\tPlaatsen\n"
        "Ochtend\t9:30-12:00\tHal\t\t\t\n"
        "Opening\t9:30-10:15\tHal\tAda\tOchtend\t\n"
        "Panel\t9:45-10:30\tHal\tDee; Ada\tOchtend\t\n"
        "Laat\t22:00-23:00\tZolder\tSam\t\t500\n"
    )
    ahead = importing.preview(event, plan_of(text, event), by=SYSTEM).clashes
    before = {clash.key for clash in conflicts.found(gathering.gather(event))}

    take(event, text)

    found = [clash for clash in conflicts.found(gathering.gather(event)) if clash.key not in before]
    assert named(found) == named(ahead)
    assert {clash.kind for clash in found} >= {ClashKind.ROOM, ClashKind.PERSON, ClashKind.OUTSIDE}


def test_a_file_that_takes_the_other_session_out_clashes_with_it_no_more(event: Event) -> None:
    a_session(event, title="Keynote")
    text = "Tijd\tTitel\tZaal\n9:30-10:15\tOpening\tAula"

    assert len(clashing(event, text)) == 1
    assert clashing(event, text, takes_out=True) == []


def test_who_declined_and_what_is_cancelled_clash_with_nothing_that_a_file_brings(event: Event) -> None:
    declined = a_session(event, title="Keynote", appearances=[Appearance(speaker=Speaker(name="Ada"))])
    declined.appearances[0].answer = Answer.DECLINED
    a_session(event, title="Off", status=SessionStatus.CANCELLED)
    db.session.commit()

    told = clashing(event, "Tijd\tTitel\tZaal\tSpreker\n9:30-10:00\tKeynote\tHal\tAda\n9:30-10:00\tPanel\tAula\tAda")

    assert told == []


def test_a_file_with_clashes_is_refused_until_they_may_stand_and_then_they_are_kept(event: Event) -> None:
    text = "Tijd\tTitel\tZaal\n9:30-10:15\tOpening\tAula\n9:45-10:30\tPanel\tAula"

    with pytest.raises(errors.WouldClash) as refused:
        take(event, text, accepts=frozenset())
    db.session.rollback()
    assert (len(refused.value.sentences), sessions(event)) == (1, [])
    take(event, text, accepts=importing.preview(event, plan_of(text, event), by=SYSTEM).keys)

    opened, kept = accepted.sorted_out(event.id, gathering.gather(event))
    assert (opened, [row.sentence for row in kept]) == ([], list(refused.value.sentences))
    assert clashing(event, text) == []
