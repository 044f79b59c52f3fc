"""The door for organisers: the roster, the people on it, and what is done about them."""

from eventsvc.registration.desk import export, files, people, questions, roster, sending
from eventsvc.registration.desk.blueprint import blueprint

__all__ = ["blueprint", "export", "files", "people", "questions", "roster", "sending"]
