"""Why a session was not chosen."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from eventsvc.errors import Refused, Told


class SessionNotThere(Told):
    told = _l("This session is not in the programme any more, so it was not chosen. Nothing else changed.")


class ChoosingOver(Told):
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
