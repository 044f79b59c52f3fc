"""The forms about a programme: a session, a room, a track."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any, Self

import sqlalchemy as sa
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Form, SelectField, SelectMultipleField

from eventsvc.errors import ChangedMeanwhile
from eventsvc.events import wall
from eventsvc.events.errors import SkippedHour
from eventsvc.events.fields import Revision, Rows, WallTime, Whole, choices, line, naive, prose, take, web_address
from eventsvc.events.models import Event
from eventsvc.events.words import language_name
from eventsvc.extensions import db
from eventsvc.programme import colours, contents
from eventsvc.programme.models import Room, Session, SessionKind, SpeakerRole, Track
from eventsvc.programme.vacancies import Vacancy
from eventsvc.programme.words import SESSION_KINDS, SPEAKER_ROLES

_TIMES = ("starts_at", "ends_at")
_MORNING = time(9)
_COLOURS = (
    _l("petrol"), _l("brick"), _l("moss"), _l("plum"), _l("slate"), _l("ochre"),
    _l("azure"), _l("ruby"), _l("violet"), _l("emerald"), _l("fuchsia"), _l("umber"),
)  # fmt: skip
_LANGUAGES = ("en", "nl", "de", "fr", "es", "it", "pt")


class SpeakerRow(Form):
    name = line(_l("Name"), 200, required=_l("give the speaker's name."))
    affiliation = line(_l("Affiliation"), 200)
    role = SelectField(_l("Role"), choices=choices((role.value, SPEAKER_ROLES[role]) for role in SpeakerRole))

    def is_written(self) -> bool:
        return bool(self.name.data or self.affiliation.data)


class SessionForm(FlaskForm):
    """One session; times as the clock at the event shows them."""

    revision = Revision()
    title = line(_l("Title"), 300, required=_l("Give the session a title."))
    kind = SelectField(_l("Kind"), choices=choices((kind.value, SESSION_KINDS[kind]) for kind in SessionKind))
    starts_at = WallTime(_l("Begins"))
    ends_at = WallTime(_l("Ends"))
    room_id = SelectField(_l("Room"), coerce=int)
    further_rooms = SelectMultipleField(_l("Further rooms"), coerce=int)
    track_id = SelectField(_l("Track"), coerce=int)
    parent_id = SelectField(_l("Part of"), coerce=int)
    capacity = Whole(_l("Seats"), 1, 100_000)
    language = SelectField(_l("Language"))
    abstract = prose(_l("Abstract"))
    speakers = Rows(SpeakerRow, _l("Speakers"))
    slides_url = web_address(_l("Slides"))
    recording_url = web_address(_l("Recording"))
    is_hidden = BooleanField(_l("Hidden: only organisers see it"))

    def __init__(self, event: Event, session: Session | None = None, *, like: Session | None = None) -> None:
        self._event, self._session = event, session
        stored = contents.of(session) if session else _begun(like)
        super().__init__(data=_written(stored, event.timezone) | {"revision": session.revision if session else 0})
        self._moments: dict[str, datetime | None] = {}
        rooms = _named(Room, event)
        self.room_id.choices = choices([(0, _l("to follow")), *rooms])
        self.further_rooms.choices = choices(rooms)
        self.parent_id.choices = choices([(0, _l("none")), *_blocks(event, session)])
        self.track_id.choices = choices([(0, _l("none")), *_named(Track, event)])
        names = [(code, language_name(code, str(get_locale()))) for code in _LANGUAGES]
        self.language.choices = choices([("", _l("as the event")), *names])
        if not self.is_submitted():
            self.speakers.take(stored["speakers"])

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = super().validate(extra_validators=extra_validators)
        for name in _TIMES:
            is_valid = self._read(name) and is_valid
        return is_valid

    def said(self) -> dict[str, Any]:
        """Return what the rules are told."""
        own = {name: self[name].data for name in contents.COLUMNS if name in self and name not in _TIMES}
        return (
            own
            | self._moments
            | {
                "room_id": self.room_id.data or None,
                "track_id": self.track_id.data or None,
                "parent_id": self.parent_id.data or None,
                "further_rooms": sorted(set(self.further_rooms.data or ()) - {self.room_id.data}),
                "language": self.language.data or None,
                "speakers": self.speakers.rows(),
            }
        )

    def take_slot(self, vacancy: str) -> None:
        """Fill in a slot that was offered, as `offered` wrote it; what cannot be read is passed over."""
        moments, _comma, room = vacancy.rpartition(",")
        try:
            starts_at, ends_at = (datetime.fromisoformat(moment) for moment in moments.split("/"))
            if starts_at.tzinfo is None or ends_at.tzinfo is None:
                return
            shown = [naive(wall.clock(moment, self._event.timezone)) for moment in (starts_at, ends_at)]
        except (ValueError, OverflowError):
            return
        for name, at in zip(_TIMES, shown, strict=True):
            take(self[name], at)
        if room.isdecimal() and len(room) < 10 and int(room) in [choice.value for choice in self.room_id.choices]:
            take(self.room_id, int(room))

    def take_day(self, on: date) -> None:
        """Fill in that it begins on a day, at the hour at which the event begins."""
        event = self._event
        has_hour = event.starts_at is not None and not event.is_all_day
        hour = wall.clock(event.starts_at, event.timezone).time() if has_hour and event.starts_at else _MORNING
        take(self[_TIMES[0]], datetime.combine(on, hour))

    def take_over(self, refused: ChangedMeanwhile, session: Session) -> None:
        """Take over what somebody else saved meanwhile, wherever you wrote nothing; what you typed stays."""
        untouched = {name: value for name, value in refused.theirs.items() if name not in refused.yours}
        shown = _written(contents.of(session) | untouched, self._event.timezone)
        for name in untouched:
            if name == "speakers":
                self.speakers.take(untouched["speakers"])
            else:
                take(self[name], shown[name])
        take(self.revision, session.revision)

    def _read(self, name: str) -> bool:
        field = self[name]
        if field.errors:
            return False
        try:
            self._moments[name] = wall.moment(field.data, self._event.timezone) if field.data else None
        except SkippedHour as refused:
            field.errors = [*field.errors, refused.sentence]
            return False
        return True


def offered(vacancy: Vacancy) -> str:
    """Write a vacant slot in one line, for a button or an address."""
    room = vacancy.rooms[0].id if vacancy.rooms else 0
    return f"{_instant(vacancy.slot.starts_at)}/{_instant(vacancy.slot.ends_at)},{room}"


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%MZ}"


class _Named(FlaskForm):
    """One of several small forms on a page; a prefix keeps their fields apart."""

    prefix = ""

    @classmethod
    def of(cls, thing: Room | Track | None) -> Self:
        """Return the form as it was sent, or about a thing."""
        return cls(obj=thing, prefix=cls.prefix)

    @classmethod
    def empty(cls) -> Self:
        """Return the form with nothing in it, whatever was sent."""
        return cls(formdata=None, prefix=cls.prefix)

    def said(self) -> dict[str, Any]:
        """Return what the rule is told."""
        return {field.short_name: field.data for field in self if field.short_name != "csrf_token"}


class RoomForm(_Named):
    prefix = "room"
    name = line(_l("Name"), 120, required=_l("Give the room a name."))
    capacity = Whole(_l("Seats"), 1, 100_000)


class TrackForm(_Named):
    prefix = "track"
    name = line(_l("Name"), 120, required=_l("Give the track a name."))
    colour = SelectField(_l("Colour"), coerce=int, choices=choices(enumerate(_COLOURS, 1)))

    @classmethod
    def beside(cls, tracks: Iterable[Track]) -> Self:
        """Return the form for another track, with a colour that is free."""
        form = cls.empty()
        (form.colour.data,) = colours.free(track.colour for track in tracks)
        return form


def _begun(like: Session | None) -> dict[str, Any]:
    """Begin a new session after another: right after it, in the same room and track."""
    begun: dict[str, Any] = dict.fromkeys(contents.COLUMNS, None) | {
        "kind": SessionKind.TALK.value,
        "speakers": [],
        "further_rooms": [],
    }
    if like is None:
        return begun
    begins = like.ends_at.isoformat() if like.ends_at else None
    return begun | {"room_id": like.room_id, "track_id": like.track_id, "starts_at": begins}


def _written(stored: dict[str, Any], timezone: str) -> dict[str, Any]:
    """Write what is stored as the form shows it."""
    shown = {name: value for name, value in stored.items() if name != "speakers"}
    for name in _TIMES:
        at = datetime.fromisoformat(stored[name]) if stored[name] else None
        shown[name] = naive(wall.clock(at, timezone)) if at else None
    nothing = {name: stored[name] or 0 for name in ("room_id", "track_id", "parent_id")}
    return shown | nothing | {"language": stored["language"] or ""}


def _blocks(event: Event, session: Session | None) -> list[tuple[int, str]]:
    """Return what a session may be part of: any other block that is not itself a part."""
    asked = sa.select(Session.id, Session.title).where(Session.event_id == event.id, Session.parent_id.is_(None))
    if session is not None:
        asked = asked.where(Session.id != session.id)
    blocks = asked.where(Session.kind == SessionKind.BLOCK).order_by(Session.starts_at, Session.id)
    return [(number, title) for number, title in db.session.execute(blocks)]


def _named(noun: type[Room] | type[Track], event: Event) -> list[tuple[int, str]]:
    asked = sa.select(noun.id, noun.name).where(noun.event_id == event.id).order_by(noun.position, noun.name)
    return [(number, name) for number, name in db.session.execute(asked)]
