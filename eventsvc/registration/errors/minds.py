"""Why somebody cannot change, hand on or find what they have."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from eventsvc.errors import Refused, Told


class RegistrationOver(Told):
    told = _l("This registration has ended, so it cannot be changed any more. You can register again.")


class EventOver(Told):
    told = _l("The event is over, so there is no place to give up any more.")


class ChangesClosed(Refused):
    """Too late to change something by oneself. Names who can still do it, where the event names somebody."""

    status = 409

    def __init__(self, name: str, address: str) -> None:
        whom = f"{name} ({address})" if name and address else name or address
        super().__init__(
            _("Changes are closed. Nothing was changed; ask %(whom)s, who can still do it for you.", whom=whom)
            if whom
            else _("Changes are closed. Nothing was changed.")
        )


class NotConfirmed(Told):
    told = _l("Only a place that is yours can be handed to somebody. Nothing changed.")


class SameAddress(Told):
    told = _l("This is the address the place has now. Write that of your colleague.")
    beside = "email"


class UndoOver(Told):
    told = _l("This cannot be undone any more: an hour has passed, or somebody else has been served. Nothing changed.")


class LinkReplaced(Told):
    """Tells nothing of whose link it was."""

    status = 410
    told = _l(
        "It was replaced by a newer one, which we wrote to the person it belongs to. Look for our newest letter about "
        "this event."
    )


class DataErased(Told):
    """Tells nothing of whose data it was."""

    status = 410
    told = _l(
        "The registration that it opened was erased, because the person asked for it or because the day we had named "
        "was over. We do not know any more whose it was, so nobody can bring it back."
    )
