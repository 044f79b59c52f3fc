"""Why somebody is not taken in: the event is shut or full, or has them already."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from eventsvc.errors import Told


class RegistrationNotOpenYet(Told):
    told = _l("Registration has not opened yet. Nothing was saved; please come back when it opens.")


class RegistrationClosed(Told):
    told = _l("Registration has closed. Nothing was saved; the organiser can tell you whether a place is left.")


class DateToFollow(Told):
    told = _l("The date is not known yet. Registration opens on the page of the event once it is. Nothing was saved.")


class NoRegistration(Told):
    told = _l("This event takes no registrations here. Nothing was saved; ask its contact person how to take part.")


class EventEnded(Told):
    told = _l("This event has ended, so nobody can register for it any more. Nothing was saved.")


class EventCancelled(Told):
    told = _l("This event is cancelled, so nobody can register for it any more. Nothing was saved.")


class EventFull(Told):
    told = _l("All places are taken and there is no waiting list. Nothing was saved.")


class AlreadyRegistered(Told):
    """One live registration for each event and address. The sentence tells nothing of the first one."""

    told = _l("This address is already registered for this event.")
    beside = "email"
