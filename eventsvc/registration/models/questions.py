"""What an event asks of people, and what they answered."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsvc.columns import JSON, UTCDateTime, enum_of, public_id
from eventsvc.events.models import Mode
from eventsvc.extensions import db
from eventsvc.registration.models.people import Registration


class QuestionKind(enum.StrEnum):
    TEXT = "text"
    PARAGRAPH = "paragraph"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes or no"
    COUNTRY = "country"
    PHONE = "phone"
    EMAIL = "e-mail"
    LINK = "link"
    FILE = "file"
    CONSENT = "consent"


class SeenBy(enum.StrEnum):
    """Who sees the answer besides whoever gave it.

    `EDITORS`: neither door staff nor reviewers; for what is nobody else's business, such as a passport.
    `OFFICE`: organisers ask it of themselves and write it down; the attendee is neither asked nor shown it.
    """

    TEAM = "team"
    EDITORS = "editors"
    OFFICE = "office"


class QuestionSection(db.Model):
    """A part of the form, with a heading."""

    __tablename__ = "question_sections"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    title: Mapped[str] = mapped_column(sa.String(200), default="")
    text: Mapped[str] = mapped_column(sa.Text, default="")
    revision: Mapped[int] = mapped_column(default=1, server_default="1")

    __mapper_args__ = {"version_id_col": revision}


class Question(db.Model):
    """A question of an event's form; its words as they were at each answer stand in its versions.

    It is shown when `condition` (an earlier question) was answered with one of `condition_values`: option ids, or
    "yes" and "no"; and, where `mode` is set, to those who take part that way. `rules` narrows an answer, by kind:
    {min, max} of a number, ISO days of a date, {max_words} of a paragraph, {min, max} of how many choices. Answers are
    deleted `kept_days` after the event's end; None: with the registration. `is_retired`: asked no more, answers kept.
    """

    __tablename__ = "questions"
    __table_args__ = (sa.CheckConstraint("kept_days IS NULL OR kept_days >= 0", name="kept_days_not_negative"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=public_id)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"), index=True)
    section_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("question_sections.id", ondelete="SET NULL"), index=True
    )
    position: Mapped[int] = mapped_column(default=0)
    kind: Mapped[QuestionKind] = mapped_column(enum_of(QuestionKind), default=QuestionKind.TEXT)
    label: Mapped[str] = mapped_column(sa.String(300))
    help: Mapped[str] = mapped_column(sa.Text, default="")
    why: Mapped[str] = mapped_column(sa.Text, default="")
    is_required: Mapped[bool] = mapped_column(default=False)
    condition_id: Mapped[int | None] = mapped_column(sa.ForeignKey("questions.id", ondelete="SET NULL"), index=True)
    condition_values: Mapped[list[str]] = mapped_column(JSON, default=list)
    mode: Mapped[Mode | None] = mapped_column(enum_of(Mode))
    rules: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    seen_by: Mapped[SeenBy] = mapped_column(enum_of(SeenBy), default=SeenBy.TEAM)
    kept_days: Mapped[int | None]
    version: Mapped[int] = mapped_column(default=1)
    is_retired: Mapped[bool] = mapped_column(default=False)
    revision: Mapped[int] = mapped_column(default=1)

    section: Mapped[QuestionSection | None] = relationship()
    options: Mapped[list[QuestionOption]] = relationship(
        back_populates="question", order_by="QuestionOption.position", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": revision}


class QuestionOption(db.Model):
    """Something to choose; `capacity` is how many people may choose it, None: all of them."""

    __tablename__ = "question_options"
    __table_args__ = (sa.CheckConstraint("capacity IS NULL OR capacity >= 0", name="capacity_not_negative"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=public_id)
    question_id: Mapped[int] = mapped_column(sa.ForeignKey("questions.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    label: Mapped[str] = mapped_column(sa.String(200))
    capacity: Mapped[int | None]
    is_retired: Mapped[bool] = mapped_column(default=False)
    question: Mapped[Question] = relationship(back_populates="options")


class QuestionVersion(db.Model):
    """A question as it was asked: `asked` is {label, help, why, kind, is_required, options: [{id, label}]}."""

    __tablename__ = "question_versions"
    __table_args__ = (sa.UniqueConstraint("question_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(sa.ForeignKey("questions.id", ondelete="CASCADE"))
    number: Mapped[int]
    asked: Mapped[dict[str, Any]] = mapped_column(JSON)
    asked_from: Mapped[datetime] = mapped_column(UTCDateTime)


class Answer(db.Model):
    """What one registration says to one question; `version` is that of the question as it was asked.

    `value` by kind: text, a number, an ISO day, true or false, an ISO country; of choices the list of public ids of
    options, which stand in `answer_options` as well, to be counted; of a file the list of public ids of files.
    """

    __tablename__ = "answers"
    __table_args__ = (sa.UniqueConstraint("registration_id", "question_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(sa.ForeignKey("registrations.id", ondelete="CASCADE"))
    question_id: Mapped[int] = mapped_column(sa.ForeignKey("questions.id", ondelete="CASCADE"), index=True)
    version: Mapped[int]
    value: Mapped[Any] = mapped_column(JSON)
    answered_at: Mapped[datetime] = mapped_column(UTCDateTime)


class AnswerOption(db.Model):
    """An option that a registration chose: what limits are counted by."""

    __tablename__ = "answer_options"

    registration_id: Mapped[int] = mapped_column(
        sa.ForeignKey("registrations.id", ondelete="CASCADE"), primary_key=True
    )
    option_id: Mapped[int] = mapped_column(
        sa.ForeignKey("question_options.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class AnswerFile(db.Model):
    """A file somebody sent as an answer; `digest` (SHA-256) names where its bytes are kept.

    Before the form is accepted it belongs to nobody: `claim_digest` is that of the form's submission key, which takes
    it along when the form is sent again; what nobody takes is swept away.
    """

    __tablename__ = "answer_files"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=public_id)
    question_id: Mapped[int] = mapped_column(sa.ForeignKey("questions.id", ondelete="CASCADE"), index=True)
    registration_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("registrations.id", ondelete="CASCADE"), index=True
    )
    claim_digest: Mapped[str | None] = mapped_column(sa.String(64), index=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    media_type: Mapped[str] = mapped_column(sa.String(120))
    size: Mapped[int]
    digest: Mapped[str] = mapped_column(sa.String(64))
    uploaded_at: Mapped[datetime] = mapped_column(UTCDateTime)

    question: Mapped[Question] = relationship()
    registration: Mapped[Registration | None] = relationship()
