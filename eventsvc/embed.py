"""What stands on a partner's site: a list of events, a programme, and how a page there finds out about them (oEmbed).

Only these pages may be framed by others. They set no cookie, and what is in them opens in a window of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import sqlalchemy as sa
from flask import Blueprint, Response, current_app, jsonify, render_template, request, send_file
from flask_babel import gettext as _
from flask_babel import pgettext
from markupsafe import escape
from werkzeug.exceptions import HTTPException

from eventsvc import clock, links, looks, web, when
from eventsvc.accounts.access import Act, event_for, signed_in
from eventsvc.events import cards, finding, listing, rows, words
from eventsvc.events.models import Event, Series
from eventsvc.events.panel import zone_of
from eventsvc.events.rows import Reader
from eventsvc.extensions import db
from eventsvc.programme import reading
from eventsvc.programme.reading import Item

blueprint = Blueprint("embed", __name__)

CONTENT_SECURITY_POLICY = web.CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", "frame-ancestors *").replace(
    "form-action 'self'", "form-action 'none'"
)
_AN_HOUR = 3600
_MOST = 50
_WIDTH, _HEIGHT = 640, 480
_EVENT = re.compile(r"/events/([^/]+)(/programme)?/?")
_SERIES = re.compile(r"/series/([^/]+)/?")
_NARROWING = ("kind", "series", "mode", "lang")


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a programme, and its sessions in order."""

    title: str
    items: tuple[Item, ...]


@blueprint.get("/embed/events.html")
def events() -> Response:
    """Show what is coming; `?kind= &series= &mode=` narrow it, `?accent= &ground= &size=` dress it."""
    at, wanted = clock.now(), replace(listing.wanted(request.args), text="", is_past=False, number=1)
    reader = Reader(
        links.absolute("events.show", slug="~"), links.absolute("programme.show", slug="~"), web.language(), at
    )
    coming = listing.upcoming(wanted, at)[:_MOST]
    return _framed(
        render_template(
            "embed/events.html",
            rows=[rows.row(listed, reader) for listed in coming if listed.event.starts_at],
            shelf=[rows.row(listed, reader, 8, 4) for listed in coming if not listed.event.starts_at],
            site=links.absolute("events.front"),
            subscribe=links.absolute("calendars.subscribe"),
            **_look(),
        )
    )


@blueprint.get("/embed/events/<slug>/programme")
def programme(slug: str) -> Response:
    """Show the published programme of one event, by day and hour; also by an address the event had before."""
    event = _event(slug)
    return _framed(
        render_template(
            "embed/programme.html",
            event=event,
            days=_days(reading.items(event.id), event),
            hour=lambda at: when.plain_hour(at, event.timezone),
            zone=zone_of(event, event.starts_at or clock.now(), web.language()),
            subscribe=links.absolute("calendars.subscribe", event=event.slug),
            address=links.absolute("events.show", slug=event.slug),
            session=lambda item: links.absolute("programme.session", slug=event.slug, public_id=item.public_id),
            **_look(),
        )
    )


@blueprint.get("/embed/look.css")
def look() -> Response:
    """Send the accent of a look as a style sheet: pages have no styles of their own."""
    sheet = looks.look(request.args).sheet()
    return web.public(Response(sheet, content_type="text/css; charset=utf-8"), seconds=_AN_HOUR)


@blueprint.get("/embed/eventsvc.js")
def script() -> Response:
    """Send the script that a partner's page names: it puts a frame in its place and gives it its height."""
    response = send_file(Path(current_app.static_folder or "") / "embed.js", mimetype="text/javascript", etag=False)
    response.direct_passthrough = False
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return web.public(response, seconds=_AN_HOUR)


@blueprint.get("/oembed")
def oembed() -> Response:
    """Tell how to embed the front page, a series, an event or its programme (oEmbed 1.0), in JSON.

    What asks is a program: it is told no in a line, as no page of ours would help it.
    """
    if request.args.get("format", "json") != "json":
        return _no(_("We speak JSON alone here: ask with format=json."), 501)
    if not request.args.get("url"):
        return _no(_("Say which page of ours is to be embedded: url=…"), 404)
    try:
        return _told(*_embedded(request.args["url"]))
    except HTTPException:
        return _no(_("No page of ours that could be embedded is at this address."), 404)


def _told(title: str, path: str, picture: dict[str, Any]) -> Response:
    width, height = _room("maxwidth", _WIDTH), _room("maxheight", _HEIGHT)
    # Both bounds are for the picture as well (oEmbed, section 2.2), and it is to be had in one size.
    if picture and not _has_room(picture["thumbnail_width"], picture["thumbnail_height"]):
        picture = {}
    said: dict[str, Any] = {
        "version": "1.0",
        "type": "rich",
        "title": title,
        "provider_name": current_app.config["SITE_NAME"],
        "provider_url": links.absolute("events.front"),
        "cache_age": _AN_HOUR,
        "html": frame(links.public(path), title, width, height),
        "width": width,
        "height": height,
        **picture,
    }
    response = jsonify(said)
    response.headers["Access-Control-Allow-Origin"] = "*"
    return web.public(response)


def _no(sentence: str, status: int) -> Response:
    response = Response(f"{sentence}\n", status, content_type="text/plain; charset=utf-8")
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@blueprint.get("/embed")
def anywhere() -> Response:
    """Show partners what to copy into a site of theirs: what is coming, of one kind or series, or one `?event=`."""
    event = _event(request.args["event"]) if request.args.get("event") else None
    kinds = [("", _("All")), *((kind.value, str(told)) for kind, told in words.KINDS.items())]
    series = [("", _("All")), *((each.slug, each.title) for each, _number in listing.series_with_editions())]
    spoken = [
        ("", _("As the page that asks")),
        *((code, words.language_name(code, web.language())) for code in _codes()),
    ]
    choices = {"speaks": (_("Language"), spoken)}
    if event is None:
        choices = {"kind": (_("Kind"), kinds), "series": (_("Series"), series)} | choices
    chosen = {name: _among(name, offered) for name, (_told, offered) in choices.items()}
    said = {"lang" if name == "speaks" else name: word for name, word in chosen.items() if word}
    page = render_template(
        "embed/anywhere.html",
        event=event,
        choices=[(name, told, offered, chosen[name]) for name, (told, offered) in choices.items()],
        **_dressed(event, said),
    )
    return web.public(Response(page))


@blueprint.get("/desk/events/<slug>/embed")
@signed_in
def on_desk(slug: str) -> str:
    """Show organisers what to copy into another site, dressed as they choose."""
    event = event_for(Act.SEE, slug)
    show = "list" if request.args.get("show") == "list" else "programme"
    return render_template(
        "desk/calendars/embed.html",
        event=event,
        show=show,
        shows=(("programme", _("The programme")), ("list", _("A list of all coming events"))),
        **_dressed(None if show == "list" else event, {}),
    )


def _dressed(event: Event | None, said: dict[str, str]) -> dict[str, Any]:
    """Return what a page shows of a frame that is dressed as its address says: one event's programme, or the list."""
    chosen, typed = looks.look(request.args), request.args.get("accent", "").strip()
    told = said | chosen.words()
    path = links.path("embed.programme", slug=event.slug, **told) if event else links.path("embed.events", **told)
    title = event.title if event else str(current_app.config["SITE_NAME"])
    grounds = (_("light"), _("dark"), _("light or dark, as the reader's system"))
    return {
        "look": chosen,
        "accent": chosen.accent or typed,
        "is_no_colour": bool(typed) and not chosen.accent,
        "grounds": list(zip(looks.GROUNDS, grounds, strict=True)),
        "sizes": list(zip(looks.SIZES, (_("small"), pgettext("size", "normal"), _("large")), strict=True)),
        "lines": [
            {"id": "tag", "title": _("One line that takes the height it needs"), "text": tag(path, title)},
            {"id": "frame", "title": _("Or, without a script"), "text": frame(links.public(path), title)},
        ],
        "preview": path,
    }


def _codes() -> list[str]:
    return list(current_app.config["LANGUAGES"])


def _among(name: str, offered: Iterable[tuple[str, str]]) -> str:
    word = request.args.get(name, "")
    return word if word in {value for value, _told in offered} else ""


def frame(address: str, title: str, width: int | str = "100%", height: int = _HEIGHT) -> str:
    """Write the frame that shows an address."""
    said = f'<iframe src="{escape(address)}" title="{escape(title)}" width="{width}" height="{height}"'
    return f'{said} loading="lazy" frameborder="0"></iframe>'


def tag(path: str, title: str) -> str:
    """Write the one line that puts a path of ours into a partner's page."""
    said = f'data-show="{escape(path)}" data-title="{escape(title)}"'
    return f'<script src="{escape(links.absolute("embed.script"))}" {said} async></script>'


def _embedded(url: str) -> tuple[str, str, dict[str, Any]]:
    """Return title, path and picture of what stands for an address of ours; anybody else's is not found."""
    web.not_found_unless("\0" not in url or None)
    asked, ours = urlsplit(url), urlsplit(links.public("/"))
    web.not_found_unless((asked.scheme, asked.netloc) == (ours.scheme, ours.netloc) or None)
    path = asked.path.removeprefix(ours.path.rstrip("/"))
    if path in {"", "/"}:
        narrowed = {name: word for name, word in parse_qsl(asked.query) if name in _NARROWING}
        return str(current_app.config["SITE_NAME"]), links.path("embed.events", **narrowed), {}
    if in_series := _SERIES.fullmatch(path):
        series = web.not_found_unless(db.session.scalar(sa.select(Series).where(Series.slug == in_series[1])))
        web.not_found_unless(listing.in_series(series) or None)
        return series.title, links.path("embed.events", series=series.slug), {}
    found = web.not_found_unless(_EVENT.fullmatch(path))
    event = _event(found[1])
    image = links.absolute("events.card", slug=event.slug, digest=cards.card(event).digest)
    picture = {"thumbnail_url": image, "thumbnail_width": 1200, "thumbnail_height": 630}
    return event.title, links.path("embed.programme", slug=event.slug), picture


def _event(slug: str) -> Event:
    """Find a published event, also by an address it had before: a partner's page is seldom looked after."""
    found = finding.by_slug(slug) or finding.by_slug(finding.moved_to(slug) or "")
    return web.not_found_unless(found).event


def _days(items: Iterable[Item], event: Event) -> list[Day]:
    days: dict[str, list[Item]] = {}
    for item in items:
        if item.starts_at is not None:
            days.setdefault(when.day(item.starts_at, event.timezone, web.language()), []).append(item)
    return [Day(title, tuple(found)) for title, found in days.items()]


def _look() -> dict[str, Any]:
    chosen = looks.look(request.args)
    sheet = links.path("embed.look", **chosen.words()) if chosen.accent else None
    return {"look": chosen, "sheet": sheet}


def _room(name: str, usual: int) -> int:
    """Return how much room a page has, where it says so in a sane number."""
    said = request.args.get(name, "")
    return min(usual, max(1, int(said))) if re.fullmatch("[0-9]{1,5}", said) else usual


def _has_room(width: int, height: int) -> bool:
    return width <= _room("maxwidth", width) and height <= _room("maxheight", height)


def _framed(page: str) -> Response:
    response = web.public(Response(page))
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
    return response
