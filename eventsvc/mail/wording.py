"""What a letter says, in the language and zone it is said in: facts of a moment turned into words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from markupsafe import Markup

from eventsvc import links, tokens, when
from eventsvc.calendars import links as calendar_links
from eventsvc.calendars.showings import Showing
from eventsvc.events import places
from eventsvc.events.models import Event, Mode, Venue
from eventsvc.events.places import Where
from eventsvc.mail.claims import Due
from eventsvc.mail.envelopes import inert
from eventsvc.text import cleaned

# A name that mail programs would turn into a link is not written: registering a stranger must not send them one.
_LINKLIKE = re.compile(r"://|www\.|@|\w{2,}\.\w{2,}", re.IGNORECASE)
_OFF = frozenset({"event_cancelled"})
_SEATED = frozenset({"registered", "promoted"})


@dataclass(frozen=True, slots=True)
class Words:
    """What the templates of a letter about a registration read; what is unknown is empty.

    `own_links` are the person's secrets among the addresses, which no record may hold.
    """

    name: str
    title: str
    dated_title: str
    block: when.Block | None
    when: str
    zone: str
    where: Where
    join_url: str
    costs: str
    reference: str
    position: int | None
    had_seat: bool
    sentence: str
    is_off: bool
    has_invitation: bool
    act: str
    manage_url: str
    event_url: str
    calendars: list[tuple[str, str]]
    contact_name: str
    office: str
    deleted_on: str
    own_links: tuple[str, ...]

    @property
    def bold_title(self) -> Markup:
        """The title for a page of HTML, in bold."""
        return Markup('<b style="font-weight:600">{}</b>').format(self.title)

    @property
    def paragraphs(self) -> list[str]:
        """The organiser's own words, by paragraph."""
        return [part for part in self.sentence.splitlines() if part.strip()]


@dataclass(frozen=True, slots=True)
class AccountWords:
    """What the templates of a letter to an organiser read; `link` is empty in those without one."""

    link: str
    office: str
    office_address: str
    contact_name: str = ""
    block: None = None

    @property
    def own_links(self) -> tuple[str, ...]:
        """The link that opens the account."""
        return (self.link,) if self.link else ()


def of_account(due: Due) -> AccountWords:
    """Word a letter to an organiser; its link was sealed, so that who reads the outbox cannot take the account."""
    sealed = due.facts.get("sealed_link", "")
    config = current_app.config
    return AccountWords(tokens.unseal(sealed) if sealed else "", config["SITE_NAME"], config["SITE_CONTACT"])


def of_registration(due: Due, language: str, *, has_invitation: bool) -> Words:
    """Word a letter about a registration. Raises KeyError or ValueError for facts that cannot be read."""
    facts, event = due.facts, due.facts["event"]
    manage_url = links.absolute("registration.manage", token=tokens.unseal(due.manage_sealed or ""), lang=language)
    feed = links.absolute("calendars.personal", token=tokens.unseal(due.feed_sealed)) if due.feed_sealed else ""
    apple = calendar_links.webcal(feed) if feed else ""
    title = inert(event["title"])
    return Words(
        name=_greeted(facts["given_name"]),
        title=title,
        dated_title=_dated(title, event, language),
        **_time(facts, language),
        where=_where(facts, language),
        join_url=_web_address(facts.get("join_url", "")),
        costs=inert(event["costs"]),
        reference=tokens.spaced(facts["reference"]),
        position=facts.get("position"),
        had_seat=facts.get("had_seat", False),
        sentence=cleaned(facts.get("sentence", "")),
        is_off=due.kind in _OFF,
        has_invitation=has_invitation,
        act=_act(due.kind),
        manage_url=manage_url,
        event_url=links.absolute("events.show", slug=event["slug"], lang=language),
        calendars=_calendars(facts, apple) if due.kind in _SEATED else [],
        contact_name=inert(event["contact_name"]),
        office=current_app.config["SITE_NAME"],
        deleted_on=_day(facts.get("deleted_on"), language),
        own_links=tuple(link for link in (manage_url, feed, apple) if link),
    )


def _greeted(name: str) -> str:
    # The sentence it closes brings its own full stop.
    return "" if _LINKLIKE.search(name) else inert(name).rstrip(".")


def _dated(title: str, event: dict[str, Any], language: str) -> str:
    span = _span(event)
    return f"{title}, {when.dates(*span[:3], language, span[3])}" if span else title


def _time(facts: dict[str, Any], language: str) -> dict[str, Any]:
    span = _span(facts["event"])
    if span is None:
        return {"block": None, "when": "", "zone": ""}
    starts_at, ends_at, timezone, is_all_day = span
    city = (facts["venue"] or {}).get("city") if "/" in timezone else None
    return {
        "block": when.block(starts_at, ends_at, timezone, language, is_all_day),
        "when": when.span(starts_at, ends_at, timezone, language, is_all_day),
        "zone": "" if is_all_day else when.zone_name(timezone, starts_at, language, inert(city or "") or None),
    }


def _span(event: dict[str, Any]) -> tuple[datetime, datetime, str, bool] | None:
    if not event["starts_at"] or not event["ends_at"]:
        return None
    ends = datetime.fromisoformat(event["starts_at"]), datetime.fromisoformat(event["ends_at"])
    return *ends, event["timezone"], event["is_all_day"]


def _where(facts: dict[str, Any], language: str) -> Where:
    """Say where it is, by the event's own rule; of an online event the link itself stands beside it."""
    mode = Mode(facts["event"]["mode"])
    if mode is Mode.ONLINE:
        is_to_follow = facts["state"] == "confirmed" and not facts.get("join_url")
        return Where(_("Online"), _("We send the link before it begins.") if is_to_follow else "")
    venue = Venue(**facts["venue"]) if facts["venue"] else None
    found = places.where(Event(mode=mode, room=facts["event"]["room"], venue=venue), language)
    return Where(inert(found.line), inert(found.detail), _web_address(found.map_url))


def _web_address(url: str) -> str:
    return url if url.startswith(("https://", "http://")) and not url.split()[1:] else ""


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


def _act(kind: str) -> str:
    is_over = kind in {"cancelled", "event_cancelled"}
    return str(_("See your registration") if is_over else _("See, change or cancel"))


def _day(iso: str | None, language: str) -> str:
    return when.on(date.fromisoformat(iso), language) if iso else ""
