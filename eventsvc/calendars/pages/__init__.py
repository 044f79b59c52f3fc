"""The door of calendar programs: feeds and files, and the pages that tell people how to subscribe."""

from eventsvc.calendars.pages import feeds, subscribe
from eventsvc.calendars.pages.blueprint import blueprint

__all__ = ["blueprint", "feeds", "subscribe"]
