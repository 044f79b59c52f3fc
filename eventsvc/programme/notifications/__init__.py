"""A new version of a programme, told to whoever it concerns: those who speak, and those who chose a session.

Whoever is registered and chose nothing that changes, a bystander, is told of all of it where the organiser says so.

One letter each, however many of their sessions changed, and as many statements for one person as for hundreds. Called
while the turnstile is held, when calendars say so already; the words are written when a letter is sent.
"""

from eventsvc.programme.notifications.letters import laid, published, refreshed
from eventsvc.programme.notifications.whom import Concerned, Reach, beside, concerned, first_reach, reach, tells

__all__ = [
    "Concerned",
    "Reach",
    "beside",
    "concerned",
    "first_reach",
    "laid",
    "published",
    "reach",
    "refreshed",
    "tells",
]
