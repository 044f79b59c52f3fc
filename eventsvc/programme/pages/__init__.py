"""The door to programmes for everybody: by day, one session, the people who speak."""

from eventsvc.programme.pages import programme, sessions, speakers
from eventsvc.programme.pages.blueprint import blueprint

__all__ = ["blueprint", "programme", "sessions", "speakers"]
