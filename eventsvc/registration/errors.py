"""Why somebody could not have what they asked for."""

from __future__ import annotations

from typing import Any, ClassVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from eventsvc.errors import Refused


class _Told(Refused):
    """A refusal whose sentence is always the same."""

    status = 409
    told: ClassVar[Any]
    beside: ClassVar[str | None] = None

    def __init__(self) -> None:
        super().__init__(self.told, field=self.beside)


class RegistrationNotOpenYet(_Told):
    told = _l("Registration has not opened yet. Nothing was saved; please come back when it opens.")


class RegistrationClosed(_Told):
    told = _l("Registration has closed. Nothing was saved; the organiser can tell you whether a place is left.")


class DateToFollow(_Told):
    told = _l("The date is not known yet. Registration opens on the page of the event once it is. Nothing was saved.")


class NoRegistration(_Told):
    told = _l("This event takes no registrations here. Nothing was saved; ask its contact person how to take part.")


class EventEnded(_Told):
    told = _l("This event has ended, so nobody can register for it any more. Nothing was saved.")


class EventCancelled(_Told):
    told = _l("This event is cancelled, so nobody can register for it any more. Nothing was saved.")


class EventFull(_Told):
    told = _l("All places are taken and there is no waiting list. Nothing was saved.")


class TicketTypeGone(_Told):
    told = _l("This kind of ticket is not offered any more. Nothing was saved; please choose another.")
    beside = "ticket_type"


class AlreadyRegistered(_Told):
    """One live registration for each event and address. The sentence tells nothing of the first one."""

    told = _l("This address is already registered for this event.")
    beside = "email"


class RowsUnread(Refused):
    """Some rows of a list cannot be taken, and nobody said that they may be left out."""

    def __init__(self, count: int) -> None:
        super().__init__(
            ngettext(
                "One row cannot be taken, so nobody was. Mend it, or leave it out.",
                "%(num)s rows cannot be taken, so nobody was. Mend them, or leave them out.",
                count,
            )
        )


class NoSeatLeft(_Told):
    told = _l("Every place is taken. Raise the limit or free a place first.")


class NotWaiting(_Told):
    told = _l("This person is not on the waiting list any more. Look at the list again.")


class PromotionOver(_Told):
    told = _l("Nobody moves up any more: the event has started, or it is not published.")


class RegistrationOver(_Told):
    told = _l("This registration has ended, so it cannot be changed any more. You can register again.")


class EventOver(_Told):
    told = _l("The event is over, so there is no place to give up any more.")


class SessionNotThere(_Told):
    told = _l("This session is not in the programme any more, so it was not chosen. Nothing else changed.")


class ChoosingOver(_Told):
    told = _l("Sessions are chosen while an event is announced and until it ends, so nothing changed.")


class SessionsMeet(Refused):
    """Two sessions with seats of their own at once."""

    status = 409

    def __init__(self, title: str, other: str) -> None:
        super().__init__(
            _(
                "“%(title)s” is at the same time as “%(other)s”, which you chose, and both have few seats. Take that "
                "one out first. Nothing changed.",
                title=title,
                other=other,
            )
        )


class SessionFull(Refused):
    status = 409

    def __init__(self, title: str) -> None:
        super().__init__(
            _(
                "Every seat in “%(title)s” is taken, so it was not chosen; you can join its waiting list. Nothing else "
                "changed.",
                title=title,
            )
        )


class LinkReplaced(_Told):
    """Tells nothing of whose link it was."""

    status = 410
    told = _l(
        "It was replaced by a newer one, which we wrote to the person it belongs to. Look for our newest letter about "
        "this event."
    )


class DataErased(_Told):
    """Tells nothing of whose data it was."""

    status = 410
    told = _l(
        "The registration that it opened was erased, because the person asked for it or because the day we had named "
        "was over. We do not know any more whose it was, so nobody can bring it back."
    )


class AddressNotProven(_Told):
    told = _l("To be sure that the address is yours, come by the link in our newest letter. Nothing changed.")
