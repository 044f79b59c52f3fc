"""The last act of an organiser on an event's sessions, read from the audit log: whether it can be undone, and how."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from eventsvc.accounts.models import AuditEntry
from eventsvc.extensions import db
from eventsvc.programme.models import Session

MOVED, CARRIED, UNSCHEDULED = "session.moved", "session.carried", "session.unscheduled"
SHIFTED, SWAPPED, COPIED = "session.shifted", "session.swapped", "session.copied"
"""What the audit log calls acts that can be undone, and coming along with a block."""
UNDONE = "session.undone"
_CAN_BE_UNDONE = frozenset({MOVED, UNSCHEDULED, SHIFTED, SWAPPED, COPIED})
_OF_ONE = frozenset({MOVED, UNSCHEDULED})


@dataclass(frozen=True, slots=True)
class LastAct:
    """An act that can be undone: its entries, first those it was about, then what came along; the last tells it."""

    act: str
    entries: tuple[AuditEntry, ...]

    @property
    def number(self) -> int:
        """What the act is found again by."""
        return max(entry.id for entry in self.entries)

    @property
    def about(self) -> tuple[AuditEntry, ...]:
        """The entries of the sessions that it was about, without those that came along."""
        return tuple(entry for entry in self.entries if entry.act == self.act)


def last_act(event_id: int, user_id: int | None, *, until: int | None = None) -> LastAct | None:
    """Return the last act of an organiser on sessions of an event, or that which ended with the entry `until`.

    None where it cannot be undone.
    """
    mine = [
        AuditEntry.event_id == event_id,
        AuditEntry.user_id == user_id,
        AuditEntry.subject == Session.__tablename__,
        *([AuditEntry.id <= until] if until is not None else []),
    ]
    asked = sa.select(AuditEntry).where(*mine).order_by(AuditEntry.id.desc())
    last = db.session.scalars(asked.where(AuditEntry.act != CARRIED).limit(1)).first()
    if last is None or last.act not in _CAN_BE_UNDONE or last.after.get("revision") is None:
        return None
    # All of one act happen at one moment.
    together = asked.where(AuditEntry.at == last.at, AuditEntry.act.in_((last.act, CARRIED)))
    found = _of_one_act(list(db.session.scalars(together)), last.act)
    act = LastAct(last.act, tuple(sorted(found, key=lambda entry: (entry.act == CARRIED, entry.id))))
    return act if until in {None, act.number} else None


def _of_one_act(entries: list[Any], act: str) -> list[Any]:
    """Leave out what another act of the same moment did, of entries from the last to the first."""
    kept: list[Any] = []
    for entry in entries:
        is_main, has_main = entry.act == act, any(each.act == act for each in kept)
        is_new = entry.subject_id not in {each.subject_id for each in kept}
        if not is_new or (has_main and (not is_main or act in _OF_ONE)):
            break
        kept.append(entry)
    return kept
