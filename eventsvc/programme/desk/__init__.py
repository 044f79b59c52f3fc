"""The door for organisers to programmes: what is on, when, where and with whom."""

from eventsvc.programme.desk.programme import blueprint

__all__ = ["blueprint"]
