"""What somebody's calendar holds by our letters, and what a letter asks of it so that it is right again.

A calendar holds what it was asked for at a higher count than it was told to let go (RFC 5546 section 2.1.4). What was
asked stands in the facts of the letters that were sent: `asked` and `let_go`, uids with their sequences. What a letter
that still waits would ask is no part of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from eventsvc.calendars import showings
from eventsvc.calendars.ics import Method
from eventsvc.calendars.parts import Part
from eventsvc.extensions import db
from eventsvc.mail.models import Message, MessageState

# One that is on its way counts: whether it arrived is known when the next letter is written.
_GONE = (MessageState.SENT, MessageState.CLAIMED)

Ask = dict[str, Any]


@dataclass(slots=True)
class Held:
    """The highest count at which a calendar was asked to hold something, and at which it was told to let it go."""

    asked: int = -1
    let_go: int = -1

    @property
    def was_asked(self) -> bool:
        return self.asked >= 0

    @property
    def is_held(self) -> bool:
        return self.asked > self.let_go


Holding = Mapping[str, Held]


def of_registrations(which: sa.ColumnElement[bool]) -> dict[tuple[int, str], Holding]:
    """Return what calendars hold of sessions, by registration and address; `which` is asked of messages."""
    return _found(Message.registration_id, which)


def of_speakers(which: sa.ColumnElement[bool]) -> dict[tuple[int, str], Holding]:
    """Return the same by speaker and address."""
    return _found(Message.speaker_id, which)


def uids(holdings: Iterable[Holding]) -> set[str]:
    """Return all that any of these holds, or held."""
    return {uid for holding in holdings for uid in holding}


def asks(
    holding: Holding,
    parts: Mapping[str, Part],
    is_wanted: Callable[[Part], bool],
    *,
    offset: int | Callable[[str], int],
    is_entitled: bool = False,
    is_whole: bool = True,
) -> list[Ask]:
    """Return what a letter asks of one calendar, so that it holds what is wanted, as it is, and nothing else.

    `offset` is added to what an entry counts, for all or by its uid. Without `is_whole` what is held stays as it is,
    even if it differs.
    """
    found = []
    for uid in (uid for uid in parts if uid in holding):
        part, held = parts[uid], holding[uid]
        sequence = part.sequence + (offset(uid) if callable(offset) else offset)
        if is_wanted(part) and not part.is_off:
            is_behind = is_whole and sequence > held.asked
            if held.was_asked and (is_behind or not held.is_held):
                found.append(ask(part, Method.REQUEST, max(sequence, held.let_go + 1), is_entitled=is_entitled))
        elif held.is_held:
            found.append(ask(part, Method.CANCEL, max(sequence, held.asked + 1), is_entitled=is_entitled))
    return found


def asks_anew(
    holding: Holding, parts: Mapping[str, Part], is_wanted: Callable[[Part], bool], *, offset: int, is_entitled: bool
) -> list[Ask]:
    """Return what a letter asks of another calendar, so that it holds what this one does."""
    return [
        ask(part, Method.REQUEST, part.sequence + offset, is_entitled=is_entitled)
        for uid, part in parts.items()
        if uid in holding and holding[uid].is_held and is_wanted(part) and not part.is_off
    ]


def ask(part: Part, method: Method, sequence: int, *, is_entitled: bool) -> Ask:
    """Return one thing that a letter asks, as its facts hold it."""
    facts = part.entitled_facts if is_entitled else part.facts
    return {"method": method.value, "facts": facts, "sequence": sequence}


def parted(asked: Ask, prefix: str) -> Ask:
    """Return the same in other words, where a calendar is to let go of what goes on without its owner."""
    if asked["method"] != Method.CANCEL:
        return asked
    return {**asked, "facts": showings.parted(asked["facts"], prefix)}


def told(found: Iterable[Ask]) -> dict[str, Any]:
    """Return the facts of a letter that asks these things beside what it is about; nothing where it asks nothing."""
    entries = list(found)
    return {"entries": entries} | counts(entries) if entries else {}


def counts(found: Iterable[Ask]) -> dict[str, dict[str, int]]:
    """Return what a letter asks a calendar to hold and to let go: uids with their sequences."""
    names = {Method.REQUEST.value: "asked", Method.CANCEL.value: "let_go"}
    counted: dict[str, dict[str, int]] = {"asked": {}, "let_go": {}}
    for each in found:
        counted[names[each["method"]]][each["facts"]["uid"]] = each["sequence"]
    return counted


def count_on(registration_id: int, steps: int) -> None:
    """Let what somebody's waiting letters ask of a calendar count on, as their feed does from now.

    The letter to an address that was left stays below the one to the new address.
    """
    waits = Message.state == MessageState.WAITING
    theirs = sa.select(Message.id, Message.facts).where(Message.registration_id == registration_id, waits)
    for number, facts in db.session.execute(theirs.where(Message.kind != "address_left")).all():
        counted = _counted_on(facts, steps)
        if counted != facts:
            # One that a worker has taken up meanwhile was sent before this act, as it stands.
            raised = sa.update(Message).where(Message.id == number, waits).values(facts=counted)
            db.session.execute(raised, execution_options={"synchronize_session": False})


def _counted_on(facts: dict[str, Any], steps: int) -> dict[str, Any]:
    counted = dict(facts)
    for name in ("invitation", "ending"):
        if facts.get(name):
            counted[name] = _raised(facts[name], steps)
    if facts.get("sessions"):
        counted["sessions"] = [
            {**each, "invitation": _raised(each["invitation"], steps)} if each.get("invitation") else each
            for each in facts["sessions"]
        ]
    if facts.get("entries"):
        counted["entries"] = [_raised(each, steps) for each in facts["entries"]]
    for name in ("asked", "let_go"):
        if facts.get(name):
            counted[name] = {uid: sequence + steps for uid, sequence in facts[name].items()}
    return counted


def _raised(asked: Mapping[str, Any], steps: int) -> dict[str, Any]:
    return {**asked, "sequence": asked["sequence"] + steps}


def _found(whose: InstrumentedAttribute[int | None], which: sa.ColumnElement[bool]) -> dict[tuple[int, str], Holding]:
    asked = sa.select(whose, Message.recipient, Message.facts["asked"], Message.facts["let_go"])
    found: dict[tuple[int, str], dict[str, Held]] = defaultdict(lambda: defaultdict(Held))
    for number, recipient, requested, ended in db.session.execute(asked.where(which, Message.state.in_(_GONE))):
        holding = found[number, recipient]
        for uid, sequence in (requested or {}).items():
            holding[uid].asked = max(holding[uid].asked, sequence)
        for uid, sequence in (ended or {}).items():
            holding[uid].let_go = max(holding[uid].let_go, sequence)
    return dict(found)
