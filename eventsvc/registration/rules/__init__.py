"""The life of a registration: register, wait, be offered a place, move up, hand it on, cancel, be forgotten.

Every act first holds the event's turnstile, then reads again, then looks, then writes; what is slow is done before.
Doors commit, and so let the next one in.
"""

from eventsvc.registration.rules.arranging import (
    add_section,
    edit_section,
    move_question,
    remove_section,
    shift_question,
    shift_section,
)
from eventsvc.registration.rules.asking import ask_registered, forget_answers, lacking, start_form
from eventsvc.registration.rules.choosing import carry_over, choose, unchoose, undo_unchoose
from eventsvc.registration.rules.codes import add_code, stop_code
from eventsvc.registration.rules.correcting import correct
from eventsvc.registration.rules.grouping import Contact, register_group
from eventsvc.registration.rules.handing import hand_over
from eventsvc.registration.rules.holding import is_ahead, is_over
from eventsvc.registration.rules.importing import Look, look, take_list
from eventsvc.registration.rules.inviting import Terms, forget_guests, invite, invite_again, withdraw_invitation
from eventsvc.registration.rules.leaving import cancel, erase
from eventsvc.registration.rules.linking import (
    LINK_EVERY,
    remind,
    replace_feed_link,
    replace_manage_link,
    send_link,
)
from eventsvc.registration.rules.offering import accept
from eventsvc.registration.rules.paying import Marked, changing, mark_payment, mark_payments, weigh
from eventsvc.registration.rules.questions import (
    add_question,
    edit_question,
    remove_question,
    restore_question,
    retire_question,
)
from eventsvc.registration.rules.registering import register, rejoin
from eventsvc.registration.rules.returning import undo_cancel
from eventsvc.registration.rules.serving import promote, serve_list, settle_and_serve
from eventsvc.registration.rules.settling import due_events
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
from eventsvc.registration.rules.waiting import ask_who_stays, prioritise, stay
from eventsvc.registration.rules.workshops import serve_sessions

__all__ = [
    "LINK_EVERY",
    "Contact",
    "Look",
    "Marked",
    "Switched",
    "Terms",
    "accept",
    "add_code",
    "add_question",
    "add_section",
    "add_type",
    "ask_registered",
    "ask_who_stays",
    "begin_with",
    "cancel",
    "carry_over",
    "changing",
    "choose",
    "correct",
    "delete_type",
    "due_events",
    "edit_question",
    "edit_section",
    "edit_type",
    "erase",
    "forget_answers",
    "forget_guests",
    "hand_over",
    "invite",
    "invite_again",
    "is_ahead",
    "is_over",
    "is_used",
    "lacking",
    "look",
    "mark_payment",
    "mark_payments",
    "move_question",
    "move_type",
    "order_types",
    "prioritise",
    "promote",
    "register",
    "register_group",
    "rejoin",
    "remind",
    "remove_question",
    "remove_section",
    "replace_feed_link",
    "replace_manage_link",
    "restore_question",
    "retire_question",
    "retire_type",
    "send_link",
    "serve_list",
    "serve_sessions",
    "settle_and_serve",
    "shift_question",
    "shift_section",
    "start_form",
    "stay",
    "stop_code",
    "switch",
    "take_list",
    "unchoose",
    "undo_cancel",
    "undo_unchoose",
    "weigh",
    "withdraw_invitation",
    "withdraw_wish",
]
