"""The door for organisers to programmes: what is on, when, where and with whom; and letting the public see it."""

from eventsvc.programme.desk import clashes, publishing, sessions
from eventsvc.programme.desk.programme import blueprint

__all__ = ["blueprint", "clashes", "publishing", "sessions"]
