"""What people are told about their registration: one function for each letter.

A letter's facts are as they are now; its words are written when it is sent. The person's own links are never among the
facts: delivery puts them in.
"""

from eventsvc.registration.notifications.asking import group_registered, invited, questions_asked, still_interested
from eventsvc.registration.notifications.minds import (
    HandingOn,
    address_changed,
    address_left,
    calendar_link,
    erased,
    link_resent,
    switched,
)
from eventsvc.registration.notifications.places import (
    accepted,
    cancelled,
    list_left,
    offer_expired,
    offered,
    promoted,
    prove_address,
    registered,
    restored,
    taken_in,
    waitlisted,
)
from eventsvc.registration.notifications.sessions import choices_changed, session_seat

__all__ = [
    "HandingOn",
    "accepted",
    "address_changed",
    "address_left",
    "calendar_link",
    "cancelled",
    "choices_changed",
    "erased",
    "group_registered",
    "invited",
    "link_resent",
    "list_left",
    "offer_expired",
    "offered",
    "promoted",
    "prove_address",
    "questions_asked",
    "registered",
    "restored",
    "session_seat",
    "still_interested",
    "switched",
    "taken_in",
    "waitlisted",
]
