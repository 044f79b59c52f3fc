"""The door of calendar programs: feeds and files, and the pages that tell people how to subscribe."""

from eventsvc.calendars.pages.feeds import blueprint

__all__ = ["blueprint"]
