"""The way by which somebody came to the form: the open door, or a personal invitation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from flask_babel import gettext as _

from eventsvc import web
from eventsvc.events.models import Event
from eventsvc.events.standing import Places, Standing
from eventsvc.events.words import Word
from eventsvc.registration import invitees, standings, ticketing
from eventsvc.registration.models import PersonalInvitation, TicketType
from eventsvc.registration.pages.tickets import Choice
from eventsvc.registration.rules import is_ahead
from eventsvc.registration.seating import Seating
from eventsvc.registration.ticketing import Card

_SHUT = {Standing.OPENS, Standing.CLOSED}


@dataclass(frozen=True, slots=True)
class Way:
    """`action` is where the form is sent, empty: to the event's own. `reserved` tells until when a seat is kept."""

    action: str = ""
    invitation_id: int | None = None
    locked_email: str = ""
    reserved: str = ""
    invitation: PersonalInvitation | None = None
    ticket_type: TicketType | None = None

    @property
    def is_gone(self) -> bool:
        """Tell whether what somebody was invited to is not offered any more."""
        return self.ticket_type is not None and self.ticket_type.is_retired

    def choice(
        self, event: Event, there: Places, choice: Choice, seating: Seating, at: datetime
    ) -> tuple[Places, Choice]:
        """Return where the event stands for whoever came this way, and what they may choose."""
        if self.invitation is None:
            return there, choice
        if self.is_gone:
            return replace(there, standing=Standing.CLOSED, is_withdrawn=True), Choice()
        kept = invitees.holds_seat(self.invitation, at)
        seats = seating.released(self.invitation.ticket_type_id) if kept else seating
        there = standings.for_type(event, self.ticket_type, seats, at)
        if there.standing in _SHUT and self.invitation.skips_window and is_ahead(event, at):
            there = standings.by_seats_for(event, self.ticket_type, seats)
        if kept and there.is_open:
            there = replace(there, standing=Standing.OPEN)
        if self.ticket_type is None:
            return there, choice
        card = ticketing.card(event, self.ticket_type, seats, web.language(), at)
        return there, Choice((_for(card, there, is_kept=kept),), card.public_id)


OPEN = Way()


def _for(card: Card, there: Places, *, is_kept: bool) -> Card:
    word = Word("confirmed", _("Kept for you"), "ok") if is_kept else card.word
    return replace(card, word=word, is_open=there.is_open, is_waiting=there.standing is Standing.WAITING)
