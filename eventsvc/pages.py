"""The site's own pages, and what every public page shows around its content."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode
from xml.etree import ElementTree as ET

from flask import Blueprint, Flask, Response, current_app, render_template, request, url_for
from flask_babel import gettext as _

from eventsvc import links, text, web
from eventsvc.events import listing

blueprint = Blueprint("site", __name__)

_PUBLIC = {"events", "programme", "site", "calendars"}
# The words in an address that decide what its page shows; others (a newsletter's, say) are no part of it.
_WORDS = {
    "events.front": ("kind", "series", "mode", "q", "past", "page"),
    "programme.show": ("day", "track", "kind", "language", "q"),
    "calendars.subscribe": (
        "kind",
        "mode",
        "series",
        "event",
        "session",
        "track",
        "room",
        "partner",
        "language",
        "detail",
    ),
}
_NAMES = {"en": "English", "nl": "Nederlands"}
_PRIVATE = {"events.preview"}
_ATOM = "http://www.w3.org/2005/Atom"
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_MOST_ENTRIES = 50
_MOST_ADDRESSES = 5_000
_AN_HOUR = 3600


def bind(app: Flask) -> None:
    """Register the site's pages, and give templates what the layouts show."""
    app.register_blueprint(blueprint)
    app.context_processor(_around)


@blueprint.get("/privacy")
def privacy() -> Response:
    """Say what is kept of people, how long, who sees it and how to have it erased."""
    return web.public(Response(render_template("site/privacy.html")))


@blueprint.get("/accessibility")
def accessibility() -> Response:
    """Say how far this site can be used by everybody, and whom to tell where it cannot."""
    return web.public(Response(render_template("site/accessibility.html")))


@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """Lead programs that ask for the icon by habit to the one there is."""
    answer = Response(status=301, headers={"Location": url_for("static", filename="icons/site.svg")})
    return web.public(answer, seconds=_AN_HOUR)


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Let robots read all; what they must not keep says so by header, as calendar importers obey this file."""
    body = f"User-agent: *\nDisallow:\n\nSitemap: {links.absolute('site.sitemap')}\n"
    return web.public(Response(body, content_type="text/plain; charset=utf-8"), seconds=_AN_HOUR)


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """List the addresses of everything that is listed (sitemaps.org, protocol 0.9)."""
    root = ET.Element("urlset", xmlns=_SITEMAP)
    _address(root, links.absolute("events.front"))
    _address(root, links.absolute("events.series_index"))
    for event in listing.all_listed(_MOST_ADDRESSES):
        _address(root, links.absolute("events.show", slug=event.slug), event.updated_at)
    for series, _number in listing.series_with_editions():
        _address(root, links.absolute("events.series", slug=series.slug))
    return _xml(root, "application/xml")


@blueprint.get("/events.atom")
def atom() -> Response:
    """Tell news readers of the events that were announced last (RFC 4287)."""
    events = listing.newly_announced(_MOST_ENTRIES)
    root = ET.Element("feed", xmlns=_ATOM)
    own = links.absolute("site.atom")
    ET.SubElement(root, "id").text = own
    ET.SubElement(root, "title").text = current_app.config["SITE_NAME"]
    ET.SubElement(root, "link", rel="self", type="application/atom+xml", href=own)
    ET.SubElement(root, "link", rel="alternate", type="text/html", href=links.absolute("events.front"))
    ET.SubElement(root, "updated").text = _stamp(
        max((event.updated_at for event in events), default=datetime(1970, 1, 1, tzinfo=UTC))
    )
    author = ET.SubElement(root, "author")
    ET.SubElement(author, "name").text = current_app.config["SITE_NAME"]
    for event in events:
        _entry(root, event)
    return _xml(root, "application/atom+xml")


def _entry(root: ET.Element, event: Any) -> None:
    address = links.absolute("events.show", slug=event.slug)
    entry = ET.SubElement(root, "entry", {"xml:lang": event.language})
    # The row, not the slug: an event that is renamed is no new event.
    ET.SubElement(entry, "id").text = f"tag:{links.public_host()},2026:event:{event.id}"
    ET.SubElement(entry, "title").text = text.one_line(event.title)
    ET.SubElement(entry, "link", rel="alternate", type="text/html", href=address)
    ET.SubElement(entry, "updated").text = _stamp(event.updated_at)
    if event.published_at:
        ET.SubElement(entry, "published").text = _stamp(event.published_at)
    ET.SubElement(entry, "summary").text = text.cleaned(event.summary)


def _address(root: ET.Element, address: str, changed_at: datetime | None = None) -> None:
    url = ET.SubElement(root, "url")
    ET.SubElement(url, "loc").text = address
    if changed_at:
        ET.SubElement(url, "lastmod").text = _stamp(changed_at)


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _xml(root: ET.Element, kind: str) -> Response:
    body = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return web.public(Response(body, content_type=f"{kind}; charset=utf-8"), seconds=_AN_HOUR)


def _around() -> dict[str, Any]:
    """Return what layouts ask for, as functions: a page that shows it not does not pay for it."""
    shown: dict[str, Any] = {"navigation": _navigation, "languages": _languages}
    if request and request.blueprint in _PUBLIC and request.endpoint not in _PRIVATE:
        shown["canonical"] = _canonical
    return shown


def _navigation(current: str = "") -> list[dict[str, Any]]:
    """Return the ways in, the current one marked: upcoming, past, series or subscribe."""
    ways = [
        ("upcoming", _("Upcoming"), url_for("events.front")),
        ("past", _("Past"), url_for("events.front", past=1)),
        ("series", _("Series"), url_for("events.series_index")),
        ("subscribe", _("Subscribe"), url_for("calendars.subscribe")),
    ]
    return [{"label": label, "url": url, "is_current": name == current} for name, label, url in ways]


def _languages() -> list[dict[str, Any]]:
    """Return this page in each language, the one shown marked; `address` is the public one, for search engines."""
    shown = web.language()
    return [_language(code, shown) for code in current_app.config["LANGUAGES"]]


def _language(code: str, shown: str) -> dict[str, Any]:
    url = _in(code)
    name = _NAMES.get(code, code)
    return {
        "code": code,
        "short": code.upper(),
        "name": name,
        "url": url,
        "address": links.public(url),
        "is_current": code == shown,
    }


def _canonical() -> str:
    return links.public(_in(web.language()))


def _in(code: str) -> str:
    """Write the address of this page in a language; the site's own needs no word for it."""
    known = _WORDS.get(request.endpoint or "", ())
    kept = [(name, value) for name, value in request.args.items(multi=True) if name in known]
    if code != current_app.config["SITE_LANGUAGE"]:
        kept.append(("lang", code))
    return f"{quote(request.path)}?{urlencode(kept)}" if kept else quote(request.path)
