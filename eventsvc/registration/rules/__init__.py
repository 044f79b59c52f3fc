"""The life of a registration: register, wait, move up, cancel, be forgotten.

Every act first holds the event's turnstile, then reads again, then looks, then writes; what is slow is done before.
Doors commit, and so let the next one in.
"""

from eventsvc.registration.rules.codes import add_code, stop_code
from eventsvc.registration.rules.correcting import correct
from eventsvc.registration.rules.leaving import cancel, erase
from eventsvc.registration.rules.linking import (
    LINK_EVERY,
    remind,
    replace_feed_link,
    replace_manage_link,
    send_link,
)
from eventsvc.registration.rules.paying import Marked, mark_payment, mark_payments, weigh
from eventsvc.registration.rules.registering import register
from eventsvc.registration.rules.serving import promote, serve_list
from eventsvc.registration.rules.switching import Switched, switch, withdraw_wish
from eventsvc.registration.rules.types import (
    add_type,
    begin_with,
    delete_type,
    edit_type,
    is_used,
    move_type,
    order_types,
    retire_type,
)

__all__ = [
    "LINK_EVERY",
    "Marked",
    "Switched",
    "add_code",
    "add_type",
    "begin_with",
    "cancel",
    "correct",
    "delete_type",
    "edit_type",
    "erase",
    "is_used",
    "mark_payment",
    "mark_payments",
    "move_type",
    "order_types",
    "promote",
    "register",
    "remind",
    "replace_feed_link",
    "replace_manage_link",
    "retire_type",
    "send_link",
    "serve_list",
    "stop_code",
    "switch",
    "weigh",
    "withdraw_wish",
]
