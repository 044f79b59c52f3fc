"""The demo: the office's real events as they were, and next editions that show every state; loaded twice, once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from flask import Flask

from eventsvc import clock, text
from eventsvc.accounts import actors
from eventsvc.accounts.models import AuditEntry, User
from eventsvc.calendars.models import Entry
from eventsvc.demo import build
from eventsvc.demo.coming import coming
from eventsvc.demo.past import PAST
from eventsvc.demo.speakers import GUESTS
from eventsvc.events import wall
from eventsvc.events.models import Event, Kind, LinkKind, Mode
from eventsvc.events.standing import Standing
from eventsvc.extensions import db
from eventsvc.mail.models import Message, MessageState
from eventsvc.programme.models import Answer, Appearance, Session, Speaker
from eventsvc.registration import (
    answers,
    codes,
    offering,
    questionnaires,
    questions,
    retention,
    seats,
    session_roster,
    standings,
)
from eventsvc.registration.models import AccessCode, QuestionKind, Registration, State
from tests.people import NOW

# The rules are called as nowhere else: hundreds of acts in one transaction, years apart.
pytestmark = pytest.mark.database("sqlite", "postgresql")


class Fact(NamedTuple):
    """What the office published of an event; of a day a year, or nothing, may be all that is known."""

    title: str
    kind: Kind
    mode: Mode
    first: str
    last: str
    hosts: tuple[str, ...]
    others: dict[str, tuple[str, ...]] = {}  # noqa: RUF012 - nobody writes to it
    zone: str = "Europe/Amsterdam"
    place: tuple[str, str] = ("", "")


# By slug; a mode that is not known is told as in person.
REAL = {
    "eurolife-dataethics-summer-school-2022": Fact(
        "Eurolife summer school DATAETHICS 2022", Kind.SUMMER_SCHOOL, Mode.IN_PERSON, "2022-07-04", "2022-07-08",
        ("Universitat de Barcelona",), {"consortium": ("Eurolife consortium",), "consortium member": ("LUMC",)},
        zone="Europe/Madrid", place=("Barcelona", "ES")),
    "global-impact-in-health-symposium-2022": Fact(
        "Global Impact in Health symposium", Kind.SYMPOSIUM, Mode.IN_PERSON, "2022-05-30", "2022-05-30",
        ("LUMC Global",), {"co-organiser": ("Leiden University", "Health~Holland", "Bristol Myers Squibb", "Janssen",
        "Philips", "Leiden Bio Science Park")}, place=("Leiden", "NL")),
    "eurolife-dataethics-winter-school-2022": Fact(
        "Eurolife winter school DATAETHICS", Kind.WINTER_SCHOOL, Mode.IN_PERSON, "2022-01-24", "2022-01-28",
        ("LUMC",), {"consortium": ("Eurolife consortium (9 European universities)",)}, place=("", "NL")),
    "community-events": Fact(
        "Community events with colleagues from Leiden", Kind.COMMUNITY_EVENT, Mode.IN_PERSON, "", "",
        ("LUMC Global",), place=("Leiden", "NL")),
    "csc-fair-2021": Fact(
        "CSC Fair 2021", Kind.FAIR, Mode.ONLINE, "2021", "2021",
        ("China Scholarship Council",), {"exhibitor": ("LUMC",)}),
    "csc-fair-2020": Fact(
        "CSC Fair 2020", Kind.FAIR, Mode.ONLINE, "2020", "2020",
        ("China Scholarship Council",), {"exhibitor": ("LUMC",)}),
    "healthy-neighbourhood-course": Fact(
        "What makes a healthy residential neighbourhood?", Kind.COURSE, Mode.IN_PERSON, "", "",
        ("Faculty of Architecture, TU Delft",), {"co-organiser": ("LUMC",
        "Leiden Centre for Applied Bioscience (LCAB)", "Delft Global", "Hogeschool Leiden")}, place=("", "NL")),
    "techmed-summer-school-2021": Fact(
        "TechMed summer school", Kind.SUMMER_SCHOOL, Mode.IN_PERSON, "2021", "2021", ("LUMC",), place=("", "NL")),
    "leiden-brazil-data-science-2021": Fact(
        "Leiden-Brazil Data science in health & disease online", Kind.SUMMER_SCHOOL, Mode.ONLINE, "2021", "2021",
        ("LUMC",)),
    "innovations-in-fetal-therapy-webinar": Fact(
        "Expert webinar Innovations in Fetal Therapy", Kind.WEBINAR, Mode.ONLINE, "2021-04-15", "2021-04-15",
        ("LUMC Global", "Department of Obstetrics and Gynecology, LUMC")),
    "limsc-2021": Fact(
        "Leiden International (Bio)Medical Student Conference (LIMSC) 2021", Kind.CONFERENCE, Mode.ONLINE,
        "2021", "2021", ("LIMSC organising committee",), {"promotion": ("LUMC Global",)}, place=("Leiden", "NL")),
}  # fmt: skip
# Where somebody can still come, or will be able to.
INVITING = {Standing.OPEN, Standing.OPENS, Standing.FILLING, Standing.WAITING}


@pytest.fixture(scope="module")
def loaded(made_database: Any, shared_app: Flask, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The demo, loaded once for all tests that only look at it."""
    with shared_app.app_context():
        made_database.reset(db.engine)
        clock.stop(NOW)
        build.load()
        clock.go()


@pytest.fixture
def demo(loaded: None, shared_app: Flask) -> Any:
    """The application with the demo in it, at the moment it was loaded."""
    clock.stop(NOW)
    with shared_app.app_context():
        yield shared_app
    clock.go()


def the_event(slug: str) -> Event:
    return db.session.scalars(sa.select(Event).where(Event.slug == slug)).one()


def test_all_eleven_real_events_are_there() -> None:
    assert {edition.slug for edition in PAST} == set(REAL)


@pytest.mark.parametrize("slug", list(REAL))
def test_a_real_event_is_as_it_was(demo: Flask, slug: str) -> None:
    fact, event = REAL[slug], the_event(slug)

    assert event.starts_at is not None and event.ends_at is not None
    assert (event.title, event.kind, event.mode, event.timezone) == (fact.title, fact.kind, fact.mode, fact.zone)
    assert wall.clock(event.starts_at, fact.zone).date().isoformat().startswith(fact.first)
    assert wall.clock(event.ends_at, fact.zone).date().isoformat().startswith(fact.last)
    assert event.ends_at < NOW
    hosts = [("host", name) for name in fact.hosts]
    others = [(role, name) for role, names in fact.others.items() for name in names]
    assert [(each.role.value, each.partner.name) for each in event.partners] == hosts + others
    assert (event.venue.city, event.venue.country) == fact.place if event.venue else fact.place == ("", "")
    assert event.series is not None
    assert len(event.description) > 100


def test_the_webinar_has_284_attendees_a_recording_and_an_article_in_dutch(demo: Flask) -> None:
    event = the_event("innovations-in-fetal-therapy-webinar")

    assert seats.taken(event.id, NOW).seated == 284
    assert [(link.kind, link.language) for link in event.links] == [
        (LinkKind.RECORDING, None),
        (LinkKind.ARTICLE, "nl"),
    ]


def test_the_symposium_has_its_partners_and_a_programme_of_one_day_with_people_in_roles(demo: Flask) -> None:
    event = the_event("global-impact-in-health-symposium-2022")

    sessions = list(db.session.scalars(sa.select(Session).where(Session.event_id == event.id)))

    assert len(event.partners) == 7
    assert {wall.clock(s.starts_at, event.timezone).date() for s in sessions if s.starts_at} == {date(2022, 5, 30)}
    roles = {appearance.role.value for session in sessions for appearance in session.appearances}
    assert roles == {"speaker", "chair", "panellist", "tutor"}


def test_whoever_speaks_is_made_up_and_has_a_card_but_for_who_is_named_by_the_facts(demo: Flask) -> None:
    speakers = {speaker.name: speaker for speaker in db.session.scalars(sa.select(Speaker))}
    real = speakers.pop("Prof. Dick Oepkes")

    assert (real.affiliation, real.biography, real.email, real.country) == ("LUMC", "", "", "")
    assert set(speakers) == set(GUESTS)
    for speaker in speakers.values():
        assert speaker.affiliation and len(speaker.biography) > 80 and speaker.email.endswith("@example.org")
    assert len({speaker.email for speaker in speakers.values()}) == len(speakers)


def test_the_coming_symposium_has_speakers_who_come_one_who_does_not_and_one_who_has_not_answered(demo: Flask) -> None:
    asked = sa.select(Speaker.name, Appearance.answer).join(Appearance, Appearance.speaker_id == Speaker.id)
    asked = asked.join(Session, Session.id == Appearance.session_id).join(Event, Event.id == Session.event_id)

    coming = db.session.execute(asked.where(Event.ends_at > NOW, Event.kind == Kind.SYMPOSIUM)).all()
    past = db.session.execute(asked.where(Event.ends_at < NOW, Speaker.email != "")).all()

    assert {answer for _name, answer in coming} == {Answer.CONFIRMED, Answer.DECLINED, Answer.INVITED}
    assert {answer for _name, answer in past} == {Answer.CONFIRMED}


def next_of(kind: Kind, mode: Mode = Mode.IN_PERSON) -> Event:
    """The coming event of a kind that people are at already."""
    at_it = sa.exists().where(Registration.event_id == Event.id)
    return db.session.scalars(
        sa.select(Event).where(Event.kind == kind, Event.mode == mode, Event.ends_at > NOW, at_it)
    ).one()


@pytest.mark.parametrize(("kind", "mode"), [(Kind.WINTER_SCHOOL, Mode.IN_PERSON), (Kind.SYMPOSIUM, Mode.HYBRID)])
def test_a_school_and_a_symposium_have_tickets_and_ask_what_they_usually_do_and_people_answered(
    demo: Flask, kind: Kind, mode: Mode
) -> None:
    event = next_of(kind, mode)
    form = questionnaires.of(event.id)
    people = list(db.session.scalars(sa.select(Registration.id).where(Registration.event_id == event.id)))
    given = answers.of_many(people, form)

    assert len(offering.offered(event.id)) == 2
    assert len(form.prompts) >= 5 and any(prompt.condition for prompt in form)
    assert not any(option.capacity for prompt in form for option in prompt.options)
    assert len(given) == len(people)
    typed = {value for each in given.values() for value in each.values() if isinstance(value, str)}
    assert len(typed) > 2
    for person, values in given.items():
        way = db.session.get_one(Registration, person).mode
        lacks = [each for each in questions.missing(form, values, way) if each.is_required]
        # Nobody here has a file to send.
        assert {each.kind for each in lacks} <= {QuestionKind.FILE}


def test_the_schools_code_opens_the_ticket_that_is_not_for_everybody(demo: Flask) -> None:
    event = next_of(Kind.WINTER_SCHOOL)
    [code] = db.session.scalars(sa.select(AccessCode).where(AccessCode.event_id == event.id))

    opened = [each.name for each in offering.offered(event.id) if codes.opens(code, each)]

    assert (opened, code.uses) == (["Student of a Eurolife university"], 20)
    assert codes.known(event.id, "eurolife", NOW) == code


def test_the_coming_symposium_has_a_workshop_that_is_full_and_has_a_list(demo: Flask) -> None:
    event = next_of(Kind.SYMPOSIUM)

    [workshop] = [each for each in session_roster.filled(event.id) if each.item.capacity is not None]

    assert workshop.item.capacity == workshop.seats.seated == 20
    assert 0 < workshop.seats.waiting < 20


def test_every_kind_has_a_next_edition_to_come_to_and_together_they_show_every_state(demo: Flask) -> None:
    ahead = [e for e in db.session.scalars(sa.select(Event)) if e.ends_at is None or e.ends_at > NOW]
    there = standings.by_event(ahead, NOW)

    shown = [(e.kind, there[e.id].standing) for e in ahead]

    assert {kind for kind, standing in shown if standing in INVITING} == set(Kind)
    assert {standing for _kind, standing in shown} == set(Standing) - {Standing.ENDED}
    assert any(event.starts_at is None for event in ahead)


@pytest.mark.parametrize("today", [date(2026, 1, 1) + timedelta(days=11 * n) for n in range(70)])
def test_whatever_the_day_the_next_editions_lie_right(today: date) -> None:
    editions = coming(today)

    assert len({edition.slug for edition in editions} | {past.slug for past in PAST}) == len(editions) + len(PAST)
    for edition in editions:
        if edition.starts is None or edition.ends is None:
            continue
        assert today < edition.starts.date() <= edition.ends.date()
        assert edition.starts.weekday() < 5
        assert not edition.opens or not edition.closes or edition.opens < edition.closes <= edition.starts


def test_every_series_joins_the_editions_of_one_thing(demo: Flask) -> None:
    editions = Counter(event.series.title for event in db.session.scalars(sa.select(Event)) if event.series)

    assert editions["DATAETHICS"] == 4
    assert editions["CSC Fair"] == 3
    assert min(editions.values()) >= 2


def test_everybody_in_the_demo_lives_at_example_org(demo: Flask) -> None:
    addresses = [
        *db.session.scalars(sa.select(Registration.email)),
        *db.session.scalars(sa.select(Message.recipient)),
        *db.session.scalars(sa.select(User.email)),
        *db.session.scalars(sa.select(Event.contact_email)),
    ]

    assert {str(address).rpartition("@")[2] for address in addresses} == {"example.org"}


def test_letters_are_written_down_and_none_waits_for_a_server(demo: Flask) -> None:
    states = Counter(db.session.scalars(sa.select(Message.state)))
    letter = db.session.scalars(sa.select(Message).where(Message.kind == "registered").limit(1)).one()

    assert set(states) == {MessageState.RECORDED}
    assert letter.sent_subject
    assert letter.sent_text


def test_the_rules_agree_with_every_act_at_its_moment(demo: Flask) -> None:
    for registration, event in db.session.execute(sa.select(Registration, Event).join(Event)):
        assert event.published_at <= registration.registered_at <= NOW
        assert event.registration_opens_at <= registration.registered_at
        assert registration.registered_at < (event.registration_closes_at or event.starts_at)
    ahead = sa.select(Entry).where(Entry.changed_at > NOW)
    assert db.session.scalar(ahead) is None


def test_the_worker_forgets_nobody_of_the_demo(demo: Flask) -> None:
    assert retention.due(at=NOW) == []


def test_nobody_waits_with_a_lower_turn_than_somebody_seated_later(demo: Flask) -> None:
    event = next(e for e in db.session.scalars(sa.select(Event)) if seats.taken(e.id, NOW).waiting)
    rows = db.session.scalars(sa.select(Registration).where(Registration.event_id == event.id)).all()

    seated = [row.turn for row in rows if row.state is State.CONFIRMED]
    assert len(seated) == event.capacity
    assert max(seated) < min(row.turn for row in rows if row.state is State.WAITLISTED)


def test_loading_again_changes_nothing_even_a_year_later(demo: Flask) -> None:
    before = contents()

    clock.stop(NOW + timedelta(days=370))
    assert build.load() == 0

    assert contents() == before


def test_what_was_cut_short_is_finished_by_loading_again(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    real, left = build._build, 2

    def fails_at_the_third(*args: Any) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise KeyboardInterrupt
        real(*args)

    monkeypatch.setattr(build, "_build", fails_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        build.load()
    db.session.rollback()
    monkeypatch.setattr(build, "_build", lambda *args: None)

    assert build.load() == len(PAST) + len(coming(NOW.date())) - 2


def contents() -> str:
    counted = {
        table.name: db.session.scalar(sa.select(sa.func.count()).select_from(table))
        for table in db.metadata.sorted_tables
    }
    last = db.session.scalar(sa.select(sa.func.max(AuditEntry.id)))
    return json.dumps([counted, last])


@pytest.fixture
def run(make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Run the command; building itself is told elsewhere."""
    monkeypatch.setattr(build, "load", lambda: 24)

    def running(*args: str, **settings: Any) -> Any:
        app = make_app(**settings)
        with app.app_context():
            return app.test_cli_runner().invoke(args=["demo", *args])

    return running


@pytest.mark.parametrize("url", ["https://events.example.org", "http://192.0.2.7:8000", "http://localhost.example.org"])
def test_the_demo_refuses_a_site_for_people_unless_told_yes(run: Callable[..., Any], url: str) -> None:
    assert run(PUBLIC_URL=url).exit_code == 1
    assert run("--yes", PUBLIC_URL=url).exit_code == 0


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "http://localhost:8000", "http://[::1]:8000"])
def test_the_demo_loads_where_only_this_machine_looks(run: Callable[..., Any], url: str) -> None:
    result = run(PUBLIC_URL=url)

    assert result.exit_code == 0
    assert "olga@example.org" in result.output


def test_the_organisers_password_is_made_once_and_opens_the_desk(app: Flask, tmp_path: Any) -> None:
    app.instance_path, kept = str(tmp_path), app.instance_path
    try:
        olga = build._organiser()
        password = build.password_path().read_text()
        again = build._organiser()
    finally:
        app.instance_path = kept

    assert olga is again
    assert olga.is_admin
    assert olga.verify_and_update_password(password)
    assert len(password) > 20
    assert actors.organiser(olga.id).user_id == olga.id
    assert olga.created_at < datetime(2020, 2, 1, tzinfo=UTC)


def test_no_description_breaks_a_line_in_the_middle_of_a_sentence() -> None:
    said = [edition.said.get("description", "") for edition in (*PAST, *coming(date(2027, 3, 2)))]

    assert any(said)
    for description in said:
        assert "<br" not in text.to_html(description)
