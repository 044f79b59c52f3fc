"""The desk's page of speakers: who is asked, who answered, what is missing; and two cards made one."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eventsvc.accounts.actors import SYSTEM
from eventsvc.accounts.models import AuditEntry
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.mail.models import Message, MessageState
from eventsvc.programme import published, rules
from eventsvc.programme.models import Answer, Appearance, FreeTime, Session, Slides, Speaker, SpeakerRole
from tests import browsing
from tests.conftest import Clock
from tests.files import a_photo
from tests.people import NOW, an_event, an_organiser
from tests.programme.speaking import HOUR, a_talk, card_of, feed_of, sam

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def event(app: Flask) -> Event:
    return an_event()


@pytest.fixture
def desk(event: Event, sign_in: SignIn) -> FlaskClient:
    return sign_in(an_organiser("Olga", owns=event))


def at(event: Event, path: str = "") -> str:
    return f"/desk/events/{event.slug}/programme/speakers{path}"


def letters() -> list[tuple[str, str]]:
    waiting = sa.select(Message).where(Message.state == MessageState.WAITING).order_by(Message.id)
    return [(letter.kind, letter.recipient) for letter in db.session.scalars(waiting)]


def parts() -> list[Appearance]:
    return list(db.session.scalars(sa.select(Appearance).order_by(Appearance.id)))


def test_the_list_tells_of_everybody_what_they_are_in_what_they_said_and_what_is_missing(
    desk: FlaskClient, event: Event
) -> None:
    talk = a_talk(event, title="Who owns a scan?")
    speaker = sam(talk, appearance={"answer": Answer.DECLINED, "note": "I teach.", "role": SpeakerRole.CHAIR})
    db.session.add(Slides(session_id=talk.id, speaker_id=speaker.id, name="talk.pdf", media_type="application/pdf",
                          size=2_500_000, digest="0" * 64, uploaded_at=NOW))  # fmt: skip
    db.session.add(FreeTime(speaker_id=speaker.id, event_id=event.id, starts_at=event.starts_at, ends_at=event.ends_at))
    db.session.commit()

    page = desk.get(at(event)).text

    for told in (
        "Who owns a scan?",
        "Chair",
        "Does not come",
        "“I teach.”",
        "photo, biography",
        "talk.pdf",
        "PDF, 2.5 MB",
    ):
        assert told in page
    assert "Sun 30 May, 09:30 to 17:00" in page


def test_everybody_not_asked_yet_is_invited_with_one_letter_each(desk: FlaskClient, event: Event, clock: Clock) -> None:
    one, two = a_talk(event), a_talk(event, 2)
    sam(one, two)
    sam(one, name="Ada")
    sam(two, name="Nemo", email="")

    answer = desk.post(at(event, "/invite"), data={"whom": "all"}, follow_redirects=True)

    assert "2 invitations are on their way." in answer.text
    assert "we have no address of theirs: Nemo." in answer.text
    assert sorted(letters()) == [("speaker_invited", "ada@example.org"), ("speaker_invited", "sam@example.org")]
    asked = [(part.speaker.name, part.answer, part.invited_at) for part in parts()]
    assert sorted(asked, key=str) == sorted(
        [
            ("Sam", Answer.INVITED, NOW),
            ("Sam", Answer.INVITED, NOW),
            ("Ada", Answer.INVITED, NOW),
            ("Nemo", Answer.NOT_ASKED, None),
        ],
        key=str,
    )
    assert "2 March, 10:00" in answer.text


def facts_told() -> list[str]:
    """The titles that letters tell which are still to be sent."""
    waiting = sa.select(Message.facts).where(Message.state == MessageState.WAITING)
    return [part["title"] for facts in db.session.scalars(waiting) for part in facts["parts"]]


def test_a_second_invitation_asks_again_what_the_first_one_asked_that_still_waits(
    desk: FlaskClient, event: Event, clock: Clock
) -> None:
    speaker = sam(a_talk(event, title="One"))
    desk.post(at(event, "/invite"), data={"whom": "all"})
    two = a_talk(event, 2, title="Two")
    two.appearances.append(Appearance(speaker=speaker))
    db.session.commit()
    clock.forward(timedelta(minutes=1))

    desk.post(at(event, "/invite"), data={"whom": "all"})

    assert letters() == [("speaker_invited", "sam@example.org")] and facts_told() == ["One", "Two"]
    assert [part.answer for part in parts()] == [Answer.INVITED] * 2


def test_a_reminder_asks_again_what_an_invitation_asks_that_still_waits(
    desk: FlaskClient, event: Event, clock: Clock
) -> None:
    speaker = sam(a_talk(event, title="One"))
    desk.post(at(event, "/invite"), data={"whom": "all"})
    db.session.execute(sa.update(Message).values(state=MessageState.SENT))
    clock.forward(timedelta(days=2))
    two = a_talk(event, 2, title="Two")
    two.appearances.append(Appearance(speaker=speaker))
    db.session.commit()
    desk.post(at(event, "/invite"), data={"whom": "all"})

    desk.post(at(event, "/remind"), data={"whom": "all"})

    assert facts_told() == ["One", "Two"]


def test_those_ticked_alone_are_invited_and_only_once(desk: FlaskClient, event: Event) -> None:
    chosen = sam(a_talk(event))
    sam(a_talk(event, 2), name="Ada")

    desk.post(at(event, "/invite"), data={"speaker": chosen.public_id})
    again = desk.post(at(event, "/invite"), data={"speaker": chosen.public_id}, follow_redirects=True)
    nobody = desk.post(at(event, "/invite"), data={}, follow_redirects=True)

    assert letters() == [("speaker_invited", "sam@example.org")]
    assert "whoever you chose was asked already" in again.text
    assert "Tick somebody first." in nobody.text


def test_a_reminder_goes_to_whoever_has_not_answered_at_most_once_a_day(
    desk: FlaskClient, event: Event, clock: Clock
) -> None:
    first, second = a_talk(event), a_talk(event, 2)
    sam(first)
    sam(second, name="Ada")
    desk.post(at(event, "/invite"), data={"whom": "all"})
    db.session.execute(sa.update(Message).values(state=MessageState.SENT))
    parts()[1].answer = Answer.CONFIRMED
    db.session.commit()

    def remind() -> str:
        return desk.post(at(event, "/remind"), data={"whom": "all"}, follow_redirects=True).text

    clock.forward(timedelta(hours=23))
    assert "Nobody was written to" in remind() and letters() == []
    clock.forward(timedelta(hours=1))
    assert "One reminder is on its way." in remind() and letters() == [("speaker_reminded", "sam@example.org")]
    clock.forward(timedelta(hours=23))
    assert "Nobody was written to" in remind()
    clock.forward(timedelta(hours=1))
    assert "One reminder is on its way." in remind() and letters() == [("speaker_reminded", "sam@example.org")]


def test_nobody_is_asked_about_what_is_over_or_cancelled(desk: FlaskClient, event: Event, clock: Clock) -> None:
    sam(a_talk(event))
    clock.at(event.ends_at)

    assert "Nobody was written to" in desk.post(at(event, "/invite"), data={"whom": "all"}, follow_redirects=True).text
    assert letters() == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", ""),
        ("post", "/invite"),
        ("post", "/remind"),
        ("get", "/{sam}"),
        ("post", "/{sam}"),
        ("post", "/{sam}/link"),
        ("get", "/{sam}/merge"),
        ("post", "/{sam}/merge"),
    ],
)
def test_eve_finds_nothing(event: Event, sign_in: SignIn, method: str, path: str) -> None:
    speaker, eve = sam(a_talk(event)), sign_in(an_organiser("Eve", owns=an_event()))

    answer = getattr(eve, method)(at(event, path.format(sam=speaker.public_id)), data={"whom": "all"})

    assert answer.status_code == 404 and letters() == []


def test_an_organiser_of_another_event_reaches_no_speaker_of_this_one(event: Event, sign_in: SignIn) -> None:
    speaker, other = sam(a_talk(event)), an_event()
    eve = sign_in(an_organiser("Eve", owns=other))

    assert eve.get(at(other, f"/{speaker.public_id}")).status_code == 404
    assert eve.post(at(other, f"/{speaker.public_id}/link")).status_code == 404


def test_a_link_is_shown_to_whoever_may_see_all_it_opens_and_written_down(
    desk: FlaskClient, event: Event, client: FlaskClient
) -> None:
    speaker = sam(a_talk(event))

    page = desk.post(at(event, f"/{speaker.public_id}/link")).text

    assert card_of(speaker) in page
    assert db.session.scalars(sa.select(AuditEntry)).one().act == "speaker.link_shown"
    assert card_of(speaker) not in desk.get(at(event)).text


def test_a_link_that_opens_more_than_an_organiser_may_see_is_not_shown(desk: FlaskClient, event: Event) -> None:
    speaker = sam(a_talk(event), a_talk(an_event()))

    page = desk.post(at(event, f"/{speaker.public_id}/link"), follow_redirects=True).text

    assert "also speaks at an event that you may not see" in page and card_of(speaker) not in page


def test_a_photo_is_put_on_the_card_by_an_organiser_and_taken_away(desk: FlaskClient, event: Event) -> None:
    speaker = sam(a_talk(event))
    address = at(event, f"/{speaker.public_id}")
    form: Any = browsing.fields(desk.get(address).text)
    form["photo"] = (BytesIO(a_photo()), "sam.jpg")

    desk.post(address, data=form, content_type="multipart/form-data")
    photo = f"/photos/{speaker.photo_digest}.jpg"
    assert desk.get(photo).status_code == 200
    again: Any = browsing.fields(desk.get(address).text)
    desk.post(address, data=again | {"drops_photo": "y"}, content_type="multipart/form-data")

    assert (speaker.photo_digest, desk.get(photo).status_code) == (None, 404)


def test_two_cards_of_one_person_are_compared_and_made_one(
    desk: FlaskClient, event: Event, client: FlaskClient
) -> None:
    first, second = a_talk(event, title="First"), a_talk(event, 2, title="Second")
    kept = sam(first, name="Sam Voorbeeld", affiliation="", email="")
    other = sam(first, second, name="S. Voorbeeld", biography="Works on models.", orcid="0000-0002-1825-0097")
    feed, gone, gone_id = feed_of(kept), card_of(other), other.public_id
    address = at(event, f"/{kept.public_id}/merge")
    assert "S. Voorbeeld" in desk.get(address).text
    compared = desk.get(f"{address}?other={gone_id}").text
    assert "Works on models." in compared and "This cannot be undone." in compared

    answer = desk.post(address, data={"other": gone_id})

    assert answer.status_code == 303
    assert (kept.name, kept.biography, kept.email) == ("Sam Voorbeeld", "Works on models.", "s. voorbeeld@example.org")
    assert [part.session.title for part in parts()] == ["First", "Second"]
    assert db.session.scalars(sa.select(Speaker)).all() == [kept]
    assert client.get(gone).status_code == 410 and client.get(card_of(kept)).status_code == 200
    page = client.get(f"/events/{event.slug}/speakers/{kept.public_id}").text
    assert "First" in page and "Second" in page
    moved = client.get(f"/events/{event.slug}/speakers/{gone_id}")
    assert (moved.status_code, moved.location) == (301, f"/events/{event.slug}/speakers/{kept.public_id}")
    assert client.get(f"/events/{an_event().slug}/speakers/{gone_id}").status_code == 404
    assert len(re.findall(b"BEGIN:VEVENT", client.get(feed).data)) == 2
    assert all(not change.is_news for change in published.pending(event.id))


def test_the_only_link_of_two_cards_goes_on_opening_the_one(
    desk: FlaskClient, event: Event, client: FlaskClient
) -> None:
    kept, other = sam(a_talk(event), email=""), sam(a_talk(event, 2), name="Ada")
    link, feed = card_of(other), feed_of(other)
    kept.link_digest = kept.link_sealed = kept.feed_digest = kept.feed_sealed = None
    db.session.commit()

    desk.post(at(event, f"/{kept.public_id}/merge"), data={"other": other.public_id})

    assert client.get(link).status_code == 200 and client.get(feed).status_code == 200


def test_a_link_does_not_open_the_card_of_somebody_with_another_address(
    desk: FlaskClient, event: Event, client: FlaskClient
) -> None:
    kept, other = sam(a_talk(event)), sam(a_talk(event, 2), name="Ada")
    link, feed = card_of(other), feed_of(other)
    kept.link_digest = kept.link_sealed = kept.feed_digest = kept.feed_sealed = None
    db.session.commit()

    desk.post(at(event, f"/{kept.public_id}/merge"), data={"other": other.public_id})

    gone = client.get(link)
    assert gone.status_code == 410 and "look in our last letter to you" in gone.text
    assert client.get(feed).status_code == 200


def test_an_address_leads_on_through_two_cards_that_were_made_one_after_the_other(
    desk: FlaskClient, event: Event, client: FlaskClient
) -> None:
    first, second, third = (sam(a_talk(event, hours), name=name) for hours, name in enumerate(("Ada", "Bo", "Sam")))
    gone = [first.public_id, second.public_id]

    desk.post(at(event, f"/{second.public_id}/merge"), data={"other": first.public_id})
    desk.post(at(event, f"/{third.public_id}/merge"), data={"other": gone[1]})

    for public_id in gone:
        page = client.get(f"/events/{event.slug}/speakers/{public_id}")
        assert page.location == f"/events/{event.slug}/speakers/{third.public_id}"


def test_news_that_still_wait_for_a_card_that_goes_are_told_with_those_of_the_one_that_stays(
    desk: FlaskClient, event: Event
) -> None:
    first, second = a_talk(event, title="First"), a_talk(event, 2, title="Second")
    kept, other = sam(first), sam(second, name="Other")

    def tell(session: Session, title: str) -> None:
        said = {"title": title, "starts_at": session.starts_at + HOUR, "ends_at": session.ends_at + HOUR}
        rules.edit_session(session, said, revision=session.revision, by=SYSTEM, at=NOW)
        rules.publish(event, by=SYSTEM, at=NOW)
        db.session.commit()

    tell(second, "Second, anew")
    assert letters() == [("speaker_programme", "other@example.org")]
    desk.post(at(event, f"/{kept.public_id}/merge"), data={"other": other.public_id})
    assert letters() == [("speaker_programme", "sam@example.org")]
    tell(first, "First, anew")

    assert letters() == [("speaker_programme", "sam@example.org")]
    told = db.session.scalars(sa.select(Message.facts).where(Message.state == MessageState.WAITING)).one()
    assert told["speaker"] == kept.public_id
    assert sorted(each["now"]["title"] for each in told["sessions"]) == ["First, anew", "Second, anew"]


def test_a_card_is_not_made_one_with_itself(desk: FlaskClient, event: Event) -> None:
    speaker = sam(a_talk(event))

    address = at(event, f"/{speaker.public_id}/merge")
    answer = desk.post(address, data={"other": speaker.public_id}, follow_redirects=True)

    assert "That is the same person." in answer.text and db.session.scalars(sa.select(Speaker)).all() == [speaker]


def test_a_speaker_who_declined_stands_among_what_needs_somebody_today(
    desk: FlaskClient, event: Event, sign_in: SignIn, clock: Clock
) -> None:
    sam(a_talk(event), appearance={"answer": Answer.DECLINED})
    sam(a_talk(event, 2), name="Ada", appearance={"answer": Answer.DECLINED})
    eve = sign_in(an_organiser("Eve", owns=an_event()))

    assert "Speakers do not come" in desk.get("/desk/").text
    assert at(event) not in eve.get("/desk/").text
    clock.at(event.ends_at - HOUR * 4)
    assert "Speakers do not come" not in desk.get("/desk/").text


@pytest.mark.parametrize("path", ["", "/invite"])
def test_three_speakers_ask_as_much_of_the_database_as_one(
    desk: FlaskClient, event: Event, count_queries: Callable[[], Any], path: str
) -> None:
    def asked() -> int:
        with count_queries() as queries:
            desk.post(at(event, path), data={"whom": "all"}) if path else desk.get(at(event))
        # An audit entry is written for each, and each row that was changed.
        return len([each for each in queries.statements if each.startswith("SELECT")])

    sam(a_talk(event))
    desk.get(at(event))
    one = asked()
    for name in ("Ada", "Grace", "Rev"):
        sam(a_talk(event, 2), name=name)

    assert asked() == one
