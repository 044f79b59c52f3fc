"""What things are called: the words people read for kinds, modes, roles and states."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from eventsvc import when
from eventsvc.events.models import Event, Kind, LinkKind, Mode, PartnerRole
from eventsvc.events.standing import Places, Standing

KINDS: dict[Kind, Any] = {
    Kind.SUMMER_SCHOOL: _l("Summer school"),
    Kind.WINTER_SCHOOL: _l("Winter school"),
    Kind.WEBINAR: _l("Webinar"),
    Kind.SYMPOSIUM: _l("Symposium"),
    Kind.CONFERENCE: _l("Conference"),
    Kind.FAIR: _l("Fair"),
    Kind.COMMUNITY_EVENT: _l("Community event"),
    Kind.COURSE: _l("Course"),
}
MODES: dict[Mode, Any] = {
    Mode.IN_PERSON: _l("In person"),
    Mode.ONLINE: _l("Online"),
    Mode.HYBRID: _l("On site and online"),
}
PARTNER_ROLES: dict[PartnerRole, Any] = {
    PartnerRole.HOST: _l("Host"),
    PartnerRole.CO_ORGANISER: _l("Co-organiser"),
    PartnerRole.CONSORTIUM: _l("Consortium"),
    PartnerRole.CONSORTIUM_MEMBER: _l("Consortium member"),
    PartnerRole.SPONSOR: _l("Sponsor"),
    PartnerRole.EXHIBITOR: _l("Exhibitor"),
    PartnerRole.PROMOTION: _l("Promotion"),
}
LINKS: dict[LinkKind, Any] = {
    LinkKind.RECORDING: _l("Recording"),
    LinkKind.MATERIALS: _l("Materials"),
    LinkKind.ARTICLE: _l("Article"),
    LinkKind.OTHER: _l("More"),
}
# The kinds as the tabs of a list name them, by the words that stand in addresses.
SHELVES: dict[str, Any] = {
    "school": _l("Schools"),
    "webinar": _l("Webinars"),
    "symposium": _l("Symposia"),
    "conference": _l("Conferences"),
    "fair": _l("Fairs"),
    "course": _l("Courses"),
    "community": _l("Community"),
}
_ACTS: dict[LinkKind, Any] = {
    LinkKind.RECORDING: _l("Watch the recording"),
    LinkKind.MATERIALS: _l("See the materials"),
    LinkKind.ARTICLE: _l("Read the article"),
}
_STANDINGS: dict[Standing, tuple[str, Any, str]] = {
    Standing.DRAFT: ("opens", _l("Draft"), "ink2"),
    Standing.OPENS: ("opens", _l("Not open yet"), "accent"),
    Standing.OPEN: ("open", _l("Open"), "ok"),
    Standing.FILLING: ("filling", _l("Filling up"), "warn"),
    Standing.WAITING: ("waiting", _l("Waiting list"), "warn"),
    Standing.FULL: ("full", _l("Full"), "ink2"),
    Standing.CLOSED: ("closed", _l("Closed"), "ink2"),
    Standing.CANCELLED: ("cancelled", _l("Cancelled"), "no"),
    Standing.ENDED: ("ended", _l("Ended"), "ink2"),
}


@dataclass(frozen=True, slots=True)
class Word:
    """A state as people see it: the name of a mark, the word beside it, and the tone both are in."""

    mark: str
    word: str
    tone: str


def word(standing: Standing) -> Word:
    """Say a standing by its word alone."""
    mark, said, tone = _STANDINGS[standing]
    return Word(mark, str(said), tone)


def standing(event: Event, places: Places, locale: str, at: datetime) -> Word:
    """Say where an event stands, and when it opens if it is not open yet."""
    mark, word, tone = _STANDINGS[places.standing]
    opens_at = places.opens_at or event.registration_opens_at
    if places.standing is Standing.OPENS and opens_at is not None:
        word = opens(opens_at, event.timezone, locale, at)
    elif places.standing is Standing.CLOSED and event.starts_at is None:
        mark, word = "opens", _("Date to follow")
    elif places.standing is Standing.CLOSED and not event.accepts_registrations:
        word = _("No registration")
    elif places.standing is Standing.CLOSED and places.is_by_invitation:
        word = _("By invitation")
    return Word(mark, str(word), tone)


def opens(moment: datetime, timezone: str, locale: str, at: datetime) -> str:
    """Say "Opens 4 May, 09:00" in the event's zone; with the year where it is another."""
    return _("Opens %(day)s, %(hour)s", day=day(moment, timezone, locale, at), hour=when.hour(moment, timezone))


def day(moment: datetime, timezone: str, locale: str, at: datetime) -> str:
    """Write a day without its weekday: "4 May", or "4 May 2028" where the year is not the present one."""
    year = f"{moment.astimezone(ZoneInfo(timezone)):%Y}"
    near = when.near_day(moment, timezone, locale)
    return near if year == f"{at:%Y}" else f"{near} {year}"


def link(kind: LinkKind, label: str, language: str | None, locale: str) -> str:
    """Name a link: its own label or its kind, and the language where it is not the reader's."""
    return _in_language(label or str(LINKS[kind]), language, locale)


def link_act(kind: LinkKind, label: str, language: str | None, locale: str) -> str:
    """Name a button by what it does: "Watch the recording", "Read the article (in Dutch)"."""
    act = _ACTS.get(kind)
    return _in_language(str(act) if act else label or str(LINKS[kind]), language, locale)


def _in_language(text: str, language: str | None, locale: str) -> str:
    if not language or language == locale:
        return text
    return _("%(text)s (in %(language)s)", text=text, language=language_name(language, locale))


@lru_cache(maxsize=256)
def language_name(code: str, locale: str) -> str:
    """Name a language in the reader's own: "Dutch"; an unknown code stays as it is."""
    name = Locale.parse(locale).languages.get(code, code)
    # English and Dutch both write languages with a capital, and Babel's data agrees.
    return str(name)


@lru_cache(maxsize=512)
def country_name(code: str, locale: str) -> str:
    """Name a country in the reader's language; an unknown code stays as it is."""
    return str(Locale.parse(locale).territories.get(code, code))
