"""The life of a registration: register, wait, be offered a place, move up, hand it on, cancel, be forgotten.

Every act first holds the event's turnstile, then reads again, then looks, then writes; what is slow is done before.
Doors commit, and so let the next one in.
"""

from eventsvc.registration.rules.correcting import correct
from eventsvc.registration.rules.handing import hand_over
from eventsvc.registration.rules.leaving import cancel, erase
from eventsvc.registration.rules.linking import (
    LINK_EVERY,
    remind,
    replace_feed_link,
    replace_manage_link,
    send_link,
)
from eventsvc.registration.rules.offering import accept
from eventsvc.registration.rules.registering import register, rejoin
from eventsvc.registration.rules.returning import undo_cancel
from eventsvc.registration.rules.serving import promote, serve_list, settle_and_serve
from eventsvc.registration.rules.settling import due_events
from eventsvc.registration.rules.waiting import ask_who_stays, prioritise, stay

__all__ = [
    "LINK_EVERY",
    "accept",
    "ask_who_stays",
    "cancel",
    "correct",
    "due_events",
    "erase",
    "hand_over",
    "prioritise",
    "promote",
    "register",
    "rejoin",
    "remind",
    "replace_feed_link",
    "replace_manage_link",
    "send_link",
    "serve_list",
    "settle_and_serve",
    "stay",
    "undo_cancel",
]
