"""The door to programmes for everybody: by day, one session, the people who speak."""

from eventsvc.programme.pages.programme import blueprint

__all__ = ["blueprint"]
