"""How a file is taken: looked at while nobody waits, compared again under the turnstile, and written all at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from eventsvc.accounts.actors import SYSTEM
from eventsvc.accounts.models import AuditEntry
from eventsvc.errors import Refused
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import contents, errors, exporting, importing, prospect, rules
from eventsvc.programme.comparing import Comparison
from eventsvc.programme.formats import files
from eventsvc.programme.formats.plan import Plan
from eventsvc.programme.models import Answer, Appearance, FreeTime, Room, Session, Speaker
from eventsvc.registration import seats
from tests.people import NOW, an_event
from tests.programme.samples import FRAB

FULL = (
    "Title\tStart\tEnd\tRoom\tTrack\tSpeakers\tAffiliations\tKind\tPart of\n"
    "Block\t2027-05-30 10:00\t2027-05-30 12:00\tHall\tCare\t\t\tblock\t\n"
    "Talk\t2027-05-30 10:00\t2027-05-30 11:00\tHall; Side; Hall\tcare\tSam; Ada\tUni A; Uni B\ttalk\tBlock\n"
    "Later\t\t\t\t\tSAM\tUni A\tworkshop\t\n"
)


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
    asked = sa.select(Session).where(Session.event_id == event.id).order_by(Session.id)
    return list(db.session.scalars(asked.execution_options(populate_existing=True)))


def test_what_is_on_record_of_a_new_session_is_what_is_stored_of_it(event: Event) -> None:
    take(event, FULL)

    entries = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "session.added")).all()
    block, talk, later = sessions(event)
    assert {entry.subject_id: entry.after for entry in entries} == {
        each.id: contents.of(each) | {"status": each.status.value, "revision": each.revision}
        for each in (block, talk, later)
    }
    assert (talk.parent, [room.name for room in talk.rooms]) == (block, ["Hall", "Side"])
    assert [(each.speaker.name, each.position) for each in talk.appearances] == [("Sam", 0), ("Ada", 1)]
    assert later.appearances[0].speaker == talk.appearances[0].speaker
    assert take(event, FULL).changes_anything is False


def test_a_new_part_finds_a_block_that_is_there_and_one_that_is_there_a_new_block(event: Event) -> None:
    head = FULL.splitlines()[0]
    take(event, f"{head}\nBlock\t\t\t\t\t\t\tblock\t\nPart\t\t\t\t\t\t\ttalk\t\n")

    take(
        event,
        f"{head}\nNew block\t\t\t\t\t\t\tblock\t\nPart\t\t\t\t\t\t\ttalk\tNew block\nNew part\t\t\t\t\t\t\ttalk\tBlock\n",
    )

    parents = {each.title: each.parent and each.parent.title for each in sessions(event)}
    assert parents == {"Block": None, "Part": "New block", "New block": None, "New part": "Block"}


def test_a_session_that_is_there_is_given_somebody_who_is_new(event: Event) -> None:
    take(event, "Title\tSpeakers\nTalk\tSam\n")

    take(event, "Title\tSpeakers\nTalk\tSam, Ada\nOther\tAda\n")

    talk, other = sessions(event)
    assert [each.speaker.name for each in talk.appearances] == ["Sam", "Ada"]
    assert other.appearances[0].speaker == talk.appearances[1].speaker
    assert db.session.scalar(sa.select(sa.func.count(Speaker.id))) == 2


def statements(count_queries: Callable[[], Any], act: Callable[[], Any]) -> list[str]:
    with count_queries() as queries:
        act()
    return ["held" if each.startswith("UPDATE turnstiles") else each for each in queries.statements]


def test_nobody_waits_while_a_file_is_compared_nor_for_one_that_is_refused(
    event: Event, count_queries: Callable[[], Any]
) -> None:
    def refused(**over: Any) -> None:
        with pytest.raises(Refused):
            take(event, **over)

    assert "held" not in statements(count_queries, lambda: refused(seen="another"))
    take(event)

    again = statements(count_queries, lambda: take(event))

    before, after = again[: again.index("held")], again[again.index("held") + 1 :]
    assert len(before) > len(after), "only versions are read again"
    assert not any("abstract" in each for each in after), "no session is read whole"


def _edited(event: Event) -> None:
    talk = sessions(event)[0]
    rules.edit_session(talk, {"title": "Mended"}, revision=talk.revision, by=SYSTEM, at=NOW)


def _added(event: Event) -> None:
    rules.add_session(event, {"title": "Another"}, by=SYSTEM, at=NOW)


def _deleted(event: Event) -> None:
    rules.delete_session(sessions(event)[-1], by=SYSTEM, at=NOW)


def _roomed(event: Event) -> None:
    rules.add_room(event, "Another", by=SYSTEM, at=NOW)


def _sized(event: Event) -> None:
    room = db.session.scalars(sa.select(Room).order_by(Room.id)).first()
    rules.edit_room(event, room, name=room.name, capacity=3, by=SYSTEM, at=NOW)


def _tracked(event: Event) -> None:
    rules.add_track(event, "Another", by=SYSTEM, at=NOW)


def _answered(event: Event) -> None:
    db.session.scalars(sa.select(Appearance).order_by(Appearance.id)).first().answer = Answer.DECLINED


def _freed(event: Event) -> None:
    speaker = db.session.scalars(sa.select(Speaker).order_by(Speaker.id)).first()
    assert event.starts_at and event.ends_at
    db.session.add(FreeTime(speaker_id=speaker.id, event_id=event.id, starts_at=event.starts_at, ends_at=event.ends_at))


def _renamed(event: Event) -> None:
    db.session.scalars(sa.select(Speaker).order_by(Speaker.id)).first().affiliation = "Elsewhere"


def _later(event: Event) -> None:
    event.timezone = "Europe/Lisbon"


@pytest.mark.parametrize(
    "change", [_edited, _added, _deleted, _roomed, _sized, _tracked, _answered, _freed, _renamed, _later]
)
def test_whatever_somebody_changes_during_the_look_is_looked_at_again(
    app: Flask, event: Event, monkeypatch: pytest.MonkeyPatch, change: Callable[[Event], None]
) -> None:
    take(event)
    event_id, looks = event.id, []

    def somebody_else() -> None:
        with app.app_context():
            change(db.session.get_one(Event, event_id))
            db.session.commit()

    hold, look = seats.hold, prospect.look

    def held_late(number: int, **more: Any) -> int:
        monkeypatch.setattr(seats, "hold", hold)
        thread = threading.Thread(target=somebody_else)
        thread.start()
        thread.join()
        return hold(number, **more)

    def watched(*about: Any, **more: Any) -> Any:
        looks.append(about)
        return look(*about, **more)

    monkeypatch.setattr(seats, "hold", held_late)
    monkeypatch.setattr(prospect, "look", watched)

    take(event)

    assert len(looks) == 2


def test_a_preview_that_somebody_overtakes_at_the_last_moment_is_not_taken(
    app: Flask, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(event)
    changed = FRAB.replace("<title>", "<title>So: ")
    digest, event_id, hold = (
        importing.preview(event, plan_of(changed, event), by=SYSTEM).found.digest,
        event.id,
        seats.hold,
    )

    def somebody_else() -> None:
        with app.app_context():
            _edited(db.session.get_one(Event, event_id))
            db.session.commit()

    def held_late(number: int, **more: Any) -> int:
        monkeypatch.setattr(seats, "hold", hold)
        thread = threading.Thread(target=somebody_else)
        thread.start()
        thread.join()
        return hold(number, **more)

    monkeypatch.setattr(seats, "hold", held_late)
    with pytest.raises(errors.SeenOtherwise):
        take(event, changed, seen=digest)
    db.session.rollback()

    assert sessions(event)[0].title == "Mended"


def test_a_long_file_is_taken_with_as_many_statements_as_a_short_one(
    app: Flask, count_queries: Callable[[], Any]
) -> None:
    def asked(count: int) -> int:
        event = an_event()
        lines = "".join(f"Talk {number}\tSpeaker {number} of {count}\tHall\n" for number in range(count))
        plan = plan_of(f"Title\tSpeakers\tRoom\n{lines}", event)
        taken = statements(count_queries, lambda: importing.take(event, plan, by=SYSTEM, at=NOW))
        db.session.commit()
        return len(taken)

    assert asked(2) == asked(40)
