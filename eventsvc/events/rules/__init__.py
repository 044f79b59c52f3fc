"""The life of an event: made from its kind, edited, published, cancelled, archived; and the link to its draft.

Every act holds the event's turnstile and reads again before it looks: nobody edits or counts beside it.
"""

from eventsvc.events.rules.checking import is_over, missing, wrong_times
from eventsvc.events.rules.drafts import delete_draft, is_deletable, known_preview_link, preview_link, stop_preview
from eventsvc.events.rules.editing import create, edit
from eventsvc.events.rules.holding import Done
from eventsvc.events.rules.publishing import archive, cancel, publish

__all__ = [
    "Done",
    "archive",
    "cancel",
    "create",
    "delete_draft",
    "edit",
    "is_deletable",
    "is_over",
    "known_preview_link",
    "missing",
    "preview_link",
    "publish",
    "stop_preview",
    "wrong_times",
]
