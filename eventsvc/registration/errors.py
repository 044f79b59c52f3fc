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


class TicketTypeNeeded(_Told):
    status = 422
    told = _l("Please choose how you take part.")
    beside = "ticket_type"


class TicketTypeFull(EventFull):
    told = _l("Every place of this kind is taken and there is no waiting list. Nothing was saved; choose another kind.")
    beside = "ticket_type"


class TicketTypeNotOpenYet(_Told):
    told = _l("This kind of ticket is not open yet. Nothing was saved; choose another, or come back when it opens.")
    beside = "ticket_type"


class TicketTypeClosed(_Told):
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


class CodeNeeded(_Told):
    told = _l("This kind of ticket needs an access code. Write yours here, or choose another kind.")
    beside = "code"


class CodeNotKnown(_Told):
    told = _l("We do not know this code. Look at it again; capitals, spaces and dashes do not matter.")
    beside = "code"


class CodeElsewhere(_Told):
    told = _l("This code is for another kind of ticket. Choose that one, or write another code.")
    beside = "code"


class CodeOver(_Told):
    told = _l("This code is not valid any more. Ask whoever gave it to you for another.")
    beside = "code"


class CodeUsedUp(_Told):
    told = _l("This code has been used as often as it may be. Ask whoever gave it to you for another.")
    beside = "code"


class CodeTaken(_Told):
    told = _l("There is a code like this already.")
    beside = "code"


class CodeTooShort(_Told):
    status = 422
    told = _l("A code has at least four letters or digits; shorter ones are guessed.")
    beside = "code"


class DomainsMissing(_Told):
    status = 422
    told = _l("Write at least one domain, for example lumc.nl.")
    beside = "domains"


class TypeNameTaken(_Told):
    told = _l("There is a ticket type with this name already.")
    beside = "name"


class OtherCurrency(_Told):
    told = _l("All fees of an event are in one currency.")
    beside = "currency"


class TypeClosesFirst(_Told):
    status = 422
    told = _l("It would close before it opens. Choose a later moment.")
    beside = "closes_at"


class ModeTaken(_Told):
    told = _l(
        "People have this ticket, and their letters and calendars say how they take part. Make another type and switch "
        "them to it."
    )
    beside = "mode"


class TypeInUse(_Told):
    told = _l(
        "Somebody has this ticket or was invited to it, so it cannot be deleted. Retire it: it is offered no more."
    )


class SameTicket(_Told):
    told = _l("You have this kind of ticket already. Nothing changed.")
    beside = "ticket_type"


class NotToSwitch(_Told):
    told = _l("This place cannot be moved to another kind of ticket now. Nothing changed.")


class NothingOwed(_Told):
    told = _l("There is nothing to pay here, so there is nothing to mark.")


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


class FilesGone(_Told):
    """A file that came with a form is not kept any more: a day went by, or it was taken out in another window."""

    told = _l("A file that you chose before is not kept any more. Choose it again; nothing you typed is lost.")


class TooManyFiles(_Told):
    status = 429
    told = _l("Many files came from your network. Wait ten minutes, then choose this one again.")


class GroupsNotTaken(_Told):
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


class InvitationUsed(_Told):
    """Tells nothing of whose it was."""

    status = 410
    told = _l("This invitation has been used, or was withdrawn. Whoever used it has a letter with a link of their own.")


class InvitationForOther(_Told):
    told = _l("This invitation is for the address it was sent to. Write that one, or ask the organiser for another.")
    beside = "email"


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


class NotOffered(_Told):
    told = _l("No place is offered to you any more, so there is nothing to accept. Nothing changed.")


class NotExpired(_Told):
    told = _l("This registration did not run out, so it cannot be renewed with this button. Nothing changed.")


class NotConfirmed(_Told):
    told = _l("Only a place that is yours can be handed to somebody. Nothing changed.")


class SameAddress(_Told):
    told = _l("This is the address the place has now. Write that of your colleague.")
    beside = "email"


class UndoOver(_Told):
    told = _l("This cannot be undone any more: an hour has passed, or somebody else has been served. Nothing changed.")


class NobodyWaits(_Told):
    told = _l("Nobody with an address is on the waiting list, so there is nobody to ask.")


class AskedJustNow(_Told):
    told = _l("The list was asked within the last hour. Nobody is asked twice; wait for the answers.")


class NoReason(_Told):
    told = _l("Write why, in a few words: it is kept in the audit log.")
    beside = "reason"


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


class OptionFull(Refused):
    """Something to choose is chosen by as many people as may; `full` is (public id of the question, option) pairs."""

    status = 409

    def __init__(self, full: list[tuple[str, str]]) -> None:
        first, label = full[0]
        super().__init__(self.sentence_for([label]), field=f"q-{first}")
        self.slips = {
            question: self.sentence_for([option for asked, option in full if asked == question])
            for question in dict(full)
        }

    @staticmethod
    def sentence_for(labels: list[str]) -> str:
        """Say what is full, and what to do."""
        if len(labels) == 1:
            return _("“%(option)s” is full now. Please choose something else.", option=labels[0])
        return _("“%(options)s” are full now. Please choose something else.", options="”, “".join(labels))


class QuestionNeeded(Refused):
    """Other questions are asked only after an answer to this one."""

    status = 409

    def __init__(self, labels: list[str]) -> None:
        super().__init__(
            _(
                "“%(others)s” depends on the answer to this question. Change its condition first.",
                others="”, “".join(labels),
            )
        )


class AskedTooEarly(Refused):
    """A question would come before the one whose answer it depends on."""

    def __init__(self, label: str, other: str) -> None:
        super().__init__(
            _("“%(question)s” depends on “%(other)s”, so it has to come after it.", question=label, other=other),
            field="condition",
        )


class KindFixed(_Told):
    told = _l(
        "People have answered this question, and their answers would not fit another kind. Retire it and add a new one."
    )
    beside = "kind"


class OptionsMissing(_Told):
    status = 422
    told = _l("Please write at least two things to choose from, each once.")
    beside = "options"


class ConditionEmpty(_Told):
    status = 422
    told = _l("Please tick at least one answer that brings this question up.")
    beside = "condition"


class ConditionRetired(Refused):
    """What a question depends on is asked no more."""

    status = 409

    def __init__(self, label: str) -> None:
        super().__init__(_("This question depends on “%(other)s”, which is retired. Restore that first.", other=label))


class QuestionAnswered(_Told):
    told = _l("People have answered this question, so it cannot be deleted. Retire it: it is asked no more.")


class QuestionGone(_Told):
    told = _l("This question is not there any more. Nothing changed.")


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
