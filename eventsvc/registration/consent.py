"""What people agree to when they register."""

from __future__ import annotations

from flask_babel import gettext as _

# Raised with every change in the sense of `text`; stored with the registration that agreed to it.
VERSION = "2026-11"


def text(office: str) -> str:
    """Return the sentence beside the box to tick."""
    return str(
        _("%(office)s may use what I wrote above to organise this event and to write to me about it.", office=office)
    )
