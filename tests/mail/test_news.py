"""What happens to an event, told to everybody: that it changed, was cancelled, takes place after all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import icalendar
import pytest
import sqlalchemy as sa
from flask import Flask

from eventsvc.accounts.actors import Actor
from eventsvc.calendars import entries
from eventsvc.calendars.models import Entry
from eventsvc.events import rules
from eventsvc.events.models import Event, Mode
from eventsvc.extensions import db
from eventsvc.mail import delivery
from eventsvc.mail.carriers import ToServer
from eventsvc.mail.models import Message, MessageState
from eventsvc.registration import notifications
from eventsvc.registration.models import Registration, State
from tests.conftest import Clock
from tests.mail.examples import ada, an_event, calendars
from tests.people import NOW
from tests.smtp import Letter, PostOffice

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def edit(event: Event, olga: Actor, *, at: datetime = NOW, is_told: bool = True, **changes: Any) -> rules.Done:
    done = rules.edit(event, changes, revision=event.revision, by=olga, at=at, is_told=is_told)
    db.session.commit()
    return done


def later(event: Event, by: timedelta = DAY) -> dict[str, Any]:
    """The event's hours, moved."""
    assert event.starts_at is not None
    assert event.ends_at is not None
    return {"starts_at": event.starts_at + by, "ends_at": event.ends_at + by}


def seated(event: Event, **over: Any) -> Registration:
    """Ada, whose first letter was laid."""
    registration = ada(event, **over)
    notifications.registered(registration, at=NOW)
    db.session.commit()
    return registration


def send() -> None:
    """Send all that is due now."""
    carrier = ToServer()
    while delivery.deliver(carrier):
        pass
    carrier.rest()
    db.session.expire_all()


def waiting(kind: str = "event_changed") -> list[Message]:
    wanted = sa.select(Message).where(Message.kind == kind, Message.state == MessageState.WAITING)
    return list(db.session.scalars(wanted.order_by(Message.id)))


def body(letter: Letter) -> str:
    """A letter's text, with plain line ends."""
    return letter.body().replace("\r\n", "\n")


def entry(letter: Letter) -> tuple[str, icalendar.Component]:
    """The METHOD of a letter's calendar, and its one entry as icalendar reads it."""
    calendar = calendars(letter.message)[0]
    return str(calendar["METHOD"]), calendar.walk("VEVENT")[0]


def test_a_moved_event_moves_in_the_calendar_of_who_accepted_the_first_letter(
    office: PostOffice, clock: Clock, olga: Actor
) -> None:
    event = an_event(title="Winter school")
    seated(event)
    send()

    done = edit(event, olga, **later(event))
    send()
    assert (done.told, len(office.letters)) == (1, 1)
    clock.forward(10 * MINUTE)
    send()

    first, second = office.letters
    assert second.message["Subject"] == "New time: Winter school, 31 May 2027"
    said = body(second)
    assert "When\n   Was: Sun 30 May 2027, 09:30 to 17:00, Leiden time (CEST)\n" in said
    assert "   Now: Mon 31 May 2027, 09:30 to 17:00, Leiden time (CEST)\n" in said
    assert "Was: Sun 30 May 2027" in second.body("html")
    assert said.count("Main building") == 1
    assert said.count("Was:") == 1
    (asked, old), (again, new) = entry(first), entry(second)
    assert (asked, again) == ("REQUEST", "REQUEST")
    assert new["UID"] == old["UID"]
    assert new["SEQUENCE"] > old["SEQUENCE"]
    assert new["DTSTART"].dt - old["DTSTART"].dt == DAY


def test_waiting_people_are_told_without_an_invitation_and_others_not_at_all(
    office: PostOffice, clock: Clock, olga: Actor
) -> None:
    event = an_event(capacity=1)
    ada(event)
    sam = ada(event, state=State.WAITLISTED)
    ada(event, state=State.CANCELLED)
    ada(event, email=None)

    assert edit(event, olga, room="Aula").told == 2
    clock.forward(10 * MINUTE)
    send()

    assert len(office.letters) == 2
    (letter,) = [letter for letter in office.letters if sam.email in letter.message["To"]]
    assert letter.message["Subject"].startswith("New place: ")
    assert "You stay on the waiting list." in letter.body()
    assert calendars(letter.message) == []


def test_only_people_with_a_seat_hear_of_another_link_to_join(office: PostOffice, clock: Clock, olga: Actor) -> None:
    event = an_event(mode=Mode.ONLINE, venue=None, capacity=1, join_url="https://video.example.org/old")
    ada(event)
    ada(event, state=State.WAITLISTED)

    assert edit(event, olga, join_url="https://video.example.org/new").told == 1
    clock.forward(10 * MINUTE)
    send()

    (letter,) = office.letters
    assert "   Was: https://video.example.org/old\n   Now: https://video.example.org/new\n" in body(letter)
    assert b"https://video.example.org/new" in calendars(letter.message)[0].to_ical().replace(b"\r\n ", b"")

    edit(event, olga, at=clock.now, title="Another", join_url="https://video.example.org/third")
    told = {message.registration_id: str(message.facts) for message in waiting()}
    assert ["video.example.org" in facts for _number, facts in sorted(told.items())] == [True, False]


@pytest.mark.parametrize(
    "changes",
    [
        {"summary": "Said otherwise."},
        {"capacity": 20},
        {"venue": {"name": "Main building", "street": "Example street 1", "city": "Leiden", "country": "NL",
                   "map_url": "https://maps.example.org/1"}},
    ],
    ids=["summary", "capacity", "another map of the same place"],
)  # fmt: skip
def test_nobody_is_written_to_for_what_they_need_not_know(app: Flask, olga: Actor, changes: dict[str, Any]) -> None:
    event = an_event()
    ada(event)

    assert edit(event, olga, **changes).told == 0
    assert waiting() == []


def test_edits_in_a_row_become_one_letter_that_tells_from_what_to_what(
    office: PostOffice, clock: Clock, olga: Actor
) -> None:
    event = an_event(title="Winter school", room="Aula")
    seated(event)
    send()

    edit(event, olga, **later(event, 3 * DAY))
    clock.forward(9 * MINUTE)
    edit(event, olga, at=clock.now, room="Library", **later(event, -2 * DAY))
    clock.forward(9 * MINUTE)
    send()
    assert len(office.letters) == 1
    clock.forward(MINUTE)
    send()

    _first, letter = office.letters
    assert letter.message["Subject"].startswith("Changed: Winter school")
    assert "Was: Sun 30 May 2027" in letter.body()
    assert "Now: Mon 31 May 2027" in letter.body()
    assert "2 June" not in letter.body()
    assert "Was: Main building, Leiden, Netherlands, Aula" in letter.body()
    assert entry(letter)[1]["SEQUENCE"] == db.session.scalars(sa.select(Entry.sequence)).one() == 2


def test_a_change_that_was_told_is_not_told_again(office: PostOffice, clock: Clock, olga: Actor) -> None:
    event = an_event(title="Winter school")
    ada(event)
    edit(event, olga, **later(event))
    clock.forward(10 * MINUTE)
    send()

    edit(event, olga, at=clock.now, title="Spring school")
    clock.forward(10 * MINUTE)
    send()

    assert [letter.message["Subject"].partition(":")[0] for letter in office.letters] == ["New time", "New name"]
    assert "   Was: Winter school\n   Now: Spring school\n" in body(office.letters[1])
    assert "Sun 30 May" not in office.letters[1].body()


def test_what_was_taken_back_in_time_is_told_to_nobody(office: PostOffice, clock: Clock, olga: Actor) -> None:
    event = an_event()
    ada(event)
    edit(event, olga, **later(event))

    clock.forward(MINUTE)
    assert edit(event, olga, at=clock.now, **later(event, -DAY)).told == 0
    clock.forward(DAY)
    send()

    assert office.letters == []


def test_a_small_correction_is_told_to_nobody_and_calendars_follow(app: Flask, olga: Actor) -> None:
    event = an_event(title="Wniter school")
    ada(event)

    assert edit(event, olga, is_told=False, title="Winter school").told == 0

    assert waiting() == []
    told = entries.invitation_of(event)
    assert told is not None
    assert (told["facts"]["summary"], told["sequence"]) == ("Winter school", 1)


def test_a_letter_held_back_takes_up_a_small_correction_without_telling_it(
    office: PostOffice, clock: Clock, olga: Actor
) -> None:
    event = an_event(title="Wniter school")
    ada(event)
    edit(event, olga, **later(event))
    clock.forward(9 * MINUTE)

    edit(event, olga, at=clock.now, is_told=False, title="Winter school")
    clock.forward(MINUTE)
    send()

    (letter,) = office.letters
    assert letter.message["Subject"] == "New time: Winter school, 31 May 2027"
    assert "Wniter" not in letter.body() + letter.body("html")
    assert entry(letter)[1]["SUMMARY"] == "Winter school"


def test_whoever_was_not_told_the_old_time_is_told_the_new_one_as_if_it_had_always_been(
    office: PostOffice, olga: Actor
) -> None:
    event = an_event(capacity=1)
    seated(event)
    sam = ada(event, state=State.WAITLISTED)
    notifications.waitlisted(sam, position=1, at=NOW)

    assert edit(event, olga, **later(event)).told == 2
    send()

    subjects = [letter.message["Subject"].partition(":")[0] for letter in office.letters]
    assert sorted(subjects) == ["Waiting list", "Your place"]
    assert all("Mon 31 May 2027" in letter.body() for letter in office.letters)
    assert all("Sun 30 May" not in letter.body() for letter in office.letters)
    (place,) = [letter for letter in office.letters if calendars(letter.message)]
    assert entry(place)[1]["SEQUENCE"] == 1
    assert waiting() == []


def test_a_letter_to_somebody_who_gave_up_their_place_stays_as_it_is(app: Flask, olga: Actor) -> None:
    event = an_event()
    gone = ada(event, state=State.CANCELLED)
    notifications.cancelled(gone, at=NOW, had_seat=True)

    edit(event, olga, **later(event))

    assert [message.registration_id for message in waiting("cancelled")] == [gone.id]
    assert waiting() == []


def test_an_event_that_loses_its_date_leaves_calendars_and_comes_back_when_it_has_one(
    office: PostOffice, clock: Clock, olga: Actor
) -> None:
    event = an_event()
    dates = later(event)
    seated(event)
    send()

    edit(event, olga, starts_at=None, ends_at=None)
    clock.forward(10 * MINUTE)
    send()
    edit(event, olga, at=clock.now, **dates)
    clock.forward(10 * MINUTE)
    send()

    read = [entry(letter) for letter in office.letters]
    assert [method for method, _shown in read] == ["REQUEST", "CANCEL", "REQUEST"]
    assert len({shown["UID"] for _method, shown in read}) == 1
    assert [shown["SEQUENCE"] for _method, shown in read] == [0, 1, 2]
    assert "Now: Date to follow" in office.letters[1].body()
    assert "take it out of your calendar" in office.letters[1].body()
    assert "Was: Date to follow" in office.letters[2].body()


def test_an_event_that_is_over_tells_nobody_unless_it_moves_to_a_date_to_come(app: Flask, olga: Actor) -> None:
    event = an_event(starts_at=NOW - 2 * DAY, ends_at=NOW - DAY)
    ada(event)

    assert edit(event, olga, room="Aula", **later(event, -DAY)).told == 0
    assert waiting() == []
    assert edit(event, olga, **later(event, 30 * DAY)).told == 1


def test_a_cancellation_takes_the_place_of_news_that_was_held_back(
    office: PostOffice, clock: Clock, olga: Actor
) -> None:
    event = an_event()
    seated(event)
    send()
    edit(event, olga, **later(event))

    rules.cancel(event, sentence="The speaker is ill.", by=olga, at=NOW)
    db.session.commit()
    clock.forward(DAY)
    send()

    assert [entry(letter)[0] for letter in office.letters] == ["REQUEST", "CANCEL"]


def test_publishing_again_tells_everybody_and_puts_it_back_into_their_calendars(
    office: PostOffice, olga: Actor
) -> None:
    event = an_event(title="Winter school", capacity=1)
    seated(event)
    ada(event, state=State.WAITLISTED)
    ada(event, state=State.CANCELLED)
    send()
    rules.cancel(event, sentence="The speaker is ill.", by=olga, at=NOW)
    db.session.commit()
    send()

    done = rules.publish(event, by=olga, at=NOW)
    db.session.commit()
    send()

    assert done.told == 2
    seats = [letter for letter in office.letters if calendars(letter.message)]
    assert [entry(letter)[0] for letter in seats] == ["REQUEST", "CANCEL", "REQUEST"]
    sequences = [int(str(entry(letter)[1]["SEQUENCE"])) for letter in seats]
    assert sequences == sorted(set(sequences))
    assert entry(seats[2])[1]["UID"] == entry(seats[0])[1]["UID"]
    assert entry(seats[2])[1]["STATUS"] == "CONFIRMED"
    assert seats[2].message["Subject"] == "It takes place after all: Winter school, 30 May 2027"
    assert "your place is still yours" in seats[2].body()
    (waits,) = [letter for letter in office.letters[-2:] if not calendars(letter.message)]
    assert "still on the waiting list" in waits.body()


def test_publishing_an_archived_or_past_event_again_writes_to_nobody(app: Flask, olga: Actor) -> None:
    event = an_event(starts_at=NOW - 2 * DAY, ends_at=NOW - DAY)
    ada(event)
    rules.archive(event, by=olga, at=NOW)
    assert rules.publish(event, by=olga, at=NOW).told == 0
    rules.cancel(event, sentence="It was not.", by=olga, at=NOW)

    assert rules.publish(event, by=olga, at=NOW).told == 0
    assert waiting("event_reinstated") == []


def crowd(count: int) -> Event:
    """An event with so many people, who all have a seat."""
    event = an_event()
    first = ada(event)
    columns = {column.key: getattr(first, column.key) for column in sa.inspect(Registration).mapper.column_attrs}
    own = ("id", "turn", "reference", "email", "email_folded", "manage_digest", "feed_digest")
    shared = {name: value for name, value in columns.items() if name not in own}
    rows = [
        shared
        | {"turn": number, "reference": f"R{number}", "email": f"p{number}@example.org"}
        | {"email_folded": f"p{number}@example.org", "manage_digest": f"m{number}", "feed_digest": f"f{number}"}
        for number in range(2, count + 1)
    ]
    if rows:
        db.session.execute(sa.insert(Registration), rows)
    db.session.commit()
    return event


def act(name: str, event: Event, olga: Actor) -> None:
    if name == "cancel":
        rules.cancel(event, sentence="No.", by=olga, at=NOW)
    elif name == "publish":
        rules.publish(event, by=olga, at=NOW)
    else:
        changes = later(event)
        rules.edit(event, changes, revision=event.revision, by=olga, at=NOW)
    db.session.commit()


@pytest.mark.parametrize("name", ["edit", "cancel", "publish"])
def test_telling_three_hundred_people_takes_as_many_statements_as_telling_one(
    app: Flask, olga: Actor, name: str, count_queries: Callable[[], Any]
) -> None:
    counts = []
    for crowded in (1, 300):
        event = crowd(crowded)
        if name == "publish":
            act("cancel", event, olga)
        db.session.refresh(event)
        with count_queries() as queries:
            act(name, event, olga)
        counts.append(queries.count)
        told = sa.select(sa.func.count()).where(Message.event_id == event.id, Message.state == MessageState.WAITING)
        assert db.session.scalar(told) == crowded

    assert counts[0] == counts[1]


def test_news_of_one_event_leaves_the_letters_of_another_alone(app: Flask, olga: Actor) -> None:
    seated(an_event())
    event = an_event()
    ada(event)

    edit(event, olga, **later(event))

    assert len(waiting("registered")) == 1
