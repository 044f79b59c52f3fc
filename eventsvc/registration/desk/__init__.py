"""The door for organisers: the roster, the people on it, and what is done about them."""

from eventsvc.registration.desk import export, imports, people, roster, sessions
from eventsvc.registration.desk.blueprint import blueprint

__all__ = ["blueprint", "export", "imports", "people", "roster", "sessions"]
