"""The form of an import: what was pasted or sent, how its columns are meant, and what was agreed to."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField

from eventsvc.events.fields import take
from eventsvc.programme.formats import files
from eventsvc.programme.formats.layouts import Layout
from eventsvc.programme.prospect import Prospect
from eventsvc.tableforms import TableForm


class ImportForm(TableForm):
    """A programme that comes as a table or a file, and what was agreed to of what it would do."""

    leaves_out = BooleanField(_l("Leave out what cannot be read, and take the rest"))
    takes_out = BooleanField(_l("Take out the sessions that are not in the file"))
    accepts_clashes = BooleanField(_l("Take it anyway: these clashes may stand"))
    accepts = HiddenField()
    seen = HiddenField()

    def text_of(self, data: bytes) -> str:
        return files.text_of(data)

    def agreed_to(self) -> frozenset[str]:
        """Return the keys of the clashes that were shown, where they may stand."""
        return frozenset(str(self.accepts.data or "").split() if self.accepts_clashes.data else ())

    def show(self, laid: Layout | None, coming: Prospect | None) -> None:
        """Let the form carry what the next look is compared with."""
        self.keep(laid)
        take(self.seen, coming.found.digest if coming else "")
        keys = coming.keys if coming else frozenset()
        if not keys <= self.agreed_to():
            # What was not among them when it was agreed to is to be agreed to as well.
            take(self.accepts_clashes, False)
        take(self.accepts, " ".join(sorted(keys)))
