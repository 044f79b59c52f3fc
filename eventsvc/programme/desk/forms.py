"""The form of an import: what was pasted or sent, how its columns are meant, and what was agreed to."""

from __future__ import annotations

import hashlib
from contextlib import closing
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, TextAreaField

from eventsvc.events.fields import take
from eventsvc.programme.formats import files
from eventsvc.programme.formats.layouts import Layout
from eventsvc.programme.formats.plan import MOST_BYTES
from eventsvc.programme.prospect import Prospect

_LAID = "laid"


class ImportForm(FlaskForm):
    """A file's text stays in the form from look to look, so that nothing is kept between them on any server."""

    text = TextAreaField(_l("Table"))
    file = FileField(_l("File"))
    leaves_out = BooleanField(_l("Leave out what cannot be read, and take the rest"))
    takes_out = BooleanField(_l("Take out the sessions that are not in the file"))
    accepts_clashes = BooleanField(_l("Take it anyway: these clashes may stand"))
    accepts = HiddenField()
    seen = HiddenField()
    laid = HiddenField()

    _pasted = ""

    def sent(self) -> str:
        """Return the text that was pasted, or that of the file that was sent. Raises Unreadable."""
        if self.file.data:
            with closing(self.file.data) as file:
                text = files.text_of(file.read(MOST_BYTES + 1))
            self._pasted = str(self.text.data or "")
            take(self.text, text)
            return text
        return str(self.text.data or "")

    def give_back(self) -> None:
        """Show what was pasted again where the file beside it could not be read; nothing that is typed is lost."""
        if self._pasted.strip():
            take(self.text, self._pasted)

    def columns(self, laid: Layout | None) -> list[str]:
        """Return what somebody says that the columns hold; nothing where that was said of another table."""
        if laid is None or self.file.data or self.laid.data != digest(laid):
            return []
        return [request.form.get(f"column-{number}", "") for number in range(1, len(laid.columns) + 1)]

    def agreed_to(self) -> frozenset[str]:
        """Return the keys of the clashes that were shown, where they may stand."""
        return frozenset(str(self.accepts.data or "").split() if self.accepts_clashes.data else ())

    def show(self, laid: Layout | None, coming: Prospect | None) -> None:
        """Let the form carry what the next look is compared with."""
        take(self.laid, digest(laid) if laid else "")
        take(self.seen, coming.found.digest if coming else "")
        keys = coming.keys if coming else frozenset()
        if not keys <= self.agreed_to():
            # What was not among them when it was agreed to is to be agreed to as well.
            take(self.accepts_clashes, False)
        take(self.accepts, " ".join(sorted(keys)))


def digest(laid: Layout) -> str:
    """Tell one table's headings from those of another."""
    told: Any = (laid.headings, laid.head)
    return hashlib.sha256(repr(told).encode("utf-8", "replace")).hexdigest()[:16]
