"""Two people with the same form open: what the first saved, told from the audit log, beside what the second typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from eventsvc.accounts.actors import Actor, ActorKind
from eventsvc.accounts.models import AuditEntry
from eventsvc.errors import ChangedMeanwhile
from eventsvc.extensions import db


def refuse_if_changed(
    row: Any, revision: int, *, stored: Mapping[str, Any], yours: Mapping[str, Any], by: Actor | None = None
) -> None:
    """Raise ChangedMeanwhile when somebody changed, after `revision`, what you (`by`) are about to write otherwise.

    `stored` and `yours` are plain values by name. `theirs` of the refusal has what they changed and you would undo;
    its `yours` only those of these that you changed too, so that a form can take over the rest. The values from before
    are in the audit entries, whose `after` holds the revision each act led to.
    """
    if row.revision == revision:
        return
    entries = _since(row, revision)
    before: dict[str, Any] = {}
    for entry in entries:
        before = {**entry.before, **before}
    theirs = {
        name: stored[name]
        for name in before
        if name in stored and name in yours and stored[name] not in (before[name], yours[name])
    }
    if theirs:
        mine = {name: yours[name] for name in theirs if yours[name] != before[name]}
        raise ChangedMeanwhile(_told(entries, by), theirs=theirs, yours=mine)


def side_by_side(
    refused: ChangedMeanwhile, *, label: Callable[[str], str], said: Callable[[str, Any], str], kept: str
) -> list[dict[str, str]]:
    """Tell, field by field, what they saved and what you typed, where the two differ.

    `label` names a field, "" for one that is not shown; `said` writes a value; `kept` is told where you wrote nothing.
    """
    return [
        {
            "label": label(name),
            "theirs": said(name, value),
            "yours": said(name, refused.yours[name]) if name in refused.yours else kept,
        }
        for name, value in refused.theirs.items()
        if label(name) and (name not in refused.yours or refused.yours[name] != value)
    ]


def _since(row: Any, revision: int) -> list[AuditEntry]:
    asked = (
        sa.select(AuditEntry)
        .where(AuditEntry.subject == row.__tablename__, AuditEntry.subject_id == row.id)
        .order_by(AuditEntry.id.desc())
        .options(joinedload(AuditEntry.user))
        .limit(200)
    )
    entries = [entry for entry in db.session.scalars(asked) if entry.after.get("revision", 0) > revision]
    return entries[::-1]


def _told(entries: list[AuditEntry], by: Actor | None) -> str:
    if by is not None and by.is_organiser and all(entry.user_id == by.user_id for entry in entries):
        return _(
            "You saved changes in another window while you had this page open. Nothing you typed is lost: compare, "
            "then save again."
        )
    who = next((entry.user.shown_name for entry in reversed(entries) if entry.user), None) or _somebody(entries)
    return _(
        "%(who)s saved changes while you had this page open. Nothing you typed is lost: compare, then save again.",
        who=who,
    )


def _somebody(entries: list[AuditEntry]) -> str:
    if any(entry.actor == ActorKind.SPEAKER.value for entry in entries):
        return _("The speaker")
    return _("Somebody")
