"""A world that shows every page in every state: what the sweep over all pages looks at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_security import hash_password

from eventsvc import tokens
from eventsvc.accounts import actors
from eventsvc.accounts.models import User
from eventsvc.calendars import entries
from eventsvc.events import rules as events_rules
from eventsvc.events.models import (
    Event,
    EventLink,
    EventPartner,
    Kind,
    LinkKind,
    Mode,
    Partner,
    PartnerRole,
    Series,
    Status,
)
from eventsvc.extensions import db
from eventsvc.mail.models import Message, MessageState
from eventsvc.programme import keys
from eventsvc.programme import rules as programme_rules
from eventsvc.programme.models import Appearance, Room, Session, SessionKind, SessionStatus, Speaker, SpeakerRole, Track
from eventsvc.registration import offering, rules
from eventsvc.registration.models import (
    Payment,
    Question,
    QuestionKind,
    Registration,
    State,
    TicketType,
    Visibility,
)
from eventsvc.registration.person import Person
from tests.people import NOW, a_question, a_registration, a_session, an_event, an_organiser

PASSWORD = "four quiet words here"
LONG = "Medizinische Ausbildungsforschungszusammenarbeit und onderwijsvernieuwingsprojectleidersbijeenkomst"


def olga_at_the_desk() -> User:
    """Olga, administrator, who can sign in with `PASSWORD`."""
    return an_organiser("Olga", is_admin=True, password=hash_password(PASSWORD))


def ada_registers(event: Event, given_name: str = "Ada") -> Registration:
    """Let somebody register as the page would; commits."""
    person = Person(given_name, "Voorbeeld", f"{given_name.lower()}@example.org", "Example University", "NL")
    registration = rules.register(event.id, person, by=actors.ATTENDEE, at=NOW, language="en")
    db.session.commit()
    return registration


@dataclass(frozen=True, slots=True)
class World:
    """Addresses: Olga's own, those of what anybody sees, of what Ada sees by her links, and of Olga's desk."""

    olga: str
    public: list[str]
    personal: list[str]
    desk: list[str]


def a_world() -> World:
    """Make the rows, and tell the addresses of their pages."""
    olga = olga_at_the_desk()
    tickets = _with_tickets()
    events = [_school(), tickets, *_in_every_state()]
    draft = _draft(olga)
    for event in events:
        entries.refresh(event, at=NOW)
    by_slug = {event.slug: event for event in events}
    mine, waiting = ada_registers(by_slug["school"]), ada_registers(by_slug["list"], "Grace")
    gone = a_registration(by_slug["school"], state=State.CANCELLED)
    holder = _holder(tickets)
    _letters()
    db.session.commit()
    return World(
        olga=olga.email,
        public=_public(events, draft),
        personal=_personal(mine, tokens.unseal(waiting.manage_sealed), gone.token)  # type: ignore[attr-defined]
        + _of_holder(holder),
        desk=_desk(mine, draft) + _desk_of_tickets(holder),
    )


def _public(events: list[Event], draft: Event) -> list[str]:
    preview = str(events_rules.known_preview_link(draft)).split("/preview/")[-1]
    talk = db.session.query(Appearance).order_by(Appearance.id).first()
    return [
        "/",
        "/?past=1",
        "/?q=nonesuch",
        "/series",
        "/series/dataethics",
        *(f"/events/{event.slug}" for event in events),
        f"/preview/{preview}",
        "/events/school/programme",
        "/events/school/programme/changes",
        "/events/school/programme?day=all&kind=workshop",
        f"/events/school/sessions/{talk.session.public_id}",
        "/events/school/speakers",
        f"/events/school/speakers/{talk.speaker.public_id}",
        "/subscribe",
        "/privacy",
        "/accessibility",
        "/nowhere",
    ]


def _personal(mine: Registration, waiting: str, gone: str) -> list[str]:
    token = tokens.unseal(mine.manage_sealed)
    return [
        "/events/school/register",
        "/events/list/register",
        "/events/opens/register",
        f"/registrations/{token}",
        f"/registrations/{token}/programme?day=all",
        f"/registrations/{token}/correct",
        f"/registrations/{token}/cancel",
        f"/registrations/{token}/erase",
        f"/registrations/{token}/letters",
        f"/registrations/{waiting}",
        f"/registrations/{gone}",
        *(f"{_sams_page()}{path}" for path in ("", "/card", "/times/school", "/take-away")),
    ]


def _sams_page() -> str:
    """The address of Sam's own page, who has a link once they were asked."""
    sam = db.session.query(Speaker).order_by(Speaker.id).first()
    keys.see_to(sam)
    db.session.commit()
    return f"/speakers/{tokens.unseal(str(sam.link_sealed))}"


def _desk(mine: Registration, draft: Event) -> list[str]:
    session = db.session.query(Session).order_by(Session.id).first()
    message = db.session.query(Message).order_by(Message.id).first()
    inside, roster = "/desk/events/school", f"/desk/events/school/roster/{mine.id}"
    return [
        "/desk/",
        "/desk/events",
        "/desk/events/new",
        inside,
        f"{inside}/edit",
        f"{inside}/programme",
        f"{inside}/programme/timetable",
        f"{inside}/programme/timetable/copy",
        f"{inside}/programme/sessions/{session.public_id}/move",
        f"{inside}/programme/new",
        f"{inside}/programme/preview",
        f"{inside}/programme/publish",
        f"{inside}/programme/clashes",
        f"{inside}/programme/import",
        f"{inside}/programme/sessions/{session.public_id}",
        f"{inside}/programme/rooms/{session.room_id}",
        f"{inside}/programme/tracks/{session.track_id}",
        f"{inside}/programme/speakers",
        f"{inside}/programme/speakers/{session.appearances[0].speaker.public_id}",
        f"{inside}/questions",
        f"{inside}/questions/new?kind=choice",
        f"{inside}/questions/{_passport()}",
        f"{inside}/questions/preview",
        f"{inside}/questions/ask",
        f"{inside}/questions/sections/new",
        f"/desk/events/{draft.slug}/questions",
        f"{inside}/roster",
        f"{inside}/roster?show={_passport()}&a.{_passport()}=none",
        f"{inside}/roster?q=nonesuch",
        roster,
        f"{roster}/cancel",
        f"{roster}/correct",
        f"{inside}/roster/add",
        f"{inside}/letters",
        f"{inside}/roles",
        f"{inside}/audit",
        f"/desk/events/{draft.slug}",
        f"/desk/events/{draft.slug}/roster",
        "/desk/events/cancelled",
        "/desk/events/filling",
        "/desk/letters",
        f"/desk/letters/{message.id}",
        "/desk/audit",
        "/desk/people",
        "/desk/account",
        "/desk/password",
        "/desk/two-factor",
    ]


def _passport() -> str:
    """The question that hangs on another one."""
    return db.session.query(Question).filter(Question.condition_id.is_not(None)).first().public_id


def _school() -> Event:
    host, member = Partner(name="Universitat de Barcelona", url="https://www.ub.edu"), Partner(name="LUMC")
    school = an_event(
        slug="school",
        title="Eurolife summer school DATAETHICS",
        kind=Kind.SUMMER_SCHOOL,
        series=Series(slug="dataethics", title="Eurolife DATAETHICS", description="On **data** and ethics."),
        starts_at=NOW + timedelta(days=120),
        ends_at=NOW + timedelta(days=122, hours=8),
        registration_closes_at=NOW + timedelta(days=60),
        timezone="Europe/Madrid",
        capacity=40,
        room="Aula Magna",
        palette="plum",
        summary="Three days on the dilemmas around data in biomedical practice.",
        description=f"You work on *cases*, and write together.\n\n- cases\n- debates\n\n{LONG}",
        audience="Students of medicine and of data science",
        benefits="A certificate of attendance",
        accessibility="Step-free rooms, a hearing loop on request.",
        partners=[
            EventPartner(partner=host, role=PartnerRole.HOST),
            EventPartner(partner=member, role=PartnerRole.CONSORTIUM_MEMBER, position=1),
        ],
    )
    _programme(school)
    _questions(school)
    return school


def _questions(school: Event) -> None:
    """What a school usually asks, and one of each kind that it does not, one of them full."""
    rules.start_form(school, by=actors.SYSTEM, at=NOW)
    a_question(school, LONG, "Full", kind=QuestionKind.CHOICE, label="Excursion", limits={LONG: 3, "Full": 0})
    for kind in (QuestionKind.NUMBER, QuestionKind.DATE, QuestionKind.LINK, QuestionKind.EMAIL):
        a_question(school, kind=kind, help=LONG, why="So that we know.")
    a_question(school, label="What was asked before", is_retired=True)


def _programme(school: Event) -> None:
    hall = Room(event_id=school.id, name="Lecture hall", capacity=200)
    lab = Room(event_id=school.id, name="Computer room", position=1)
    tracks = [Track(event_id=school.id, name=f"Track {n}", colour=n, position=n) for n in range(1, 7)]
    sam = Speaker(name="Sam Ejemplo", affiliation="Universitat de Barcelona", biography="Works on **models**.")
    for day in range(3):
        first = NOW + timedelta(days=120 + day)

        talk = [Appearance(speaker=sam, role=SpeakerRole.SPEAKER)]
        a_session(school, title="Who owns a scan?", room=hall, track=tracks[day], appearances=talk, **_hour(first))
        a_session(school, title="Coffee", kind=SessionKind.BREAK, room=hall, **_hour(first, 1))
        a_session(school, title=LONG, kind=SessionKind.WORKSHOP, room=hall, track=tracks[3], **_hour(first, 2))
        hands_on = {"title": "Hands-on", "abstract": "Bring a *laptop*.", "track": tracks[4 + day % 2]}
        a_session(school, room=lab, **hands_on, **_hour(first, 2))
    a_session(school, title="A fair report", status=SessionStatus.CANCELLED, room=lab, **_hour(first, 4))
    programme_rules.add_session(school, {"title": "What nobody sees yet"}, by=actors.SYSTEM, at=NOW)
    db.session.commit()


def _hour(first: datetime, number: int = 0) -> dict[str, datetime]:
    return {"starts_at": first + timedelta(hours=number), "ends_at": first + timedelta(hours=number + 1)}


def _with_tickets() -> Event:
    """A hybrid event with a ticket of every kind, and codes."""
    event = an_event(slug="tickets", title="Both ways", mode=Mode.HYBRID, join_url="https://video.example.org/1")
    for place, said in enumerate(
        (
            {"name": "On site", "capacity": 1, "fee_cents": 2500, "fee_note": LONG, "description": LONG},
            {"name": "Online", "mode": Mode.ONLINE},
            {"name": "Staff", "visibility": Visibility.DOMAIN, "domains": "lumc.nl", "closes_at": NOW},
            {"name": "Press", "visibility": Visibility.CODE, "opens_at": NOW + timedelta(days=2)},
        )
    ):
        db.session.add(TicketType(event_id=event.id, position=place, **said))
    db.session.flush()
    rules.add_code(event, "PRESS27", note="The student paper", uses=2, by=actors.SYSTEM, at=NOW)
    stopped = rules.add_code(event, "OLD27", by=actors.SYSTEM, at=NOW)
    rules.stop_code(stopped, is_stopped=True, by=actors.SYSTEM, at=NOW)
    db.session.commit()
    return event


def _holder(event: Event) -> Registration:
    """Dee, who is online, has not paid for what she wishes for, and waits for it."""
    on_site, online = offering.offered(event.id)[:2]
    a_registration(event, ticket_type_id=on_site.id, fee_cents=2500, payment=Payment.UNPAID)
    dee = a_registration(event, ticket_type_id=online.id, given_name="Dee", fee_cents=2500, payment=Payment.PAID)
    rules.switch(dee, on_site.id, by=actors.ATTENDEE, at=NOW)
    db.session.commit()
    return dee


def _of_holder(holder: Registration) -> list[str]:
    link = f"/registrations/{tokens.unseal(str(holder.manage_sealed))}"
    return ["/events/tickets/register", "/events/tickets/register?code=press27", link, f"{link}/ticket"]


def _desk_of_tickets(holder: Registration) -> list[str]:
    inside = "/desk/events/tickets"
    first = offering.every(holder.event_id)[0]
    return [
        f"{inside}/tickets",
        f"{inside}/tickets/new",
        f"{inside}/tickets/{first.public_id}",
        f"{inside}/codes",
        f"{inside}/roster",
        f"{inside}/roster/{holder.id}",
        f"{inside}/roster/add",
        "/desk/events/school/tickets",
    ]


def _draft(olga: User) -> Event:
    facts = {"kind": Kind.COURSE, "title": "A course of two days", "timezone": "Europe/Amsterdam"}
    by = actors.organiser(olga.id)
    draft = events_rules.create(facts, by=by, at=NOW)
    events_rules.preview_link(draft, by=by, at=NOW)
    return draft


def _in_every_state() -> list[Event]:
    filling = an_event(slug="filling", capacity=4, title=LONG)
    full = an_event(slug="full", capacity=1, has_waiting_list=False, title="Student conference")
    waiting = an_event(slug="list", capacity=1, title="Global Impact in Health")
    for event, seats in ((filling, 3), (full, 1), (waiting, 1)):
        for _seat in range(seats):
            a_registration(event)
    a_registration(waiting, state=State.WAITLISTED)
    past = NOW - timedelta(days=200)
    online = {"mode": Mode.ONLINE, "kind": Kind.WEBINAR, "venue": None, "join_url": "https://example.org/join"}
    return [
        filling,
        full,
        waiting,
        an_event(slug="opens", registration_opens_at=NOW + timedelta(days=9), **online),
        an_event(slug="closed", registration_closes_at=NOW - timedelta(days=1)),
        an_event(slug="cancelled", status=Status.CANCELLED, cancelled_at=NOW, cancellation_note="The hall is flooded."),
        an_event(slug="to-follow", starts_at=None, ends_at=None, venue=None),
        an_event(
            slug="ended",
            starts_at=past,
            ends_at=past + timedelta(hours=2),
            attendance_note="284 attendees",
            links=[EventLink(kind=LinkKind.RECORDING, url="https://example.org/recording")],
            **online,
        ),
    ]


def _letters() -> None:
    states = [MessageState.SENT, MessageState.FAILED]
    for message, state in zip(db.session.query(Message).order_by(Message.id), states, strict=False):
        message.state, message.answer = state, "250 Accepted" if state is MessageState.SENT else "550 No such mailbox"
        message.sent_at, message.sent_subject, message.sent_text = NOW, "You have a place", "Dear Grace,\n\nyou wait."
