"""Values of the audit log, told to people."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from eventsvc import when

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00")
_LONGEST = 300


def value(said: Any, timezone: str, locale: str) -> str:
    """Write a plain value for people: moments on the clock of `timezone`, nothing as "nothing", long texts cut."""
    if said is None or said == "" or said == [] or said == {}:
        return _("nothing")
    if isinstance(said, bool):
        return _("yes") if said else _("no")
    if isinstance(said, Mapping):
        return ", ".join(str(part) for part in said.values() if part not in (None, ""))
    if isinstance(said, list):
        return "; ".join(value(part, timezone, locale) for part in said)
    if isinstance(said, str) and _MOMENT.fullmatch(said):
        return when.moment(datetime.fromisoformat(said), timezone, locale)
    text = str(said)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
