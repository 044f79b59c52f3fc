"""Why a move is refused, and the ways on: for the plain forms, and for the timetable's module beside the block."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from eventsvc.accounts import meanwhile
from eventsvc.accounts import telling as values
from eventsvc.errors import ChangedMeanwhile, Refused
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import gathering, telling, vacancies
from eventsvc.programme.errors import SlotConflict
from eventsvc.programme.forms import offered
from eventsvc.programme.models import Room, Session

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a move was refused, and the ways on: slots that are free as (value, words), or doing it all the same.

    `url` is where the act is sent, `carried` what is sent again with it; `theirs` what somebody else did meanwhile.
    """

    title: str
    sentences: tuple[str, ...]
    url: str
    carried: Pairs
    offers: Pairs = ()
    keys: str = ""
    theirs: tuple[dict[str, str], ...] = ()


def of(no: Refused, session: Session, url: str, carried: Pairs) -> Refusal | None:
    """Tell a no that has ways on; None for one that belongs beside a field."""
    event = session.event
    if isinstance(no, SlotConflict):
        return clashing(no, event, url, (("revision", str(session.revision)), *carried))
    if isinstance(no, ChangedMeanwhile):
        theirs = tuple(_side_by_side(no, event))
        return Refusal(no.sentence, (), url, (("revision", str(session.revision)), *carried), theirs=theirs)
    return None


def clashing(no: SlotConflict, event: Event, url: str, carried: Pairs) -> Refusal:
    title = ngettext("This would clash", "These would clash", len(no.sentences))
    refusal = Refusal(title, no.sentences, url, carried, keys=" ".join(sorted(no.keys)))
    if no.session is None:
        return refusal
    free = vacancies.suggestions(gathering.gather_with(event, no.session), no.session.public_id)
    return replace(
        refusal, offers=tuple((offered(each), telling.vacancy(each, event, no.session.slot)) for each in free)
    )


def _side_by_side(no: ChangedMeanwhile, event: Event) -> list[dict[str, str]]:
    labels = {
        "starts_at": _("Begins"),
        "ends_at": _("Ends"),
        "room_id": _("Room"),
        "further_rooms": _("Further rooms"),
    }
    asked = sa.select(Room.id, Room.name).where(Room.event_id == event.id)
    names = {row.id: row.name for row in db.session.execute(asked)}

    def said(name: str, value: Any) -> str:
        if name == "room_id":
            return names.get(value) or _("to follow")
        if name == "further_rooms":
            value = [names.get(each, "") for each in value or ()]
        return values.value(value, event.timezone, str(get_locale()))

    return meanwhile.side_by_side(
        no, label=lambda name: labels.get(name, name), said=said, kept=_("not changed; theirs is taken over")
    )
