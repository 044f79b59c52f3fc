"""The desk's pages about events: the list, a new one, the overview with its acts, the form."""

from eventsvc.events.desk import acts, editing, listing, overview
from eventsvc.events.desk.blueprint import blueprint

__all__ = ["acts", "blueprint", "editing", "listing", "overview"]
