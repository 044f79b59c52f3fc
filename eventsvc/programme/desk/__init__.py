"""The door for organisers to programmes: what is on, from and to files, clashes, and letting the public see it."""

from eventsvc.programme.desk import card, clashes, exports, imports, publishing, sessions, speakers
from eventsvc.programme.desk.programme import blueprint

__all__ = ["blueprint", "card", "clashes", "exports", "imports", "publishing", "sessions", "speakers"]
