"""The lists of events: what is coming, what has been, and how many there are of each kind."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from eventsvc.events.models import Event, EventPartner, Kind, Mode, Series, Status, Venue
from eventsvc.events.standing import Places
from eventsvc.extensions import db
from eventsvc.programme.models import PublishedSession
from eventsvc.registration import standings

PAGE_LENGTH = 50
LONGEST_TEXT = 100

# The kinds as people look for them, by the word that stands in the address; schools of both seasons are one.
SHELVES: Mapping[str, tuple[Kind, ...]] = {
    "school": (Kind.SUMMER_SCHOOL, Kind.WINTER_SCHOOL),
    "webinar": (Kind.WEBINAR,),
    "symposium": (Kind.SYMPOSIUM,),
    "conference": (Kind.CONFERENCE,),
    "fair": (Kind.FAIR,),
    "course": (Kind.COURSE,),
    "community": (Kind.COMMUNITY_EVENT,),
}
SHELF_OF = {kind: shelf for shelf, kinds in SHELVES.items() for kind in kinds}
_KINDS_BY_WORD = {kind.value.replace(" ", "-"): (kind,) for kind in Kind} | dict(SHELVES)
_MODES_BY_WORD = {mode.value.replace(" ", "-"): mode for mode in Mode}
# Longer ones are no page of ours, and of five thousand digits Python makes no number at all.
_PAGE_NUMBER = re.compile(r"[0-9]{1,4}")
_NEVER_LISTED = (Status.DRAFT,)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for, as it stands in the address; a word nobody knows is passed over."""

    kind: str = ""
    series: str = ""
    mode: str = ""
    text: str = ""
    is_past: bool = False
    number: int = 1

    @property
    def is_filtered(self) -> bool:
        return bool(self.kind or self.series or self.mode or self.text)


@dataclass(frozen=True, slots=True)
class Listed:
    """An event in a list, with where it stands."""

    event: Event
    places: Places


@dataclass(frozen=True, slots=True)
class Past:
    """One page of what has been; `with_programme` are the ids of events whose programme can be read."""

    events: list[Event]
    with_programme: frozenset[int]
    total: int
    number: int

    @property
    def last(self) -> int:
        return max(1, -(-self.total // PAGE_LENGTH))


def wanted(args: Mapping[str, str]) -> Wanted:
    """Read what is wanted from the words of an address."""
    kind, mode = (_plain(args.get(name, "")) for name in ("kind", "mode"))
    number = args.get("page", "")
    return Wanted(
        kind=kind if kind in _KINDS_BY_WORD else "",
        series=args.get("series", "").replace("\0", "").strip()[:120],
        mode=mode if mode in _MODES_BY_WORD else "",
        text=" ".join(args.get("q", "").replace("\0", " ").split())[:LONGEST_TEXT],
        is_past=args.get("past", "") not in {"", "0"},
        number=max(1, int(number)) if _PAGE_NUMBER.fullmatch(number) else 1,
    )


def kinds(words: Iterable[str]) -> tuple[Kind, ...]:
    """Return the kinds that words of an address name, each once and in one order; others are passed over."""
    return tuple(sorted({kind for word in words for kind in _KINDS_BY_WORD.get(_plain(word), ())}))


def modes(words: Iterable[str]) -> tuple[Mode, ...]:
    """Return the modes that words of an address name, each once and in one order; others are passed over."""
    return tuple(sorted({_MODES_BY_WORD[word] for word in map(_plain, words) if word in _MODES_BY_WORD}))


def upcoming(wanted: Wanted, at: datetime) -> list[Listed]:
    """Return the events that have not ended, by their start; those without a date come last.

    Six queries at most, however many events there are.
    """
    events = db.session.scalars(
        _matching(sa.select(Event), wanted)
        .where(_is_coming(at))
        .options(joinedload(Event.series), joinedload(Event.venue), selectinload(Event.partners).joinedload(_partner))
        .order_by(Event.starts_at.asc().nulls_last(), Event.title)
        .limit(200)
    ).all()
    return with_places(events, at)


def with_places(events: Iterable[Event], at: datetime) -> list[Listed]:
    """Put beside each event where it stands, by one query over all seats."""
    events = list(events)
    there = standings.by_event(events, at)
    return [Listed(event, there[event.id]) for event in events]


def past(wanted: Wanted, at: datetime, *, length: int = PAGE_LENGTH) -> Past:
    """Return a page of the events that have ended, the latest first."""
    total = db.session.scalar(_matching(sa.select(sa.func.count(Event.id)), wanted).where(~_is_coming(at))) or 0
    events = db.session.scalars(
        _matching(sa.select(Event), wanted)
        .where(~_is_coming(at))
        .options(selectinload(Event.links))
        .order_by(Event.starts_at.desc().nulls_last(), Event.title)
        .limit(length)
        .offset((wanted.number - 1) * PAGE_LENGTH if wanted.is_past else 0)
    ).all()
    return Past(list(events), _with_programme(events), total, wanted.number)


def as_past(events: Sequence[Event]) -> Past:
    """Return events that were found already as one page."""
    return Past(list(events), _with_programme(events), len(events), 1)


def is_over(event: Event, at: datetime) -> bool:
    """Tell whether an event belongs to what has been."""
    return event.status is Status.ARCHIVED or (event.ends_at is not None and event.ends_at <= at)


def _plain(word: str) -> str:
    return word.strip().lower().replace(" ", "-")


def counts(wanted: Wanted, at: datetime) -> dict[str, int]:
    """Count the events of each shelf that fit all that is wanted but the kind."""
    anything = Wanted(series=wanted.series, mode=wanted.mode, text=wanted.text)
    is_coming = _is_coming(at)
    asked: Any = sa.select(Event.kind, sa.func.count(Event.id))
    rows: Iterable[Any] = db.session.execute(
        _matching(asked, anything).where(~is_coming if wanted.is_past else is_coming).group_by(Event.kind)
    )
    found = dict.fromkeys(SHELVES, 0)
    for kind, count in rows:
        found[SHELF_OF[kind]] += count
    return found


def series_with_editions() -> list[tuple[Series, int]]:
    """Return every series that has a listed event, with the number of them."""
    count = sa.func.count(Event.id)
    rows = db.session.execute(
        sa.select(Series, count).join(Event).where(_is_listed()).group_by(Series.id).order_by(Series.title)
    )
    return [(series, number) for series, number in rows]


def in_series(series: Series) -> list[Event]:
    """Return the listed editions of a series, the latest first and those without a date before them."""
    return list(
        db.session.scalars(
            sa.select(Event)
            .where(Event.series_id == series.id, _is_listed())
            .options(
                joinedload(Event.venue),
                joinedload(Event.series),
                selectinload(Event.links),
                selectinload(Event.partners).joinedload(_partner),
            )
            .order_by(Event.starts_at.desc().nulls_first(), Event.id.desc())
        )
    )


def all_listed(limit: int) -> list[Event]:
    """Return listed events, those written last first: for readers that are programs."""
    asked = sa.select(Event).where(_is_listed()).order_by(Event.updated_at.desc(), Event.id.desc()).limit(limit)
    return list(db.session.scalars(asked.options(joinedload(Event.venue))))


def newly_announced(limit: int) -> list[Event]:
    """Return listed events, those published last first."""
    order = Event.published_at.desc().nulls_last(), Event.id.desc()
    return list(db.session.scalars(sa.select(Event).where(_is_listed()).order_by(*order).limit(limit)))


_partner = EventPartner.partner


def _matching(asked: sa.Select[Any], wanted: Wanted) -> sa.Select[Any]:
    asked = asked.where(_is_listed())
    if wanted.kind:
        asked = asked.where(Event.kind.in_(_KINDS_BY_WORD[wanted.kind]))
    if wanted.mode:
        asked = asked.where(_fits(_MODES_BY_WORD[wanted.mode]))
    if wanted.series:
        asked = asked.where(Event.series.has(Series.slug == wanted.series))
    for word in wanted.text.split():
        asked = asked.where(_says(word))
    return asked


def _fits(mode: Mode) -> sa.ColumnElement[bool]:
    # A hybrid event can be joined either way.
    return Event.mode == mode if mode is Mode.HYBRID else Event.mode.in_([mode, Mode.HYBRID])


def _says(word: str) -> sa.ColumnElement[bool]:
    """Tell whether an event, its place or its series has a word; each word must be somewhere."""
    own = [column.icontains(word, autoescape=True) for column in (Event.title, Event.summary, Event.description)]
    place = [column.icontains(word, autoescape=True) for column in (Venue.name, Venue.city)]
    return sa.or_(
        *own, Event.venue.has(sa.or_(*place)), Event.series.has(Series.title.icontains(word, autoescape=True))
    )


def _is_listed() -> sa.ColumnElement[bool]:
    return sa.and_(Event.status.not_in(_NEVER_LISTED), Event.is_unlisted.is_(False))


def _is_coming(at: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(Event.status != Status.ARCHIVED, sa.or_(Event.ends_at.is_(None), Event.ends_at > at))


def _with_programme(events: Iterable[Event]) -> frozenset[int]:
    ids = [event.id for event in events]
    if not ids:
        return frozenset()
    asked = sa.select(PublishedSession.event_id).where(PublishedSession.event_id.in_(ids)).distinct()
    return frozenset(db.session.scalars(asked))
