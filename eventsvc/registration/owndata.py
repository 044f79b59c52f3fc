"""What is kept about one person, for that person: the answers, the letters, and what happened when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import get_locale

from eventsvc.accounts.models import AuditEntry
from eventsvc.columns import snapshot
from eventsvc.extensions import db
from eventsvc.mail.models import Message
from eventsvc.registration import answers, choices, files, questionnaires, spoken
from eventsvc.registration.models import Registration, TicketType

_OWN = (
    "reference", "state", "origin", "given_name", "family_name", "email", "organisation", "country", "language",
    "registered_at", "state_at", "offer_kind", "offer_expires_at", "interest_due_at", "priority",
    "consent_version", "consented_at", "link_sent_at", "note",
    "fee_cents", "currency", "paid_cents", "payment", "payment_reference", "payment_due_on", "payment_marked_at",
)  # fmt: skip
_FILE = ("name", "media_type", "size", "uploaded_at")
_LETTER = ("kind", "state", "language", "recipient", "created_at", "sent_at", "sent_subject", "sent_text")
# With the reason an organiser wrote down: what is kept about a person is theirs to read (GDPR, article 15).
_ACT = ("at", "act", "actor", "before", "after", "reason")


def of(registration: Registration) -> dict[str, Any]:
    """Return everything kept about a person as values JSON can hold; moments are in UTC, links are left out."""
    return {
        "event": snapshot(registration.event, ("slug", "title", "starts_at", "ends_at", "timezone")),
        "registration": snapshot(registration, _OWN) | {"mode": registration.mode.value},
        "ticket": _ticket(registration.ticket_type),
        "wished_for": _ticket(registration.wants_type),
        "sessions": [
            snapshot(item, ("title", "starts_at", "ends_at", "room")) for item in choices.chosen_items(registration)
        ],
        "answers": _answers(registration),
        "files": [snapshot(file, _FILE) | {"question": file.question.label} for file in files.of(registration.id)],
        "letters": [snapshot(letter, _LETTER) for letter in letters(registration.id)],
        "history": [snapshot(act, _ACT) for act in _acts(registration)],
    }


def _answers(registration: Registration) -> list[dict[str, Any]]:
    """Return every answer with its question, what the office noted of the person too."""
    form, locale = questionnaires.of(registration.event_id), str(get_locale())
    files = answers.named_files([registration.id], form)
    rows = {row.question_id: row for row in answers.rows(registration.id)} if form else {}
    return [
        {
            "question": prompt.label,
            "answer": spoken.said(prompt, rows[prompt.id].value, locale, files),
            "answered_at": snapshot(rows[prompt.id], ("answered_at",))["answered_at"],
        }
        for prompt in form
        if prompt.id in rows
    ]


def _ticket(ticket_type: TicketType | None) -> dict[str, Any] | None:
    return snapshot(ticket_type, ("name", "description", "mode")) if ticket_type else None


def letters(registration_id: int) -> Sequence[Message]:
    """Return the letters to a person, the newest first."""
    return db.session.scalars(
        sa.select(Message).where(Message.registration_id == registration_id).order_by(Message.id.desc())
    ).all()


def _acts(registration: Registration) -> Sequence[AuditEntry]:
    return db.session.scalars(
        sa.select(AuditEntry)
        .where(AuditEntry.subject == Registration.__tablename__, AuditEntry.subject_id == registration.id)
        .order_by(AuditEntry.id)
    ).all()
