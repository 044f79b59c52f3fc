"""What can be refused to whoever brings a table."""

from __future__ import annotations

from flask_babel import gettext as _

from eventsvc.errors import Refused


class Unreadable(Refused):
    """What was pasted or sent cannot be read; `line` is where, where that can be told."""

    def __init__(self, sentence: str, *, line: int | None = None) -> None:
        where = _("Line %(line)s: %(sentence)s", line=line, sentence=sentence) if line else sentence
        super().__init__(where, field="text")
        self.line = line
