"""What changed in a programme, told to people: on the clock of the event, in the language that is spoken.

The same words stand on the desk before a version is published, in the letters about it, and in the change log after.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from eventsvc import when
from eventsvc.events.words import Word
from eventsvc.programme import changes, slots
from eventsvc.programme.changes import Change, Difference, Facts
from eventsvc.programme.models import SpeakerRole
from eventsvc.programme.words import SPEAKER_ROLES

_PLACE = frozenset({Difference.TIME, Difference.LENGTH, Difference.ROOM})
_SHORT = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Told:
    """One change: a `word` for it, and the `sentences` after it that say what differs.

    `was` and `now` say when and where it was, and is, in full: `was` is empty for what is new and where neither time
    nor room differ, `now` for what does not take place. `more` are the sentences that tell what is left beside those.
    """

    public_id: str
    title: str
    word: Word
    sentences: tuple[str, ...]
    more: tuple[str, ...]
    was: str
    now: str
    is_news: bool
    is_there: bool


@dataclass(frozen=True, slots=True)
class ToldDay:
    """The changes of one day of the programme; `on` is None for what has no time."""

    on: date | None
    label: str
    changes: tuple[Told, ...]


def told(change: Change, timezone: str, locale: str) -> Told:
    """Tell one change."""
    moved = not _PLACE.isdisjoint(change.differences)
    takes_place = bool(change.now) and change.now["status"] != "cancelled"
    more = tuple(_more(change))
    return Told(
        public_id=change.public_id,
        title=change.title,
        word=_word(change),
        sentences=(*_placed(change, timezone, locale), *more),
        more=more,
        was=place(change.was, timezone, locale) if change.was and (moved or not takes_place) else "",
        now=place(change.now, timezone, locale) if takes_place else "",
        is_news=change.is_news,
        is_there=bool(change.now),
    )


def by_day(found: Iterable[Change], timezone: str, locale: str) -> tuple[ToldDay, ...]:
    """Tell many changes by the day of the programme that they concern, what has no time last."""

    def day_of(change: Change) -> date | None:
        at = _starts_at(change.now or change.was)
        return slots.day_of(at, timezone) if at else None

    def order(change: Change) -> tuple[bool, date, datetime]:
        at, on = _starts_at(change.now or change.was), day_of(change)
        noon = datetime(1970, 1, 1, 12, tzinfo=ZoneInfo("UTC"))
        return on is None, on or date.max, at or noon

    days = groupby(sorted(found, key=order), day_of)
    return tuple(
        ToldDay(on, when.on(on, locale) if on else _("Time to follow"), _all(day, timezone, locale)) for on, day in days
    )


def place(facts: Facts, timezone: str, locale: str) -> str:
    """Say when and where a session is, in full: `Sun 30 May 2027, 10:00–11:00, Aula`."""
    span = _span(facts, timezone, locale) if facts["starts_at"] else _("Time to follow")
    return ", ".join(part for part in (span, _rooms(facts)) if part)


def version(number: int, name: str, at: datetime, timezone: str, locale: str) -> str:
    """Name a version: `Version 3, “After the call”, 2 March 2027`."""
    day = f"{when.near_day(at, timezone, locale)} {at.astimezone(ZoneInfo(timezone)).year}"
    if name:
        return _("Version %(number)s, “%(name)s”, %(day)s", number=number, name=name, day=day)
    return _("Version %(number)s, %(day)s", number=number, day=day)


def _all(found: Iterable[Change], timezone: str, locale: str) -> tuple[Told, ...]:
    return tuple(told(change, timezone, locale) for change in found)


def _word(change: Change) -> Word:
    """Say in a word what happens to a session, with the mark that stands beside it."""
    if Difference.NEW in change.differences:
        return Word("open", _("New"), "ok")
    if Difference.REMOVED in change.differences:
        return Word("closed", _("Taken out"), "no")
    if Difference.CANCELLED in change.differences:
        return Word("cancelled", _("Cancelled"), "no")
    if Difference.REINSTATED in change.differences:
        return Word("confirmed", _("Takes place after all"), "ok")
    if {Difference.TIME, Difference.ROOM} & set(change.differences):
        return Word("offered", _("Moved"), "warn")
    if Difference.LENGTH in change.differences:
        return Word("offered", _("Longer") if _grows(change) else _("Shorter"), "warn")
    if Difference.SPEAKERS in change.differences:
        return Word("offered", _("Speakers"), "warn")
    if Difference.TITLE in change.differences:
        return Word("ended", _("Renamed"), "ink2")
    return Word("ended", _("Corrected"), "ink2")


def _placed(change: Change, timezone: str, locale: str) -> Iterator[str]:
    """Yield what follows the word: when and where a session is, or was to be."""
    differences = set(change.differences)
    if {Difference.NEW, Difference.REINSTATED} & differences:
        yield f"{place(change.now, timezone, locale)}."
    elif {Difference.REMOVED, Difference.CANCELLED} & differences:
        yield _("It was: %(place)s.", place=place(change.was, timezone, locale))
    elif {Difference.TIME, Difference.ROOM} & differences:
        yield f"{', '.join(_moves(change, timezone, locale))}."
    elif Difference.LENGTH in differences:
        yield _length(change, timezone)


def _more(change: Change) -> Iterator[str]:
    """Yield what else differs of a session that takes place."""
    differences = set(change.differences)
    if Difference.CANCELLED in differences:
        return
    if Difference.SPEAKERS in differences:
        yield from _speakers(change)
    if Difference.TITLE in differences:
        yield _("“%(was)s” is now called “%(now)s”.", was=change.was["title"], now=change.now["title"])
    if Difference.TEXT in differences:
        yield from _corrections(change)


def _moves(change: Change, timezone: str, locale: str) -> Iterator[str]:
    """Yield from where to where, from when to when, and from how long to how long."""
    was, now = change.was, change.now
    if Difference.ROOM in change.differences:
        yield _to(_rooms(was) or _("no room"), _rooms(now) or _("room to follow"))
    if Difference.TIME not in change.differences:
        if Difference.ROOM in change.differences and Difference.LENGTH in change.differences:
            yield _to(*_lengths(change))
        return
    if not was["starts_at"] or not now["starts_at"]:
        to_follow = _("time to follow")
        yield _to(*(_span(facts, timezone, locale) if facts["starts_at"] else to_follow for facts in (was, now)))
        return
    has_day = _day(was, timezone) != _day(now, timezone)
    yield _to(*(_span(facts, timezone, locale, has_day=has_day) for facts in (was, now)))
    if Difference.LENGTH in change.differences:
        yield _to(*_lengths(change))


def _length(change: Change, timezone: str) -> str:
    was, now = _lengths(change)
    ends = when.plain_hour(datetime.fromisoformat(change.now["ends_at"]), timezone)
    return _("%(was)s to %(now)s, until %(hour)s.", was=was, now=now, hour=ends)


def _grows(change: Change) -> bool:
    return (changes.length(change.now) or 0) > (changes.length(change.was) or 0)


def _lengths(change: Change) -> tuple[str, str]:
    """Write both lengths, in minutes where both are short, so that they compare at a glance."""
    spans = [timedelta(seconds=changes.length(facts) or 0) for facts in (change.was, change.now)]
    is_short = max(spans) < _SHORT
    was, now = (_minutes(span) if is_short else _hours(span) for span in spans)
    return was, now


def _minutes(span: timedelta) -> str:
    return _("%(minutes)d min", minutes=span // timedelta(minutes=1))


def _hours(span: timedelta) -> str:
    hours, rest = divmod(span // timedelta(minutes=1), 60)
    if not hours:
        return _minutes(span)
    return _("%(hours)d h %(minutes)02d", hours=hours, minutes=rest) if rest else _("%(hours)d h", hours=hours)


def _speakers(change: Change) -> Iterator[str]:
    """Yield who comes, who goes and who has another role; where only the order differs, the order."""
    was, now = (_roles(facts) for facts in (change.was, change.now))
    come = [_named(*now[each]) for each in now if each not in was]
    gone = [_named(*was[each]) for each in was if each not in now]
    if come:
        yield _("With %(names)s.", names=", ".join(come))
    if gone:
        yield _("Without %(names)s.", names=", ".join(gone))
    others = [each for each in now if each in was and set(now[each][1]) != set(was[each][1])]
    for each in others:
        yield _("%(name)s: %(was)s to %(now)s.", name=now[each][0], was=_said(was[each][1]), now=_said(now[each][1]))
    if not come and not gone and not others:
        yield _("Now in this order: %(names)s.", names=", ".join(_named(*each) for each in now.values()))


def _roles(facts: Facts) -> dict[str, tuple[str, list[SpeakerRole]]]:
    """Return the name and the roles of each person, in their order."""
    found: dict[str, tuple[str, list[SpeakerRole]]] = {}
    for voice in facts["speakers"]:
        found.setdefault(voice["public_id"], (voice["name"], []))[1].append(SpeakerRole(voice["role"]))
    return found


def _named(name: str, roles: Sequence[SpeakerRole]) -> str:
    return name if roles == [SpeakerRole.SPEAKER] else f"{name} ({_said(roles)})"


def _said(roles: Sequence[SpeakerRole]) -> str:
    return ", ".join(str(SPEAKER_ROLES[role]) for role in roles)


def _corrections(change: Change) -> Iterator[str]:
    was, now = change.was, change.now
    renamed = zip(was["rooms"], now["rooms"], strict=False)
    for before, after in renamed:
        if before["public_id"] == after["public_id"] and before["name"] != after["name"]:
            yield _("The room “%(was)s” is now called “%(now)s”.", was=before["name"], now=after["name"])
    said = {
        "abstract": _("description"),
        "kind": _("kind"),
        "language": _("language"),
        "track": _("track"),
        "colour": _("colour"),
        "capacity": _("seats"),
        "parent": _("block"),
    }
    if was["track"] != now["track"]:
        # Another track has another colour, and need not be told twice.
        del said["colour"]
    corrected = [word for name, word in said.items() if was[name] != now[name]]
    before, after = _cards(was), _cards(now)
    if any(before[each] != after[each] for each in before.keys() & after.keys()):
        corrected.append(_("names"))
    if not corrected:
        return
    what = ", ".join(corrected)
    is_all = set(change.differences) == {Difference.TEXT}
    yield f"{what[:1].upper()}{what[1:]}." if is_all else _("Corrected: %(what)s.", what=what)


def _cards(facts: Facts) -> dict[str, tuple[str, str]]:
    return {voice["public_id"]: (voice["name"], voice["affiliation"]) for voice in facts["speakers"]}


def _to(was: str, now: str) -> str:
    return _("%(was)s to %(now)s", was=was, now=now)


def _span(facts: Facts, timezone: str, locale: str, *, has_day: bool = True) -> str:
    """Write from when until when; hours past midnight belong to the evening they end."""
    starts, ends = (datetime.fromisoformat(facts[name]) for name in ("starts_at", "ends_at"))
    from_hour, to_hour = (when.plain_hour(at, timezone) for at in (starts, ends))
    if ends - starts >= timedelta(hours=24):
        return f"{when.day(starts, timezone, locale)}, {from_hour} – {when.day(ends, timezone, locale)}, {to_hour}"
    hours = f"{from_hour}–{to_hour}"
    return f"{when.day(starts, timezone, locale)}, {hours}" if has_day else hours


def _day(facts: Facts, timezone: str) -> date:
    return datetime.fromisoformat(facts["starts_at"]).astimezone(ZoneInfo(timezone)).date()


def _starts_at(facts: Facts) -> datetime | None:
    return datetime.fromisoformat(facts["starts_at"]) if facts["starts_at"] else None


def _rooms(facts: Facts) -> str:
    rooms: Sequence[dict[str, str]] = facts["rooms"]
    return ", ".join(room["name"] for room in rooms)
