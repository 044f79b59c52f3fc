"""Why a kind of ticket or an access code is not to be had, or cannot be made so."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from eventsvc.errors import Refused, Told
from eventsvc.registration.errors.doors import EventFull


class TicketTypeGone(Told):
    told = _l("This kind of ticket is not offered any more. Nothing was saved; please choose another.")
    beside = "ticket_type"


class TicketTypeNeeded(Told):
    status = 422
    told = _l("Please choose how you take part.")
    beside = "ticket_type"


class TicketsWithdrawn(Told):
    told = _l("No ticket for this event is on offer now, so nobody can register. Nothing was saved.")
    beside = "ticket_type"


class TicketTypeFull(EventFull):
    told = _l("Every place of this kind is taken and there is no waiting list. Nothing was saved; choose another kind.")
    beside = "ticket_type"


class KeptForOtherKind(Told):
    told = _l(
        "Every place of this kind is taken. The place that is kept for you may be of another kind: choose one that is "
        "open. Nothing was saved."
    )
    beside = "ticket_type"


class TicketTypeNotOpenYet(Told):
    told = _l("This kind of ticket is not open yet. Nothing was saved; choose another, or come back when it opens.")
    beside = "ticket_type"


class TicketTypeClosed(Told):
    told = _l("This kind of ticket has closed. Nothing was saved; please choose another.")
    beside = "ticket_type"


class DomainNeeded(Refused):
    """The ticket type is for addresses of some domains."""

    status = 409

    def __init__(self, name: str, domains: list[str]) -> None:
        super().__init__(
            _(
                "“%(name)s” is for e-mail addresses at %(domains)s. Write such an address, or choose another kind.",
                name=name,
                domains=_(" or ").join(domains),
            ),
            field="email",
        )


class CodeNeeded(Told):
    told = _l("This kind of ticket needs an access code. Write yours here, or choose another kind.")
    beside = "code"


class CodeNotKnown(Told):
    told = _l("We do not know this code. Look at it again; capitals, spaces and dashes do not matter.")
    beside = "code"


class CodeElsewhere(Told):
    told = _l("This code is for another kind of ticket. Choose that one, or write another code.")
    beside = "code"


class CodeOver(Told):
    told = _l("This code is not valid any more. Ask whoever gave it to you for another.")
    beside = "code"


class CodeUsedUp(Told):
    told = _l("This code has been used as often as it may be. Ask whoever gave it to you for another.")
    beside = "code"


class CodeTaken(Told):
    told = _l("There is a code like this already.")
    beside = "code"


class CodeTooShort(Told):
    status = 422
    told = _l("A code has at least four letters or digits; shorter ones are guessed.")
    beside = "code"


class DomainsMissing(Told):
    status = 422
    told = _l("Write at least one domain, for example lumc.nl.")
    beside = "domains"


class TypeNameTaken(Told):
    told = _l("There is a ticket type with this name already.")
    beside = "name"


class OtherCurrency(Told):
    told = _l("All fees of an event are in one currency.")
    beside = "currency"


class TypeClosesFirst(Told):
    status = 422
    told = _l("It would close before it opens. Choose a later moment.")
    beside = "closes_at"


class ModeTaken(Told):
    told = _l(
        "People have this ticket, and their letters and calendars say how they take part. Make another type and switch "
        "them to it."
    )
    beside = "mode"


class TypeInUse(Told):
    told = _l(
        "Somebody has this ticket or was invited to it, so it cannot be deleted. Retire it: it is offered no more."
    )


class SameTicket(Told):
    told = _l("You have this kind of ticket already. Nothing changed.")
    beside = "ticket_type"


class NotToSwitch(Told):
    told = _l("This place cannot be moved to another kind of ticket now. Nothing changed.")


class NothingOwed(Told):
    told = _l("There is nothing to pay here, so there is nothing to mark.")
