"""What a letter about a registration says, in the reader's language and the event's zone: facts turned into words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from markupsafe import Markup

from eventsvc import links, money, tokens, when
from eventsvc.calendars import links as calendar_links
from eventsvc.calendars.showings import Showing
from eventsvc.events.places import Where
from eventsvc.mail import changes, whereabouts
from eventsvc.mail.changes import Change, News
from eventsvc.mail.claims import Due
from eventsvc.mail.envelopes import inert
from eventsvc.mail.invitations import TO_NOBODY_KNOWN
from eventsvc.mail.wording import Held, greeted, held
from eventsvc.registration import fees
from eventsvc.registration.models import State
from eventsvc.text import cleaned

# Where a letter's one button leads, when it is not to the page of the registration.
_PAGES = {"questions_asked": "registration.correct", "calendar_link": "registration.calendar"}
_OFF = frozenset({"event_cancelled"})
_SEATED = frozenset({"registered", "promoted", "switched", "address_changed", "restored", "taken_over"})
_OVER = frozenset({"cancelled", "event_cancelled", "handed_over"})


@dataclass(frozen=True, slots=True)
class SessionWords:
    """The one session that a letter is about."""

    title: str
    when: str
    room: str


@dataclass(frozen=True, slots=True)
class Words(News):
    """What the templates of such a letter read; what is unknown is empty.

    `invitations` counts what it asks of a calendar: of the event itself, and of `sessions`. `own_links` are the
    person's secrets among the addresses, which no record may hold.
    """

    name: str
    title: str
    dated_title: str
    subject: str
    changes: list[Change]
    block: when.Block | None
    when: str
    zone: str
    where: Where
    join_url: str
    costs: str
    pay: str
    ticket: str
    ticket_was: str
    costs_were: str
    reference: str
    position: int | None
    has_seat: bool
    had_seat: bool
    had_offer: bool
    is_offered: bool
    is_offering: bool
    is_link_replaced: bool
    is_to_prove: bool
    was_proof: bool
    until: str
    other: str
    sentence: str
    is_off: bool
    invitations: int
    sessions: list[Held]
    act: str
    manage_url: str
    event_url: str
    calendars: list[tuple[str, str]]
    contact_name: str
    office: str
    deleted_on: str
    own_links: tuple[str, ...]
    questions: tuple[str, ...] = ()
    session: SessionWords | None = None

    @property
    def has_invitation(self) -> bool:
        """Tell whether it asks anything of a calendar."""
        return self.invitations > 0

    @property
    def bold_title(self) -> Markup:
        """The title for a page of HTML, in bold."""
        return Markup('<b style="font-weight:600">{}</b>').format(self.title)


def words(due: Due, language: str, *, invitations: int) -> Words:
    """Word a letter. Raises KeyError or ValueError for facts that cannot be read."""
    facts = due.facts
    return Words(
        name=greeted(facts["given_name"]),
        other=greeted(facts.get("other", "")),
        sentence=cleaned(facts.get("sentence", "")),
        invitations=invitations,
        sessions=held(facts, language),
        questions=tuple(map(inert, facts.get("questions", ()))),
        session=_session(facts, language),
        deleted_on=_day(facts.get("deleted_on"), language),
        act=_act(due.kind),
        office=current_app.config["SITE_NAME"],
        is_off=due.kind in _OFF,
        **_event(facts, language),
        **_ticket(facts, language),
        **_standing(facts, language),
        **_links(due, language),
    )


def _event(facts: dict[str, Any], language: str) -> dict[str, Any]:
    """Say what it is, when and where, and what of that has changed."""
    event, time, changed = facts["event"], whereabouts.time(facts, language), changes.of(facts, language)
    title = inert(event["title"])
    dated_title = _dated(title, event, language)
    return {
        "title": title,
        "dated_title": dated_title,
        "subject": changes.subject(changed, dated_title) if changed else dated_title,
        "changes": changed,
        "block": time.block,
        "when": time.when,
        "zone": time.zone,
        "where": _where(facts, language),
        "join_url": whereabouts.web_address(facts.get("join_url", "")),
        "event_url": links.absolute("events.show", slug=event["slug"], lang=language),
        "contact_name": inert(event["contact_name"]),
    }


def _ticket(facts: dict[str, Any], language: str) -> dict[str, Any]:
    costs, pay = _fee(facts, language)
    return {
        "costs": costs,
        "pay": pay,
        "ticket": inert((facts.get("ticket") or {}).get("name", "")),
        "ticket_was": inert(facts.get("ticket_was", "")),
        "costs_were": _amount(facts.get("fee_was"), language),
    }


def _standing(facts: dict[str, Any], language: str) -> dict[str, Any]:
    """Say where the reader stands: with a seat or without, since when, and until when."""
    return {
        "reference": tokens.spaced(facts["reference"]),
        "position": facts.get("position"),
        "has_seat": facts["state"] == State.CONFIRMED,
        "is_offered": facts["state"] == State.OFFERED,
        **{
            name: facts.get(name, False)
            for name in ("had_seat", "had_offer", "is_offering", "is_link_replaced", "is_to_prove", "was_proof")
        },
        "until": _moment(facts.get("until"), facts, language),
    }


def _links(due: Due, language: str) -> dict[str, Any]:
    """Return where the reader goes from here; those that are theirs alone are told apart."""
    manage_url = "" if due.kind in TO_NOBODY_KNOWN else _manage_url(due, language)
    feed = links.absolute("calendars.personal", token=tokens.unseal(due.feed_sealed)) if due.feed_sealed else ""
    apple = calendar_links.webcal(feed) if feed else ""
    return {
        "manage_url": manage_url,
        "calendars": _calendars(due.facts, apple) if due.kind in _SEATED else [],
        "own_links": tuple(link for link in (manage_url, feed, apple) if link),
    }


def _manage_url(due: Due, language: str) -> str:
    token = tokens.unseal(due.manage_sealed or "")
    return links.absolute(_PAGES.get(due.kind, "registration.manage"), token=token, lang=language)


def _dated(title: str, event: dict[str, Any], language: str) -> str:
    span = whereabouts.span(event)
    return f"{title}, {when.dates(*span[:3], language, span[3])}" if span else title


def _where(facts: dict[str, Any], language: str) -> Where:
    is_to_follow = facts["state"] == State.CONFIRMED and not facts.get("join_url")
    return whereabouts.where(facts, language, is_to_follow=is_to_follow)


def _calendars(facts: dict[str, Any], apple: str) -> list[tuple[str, str]]:
    invitation = facts.get("invitation")
    if invitation is None:
        return []
    showing = Showing.from_json(invitation["facts"])
    file = links.absolute("calendars.event", slug=facts["event"]["slug"], download=1)
    return [
        ("Google", calendar_links.google(showing)),
        ("Outlook", calendar_links.outlook(showing)),
        *([("Apple", apple)] if apple else []),
        (_("file"), file),
    ]


def _session(facts: dict[str, Any], language: str) -> SessionWords | None:
    session = facts.get("session")
    if session is None:
        return None
    return SessionWords(inert(session["title"]), _hours(session, facts["event"], language), inert(session["room"]))


def _hours(session: dict[str, Any], event: dict[str, Any], language: str) -> str:
    if not session["starts_at"]:
        return ""
    moments = (datetime.fromisoformat(session[name]) for name in ("starts_at", "ends_at"))
    return when.span(*moments, event["timezone"], language)


def _fee(facts: dict[str, Any], language: str) -> tuple[str, str]:
    """Say what the reader's own ticket costs and how it is paid, or what the event says of costs."""
    fee = facts.get("fee")
    if fee is None:
        return inert(facts["event"]["costs"]), ""
    costs, pay = fees.said(fee, language, has_seat=facts["state"] == State.CONFIRMED)
    return costs, inert(pay)


def _amount(fee: dict[str, Any] | None, language: str) -> str:
    return (money.said(fee["cents"], fee["currency"], language) if fee["cents"] else _("Free")) if fee else ""


def _act(kind: str) -> str:
    if kind in _OVER:
        return str(_("See your registration"))
    words = {
        "questions_asked": _("Answer now"),
        "calendar_link": _("Choose what your calendar shows"),
        "prove_address": _("Yes, this is my address"),
        "offered": _("Take the place, or leave it"),
        "still_interested": _("Say yes, or leave the list"),
        "offer_expired": _("Come back"),
        "list_left": _("Come back to the list"),
    }
    return str(words.get(kind) or _("See, change or cancel"))


def _moment(iso: str | None, facts: dict[str, Any], language: str) -> str:
    """Say until when, on the event's clock, and name whose clock that is."""
    if not iso:
        return ""
    at = datetime.fromisoformat(iso)
    return f"{when.moment(at, facts['event']['timezone'], language)}, {whereabouts.zone(facts, at, language)}"


def _day(iso: str | None, language: str) -> str:
    return when.on(date.fromisoformat(iso), language) if iso else ""
