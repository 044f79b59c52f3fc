"""What the post office can refuse."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from eventsvc.errors import Refused


class NewerLetter(Refused):
    """A newer letter about the same thing was laid since; an old one would say what is no longer so."""

    def __init__(self) -> None:
        super().__init__(_l("There is a newer letter about the same thing, so this one is not sent again."))


class NobodyToWriteTo(Refused):
    """The person was forgotten, or has no address any more."""

    def __init__(self) -> None:
        super().__init__(_l("This letter has no address any more, so it cannot be sent."))


class NotForSending(Refused):
    """The letter is on its way at this moment, was replaced, or is kept as a record only."""

    def __init__(self) -> None:
        super().__init__(_l("This letter cannot be sent now. Look at its state again."))
