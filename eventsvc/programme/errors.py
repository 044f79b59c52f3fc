"""What can be refused to an organiser about a programme."""

from __future__ import annotations

from flask_babel import gettext as _

from eventsvc.errors import Refused


class BadSlot(Refused):
    """A session has half a time, or would end before it begins."""


class NameTaken(Refused):
    status = 409

    def __init__(self, name: str) -> None:
        super().__init__(_("This event has “%(name)s” already. Choose another name.", name=name), field="name")


class SaidTwice(Refused):
    def __init__(self, name: str) -> None:
        told = _("%(name)s stands twice in the same role. Leave one of them out.", name=name)
        super().__init__(told, field="speakers")


class StillUsed(Refused):
    """A room, a track or a speaker has sessions, and so cannot be taken away."""

    status = 409

    def __init__(self, name: str) -> None:
        super().__init__(_("%(name)s still has sessions. Move those first.", name=name))


class EventNotPublished(Refused):
    status = 409

    def __init__(self) -> None:
        super().__init__(_("The event is a draft. Its programme is published with it."))


class NothingChanged(Refused):
    status = 409

    def __init__(self) -> None:
        super().__init__(_("Nothing differs from what the public sees, so there is nothing to publish."))


class OthersChanged(Refused):
    """Somebody changed the programme after the list of changes was shown that is to be published."""

    status = 409

    def __init__(self) -> None:
        super().__init__(
            _("Somebody changed the programme meanwhile. Here is the list as it is now; look, then publish.")
        )
