"""The life of a registration: register, wait, move up, cancel, be forgotten.

Every act first holds the event's turnstile, then reads again, then looks, then writes; what is slow is done before.
Doors commit, and so let the next one in.
"""

from eventsvc.registration.rules.choosing import carry_over, choose, unchoose
from eventsvc.registration.rules.correcting import correct
from eventsvc.registration.rules.importing import Look, look, take_list
from eventsvc.registration.rules.leaving import cancel, erase
from eventsvc.registration.rules.linking import (
    LINK_EVERY,
    remind,
    replace_feed_link,
    replace_manage_link,
    send_link,
)
from eventsvc.registration.rules.registering import register
from eventsvc.registration.rules.serving import promote, serve_list
from eventsvc.registration.rules.workshops import serve_sessions

__all__ = [
    "LINK_EVERY",
    "Look",
    "cancel",
    "carry_over",
    "choose",
    "correct",
    "erase",
    "look",
    "promote",
    "register",
    "remind",
    "replace_feed_link",
    "replace_manage_link",
    "send_link",
    "serve_list",
    "serve_sessions",
    "take_list",
    "unchoose",
]
