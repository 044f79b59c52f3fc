"""The door to programmes for everybody: by day, one session, the people who speak, what changed."""

from eventsvc.programme.pages import changes, files, programme, sessions, speakers
from eventsvc.programme.pages.blueprint import blueprint

__all__ = ["blueprint", "changes", "files", "programme", "sessions", "speakers"]
