"""The roster's page: who is there, by state and by search; beside it the one person who is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from eventsvc import links, when
from eventsvc.accounts import access
from eventsvc.accounts.access import Act
from eventsvc.events.models import Event
from eventsvc.registration import countries, fees, files, offering, roster, tickets, words
from eventsvc.registration.desk import filtering, questionlist
from eventsvc.registration.desk.blueprint import blueprint
from eventsvc.registration.models import State
from eventsvc.registration.questions import Questionnaire
from eventsvc.registration.roster import Asked, Order

# Tabs that stand there even when nobody is in them.
_ALWAYS = (State.CONFIRMED, State.WAITLISTED, State.CANCELLED)


@dataclass(frozen=True, slots=True)
class Listing:
    """The page of the roster as the template needs it: the rows, and the addresses around them."""

    event: Event
    asked: Asked
    page: roster.Page

    @property
    def number(self) -> int:
        return self.page.number

    @property
    def last(self) -> int:
        return self.page.last

    @property
    def shown_total(self) -> int:
        """How many the tab has, whatever the search."""
        counts = self.page.counts
        if self.asked.state is None:
            return self.page.total
        return counts[self.asked.state].all if self.asked.state in counts else 0

    def url(self, number: int = 1, **over: Any) -> str:
        """Return the address of this list at another page, or asked otherwise."""
        return list_url(self.event, self.asked, number=number, **over)

    def person_url(self, registration_id: int) -> str:
        return person_url(self.event, registration_id, self.asked)

    def sorting(self, order: Order) -> dict[str, Any]:
        """Return what a column's head needs: the address that sorts by it, and whether it does."""
        return {"url": self.url(order=order), "is_current": self.asked.order is order}

    def tabs(self) -> list[dict[str, Any]]:
        """Return a tab for everybody, and one for each state that occurs."""
        counts = self.page.counts
        states = [state for state in State if state in counts or state in _ALWAYS]
        everybody = self._tab(None, _("All"), self.page.total)
        return [everybody, *(self._tab(state, words.state(state).word, _all(counts, state)) for state in states)]

    def _tab(self, state: State | None, label: str, count: int) -> dict[str, Any]:
        is_current = self.asked.state is state
        return {"label": label, "count": count, "url": self.url(state=state), "is_current": is_current}


@blueprint.get("/roster", endpoint="roster")
@access.signed_in
def roster_page(slug: str) -> str:
    """Show the roster as the address asks for it."""
    event = access.event_for(Act.SEE_ROSTER, slug)
    return show(event)


def show(event: Event, **more: Any) -> str:
    """Draw the roster, with whatever stands beside it."""
    locale, form = str(get_locale()), questionlist.seen(event)
    asked = asked_here(form)
    listing = Listing(event, asked, roster.page(event.id, asked))
    return render_template(
        "desk/roster/roster.html",
        event=event,
        listing=listing,
        rows=listing.page.rows,
        Order=Order,
        word=words.state,
        countries=countries.names(locale),
        near_day=lambda at: when.near_day(at, event.timezone, locale),
        may_steer=access.may(Act.STEER_ROSTER, event),
        may_export=access.may(Act.EXPORT_ROSTER, event),
        has_files=files.has_any(event.id),
        register_url=links.absolute("registration.register", slug=event.slug),
        code=tickets.code,
        **filtering.shown(listing.page.rows, form, asked, locale),
        types=offering.every(event.id),
        payments=words.PAYMENTS,
        settling=lambda row: fees.settling(row, locale),
        ways=words.WAYS,
        no_ticket=roster.NO_TICKET,
        owes=any(row.payment for row in listing.page.rows),
        **more,
    )


def asked_here(form: Questionnaire) -> Asked:
    """Read what the present address asks for, as far as whoever asks may see the answers."""
    asked = asked_now()
    return replace(
        asked,
        answers=tuple(pair for pair in asked.answers if pair[0] in form.by_id),
        words=tuple(pair for pair in asked.words if pair[0] in form.by_id),
        columns=tuple(each for each in asked.columns if each in form.by_id),
    )


def asked_now() -> Asked:
    """Read what the present address asks for."""
    return roster.asked_by(request.args, request.args.getlist("show"))


def list_url(event: Event, asked: Asked, **over: Any) -> str:
    """Return the address of the roster as it was asked for."""
    return _url("registration_desk.roster", asked.args(**over), slug=event.slug)


def person_url(event: Event, registration_id: int, asked: Asked) -> str:
    """Return the address of one person, that leads back to the list as it was asked for."""
    return _url("registration_desk.person", asked.args(), slug=event.slug, id=registration_id)


def _url(endpoint: str, args: Mapping[str, Any], **values: Any) -> str:
    return url_for(endpoint, **values, **args)


def _all(counts: dict[State, roster.Count], state: State) -> int:
    return counts[state].all if state in counts else 0
