"""The door for attendees: the form to register, and the page by link where they see and steer their registration."""

from eventsvc.registration.pages import (
    answers,
    calendar,
    correcting,
    files,
    groups,
    handing,
    invited,
    manage,
    programme,
    register,
    sending,
    ticket,
)
from eventsvc.registration.pages.blueprint import blueprint

__all__ = [
    "answers",
    "blueprint",
    "calendar",
    "correcting",
    "files",
    "groups",
    "handing",
    "invited",
    "manage",
    "programme",
    "register",
    "sending",
    "ticket",
]
