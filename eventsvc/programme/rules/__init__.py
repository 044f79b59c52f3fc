"""Building a programme: sessions in their slots, rooms, tracks, and the people who speak; and publishing it.

What organisers change is a draft until they publish it, and so are calendars. Like every act on an event these pass its
turnstile, so that two organisers never write beside each other. What would put a room or a person in two places at once
is refused, unless it is accepted.
"""

from eventsvc.programme.accepted import ANYWAY
from eventsvc.programme.rules.clashes import accept_clashes, withdraw_acceptance
from eventsvc.programme.rules.days import copy_day, move_block, shift_after, swap
from eventsvc.programme.rules.inviting import PAUSE, Asked, hand_link, invite, is_to_be_reminded, remind
from eventsvc.programme.rules.merging import merge
from eventsvc.programme.rules.moving import move
from eventsvc.programme.rules.publishing import publish
from eventsvc.programme.rules.sessions import (
    add_session,
    cancel_session,
    delete_session,
    edit_session,
    restore_session,
    unschedule,
)
from eventsvc.programme.rules.speakers import (
    add_slides,
    answer,
    check_speaks,
    edit_card,
    edit_speaker,
    remove_slides,
    replace_card_feed,
    replace_card_link,
    set_free_times,
    stop_card_feed,
    take_card_away,
)
from eventsvc.programme.rules.things import add_room, add_track, edit_room, edit_track, remove
from eventsvc.programme.rules.undo import undo

__all__ = [
    "ANYWAY",
    "PAUSE",
    "Asked",
    "accept_clashes",
    "add_room",
    "add_session",
    "add_slides",
    "add_track",
    "answer",
    "cancel_session",
    "check_speaks",
    "copy_day",
    "delete_session",
    "edit_card",
    "edit_room",
    "edit_session",
    "edit_speaker",
    "edit_track",
    "hand_link",
    "invite",
    "is_to_be_reminded",
    "merge",
    "move",
    "move_block",
    "publish",
    "remind",
    "remove",
    "remove_slides",
    "replace_card_feed",
    "replace_card_link",
    "restore_session",
    "set_free_times",
    "shift_after",
    "stop_card_feed",
    "swap",
    "take_card_away",
    "undo",
    "unschedule",
    "withdraw_acceptance",
]
