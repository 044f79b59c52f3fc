"""The desk's pages about calendars: one's own, and who listens to a feed."""

from eventsvc.calendars.desk import listeners, mine
from eventsvc.calendars.desk.blueprint import blueprint

__all__ = ["blueprint", "listeners", "mine"]
