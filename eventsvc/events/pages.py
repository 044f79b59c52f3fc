"""The door to events for everybody: what is coming, one event, one series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, current_app, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from eventsvc import clock, covers, links, text, web
from eventsvc.calendars import links as calendar_links
from eventsvc.calendars.showings import Showing
from eventsvc.events import cards, finding, listing, rows, structured, words
from eventsvc.events.deadlines import Point, timeline
from eventsvc.events.facts import facts
from eventsvc.events.finding import Companion, Edition, Found, Remains
from eventsvc.events.inner import inner
from eventsvc.events.kept import drawn
from eventsvc.events.listing import Wanted
from eventsvc.events.models import Event, Series, Status, Venue
from eventsvc.events.panel import Scene, panel
from eventsvc.events.rows import PastRow, Reader, Row
from eventsvc.events.standing import Places, Standing
from eventsvc.extensions import db
from eventsvc.programme import reading
from eventsvc.programme.reading import Item
from eventsvc.registration import seats, standings, ticketing
from eventsvc.registration.ticketing import Card

blueprint = Blueprint("events", __name__)

_FRONT_PAST = 7
_FEW = 5
_A_YEAR = 365 * 24 * 60 * 60
_COLUMNS = {kind: tuple(kind.__mapper__.column_attrs.keys()) for kind in (Event, Venue, Series)}


@blueprint.get("/")
def front() -> Response:
    """Show what is coming and what has been; `?kind= &series= &mode= &q= &past= &page=` narrow it."""
    at, wanted = clock.now(), listing.wanted(request.args)
    reader = _reader(at)
    coming = [] if wanted.is_past else listing.upcoming(wanted, at)
    past = listing.past(wanted, at, length=listing.PAGE_LENGTH if wanted.is_past else _FRONT_PAST)
    web.not_found_unless(past.number <= past.last or None)
    shown = (
        request.query_string,
        _series_title(wanted.series),
        tuple(listing.counts(wanted, at).items()),
        tuple(rows.row(listed, reader) for listed in coming if listed.event.starts_at),
        tuple(rows.row(listed, reader, 8, 4) for listed in coming if not listed.event.starts_at),
        tuple(rows.past_row(event, past, reader) for event in past.events),
        (past.total, past.number, past.last),
    )
    return web.public(Response(drawn(("front", *shown), lambda: _draw_front(wanted, *shown[1:]))))


@blueprint.get("/events/<slug>")
def show(slug: str) -> AnyResponse:
    """Show one event; an address it had before leads to the one it has."""
    found = finding.by_slug(slug)
    if found is None:
        return redirect(url_for("events.show", slug=web.not_found_unless(finding.moved_to(slug))), 301)
    return web.public(Response(_page(found)))


@blueprint.get("/preview/<token>")
@web.private
def preview(token: str) -> AnyResponse:
    """Show a draft to whoever has its link; once it is published, lead to its page."""
    found = web.not_found_unless(finding.by_preview(token))
    if found.event.status is not Status.DRAFT:
        return redirect(url_for("events.show", slug=found.event.slug))
    return Response(_page(found, is_preview=True))


@blueprint.get("/events/<slug>/card-<digest>.png")
def card(slug: str, digest: str) -> AnyResponse:
    """Send the social picture; the name of an older one leads to that of today."""
    event = web.not_found_unless(finding.by_slug(slug)).event
    drawing = cards.card(event)
    if drawing.digest != digest:
        return redirect(url_for("events.card", slug=slug, digest=drawing.digest))
    response = send_file(cards.picture(event.id, drawing), mimetype="image/png", max_age=_A_YEAR)
    response.headers["Cache-Control"] = f"public, max-age={_A_YEAR}, immutable"
    return response


@blueprint.get("/series")
def series_index() -> Response:
    """Show all series."""
    found = [
        (each, number, covers.svg(each.title, covers.palette_of(each.slug), 8, 4))
        for each, number in listing.series_with_editions()
    ]
    return web.public(Response(render_template("events/series_index.html", series=found, nav="series")))


@blueprint.get("/series/<slug>")
def series(slug: str) -> Response:
    """Show a series with its editions, those to come and those that have been."""
    at = clock.now()
    found = web.not_found_unless(db.session.scalar(db.select(Series).where(Series.slug == slug)))
    events = web.not_found_unless(listing.in_series(found) or None)
    over = [event for event in events if listing.is_over(event, at)]
    coming = listing.with_places([event for event in reversed(events) if event not in over], at)
    past = listing.as_past(over)
    reader = _reader(at)
    page = render_template(
        "events/series.html",
        series=found,
        about=text.to_html(found.description),
        dated=[rows.row(listed, reader) for listed in coming],
        past_rows=[rows.past_row(event, past, reader) for event in over],
        subscribe_url=url_for("calendars.subscribe", series=slug),
        oembed=links.absolute("embed.oembed", url=links.absolute("events.series", slug=slug), format="json"),
        nav="series",
    )
    return web.public(Response(page))


def _draw_front(
    wanted: Wanted,
    series: str,
    counted: tuple[tuple[str, int], ...],
    dated: tuple[Row, ...],
    undated: tuple[Row, ...],
    past_rows: tuple[PastRow, ...],
    pages: tuple[int, int, int],
) -> str:
    total, number, last = pages
    return render_template(
        "events/front.html",
        wanted=wanted,
        tabs=_tabs(wanted, dict(counted)),
        modes=[(mode.value.replace(" ", "-"), word) for mode, word in words.MODES.items()],
        series=series,
        dated=dated,
        undated=undated,
        past_rows=past_rows,
        past_total=total,
        past_url=_narrowed(wanted, past=1),
        pages={"number": number, "last": last, "url": lambda n: _narrowed(wanted, page=n)},
        all_series_url=_narrowed(wanted, series=""),
        subscribe_url=_subscribe(wanted),
        nav="past" if wanted.is_past else "upcoming",
    )


@dataclass(frozen=True, slots=True)
class Seen:
    """All that decides what an event's page shows; what was drawn of it is kept under it."""

    rows: tuple[Any, ...]
    showing: Showing | None
    places: Places
    tickets: tuple[Card, ...]
    companions: tuple[Companion, ...]
    remains: tuple[Remains, ...]
    items: tuple[Item, ...]
    editions: tuple[Edition, ...]
    next_edition: Edition | None
    points: tuple[Point, ...]
    year: int
    locale: str
    asked: str | None
    is_preview: bool


def _page(found: Found, *, is_preview: bool = False) -> str:
    """Return an event's page: six queries, one more with ticket types and two
    where a later edition may be gone to, and the drawing if it is new."""
    event, at, locale = found.event, clock.now(), web.language()
    companions, remains = finding.companions(event.id)
    editions = finding.editions(event.series_id, without=event.id) if event.series_id else ()
    seating = seats.taken(event.id, at)
    there = standings.told(event, seating, at)
    following = None if there.is_open else finding.next_edition(event, editions, at)
    scene = Scene(event, there, remains, following, locale, at)
    seen = Seen(
        rows=(*_values(event), *_values(event.venue), *_values(event.series)),
        showing=found.showing,
        places=scene.places,
        tickets=ticketing.among(event, seating, locale, at),
        companions=companions,
        remains=remains,
        items=reading.items(event.id) if event.is_public else reading.drafted(event.id),
        editions=editions,
        next_edition=scene.next_edition,
        points=timeline(event, scene.places.standing, locale, at),
        year=at.year,
        locale=locale,
        asked=request.args.get("lang"),
        is_preview=is_preview,
    )
    return drawn(seen, lambda: _draw(scene, seen))


def _values(row: Any) -> tuple[Any, ...]:
    """Return all that is stored of a row."""
    return () if row is None else tuple(map(vars(row).get, _COLUMNS[type(row)]))


def _draw(scene: Scene, seen: Seen) -> str:
    event, locale, standing = scene.event, scene.locale, scene.places.standing
    return render_template(
        "events/show.html",
        event=event,
        written=event.language if event.language != locale else "",
        is_preview=seen.is_preview,
        panel=panel(scene),
        places=scene.places,
        facts=facts(event, scene.places, locale, is_over=standing in {Standing.CANCELLED, Standing.ENDED}),
        points=seen.points,
        inner=inner(event, seen.items, seen.companions, locale, seen.asked),
        editions=[(rows.dates(each, locale), each) for each in seen.editions[:_FEW]],
        remains=[(words.link_act(*link[:2], link.language, locale), link) for link in seen.remains],
        calendar=_calendar(event, seen.showing),
        tickets=() if standing in {Standing.CANCELLED, Standing.ENDED} else seen.tickets,
        **_head(event, seen.companions, seen.tickets),
    )


def _calendar(event: Event, showing: Showing | None) -> dict[str, str]:
    """Return the ways to put the event in a calendar: none for a draft, and without a date only to subscribe."""
    if not event.is_public:
        return {}
    subscribe = {"subscribe": url_for("calendars.subscribe", event=event.slug)}
    if showing is None or event.starts_at is None:
        return subscribe
    return subscribe | {
        "google": calendar_links.google(showing),
        "outlook": calendar_links.outlook(showing),
        "office": calendar_links.office365(showing),
        "webcal": calendar_links.webcal(links.absolute("calendars.event", slug=event.slug)),
        "file": url_for("calendars.event", slug=event.slug, download=1),
    }


def _head(event: Event, companions: Sequence[Companion], tickets: Sequence[Card]) -> dict[str, Any]:
    """Return what the page's head tells programs; a draft's tells them nothing."""
    if not event.is_public:
        return {}
    image = links.absolute("events.card", slug=event.slug, digest=cards.card(event).digest)
    described = structured.of_event(event, companions, tickets, image=image, organiser=current_app.config["SITE_NAME"])
    about = links.absolute("embed.oembed", url=links.absolute("events.show", slug=event.slug), format="json")
    return {"image": image, "structured": described, "oembed": about}


def _reader(at: datetime) -> Reader:
    return Reader(url_for("events.show", slug="~"), url_for("programme.show", slug="~"), web.language(), at)


def _tabs(wanted: Wanted, counted: dict[str, int]) -> list[dict[str, Any]]:
    """Return a tab for all and one for each kind there is, with how many events stand behind it."""
    tabs = [
        {
            "label": _("All"),
            "count": sum(counted.values()),
            "url": _narrowed(wanted, kind=""),
            "is_current": not wanted.kind,
        }
    ]
    return tabs + [
        {
            "label": words.SHELVES[shelf],
            "count": count,
            "url": _narrowed(wanted, kind=shelf),
            "is_current": wanted.kind == shelf,
        }
        for shelf, count in counted.items()
        if count or wanted.kind == shelf
    ]


def _narrowed(wanted: Wanted, **over: Any) -> str:
    """Write the address of the same list with something changed."""
    said = {"kind": wanted.kind, "series": wanted.series, "mode": wanted.mode, "q": wanted.text}
    said |= {"past": "1"} if wanted.is_past else {}
    return url_for("events.front", **{name: value for name, value in (said | over).items() if value})


def _subscribe(wanted: Wanted) -> str:
    """Lead to the feed of what is shown, as far as a feed can be narrowed."""
    if wanted.series:
        return url_for("calendars.subscribe", series=wanted.series)
    kinds = [kind.value for kind in listing.kinds([wanted.kind])]
    return url_for("calendars.subscribe", kind=kinds, mode=wanted.mode or None)


def _series_title(slug: str) -> str:
    return db.session.scalar(db.select(Series.title).where(Series.slug == slug)) or "" if slug else ""
