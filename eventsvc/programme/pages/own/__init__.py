"""The door for speakers: their own card by a link, without an account."""

from eventsvc.programme.pages.own import card, files, page, times
from eventsvc.programme.pages.own.blueprint import blueprint

__all__ = ["blueprint", "card", "files", "page", "times"]
