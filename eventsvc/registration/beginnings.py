"""The ticket types that an event of each kind usually starts with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from flask_babel import lazy_gettext as _l

from eventsvc.events.models import Event, Kind, Mode
from eventsvc.registration.models import Visibility


@dataclass(frozen=True, slots=True)
class Start:
    """A ticket type to begin with; `mode` None: as the event takes place."""

    name: Any
    description: Any = ""
    mode: Mode | None = None
    visibility: Visibility = Visibility.EVERYONE


@dataclass(frozen=True, slots=True)
class Beginning:
    """A set of ticket types with the name it is offered by."""

    key: str
    label: Any
    types: tuple[Start, ...]


_HYBRID = Beginning(
    "hybrid",
    _l("On site and online"),
    (
        Start(_l("On site"), _l("In the room, with coffee and people to meet."), Mode.IN_PERSON),
        Start(_l("Online"), _l("You follow it live by a link; you can ask questions in writing."), Mode.ONLINE),
    ),
)
_SCHOOL = Beginning(
    "school",
    _l("A school: participants, partner universities by code"),
    (
        Start(_l("Participant"), _l("The whole school, with materials and certificate.")),
        Start(
            _l("Student of a partner university"),
            _l("For those who got a code from their own university."),
            visibility=Visibility.CODE,
        ),
    ),
)
_FAIR = Beginning(
    "fair",
    _l("A fair: visitors, exhibitors by code"),
    (
        Start(_l("Visitor")),
        Start(_l("Exhibitor"), _l("For those who staff a stand."), visibility=Visibility.CODE),
    ),
)
_CONFERENCE = Beginning(
    "conference",
    _l("Students and others"),
    (Start(_l("Student"), _l("Also for doctoral candidates.")), Start(_l("Regular"))),
)
_OF_KIND: Mapping[Kind, Beginning] = MappingProxyType(
    {
        Kind.SUMMER_SCHOOL: _SCHOOL,
        Kind.WINTER_SCHOOL: _SCHOOL,
        Kind.COURSE: _SCHOOL,
        Kind.FAIR: _FAIR,
        Kind.CONFERENCE: _CONFERENCE,
        Kind.SYMPOSIUM: _CONFERENCE,
    }
)


def offered(event: Event) -> list[Beginning]:
    """Return the sets an event may start with, the one that fits best first."""
    ways = [_HYBRID] if event.mode is Mode.HYBRID else []
    return ways + ([_OF_KIND[event.kind]] if event.kind in _OF_KIND else [])


def modes(event: Event) -> list[Mode]:
    """Return the ways in which people can take part in an event."""
    return [Mode.IN_PERSON, Mode.ONLINE] if event.mode is Mode.HYBRID else [event.mode]
