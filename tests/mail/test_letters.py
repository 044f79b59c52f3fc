"""What letters say and carry, read as a mail program reads them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from eventsvc import drawings, links, worker
from eventsvc.accounts.actors import ATTENDEE
from eventsvc.events import notifications as news
from eventsvc.events.models import Mode
from eventsvc.extensions import db
from eventsvc.mail.carriers import ToServer
from eventsvc.mail.models import Message, MessageState
from eventsvc.registration import feeding, keys, notifications, rules
from eventsvc.registration.models import State, TokenKind
from eventsvc.registration.person import Person
from tests.mail.examples import ada, an_event, calendars, delivered
from tests.people import NOW
from tests.smtp import PostOffice


def test_a_confirmed_person_reads_what_when_where_and_how_to_change_it(office: PostOffice) -> None:
    event = an_event(title="Global Impact in Health", costs="Free")
    registration = ada(event, reference="K7M4QX")

    notifications.registered(registration, at=NOW)
    letter = delivered(office)

    manage = links.absolute("registration.manage", token=registration.token, lang="en")  # type: ignore[attr-defined]
    assert letter.message["Subject"] == "Your place: Global Impact in Health, 30 May 2027"
    for body in (letter.body(), letter.body("html")):
        assert "You have a place, Ada." in body
        assert "Sun 30 May 2027, 09:30 to 17:00" in body
        assert "Leiden time (CEST)" in body
        assert "Main building, Leiden, Netherlands" in body
        assert "K7M 4QX" in body
        assert "Free" in body
        assert "Olga" in body
        assert "Tue 29 June 2027" in body
        assert manage in body


def test_a_letter_is_headed_as_mail_programs_expect(office: PostOffice) -> None:
    event = an_event()
    registration = ada(event, email="ada@example.org")

    posted = notifications.registered(registration, at=NOW)
    message = delivered(office).message

    assert posted is not None
    assert message["Message-ID"] == posted.message_id
    assert message["Date"].datetime == NOW
    assert message["From"].addresses[0].addr_spec == "events@example.org"
    assert message["To"].addresses[0].display_name == "Ada Voorbeeld"
    assert message["Reply-To"] == "olga@example.org"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "en"


def test_the_invitation_is_the_last_alternative_and_the_same_bytes_are_attached(office: PostOffice) -> None:
    notifications.registered(ada(an_event()), at=NOW)
    message = delivered(office).message

    alternative, attached = message.iter_parts()
    kinds = [part.get_content_type() for part in alternative.iter_parts()]
    calendar = list(alternative.iter_parts())[-1]

    assert message.get_content_type() == "multipart/mixed"
    assert kinds == ["text/plain", "text/html", "text/calendar"]
    assert calendar.get_param("method") == "REQUEST"
    assert calendar.get_param("charset") == "utf-8"
    assert attached.get_filename() == "invite.ics"
    assert attached.get_payload(decode=True) == calendar.get_payload(decode=True)


def test_an_invitation_names_the_reader_as_attendee_and_somebody_else_as_organiser(office: PostOffice) -> None:
    event = an_event()
    notifications.registered(ada(event, email="ada@example.org"), at=NOW)

    calendar = calendars(delivered(office).message)[0]
    entry = calendar.walk("VEVENT")[0]

    assert calendar["METHOD"] == "REQUEST"
    assert entry["ATTENDEE"] == "mailto:ada@example.org"
    assert entry["ORGANIZER"] == "mailto:olga@example.org"
    assert entry["SEQUENCE"] == 0
    assert entry["DTSTART"].dt == event.starts_at


def test_an_organiser_who_registers_is_invited_by_the_site_not_by_herself(office: PostOffice) -> None:
    notifications.registered(ada(an_event(), email="Olga@example.org"), at=NOW)

    entry = calendars(delivered(office).message)[0].walk("VEVENT")[0]

    assert entry["ORGANIZER"] == "mailto:events@example.org"


def test_a_later_registration_of_the_same_person_counts_on_from_the_cancelled_one(office: PostOffice) -> None:
    notifications.registered(ada(an_event(), calendar_offset=2), at=NOW)

    assert calendars(delivered(office).message)[0].walk("VEVENT")[0]["SEQUENCE"] == 2


def test_a_waiting_person_reads_their_place_and_gets_no_invitation(office: PostOffice) -> None:
    registration = ada(an_event(join_url="https://video.example.org/1"), state=State.WAITLISTED)

    notifications.waitlisted(registration, position=3, at=NOW)
    letter = delivered(office)

    assert "You are number 3 on the list." in letter.body()
    assert "You are number 3 on the list." in letter.body("html")
    assert "video.example.org" not in letter.body() + letter.body("html")
    assert calendars(letter.message) == []
    assert letter.message.get_content_type() == "multipart/alternative"


def test_only_people_with_a_seat_read_the_link_to_join(office: PostOffice) -> None:
    event = an_event(mode=Mode.ONLINE, join_url="https://video.example.org/1", venue=None)

    notifications.promoted(ada(event), at=NOW)
    letter = delivered(office)

    assert "Join: https://video.example.org/1" in letter.body()
    assert 'href="https://video.example.org/1"' in letter.body("html")


def test_cancelling_takes_the_entry_out_of_the_calendar_of_who_was_invited(office: PostOffice) -> None:
    registration = ada(an_event())
    notifications.registered(registration, at=NOW)
    delivered(office)
    registration.state, registration.calendar_offset = State.CANCELLED, 1

    notifications.cancelled(registration, at=NOW, had_seat=True)
    asked, ended = calendars(office.letters[0].message)[0], calendars(delivered(office).message)[0]

    assert ended["METHOD"] == "CANCEL"
    assert ended.walk("VEVENT")[0]["STATUS"] == "CANCELLED"
    assert ended.walk("VEVENT")[0]["UID"] == asked.walk("VEVENT")[0]["UID"]
    assert ended.walk("VEVENT")[0]["SEQUENCE"] > asked.walk("VEVENT")[0]["SEQUENCE"]


def test_cancelling_sends_no_calendar_to_whoever_was_never_invited(office: PostOffice) -> None:
    registration = ada(an_event())
    notifications.registered(registration, at=NOW)

    notifications.cancelled(registration, at=NOW, had_seat=True)
    letter = delivered(office)

    assert [other.message["Subject"] for other in office.letters] == [letter.message["Subject"]]
    assert calendars(letter.message) == []
    assert db.session.query(Message).filter_by(kind="registered").one().state is MessageState.REPLACED


def test_a_cancelled_event_is_told_in_the_organisers_words_with_its_end(office: PostOffice) -> None:
    event = an_event(title="Winter school")
    notifications.registered(ada(event), at=NOW)
    delivered(office)

    sentence = "The speaker is ill.\n\nWe hope to see you <b>next year</b>."
    news.cancelled(event, sentence=sentence, at=NOW)
    letter = delivered(office)

    assert letter.message["Subject"] == "Cancelled: Winter school, 30 May 2027"
    assert "The speaker is ill." in letter.body()
    assert "Was: Sun 30 May 2027" in letter.body()
    assert "&lt;b&gt;next year&lt;/b&gt;" in letter.body("html")
    assert calendars(letter.message)[0]["METHOD"] == "CANCEL"


def test_a_link_sent_again_takes_no_other_letters_place(office: PostOffice) -> None:
    registration = ada(an_event())
    notifications.registered(registration, at=NOW)

    notifications.link_resent(registration, at=NOW)
    delivered(office)

    subjects = [letter.message["Subject"].partition(":")[0] for letter in office.letters]
    assert subjects == ["Your place", "Your link"]
    assert calendars(office.letters[1].message) == []


def test_the_letter_to_one_calendar_for_all_says_what_it_is_for_and_that_earlier_links_have_stopped(
    office: PostOffice,
) -> None:
    registration = ada(an_event(title="Winter school"))

    assert feeding.prove(registration, by=ATTENDEE, at=NOW)
    letter = delivered(office)

    assert letter.message["Subject"] == "One calendar for all: your new link"
    assert f"/registrations/{keys.token_of(registration, TokenKind.MANAGE)}/calendar?lang=en" in letter.body()
    for body in (letter.body(), letter.body("html")):
        said = " ".join(body.split())
        assert "one calendar with all you are registered for" in said
        assert "Every earlier link to your registration for" in said and "also those in earlier letters" in said
        assert "You need do nothing" not in said


def test_who_moves_to_another_address_takes_the_calendar_entry_along(office: PostOffice) -> None:
    registration = ada(an_event(), email="old@example.org")
    notifications.registered(registration, at=NOW)
    delivered(office)

    for address in ("new@example.org", "newer@example.org"):
        person = Person("Ada", "Voorbeeld", address, "", "NL")
        rules.correct(registration, person, revision=registration.revision, by=ATTENDEE, at=NOW)
        delivered(office)
    rules.cancel(registration, by=ATTENDEE, at=NOW)
    delivered(office)

    said = []
    for letter in office.letters:
        calendar = calendars(letter.message)[0]
        (entry,) = calendar.events
        said.append((str(entry["ATTENDEE"]), str(calendar["METHOD"]), entry["SEQUENCE"]))
    first = said[0][2]
    assert said == [
        ("mailto:old@example.org", "REQUEST", first),
        ("mailto:old@example.org", "CANCEL", first + 1),
        ("mailto:new@example.org", "REQUEST", first + 2),
        ("mailto:new@example.org", "CANCEL", first + 3),
        ("mailto:newer@example.org", "REQUEST", first + 4),
        ("mailto:newer@example.org", "CANCEL", first + 5),
    ]


def test_an_address_that_was_left_reads_neither_the_person_nor_the_link_nor_the_new_address(office: PostOffice) -> None:
    registration = ada(an_event(join_url="https://video.example.org/talk"), email="old@example.org")
    notifications.registered(registration, at=NOW)
    delivered(office)

    person = Person("Ada", "Voorbeeld", "new@example.org", "", "NL")
    rules.correct(registration, person, revision=registration.revision, by=ATTENDEE, at=NOW)
    delivered(office)

    left, changed = office.letters[1:]
    assert left.message["Reply-To"] == "olga@example.org"
    for body in (left.body(), left.body("html")):
        assert "no longer come to this address" in body and "Was it not you?" in body
        assert not any(own in body for own in ("new@example.org", "Ada", registration.reference, registration.token))  # type: ignore[attr-defined]
        assert "video.example.org" not in body
    for body in (changed.body(), changed.body("html")):
        assert "Our letters come to this address now, Ada." in body
        assert registration.token in body  # type: ignore[attr-defined]


def test_who_waits_takes_no_calendar_entry_along(office: PostOffice) -> None:
    registration = ada(an_event(), email="old@example.org", state=State.WAITLISTED)
    notifications.waitlisted(registration, position=1, at=NOW)
    delivered(office)

    person = Person("Ada", "Voorbeeld", "new@example.org", "", "NL")
    rules.correct(registration, person, revision=registration.revision, by=ATTENDEE, at=NOW)
    delivered(office)

    assert [calendars(letter.message) for letter in office.letters] == [[], [], []]


def test_the_record_has_a_mark_where_each_link_of_the_persons_own_stood(office: PostOffice) -> None:
    registration = ada(an_event())
    posted = notifications.registered(registration, at=NOW)
    letter = delivered(office)
    assert posted is not None
    db.session.refresh(posted)

    token, feed = registration.token, registration.feed_token  # type: ignore[attr-defined]

    assert token in letter.body()
    assert feed in letter.body("html")
    assert token not in posted.sent_text
    assert feed not in posted.sent_text
    assert "[your link]" in posted.sent_text
    assert token not in repr(posted.facts)
    assert posted.sent_subject == letter.message["Subject"]


def test_a_reader_of_dutch_gets_dutch_days_and_links_that_stay_dutch(office: PostOffice) -> None:
    registration = ada(an_event(), language="nl")

    notifications.registered(registration, at=NOW)
    letter = delivered(office)

    assert "zo 30 mei 2027, 09:30 tot 17:00" in letter.body()
    assert "tijd in Leiden (CEST)" in letter.body("html")
    assert "?lang=nl" in letter.body()
    assert letter.message["Content-Language"] == "nl"


def test_times_are_the_events_own_across_a_clock_change(office: PostOffice) -> None:
    event = an_event(
        starts_at=datetime(2027, 10, 30, 12, 0, tzinfo=UTC), ends_at=datetime(2027, 10, 31, 12, 0, tzinfo=UTC)
    )

    notifications.registered(ada(event), at=NOW)

    assert "Sat 30 October 14:00 to Sun 31 October 13:00" in delivered(office).body()


def test_an_event_whose_date_is_to_follow_says_so_and_invites_to_nothing(office: PostOffice) -> None:
    notifications.registered(ada(an_event(starts_at=None, ends_at=None)), at=NOW)

    letter = delivered(office)

    assert "Date to follow" in letter.body()
    assert calendars(letter.message) == []


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Ada\r\nBcc: eve@example.org", "Ada Bcc: eve@example.org"),
        ("=?utf-8?q?Eve?=", "= ?utf-8?q?Eve?="),
        ("Ada\u202eevE", "AdaevE"),
        ('Ada "the first" <eve@example.org>,', 'Ada "the first" <eve@example.org>,'),
        ("Åsa 李\U0001f600", "Åsa 李\U0001f600"),
    ],
)
def test_a_typed_name_is_only_a_name_in_a_header(office: PostOffice, typed: str, shown: str) -> None:
    notifications.registered(ada(an_event(), given_name=typed, family_name="", email="ada@example.org"), at=NOW)

    message = delivered(office).message

    assert message["To"].addresses[0].display_name == shown
    assert message["To"].addresses[0].addr_spec == "ada@example.org"
    assert message["Bcc"] is None
    assert len(message["To"].addresses) == 1


def test_a_typed_title_is_only_a_title(office: PostOffice) -> None:
    title = 'Health </title><script>alert(1)</script> & "care"\r\nBcc: eve@example.org'

    notifications.registered(ada(an_event(title=title)), at=NOW)
    letter = delivered(office)

    assert letter.message["Bcc"] is None
    assert "<script>" not in letter.body("html")
    assert "&lt;script&gt;" in letter.body("html")


@pytest.mark.parametrize("name", ["Visit http://evil.example", "evil.example", "www.evil", "eve@evil.example"])
def test_a_name_that_would_turn_into_a_link_is_not_written(office: PostOffice, name: str) -> None:
    notifications.registered(ada(an_event(), given_name=name), at=NOW)

    letter = delivered(office)

    assert "You have a place." in letter.body()
    assert name not in letter.body() + letter.body("html")


def test_a_name_with_initials_is_greeted(office: PostOffice) -> None:
    notifications.registered(ada(an_event(), given_name="J.R."), at=NOW)

    assert "You have a place, J.R.\r\n" in delivered(office).body()


def test_nobody_without_an_address_is_written_to(app: Flask) -> None:
    assert notifications.registered(ada(an_event(), email=None), at=NOW) is None


def test_the_facts_are_those_of_the_moment_the_letter_was_laid(office: PostOffice) -> None:
    event = an_event(title="Before")
    notifications.registered(ada(event), at=NOW)
    db.session.commit()

    event.title, event.starts_at = "After", event.starts_at + timedelta(hours=1)  # type: ignore[assignment, operator]
    letter = delivered(office)

    assert "Before" in letter.message["Subject"]
    assert "09:30" in letter.body()


def test_a_letter_from_the_worker_has_the_events_cover_within_its_page(app: Flask, office: PostOffice) -> None:
    notifications.registered(ada(an_event()), at=NOW)
    db.session.commit()

    assert worker.drain(ToServer()) == 1
    alternative, _attached = office.letters[0].message.iter_parts()
    text, related, calendar = alternative.iter_parts()
    page, cover = related.iter_parts()

    assert [part.get_content_type() for part in (text, related, calendar)] == [
        "text/plain",
        "multipart/related",
        "text/calendar",
    ]
    assert 'src="cid:cover"' in page.get_content()
    assert cover["Content-ID"] == "<cover>"
    assert cover.get_content().startswith(b"\x89PNG")
    assert len(cover.get_content()) < 40_000


def test_a_letter_goes_without_a_cover_that_cannot_be_drawn(
    app: Flask, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawings, "_DRAW", "raise SystemExit(1)")
    notifications.registered(ada(an_event(title="Nobody can draw this")), at=NOW)
    db.session.commit()

    worker.drain(ToServer())

    assert "cid:cover" not in office.letters[0].body("html")
    assert "You have a place, Ada." in office.letters[0].body("html")
