"""The door for organisers: the roster, the people on it, and what is done about them."""

from eventsvc.registration.desk import export, files, imports, people, questions, roster, sending, sessions
from eventsvc.registration.desk.blueprint import blueprint

__all__ = ["blueprint", "export", "files", "imports", "people", "questions", "roster", "sending", "sessions"]
