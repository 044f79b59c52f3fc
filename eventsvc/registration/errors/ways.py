"""Why a list, a group or an invitation cannot be taken."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from eventsvc.errors import Refused, Told


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


class GroupsNotTaken(Told):
    told = _l("This event takes no groups. Nothing was saved; each person can register by themselves.")


class NoGroup(Refused):
    def __init__(self, most: int) -> None:
        super().__init__(
            _("Write down at least one person, and at most %(most)s. Nothing was saved.", most=most), field="people"
        )


class GroupRefused(Refused):
    """One of a group cannot be taken, so nobody was; `number` is the line they stand on."""

    def __init__(self, number: int, refused: Refused) -> None:
        super().__init__(
            _("Person %(number)s: %(sentence)s", number=number, sentence=refused.sentence),
            field="people" if refused.field in {None, "email"} else refused.field,
        )
        self.status = refused.status
        self.number = number


class InvitationUsed(Told):
    """Tells nothing of whose it was."""

    status = 410
    told = _l("This invitation has been used, or was withdrawn. Whoever used it has a letter with a link of their own.")


class InvitationForOther(Told):
    told = _l("This invitation is for the address it was sent to. Write that one, or ask the organiser for another.")
    beside = "email"


class InvitedTooEarly(Told):
    told = _l("This event is a draft, so the links in invitations would lead nowhere. Publish it first.")


class KeptTooShort(Told):
    status = 422
    told = _l("Until then no seat would be kept: choose a later moment.")
    beside = "reserved_until"


class NoSeatsToKeep(Refused):
    status = 409

    def __init__(self, left: int) -> None:
        super().__init__(
            ngettext(
                "There is one seat to keep, so nobody was invited. Invite fewer people, or keep no seats.",
                "There are %(num)s seats to keep, so nobody was invited. Invite fewer people, or keep no seats.",
                left,
            ),
            field="reserved_until",
        )
