"""What can be refused to an organiser about a programme."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from flask_babel import gettext as _
from flask_babel import ngettext

from eventsvc.errors import BadFile, Refused


class BadSlot(Refused):
    """A session has half a time, or would end before it begins."""


class SlotConflict(Refused):
    """Something would clash that does not clash yet, and that nobody accepted.

    `clashes` are the new ones (`conflicts.Clash`), `sentences` tell each of them. `session` is the one that the act
    was about, as it would have been planned (`planned.Planned`); None for an act about several.
    """

    status = 409

    def __init__(self, sentences: Sequence[str], *, clashes: Sequence[Any], session: Any) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = tuple(sentences)
        self.clashes = tuple(clashes)
        self.session = session

    @property
    def keys(self) -> frozenset[str]:
        """What to accept so that the act goes through."""
        return frozenset(clash.key for clash in self.clashes)


class NoSuchClash(Refused):
    status = 404

    def __init__(self) -> None:
        super().__init__(_("That clash is no longer there. The list below is as it stands now."))


class NoSlot(Refused):
    """An act needs a session that has a time, and this one waits for its own."""

    status = 409

    def __init__(self, title: str) -> None:
        super().__init__(_("“%(title)s” has no time yet. Give it one first.", title=title))


class NothingToCopy(Refused):
    status = 409

    def __init__(self) -> None:
        super().__init__(_("There is nothing on that day to copy. Choose a day with sessions."), field="from_day")


class SameDay(Refused):
    def __init__(self) -> None:
        super().__init__(_("That is the same day. Choose another one to copy to."), field="to_day")


class NothingToUndo(Refused):
    """Somebody undoes an act that is none of theirs, or is none that can be undone."""

    status = 409

    def __init__(self) -> None:
        super().__init__(_("There is nothing to undo any more. Here is the programme as it is now."))


class ChangedSince(Refused):
    """An act cannot be undone because something of it was changed after it; `titles` are those that are still there."""

    status = 409

    def __init__(self, titles: Sequence[str]) -> None:
        told = ngettext(
            "“%(title)s” has been changed since, so nothing was undone. Move by hand what you want otherwise.",
            "%(num)s sessions have been changed since, “%(title)s” among them, so nothing was undone. Move by hand "
            "what you want otherwise.",
            len(titles),
            title=next(iter(titles), ""),
        )
        gone = _("Some of it has been taken out since, so nothing was undone. Here is the programme as it is now.")
        super().__init__(told if titles else gone)


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


class LeftOut(Refused):
    """Some lines of a file cannot be read, and nobody said that they may be left out."""

    def __init__(self, count: int) -> None:
        told = ngettext(
            "One session cannot be read, so nothing was taken. Mend it, or leave it out.",
            "%(num)s sessions cannot be read, so nothing was taken. Mend them, or leave them out.",
            count,
        )
        super().__init__(told)


class WouldClash(Refused):
    """A file would bring clashes that nobody accepted; `sentences` tell each of them."""

    status = 409

    def __init__(self, sentences: Sequence[str]) -> None:
        told = ngettext(
            "One clash would come with it, so nothing was taken. Mend it in the table or file, or take it anyway.",
            "%(num)s clashes would come with it, so nothing was taken. Mend them in the table or file, or take it "
            "anyway.",
            len(sentences),
        )
        super().__init__(told, field="accepts_clashes")
        self.sentences = tuple(sentences)


class SeenOtherwise(Refused):
    """The programme has changed since the preview of an import was drawn."""

    status = 409

    def __init__(self) -> None:
        told = _("The programme has changed since you looked. Below is what it would do now; nothing was taken yet.")
        super().__init__(told)


class BadPhoto(Refused):
    """A photo cannot be taken."""

    def __init__(self, sentence: Any) -> None:
        super().__init__(sentence, field="photo")

    @classmethod
    def unreadable(cls) -> Self:
        return cls(_("This is no photo that we can read. Send a JPEG, PNG or WebP; from a phone, send it as JPEG."))

    @classmethod
    def too_large(cls, most: int) -> Self:
        return cls(_("A photo may have %(most)s MB. Send a smaller one.", most=most // 1024 // 1024))

    @classmethod
    def too_many_pixels(cls, most: int) -> Self:
        told = _(
            "This photo has more than %(most)s million pixels. Send a smaller one; we show it small anyway.",
            most=most // 1_000_000,
        )
        return cls(told)


class NotSpeaking(BadFile):
    """Somebody sends a file for a session that they are not in, or that will not be."""

    status = 409

    def __init__(self) -> None:
        super().__init__(_("You are not in that session any more, or it will not be, so it takes no file of yours."))


class TooManyFiles(BadFile):
    status = 409

    def __init__(self, most: int) -> None:
        super().__init__(_("There are %(most)s files for this session already. Take one of them out first.", most=most))


class NothingToAnswer(Refused):
    """Somebody answers for a session that will not be, or has been."""

    status = 409

    def __init__(self) -> None:
        super().__init__(_("That session is over or will not be, so there is nothing to answer any more."))


class BadTimes(Refused):
    """A time that somebody is free lacks an end, or ends before it begins."""

    def __init__(self, number: int) -> None:
        told = _("Line %(number)s needs a beginning, and an end after it.", number=number)
        super().__init__(told, field="times")


class SamePerson(Refused):
    def __init__(self) -> None:
        super().__init__(_("That is the same person. Choose somebody else."), field="other")


class CardNotYours(Refused):
    """A speaker's card says something of events that an organiser may not see, and is told there too."""

    status = 409

    def __init__(self, name: str) -> None:
        told = _(
            "%(name)s also speaks at an event that you may not see. They can change their card themselves, by the link "
            "in our letters to them; or ask somebody who organises both.",
            name=name,
        )
        super().__init__(told)


class LinkNotYours(Refused):
    """A speaker's link would show an organiser events that they may not see."""

    status = 409

    def __init__(self, name: str) -> None:
        told = _(
            "%(name)s also speaks at an event that you may not see, and their page shows it. Write to them instead.",
            name=name,
        )
        super().__init__(told)
