"""Building a programme: sessions in their slots, rooms, tracks, and the people who speak; and publishing it.

What organisers change is a draft until they publish it, and so are calendars. Like every act on an event these pass its
turnstile, so that two organisers never write beside each other. What would put a room or a person in two places at once
is refused, unless it is accepted.
"""

from eventsvc.programme.rules.clashes import ANYWAY, accept_clashes, withdraw_acceptance
from eventsvc.programme.rules.days import copy_day, move_block, shift_after, swap
from eventsvc.programme.rules.publishing import publish
from eventsvc.programme.rules.sessions import (
    add_session,
    cancel_session,
    delete_session,
    edit_session,
    move,
    restore_session,
    unschedule,
)
from eventsvc.programme.rules.things import add_room, add_track, edit_room, edit_speaker, edit_track, remove

__all__ = [
    "ANYWAY",
    "accept_clashes",
    "add_room",
    "add_session",
    "add_track",
    "cancel_session",
    "copy_day",
    "delete_session",
    "edit_room",
    "edit_session",
    "edit_speaker",
    "edit_track",
    "move",
    "move_block",
    "publish",
    "remove",
    "restore_session",
    "shift_after",
    "swap",
    "unschedule",
    "withdraw_acceptance",
]
