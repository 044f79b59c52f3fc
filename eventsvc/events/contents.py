"""Everything an organiser can say of an event, as plain values: for forms, for the audit log, for comparing."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from eventsvc.columns import snapshot
from eventsvc.events.models import (
    Event,
    EventLink,
    EventPartner,
    Kind,
    LinkKind,
    Mode,
    Partner,
    PartnerRole,
    Series,
    Venue,
)
from eventsvc.extensions import db
from eventsvc.text import slug_of

COLUMNS = (
    "title", "slug", "summary", "description", "kind", "mode", "language", "is_unlisted", "palette",
    "timezone", "starts_at", "ends_at", "is_all_day",
    "room", "join_url", "costs", "audience", "benefits", "accessibility", "contact_name", "contact_email",
    "accepts_registrations", "registration_opens_at", "registration_closes_at", "capacity", "has_waiting_list",
    "is_list_stopped", "offer_hours", "proof_hours", "changes_close_at", "accepts_groups", "retention_days",
    "attendance_note",
)  # fmt: skip
RELATIONS = ("series", "venue", "partners", "links")
ALL = COLUMNS + RELATIONS
_VENUE_TEXTS = ("name", "street", "postcode", "city", "country", "map_url")
VENUE = (*_VENUE_TEXTS, "latitude", "longitude")
_LINK = ("kind", "label", "url", "language")
_ENUMS: dict[str, Callable[[Any], Any]] = {"kind": Kind, "mode": Mode}


def of(event: Event) -> dict[str, Any]:
    """Return what is stored, as JSON can hold it.

    `series` is a title or "", `venue` its columns or None; `partners` (name, url, role) and `links` (kind, label, url,
    language) are lists in their order.
    """
    return snapshot(event, COLUMNS) | {
        "series": event.series.title if event.series else "",
        "venue": snapshot(event.venue, VENUE) if event.venue else None,
        "partners": [{"name": p.partner.name, "url": p.partner.url, "role": p.role.value} for p in event.partners],
        "links": [snapshot(link, _LINK) for link in event.links],
    }


def plain(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what somebody said of an event in the shape of `of`. Raises KeyError for a name that no event has."""
    unknown = set(said) - set(ALL)
    if unknown:
        raise KeyError(f"no event has {', '.join(sorted(unknown))}")
    shapes: dict[str, Callable[[Any], Any]] = {"venue": _venue, "partners": _partners, "links": _links}
    return {name: shapes.get(name, _plain)(value) for name, value in said.items()}


def write(event: Event, said: Mapping[str, Any]) -> None:
    """Write what somebody said to the event's row and to the rows beside it."""
    for name in COLUMNS:
        if name in said:
            setattr(event, name, _ENUMS.get(name, _same)(said[name]))
    shaped = plain({name: said[name] for name in RELATIONS if name in said})
    if "series" in shaped:
        event.series = _series_called(shaped["series"])
    if "venue" in shaped and shaped["venue"] != (snapshot(event.venue, VENUE) if event.venue else None):
        event.venue = _venue_like(shaped["venue"])
    if "partners" in shaped:
        _write_partners(event, shaped["partners"])
    if "links" in shaped and shaped["links"] != [snapshot(link, _LINK) for link in event.links]:
        event.links = [_link_row(link, position) for position, link in enumerate(shaped["links"])]


def _series_called(title: str) -> Series | None:
    if not title:
        return None
    known = db.session.scalar(sa.select(Series).where(sa.func.lower(Series.title) == title.lower()).limit(1))
    return known or Series(title=title, slug=_free_series_slug(title), description="")


def _free_series_slug(title: str) -> str:
    slug, number = slug_of(title), 1
    while db.session.scalar(sa.select(Series.id).where(Series.slug == slug)):
        number += 1
        slug = f"{slug_of(title)}-{number}"
    return slug


def _venue_like(venue: dict[str, Any] | None) -> Venue | None:
    """Find the same place, or make it. A known one is never changed: other events were held there."""
    if venue is None:
        return None
    same = [getattr(Venue, name).is_not_distinct_from(value) for name, value in venue.items()]
    return db.session.scalar(sa.select(Venue).where(*same).limit(1)) or Venue(**venue)


def _write_partners(event: Event, partners: list[dict[str, Any]]) -> None:
    known = {(row.partner.name.lower(), row.role.value): row for row in event.partners}
    called = {row.partner.name.lower(): row.partner for row in event.partners}
    rows: dict[tuple[str, str], EventPartner] = {}
    for said in partners:
        name = said["name"].lower()
        # The same partner may be named again, in another role, on the next line.
        partner = called.setdefault(name, called.get(name) or _partner_called(said["name"]))
        partner.url = said["url"] or partner.url
        key = name, said["role"]
        row = rows.get(key) or known.get(key) or EventPartner(partner=partner, role=PartnerRole(said["role"]))
        row.position = len(rows)
        rows[key] = row
    event.partners = list(rows.values())


def _partner_called(name: str) -> Partner:
    known = db.session.scalars(sa.select(Partner).where(sa.func.lower(Partner.name) == name.lower())).first()
    return known or Partner(name=name, url="")


def _link_row(link: dict[str, Any], position: int) -> EventLink:
    return EventLink(**(link | {"kind": LinkKind(link["kind"])}), position=position)


def _venue(said: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if not said or not any(said.values()):
        return None
    texts = {name: said.get(name) or "" for name in _VENUE_TEXTS}
    return texts | {"latitude": said.get("latitude"), "longitude": said.get("longitude")}


def _partners(said: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{"name": p["name"], "url": p.get("url") or "", "role": PartnerRole(p["role"]).value} for p in said]


def _links(said: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "kind": LinkKind(link["kind"]).value,
            "label": link.get("label") or "",
            "url": link["url"],
            "language": link.get("language") or None,
        }
        for link in said
    ]


def _same(value: Any) -> Any:
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, enum.Enum):
        return value.value
    return value
