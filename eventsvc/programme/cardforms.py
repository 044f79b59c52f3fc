"""The forms about people who speak: their card, and when they are free."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import current_app
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, Field, Form, SelectField, StringField
from wtforms.validators import Optional, ValidationError

from eventsvc.accounts import meanwhile
from eventsvc.columns import snapshot
from eventsvc.errors import ChangedMeanwhile
from eventsvc.events import wall
from eventsvc.events.fields import Revision, Rows, WallTime, choices, line, mailbox, naive, prose, take, web_address
from eventsvc.events.models import Event
from eventsvc.events.words import language_name
from eventsvc.programme import contents, orcid, portraits
from eventsvc.programme.errors import BadTimes
from eventsvc.programme.models import FreeTime, Speaker
from eventsvc.programme.slots import Slot
from eventsvc.registration import countries
from eventsvc.text import one_line

_TIMES = ("starts_at", "ends_at")


def _one_line(value: str | None) -> str:
    return one_line(value or "")


def _is_orcid(_form: Any, field: Field) -> None:
    known = orcid.read(field.data)
    if known is None:
        raise ValidationError(_l("This is no ORCID iD: one of its digits is wrong. It looks like 0000-0002-1825-0097."))
    field.data = known


class LinkRow(Form):
    label = line(_l("Name of the link"), 80)
    url = web_address(_l("Address"), required=_l("give the link's address."))

    def is_written(self) -> bool:
        return bool(self.label.data or self.url.data)


class SpeakerForm(FlaskForm):
    """A speaker's card, as every event shows it; organisers and the speaker themself fill in the same."""

    revision = Revision()
    name = line(_l("Name"), 200, required=_l("Give a name."), render_kw={"autocomplete": "off"})
    affiliation = line(_l("Affiliation"), 200)
    country = SelectField(_l("Country"))
    biography = prose(_l("Biography"), 5_000)
    photo = FileField(_l("Photo"))
    drops_photo = BooleanField(_l("Take the photo away"))
    orcid = StringField(_l("ORCID iD"), [Optional(), _is_orcid], filters=[_one_line])
    links = Rows(LinkRow, _l("Links"), most=8)
    email = mailbox(_l("E-mail address"))
    language = SelectField(_l("Language of our letters"))

    def __init__(self, speaker: Speaker) -> None:
        stored = snapshot(speaker, contents.CARD)
        super().__init__(
            data={name: stored[name] for name in stored if name != "links"} | {"revision": speaker.revision}
        )
        locale = str(get_locale())
        self.country.choices = choices([("", _l("Choose")), *countries.names(locale).items()])
        languages = current_app.config["LANGUAGES"]
        self.language.choices = choices((code, language_name(code, locale)) for code in languages)
        if not self.is_submitted():
            self.links.take(stored["links"], spare=1 if stored["links"] else 2)

    def said(self) -> dict[str, Any]:
        """Return what the rule is told; of the photo only that it goes."""
        said: dict[str, Any] = {name: self[name].data or "" for name in contents.CARD if name != "links"}
        links = [{"label": row["label"] or "", "url": row["url"]} for row in self.links.rows()]
        return said | {"links": links} | ({"photo_digest": None} if self.drops_photo.data else {})

    def sent_photo(self) -> bytes:
        """Return the photo that was sent, or nothing."""
        return self.photo.data.read(portraits.MOST_BYTES + 1) if self.photo.data else b""

    def take_over(self, refused: ChangedMeanwhile, speaker: Speaker) -> None:
        """Take over what somebody else saved meanwhile, wherever you wrote nothing; what you typed stays."""
        for name, value in refused.theirs.items():
            if name in refused.yours or name not in self:
                continue
            if name == "links":
                self.links.take(value)
            else:
                take(self[name], value)
        take(self.revision, speaker.revision)


def side_by_side(form: SpeakerForm, refused: ChangedMeanwhile) -> list[dict[str, str]]:
    """Return what somebody else saved of a card beside what was typed, for the page to show."""

    def said(name: str, value: Any) -> str:
        if name in {"country", "language"}:
            return next((str(choice.label) for choice in form[name].choices if choice.value == value), "")
        if name == "links":
            return ", ".join(f"{link['label']} {link['url']}".strip() for link in value)
        return _("another photo") if name == "photo_digest" else str(value)

    labels = {name: str(form[name].label.text) for name in contents.CARD} | {"photo_digest": str(form.photo.label.text)}
    return meanwhile.side_by_side(
        refused, label=labels.__getitem__, said=said, kept=_("not changed; theirs is taken over")
    )


class TimeRow(Form):
    starts_at = WallTime(_l("From"))
    ends_at = WallTime(_l("Until"))

    def is_written(self) -> bool:
        return any(field.data or any(field.raw_data or ()) for field in (self.starts_at, self.ends_at))


class TimesForm(FlaskForm):
    """When somebody is free at an event, as its clock shows it."""

    times = Rows(TimeRow, _l("Times when you are free"), most=20)

    def __init__(self, event: Event, free: Sequence[FreeTime]) -> None:
        super().__init__()
        self._zone = event.timezone
        if not self.is_submitted():
            rows = [{name: naive(wall.clock(getattr(time, name), self._zone)) for name in _TIMES} for time in free]
            self.times.take(rows, spare=2 if rows else 3)

    def said(self) -> list[Slot]:
        """Return the slots. Raises BadTimes for half a time and one that ends before it begins, and SkippedHour."""
        return [self._slot(number, row) for number, row in enumerate(self.times.rows(), 1)]

    def _slot(self, number: int, row: dict[str, Any]) -> Slot:
        starts_at, ends_at = (wall.moment(row[name], self._zone) if row[name] else None for name in _TIMES)
        if starts_at is None or ends_at is None or ends_at <= starts_at:
            raise BadTimes(number)
        return Slot(starts_at, ends_at)
