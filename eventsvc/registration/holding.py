"""What attendees' calendars hold of sessions by our letters, beside what each of them chose.

As many statements for one person as for hundreds, and one where nobody was ever sent a session.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa
from flask_babel import force_locale

from eventsvc.calendars import nouns, parts, showings
from eventsvc.calendars.ics import Method
from eventsvc.calendars.parts import Part
from eventsvc.events.models import Mode
from eventsvc.mail import holdings
from eventsvc.mail.holdings import Ask
from eventsvc.mail.models import Message
from eventsvc.registration import choices
from eventsvc.registration.models import Registration


def of_one(registration: Registration, *, at: datetime) -> Calendars:
    """Look up one person's calendar."""
    return Calendars(registration.event_id, sa.select(sa.literal(registration.id)), at=at)


class Calendars:
    """The calendars of some people registered for one event; what they hold is looked up once.

    What is over at `at` stays in them as it was.
    """

    def __init__(self, event_id: int, people: sa.Select[int], *, at: datetime) -> None:
        self._holdings = holdings.of_registrations(Message.registration_id.in_(people))
        self._parts = parts.by_uid(event_id, holdings.uids(self._holdings.values()), after=at)
        self._chosen = choices.of_many(people) if self._parts else {}

    def asks(self, to: Registration, *, address: str | None = None, ahead: int = 0, is_whole: bool = True) -> list[Ask]:
        """Return what a letter asks so that somebody's calendar holds the sessions they chose while they have a seat.

        `address` is another one that they had; `ahead` is added to what their entries count.
        """
        asked = self._asked(to, address or to.email, to.is_confirmed, ahead, is_whole)
        return _parted(to, asked, nouns.not_chosen if to.is_confirmed else nouns.no_place)

    def endings(self, to: Registration, *, address: str | None = None, ahead: int = 0) -> list[Ask]:
        """Return what a letter asks so that a calendar holds no session any more."""
        asked = self._asked(to, address or to.email, False, ahead, True)
        return _parted(to, asked, nouns.not_here if address else nouns.no_place)

    def moved(self, to: Registration, *, left: str) -> list[Ask]:
        """Return what a letter asks of the calendar of a new address, in the place of one that was left."""
        asked = holdings.asks_anew(
            self._holdings.get((to.id, left), {}),
            self._parts,
            lambda part: to.is_confirmed and self._has_chosen(to, part),
            offset=to.calendar_offset,
            is_entitled=True,
        )
        return _narrowed(to, asked)

    def _asked(self, to: Registration, address: str | None, is_there: bool, ahead: int, is_whole: bool) -> list[Ask]:
        asked = holdings.asks(
            self._holdings.get((to.id, address or ""), {}),
            self._parts,
            lambda part: is_there and self._has_chosen(to, part),
            offset=to.calendar_offset + ahead,
            is_entitled=True,
            is_whole=is_whole,
        )
        return _narrowed(to, asked)

    def _has_chosen(self, to: Registration, part: Part) -> bool:
        return part.session_id in self._chosen.get(to.id, frozenset())


def _parted(to: Registration, asked: list[Ask], why: Callable[[], str]) -> list[Ask]:
    """Let what goes from one calendar alone say so: it takes place all the same."""
    if all(each["method"] != Method.CANCEL for each in asked):
        return asked
    with force_locale(to.event.language):
        return [holdings.parted(each, why()) for each in asked]


def _narrowed(to: Registration, asked: list[Ask]) -> list[Ask]:
    """Let each entry show what is for people who take part as this one does."""
    if to.ticket_type is None:
        return asked
    is_online = to.ticket_type.mode is Mode.ONLINE
    return [{**each, "facts": showings.narrowed(each["facts"], is_online=is_online)} for each in asked]
