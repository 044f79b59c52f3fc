"""Why nobody moves up, is offered a place or is asked."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from eventsvc.errors import Told


class NoSeatLeft(Told):
    told = _l("Every place is taken. Raise the limit or free a place first.")


class NotWaiting(Told):
    told = _l("This person is not on the waiting list any more. Look at the list again.")


class PromotionOver(Told):
    told = _l("Nobody moves up any more: the event has started, or it is not published.")


class NotOffered(Told):
    told = _l("No place is offered to you any more, so there is nothing to accept. Nothing changed.")


class NotExpired(Told):
    told = _l("This registration did not run out, so it cannot be renewed with this button. Nothing changed.")


class NobodyWaits(Told):
    told = _l("Nobody with an address is on the waiting list, so there is nobody to ask.")


class AskedJustNow(Told):
    told = _l("The list was asked within the last hour. Nobody is asked twice; wait for the answers.")


class NoReason(Told):
    told = _l("Write why, in a few words: it is kept in the audit log.")
    beside = "reason"


class AddressNotProven(Told):
    told = _l("To be sure that the address is yours, come by the link in our newest letter. Nothing changed.")
