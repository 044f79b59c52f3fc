"""The door for organisers: the roster, the people on it, and what is done about them."""

from eventsvc.registration.desk import codes, export, people, roster, tickets, types
from eventsvc.registration.desk.blueprint import blueprint

__all__ = ["blueprint", "codes", "export", "people", "roster", "tickets", "types"]
