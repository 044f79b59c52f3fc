"""Letters that ask people to speak."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from eventsvc.accounts import actors
from eventsvc.accounts.actors import Actor
from eventsvc.events.models import Event, Status
from eventsvc.extensions import db
from eventsvc.mail import rules as mail_rules
from eventsvc.mail.models import Message, MessageState
from eventsvc.programme import rules
from eventsvc.programme.models import SpeakerRole
from tests.conftest import Clock
from tests.mail.examples import an_event, delivered
from tests.people import NOW, an_organiser
from tests.programme.speaking import a_talk, card_of, sam
from tests.smtp import PostOffice


@pytest.fixture
def event(app: Flask) -> Event:
    return an_event(title="Health across borders")


@pytest.fixture
def olga(event: Event) -> Actor:
    return actors.organiser(an_organiser("Olga", owns=event).id)


def test_who_is_invited_reads_what_when_where_as_what_and_how_to_answer(
    office: PostOffice, event: Event, olga: Actor
) -> None:
    talk, panel = a_talk(event, title="Who owns a scan?"), a_talk(event, 2, title="A fair report")
    speaker = sam(talk)
    sam_too = sam(panel, name="Ada", appearance={"role": SpeakerRole.CHAIR})
    rules.invite(event, [speaker.public_id], by=olga, at=NOW)

    letter = delivered(office)

    assert letter.message["Subject"] == "Will you be with us? Health across borders"
    assert letter.message["To"] == "Sam <sam@example.org>" and "olga@example.org" in str(letter.message["Reply-To"])
    for body in (letter.body(), letter.body("html")):
        for told in ("Sam", "Who owns a scan?", "Speaker", "Sun 30 May 2027, 09:30 to 10:30", "Aula", "Main building"):
            assert told in body
        assert card_of(speaker) in body and "Leiden" in body and "Olga" in body
        assert "A fair report" not in body and card_of(sam_too) not in body


def test_no_record_holds_the_link(office: PostOffice, event: Event, olga: Actor) -> None:
    speaker = sam(a_talk(event))
    rules.invite(event, by=olga, at=NOW)

    delivered(office)

    row = db.session.scalars(sa.select(Message)).one()
    token = card_of(speaker).rpartition("/")[2]
    assert "[your link]" in row.sent_text and row.state is MessageState.SENT
    assert token not in row.sent_text and token not in str(row.facts)


def test_a_reader_of_dutch_gets_a_link_that_stays_dutch(office: PostOffice, event: Event, olga: Actor) -> None:
    speaker = sam(a_talk(event), language="nl")
    rules.invite(event, by=olga, at=NOW)

    letter = delivered(office)

    assert f"{card_of(speaker)}?lang=nl" in letter.body() and "zo 30 mei 2027" in letter.body()


def test_a_letter_about_a_draft_leads_to_no_page_that_is_not_there(
    office: PostOffice, event: Event, olga: Actor
) -> None:
    sam(a_talk(event))
    event.status = Status.DRAFT
    rules.invite(event, by=olga, at=NOW)

    letter = delivered(office)

    assert f"/events/{event.slug}" not in letter.body() + letter.body("html")


def test_a_reminder_says_that_it_is_one_and_takes_the_place_of_what_still_waits(
    office: PostOffice, event: Event, olga: Actor, clock: Clock
) -> None:
    sam(a_talk(event))
    rules.invite(event, by=olga, at=NOW)
    rules.remind(event, by=olga, at=clock.forward(rules.PAUSE))

    letter = delivered(office)

    assert letter.message["Subject"] == "May we count on you? Health across borders"
    assert len(office.letters) == 1


def test_a_letter_is_sent_again_to_the_address_that_is_right(office: PostOffice, event: Event, olga: Actor) -> None:
    speaker = sam(a_talk(event), email="smm@example.org")
    rules.invite(event, by=olga, at=NOW)
    delivered(office)
    rules.edit_speaker(event, speaker, {"email": "sam@example.org"}, by=olga, at=NOW)

    asked = sa.select(Message).where(Message.kind == "speaker_invited")
    mail_rules.resend(db.session.scalars(asked).one(), by=olga, at=NOW)

    assert delivered(office).message["To"] == "Sam <sam@example.org>"
    assert card_of(speaker) in office.letters[-1].body()


def test_a_typed_name_or_title_is_inert(office: PostOffice, event: Event, olga: Actor) -> None:
    sam(a_talk(event, title="<b>See</b> https://evil.example"), name="www.evil.example", email="sam@example.org")
    rules.invite(event, by=olga, at=NOW)

    letter = delivered(office)

    assert "with us, www" not in letter.body() and "<b>See" not in letter.body("html")


def test_another_address_is_sent_the_link_and_the_old_one_nothing_but_that(
    office: PostOffice, event: Event, olga: Actor
) -> None:
    speaker = sam(a_talk(event), email="smm@example.org")
    rules.invite(event, by=olga, at=NOW)
    delivered(office)

    rules.edit_speaker(event, speaker, {"email": "sam@example.org"}, by=olga, at=NOW)
    delivered(office)

    left, new = office.letters[-2:]
    assert (left.message["To"], new.message["To"]) == ("smm@example.org", "Sam <sam@example.org>")
    assert "no longer come to this address" in left.body() and "speakers/" not in left.body() + left.body("html")
    for body in (new.body(), new.body("html")):
        assert card_of(speaker) in body and "Health across borders" in body


def test_an_address_that_is_taken_away_is_told_though_there_is_no_link_any_more(
    office: PostOffice, event: Event, olga: Actor
) -> None:
    speaker = sam(a_talk(event))
    rules.invite(event, by=olga, at=NOW)
    delivered(office)

    rules.edit_speaker(event, speaker, {"email": ""}, by=olga, at=NOW)

    assert delivered(office).message["To"] == "sam@example.org" and len(office.letters) == 2
