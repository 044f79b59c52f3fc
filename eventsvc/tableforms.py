"""The form by which a table comes: pasted or sent, with what its columns hold corrected by hand."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import HiddenField, TextAreaField

from eventsvc.events.fields import take
from eventsvc.tables.layouts import Layout
from eventsvc.tables.rows import MOST_BYTES

MOST_TYPED = MOST_BYTES + 1024 * 1024
# The file, and the text of the one before it, and the rest of the form.
MOST_SENT = MOST_BYTES + MOST_TYPED


class TableForm(FlaskForm):
    """A table's text stays in the form from look to look, so that nothing is kept between them on any server."""

    text = TextAreaField(_l("Table"))
    file = FileField(_l("File"))
    laid = HiddenField()

    _pasted = ""

    def text_of(self, data: bytes) -> str:
        """Return the text that a file is, of what is read here. Raises Unreadable."""
        raise NotImplementedError

    def sent(self) -> str:
        """Return the text that was pasted, or that of the file that was sent. Raises Unreadable."""
        if self.file.data:
            with closing(self.file.data) as file:
                text = self.text_of(file.read(MOST_BYTES + 1))
            self._pasted = str(self.text.data or "")
            take(self.text, text)
            return text
        return str(self.text.data or "")

    def give_back(self) -> None:
        """Show what was pasted again where the file beside it could not be read; nothing that is typed is lost."""
        if self._pasted.strip():
            take(self.text, self._pasted)

    def columns(self, laid: Layout[Any] | None) -> list[str]:
        """Return what somebody says that the columns hold; nothing where that was said of another table."""
        if laid is None or self.file.data or self.laid.data != laid.digest:
            return []
        return [request.form.get(f"column-{number}", "") for number in range(1, len(laid.columns) + 1)]

    def keep(self, laid: Layout[Any] | None) -> None:
        """Let the form carry of which table the columns are that it shows."""
        take(self.laid, laid.digest if laid else "")
