"""The door for organisers to programmes: what is on, when, where and with whom; from files, and to files."""

from eventsvc.programme.desk import exports, imports
from eventsvc.programme.desk.programme import blueprint

__all__ = ["blueprint", "exports", "imports"]
