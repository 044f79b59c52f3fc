"""Registrations and the turnstile they pass; what they choose, are asked, and by which way they came."""

from eventsvc.registration.models.choices import Choice
from eventsvc.registration.models.people import (
    LIVE,
    OF_REGISTRATION,
    SEATED,
    OfferKind,
    Origin,
    Payment,
    Registration,
    RetiredToken,
    State,
    TokenKind,
    Turnstile,
)
from eventsvc.registration.models.questions import (
    Answer,
    AnswerFile,
    AnswerOption,
    Question,
    QuestionKind,
    QuestionOption,
    QuestionSection,
    QuestionVersion,
    SeenBy,
)
from eventsvc.registration.models.types import TicketType, Visibility
from eventsvc.registration.models.ways import AccessCode, PersonalInvitation, RegistrationGroup

__all__ = [
    "LIVE",
    "OF_REGISTRATION",
    "SEATED",
    "AccessCode",
    "Answer",
    "AnswerFile",
    "AnswerOption",
    "Choice",
    "OfferKind",
    "Origin",
    "Payment",
    "PersonalInvitation",
    "Question",
    "QuestionKind",
    "QuestionOption",
    "QuestionSection",
    "QuestionVersion",
    "Registration",
    "RegistrationGroup",
    "RetiredToken",
    "SeenBy",
    "State",
    "TicketType",
    "TokenKind",
    "Turnstile",
    "Visibility",
]
