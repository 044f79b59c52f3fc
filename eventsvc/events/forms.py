"""The forms about an event: a new one from its kind, all that can be said of it, and the sentence that cancels it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from flask_babel import get_locale, lazy_pgettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Form, HiddenField

from eventsvc import covers
from eventsvc.calendars import zones
from eventsvc.errors import ChangedMeanwhile
from eventsvc.events import contents, wall, words
from eventsvc.events.errors import SkippedHour
from eventsvc.events.fields import (
    Choice,
    Day,
    OneOf,
    Revision,
    Rows,
    WallTime,
    Whole,
    choices,
    line,
    mailbox,
    naive,
    prose,
    take,
    web_address,
)
from eventsvc.events.kinds import PLANS
from eventsvc.events.models import Event, Kind, LinkKind, Mode, PartnerRole
from eventsvc.registration import countries

LANGUAGES = ("en", "nl", "de", "fr", "es", "it", "pt")
MOST_PLACES = 100_000
_TIMES = ("starts_at", "ends_at", "registration_opens_at", "registration_closes_at", "changes_close_at")
LONGEST_HOURS = 14 * 24
_VENUE = ("name", "street", "postcode", "city", "country", "map_url")


class NewEventForm(FlaskForm):
    """As little as an event can begin with: what it is, what it is called, and when, if that is known."""

    kind = OneOf(
        _l("Kind"),
        required=_l("Choose what kind of event it is."),
        coerce=Kind,
        choices=choices(words.KINDS.items()),
    )
    title = line(_l("Title"), 200, required=_l("Give it a title; you can change it later."))
    starts_on = Day(_l("First day"))
    timezone = Choice(_l("Time zone"))

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.timezone.choices = choices((name, name) for name in zones.offered())

    def said(self) -> dict[str, Any]:
        """Return what `rules.create` is told: with a first day, the hours of the kind's plan."""
        said = {name: self[name].data for name in ("kind", "title", "timezone")}
        if self.starts_on.data is None:
            return said
        plan = PLANS[self.kind.data]
        starts, ends = (wall.moment(shown, self.timezone.data) for shown in plan.span(self.starts_on.data))
        closes = plan.registration_closes_before
        return said | {
            "starts_at": starts,
            "ends_at": ends,
            "registration_closes_at": starts - closes if closes else None,
        }


class PartnerRow(Form):
    name = line(_l("Name"), 200, required=_l("give the partner's name."))
    role = Choice(_l("Role"), choices=choices((role.value, words.PARTNER_ROLES[role]) for role in PartnerRole))
    url = web_address(_l("Web address"))

    def is_written(self) -> bool:
        return bool(self.name.data or self.url.data)


class LinkRow(Form):
    kind = Choice(_l("What"), choices=choices((kind.value, words.LINKS[kind]) for kind in LinkKind))
    label = line(_l("Name"), 200)
    url = web_address(_l("Web address"), required=_l("give the web address."))
    language = Choice(_l("Language"), choices=[])

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.language.choices = choices([("", _l("as the event")), *_languages()])

    def is_written(self) -> bool:
        return bool(self.label.data or self.url.data)


class EventForm(FlaskForm):
    """Everything an organiser can say of an event, on one page.

    Times are typed as the clock at the event shows them. Field names are those of `contents.ALL`; the venue's columns
    stand by themselves, as `venue_name` and so on.
    """

    revision = Revision()
    title = line(_l("Title"), 200, required=_l("Give the event a title."))
    kind = Choice(_l("Kind"), choices=choices((kind.value, words.KINDS[kind]) for kind in Kind))
    mode = Choice(_l("On site or online"), choices=choices((mode.value, words.MODES[mode]) for mode in Mode))
    language = Choice(_l("Language"))
    series = line(lazy_pgettext("one", "Series"), 200)
    summary = prose(_l("Summary"), 500)
    description = prose(_l("Description"))

    timezone = Choice(_l("Time zone"))
    is_all_day = BooleanField(_l("Whole days, without hours"))
    starts_at = WallTime(_l("Begins"))
    ends_at = WallTime(_l("Ends"))

    venue_name = line(_l("Building"), 200)
    room = line(_l("Room"), 200)
    venue_street = line(_l("Street and number"), 200)
    venue_postcode = line(_l("Postcode"), 20)
    venue_city = line(_l("Town"), 120)
    venue_country = Choice(_l("Country"))
    venue_map_url = web_address(_l("Link to a map"))
    join_url = web_address(_l("Link to join online"))

    accepts_registrations = BooleanField(_l("People register here"))
    registration_opens_at = WallTime(_l("Registration opens"))
    registration_closes_at = WallTime(_l("Registration closes"))
    capacity = Whole(_l("Places"), 0, MOST_PLACES)
    has_waiting_list = BooleanField(_l("Keep a waiting list when it is full"))
    is_list_stopped = BooleanField(_l("Stop the waiting list: nobody moves up or is added"))
    offer_hours = Whole(_l("Hours to take an offered place"), 1, LONGEST_HOURS)
    proof_hours = Whole(_l("Hours to prove an address"), 1, LONGEST_HOURS)
    changes_close_at = WallTime(_l("People change by themselves until"))
    accepts_groups = BooleanField(_l("One person may register several"))
    retention_days = Whole(_l("Days until people's data are deleted"), 1, 3650)

    costs = line(_l("What it costs"), 200)
    audience = prose(_l("Who it is for"))
    benefits = prose(_l("What people take home"))
    accessibility = prose(_l("Accessibility"))
    contact_name = line(_l("Who answers questions"), 200)
    contact_email = mailbox(_l("Their e-mail address"))
    partners = Rows(PartnerRow, _l("Partners"))
    links = Rows(LinkRow, _l("What remains"))

    slug = line(_l("Address"), 120, required=_l("Give the page an address."))
    is_unlisted = BooleanField(_l("Unlisted: only those with the link find it"))
    palette = Choice(_l("Colours of the cover"))
    attendance_note = line(_l("Who was there"), 200)
    tells_people = BooleanField(_l("Tell people"), default=True)

    def __init__(self, event: Event) -> None:
        super().__init__(data=_written(contents.of(event), event.revision))
        self._event = event
        self._moments: dict[str, datetime | None] = {}
        zone = event.timezone
        self.timezone.choices = choices((name, name) for name in dict.fromkeys((zone, *zones.offered())))
        self.language.choices = choices(_languages(event.language))
        self.venue_country.choices = choices([("", _l("Choose")), *countries.names(str(get_locale())).items()])
        self.palette.choices = choices([("", _l("as its name says")), *((name, name) for name in covers.PALETTES)])
        if not self.is_submitted():
            self._take_rows(contents.of(event))

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = super().validate(extra_validators=extra_validators)
        if not self.timezone.errors:
            for name in _TIMES:
                is_valid = self._read(name) and is_valid
        return is_valid

    def times(self) -> dict[str, datetime | None]:
        """Return the times that could be read, in pairs: of half a pair nothing can be said."""
        if self.timezone.errors:
            return {}
        pairs = (_TIMES[:2], _TIMES[2:4])
        whole = [name for pair in pairs if not any(self[name].errors for name in pair) for name in pair]
        return {name: moment for name, moment in self._spans().items() if name in whole}

    def changes(self) -> dict[str, Any]:
        """Return what `rules.edit` is told."""
        own = {name: self[name].data for name in contents.COLUMNS if name not in _TIMES}
        return (
            own
            | self._spans()
            | {
                "palette": self.palette.data or None,
                "retention_days": self.retention_days.data or self._event.retention_days,
                "series": self.series.data,
                "venue": self._venue(),
                "partners": self.partners.rows(),
                "links": self.links.rows(),
            }
        )

    def take_over(self, refused: ChangedMeanwhile) -> None:
        """Take over what somebody else saved meanwhile, wherever you wrote nothing; what you typed stays."""
        untouched = {name: value for name, value in refused.theirs.items() if name not in refused.yours}
        shown = _written(contents.of(self._event) | untouched, self._event.revision)
        for name in (*untouched, *(f"venue_{part}" for part in _VENUE if "venue" in untouched)):
            if name in self and not isinstance(self[name], Rows):
                take(self[name], shown[name])
        self._take_rows(untouched)
        take(self.revision, self._event.revision)

    def _take_rows(self, stored: Mapping[str, Any]) -> None:
        for name in ("partners", "links"):
            if name in stored:
                self[name].take(stored[name])

    def _read(self, name: str) -> bool:
        field = self[name]
        if field.errors:
            return False
        try:
            self._moments[name] = wall.moment(field.data, self.timezone.data) if field.data else None
        except SkippedHour as refused:
            if not (self.is_all_day.data and name in {"starts_at", "ends_at"}):
                field.errors = [*field.errors, refused.sentence]
                return False
        return True

    def _spans(self) -> dict[str, datetime | None]:
        starts, ends = self.starts_at.data, self.ends_at.data
        spans = {name: self._kept(name) for name in _TIMES}
        if self.is_all_day.data and starts and ends and ends.date() >= starts.date():
            spans["starts_at"], spans["ends_at"] = wall.days(starts, ends, self.timezone.data)
        return spans

    def _kept(self, name: str) -> datetime | None:
        """Leave a moment as it is, to the second, where the clock on the form still shows it."""
        stored: datetime | None = getattr(self._event, name)
        typed = self._moments.get(name)
        if stored is None or typed is None or self.timezone.data != self._event.timezone:
            return typed
        is_shown = naive(wall.clock(stored, self._event.timezone)) == self[name].data
        return stored if is_shown else typed

    def _venue(self) -> dict[str, Any] | None:
        typed = {part: self[f"venue_{part}"].data or "" for part in _VENUE}
        stored = contents.of(self._event)["venue"] or {}
        # Where the point on the map is stays known as long as the place is the same.
        is_same = all(stored.get(part) == value for part, value in typed.items())
        point = ("latitude", "longitude")
        return typed | {name: stored.get(name) if is_same else None for name in point} if any(typed.values()) else None


class CancelForm(FlaskForm):
    """What people are told when an event is cancelled; `is_sure` says that the number of letters was seen."""

    sentence = prose(_l("Your sentence to them"), 1000)
    is_sure = HiddenField()


def _written(stored: Mapping[str, Any], revision: int) -> dict[str, Any]:
    """Write what is stored as the form shows it."""
    shown = dict(stored) | {"revision": revision, "palette": stored["palette"] or ""}
    for name in _TIMES:
        at = datetime.fromisoformat(stored[name]) if stored[name] else None
        shown[name] = naive(wall.clock(at, stored["timezone"])) if at else None
    if stored["is_all_day"] and shown["ends_at"]:
        # The end is the midnight after the last day; people write the last day.
        shown["ends_at"] -= timedelta(days=1)
    shown.update({f"venue_{part}": (stored["venue"] or {}).get(part, "") for part in _VENUE})
    return {name: value for name, value in shown.items() if name not in {"partners", "links", "venue"}}


def _languages(own: str | None = None) -> list[tuple[str, str]]:
    codes = dict.fromkeys(code for code in (own, *current_app.config["LANGUAGES"], *LANGUAGES) if code)
    return [(code, words.language_name(code, str(get_locale()))) for code in codes]
