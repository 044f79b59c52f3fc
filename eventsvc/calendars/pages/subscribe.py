"""The page that tells people how to subscribe."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import Response, current_app, render_template, request
from flask_babel import gettext as _

from eventsvc import clock, links, web
from eventsvc.calendars import feeds, narrowable
from eventsvc.calendars.feeds import Found, Narrowing
from eventsvc.calendars.links import ways
from eventsvc.calendars.narrowable import Offered
from eventsvc.calendars.pages import leads
from eventsvc.calendars.pages.blueprint import blueprint
from eventsvc.calendars.pages.narrowing import narrowed, narrowing, said, said_of_many
from eventsvc.events import words
from eventsvc.programme.words import SESSION_KINDS

_DASH = " \N{EN DASH} "


@dataclass(frozen=True, slots=True)
class Subject:
    """What is subscribed to: its address and its name, what is said of it, and what the page offers to narrow it by."""

    address: str
    title: str
    lead: list[str]
    offers: dict[str, Any]


@blueprint.get("/subscribe")
def subscribe() -> Response:
    """Show how to subscribe to all events, a series (`?series=`), an event (`?event=`) or one session of it.

    What narrows a feed narrows it here too, so that any list on the site can lead to its own calendar.
    """
    subject = _of_event() if request.args.get("event") else _of_many()
    page = render_template(
        "calendars/subscribe.html",
        ways=ways(subject.address, subject.title),
        name=subject.title,
        lead=subject.lead,
        jcal=f"{subject.address}{'&' if '?' in subject.address else '?'}format=jcal",
        oembed=links.absolute("embed.oembed"),
        event=request.args.get("event", ""),
        series=request.args.get("series", ""),
        **subject.offers,
    )
    return web.public(Response(page))


def _of_event() -> Subject:
    slug, at, wanted = request.args["event"], clock.now(), narrowing()
    if public_id := request.args.get("session"):
        found = web.not_found_unless(feeds.of_session(slug, public_id, at=at))
        address = links.absolute("calendars.session", slug=found.slug, public_id=public_id)
        name = narrowable.session_called(found)
        return Subject(address, name, [leads.of_session(name, narrowable.standing(found), at=at)], {})
    if len(wanted.rooms) == 1:
        (public_id,) = wanted.rooms
        found = web.not_found_unless(feeds.of_room(slug, public_id, wanted, at=at))
        wanted, offered = _known(found, wanted)
        others = said(replace(wanted, rooms=()))
        address = links.absolute("calendars.room", slug=found.slug, public_id=public_id, **others)
    else:
        found = web.not_found_unless(feeds.of_event(slug, wanted, at=at))
        wanted, offered = _known(found, wanted)
        address = links.absolute("calendars.event", slug=found.slug, **said(wanted))
    name, offers = _called(found, wanted), _offers_of_event(offered, wanted)
    shown = wanted.shown if offers else None
    return Subject(address, name, [leads.of_event(name, narrowable.standing(found), shown, at=at)], offers)


def _called(found: Found, wanted: Narrowing) -> str:
    tracks = narrowable.tracks_called(found, wanted.tracks).values()
    rooms = (narrowable.room_called(found, room) for room in wanted.rooms)
    kinds = (str(SESSION_KINDS[kind]) for kind in wanted.kinds)
    return _DASH.join(filter(None, (found.title, *tracks, *rooms, *kinds)))


def _known(found: Found, wanted: Narrowing) -> tuple[Narrowing, Offered]:
    """Pass over tracks and rooms that are not there: nobody is led to a calendar that shows nothing."""
    offered = narrowable.offered(found)
    tracks = tuple(each for each in narrowable.by_id(found, wanted.tracks) if each in offered.tracks)
    rooms = wanted.rooms if len(wanted.rooms) == 1 else tuple(each for each in wanted.rooms if each in offered.rooms)
    return replace(wanted, tracks=tracks, rooms=rooms), offered


def _offers_of_event(offered: Offered, wanted: Narrowing) -> dict[str, Any]:
    """Return what its sessions can be narrowed by; nothing where there are none."""
    if not offered.kinds:
        return {}
    kinds = [(kind.value, name) for kind, name in SESSION_KINDS.items() if kind.value in offered.kinds]
    return {
        "choices": [
            ("track", _("Track"), list(offered.tracks.items()), set(wanted.tracks)),
            ("room", _("Room"), list(offered.rooms.items()), set(wanted.rooms)),
            ("kind", _("Type of session"), kinds, {kind.value for kind in wanted.kinds}),
        ],
        "detail": wanted.shown,
    }


def _of_many() -> Subject:
    wanted, series = narrowed(), ""
    if wanted.series:
        series = web.not_found_unless(feeds.of_series(wanted.series, wanted, at=clock.now())).title
        address = links.absolute("calendars.series", slug=wanted.series, **said_of_many(replace(wanted, series="")))
    else:
        address = links.absolute("calendars.site", **said_of_many(wanted))
    partners, languages = narrowable.partners_and_languages()
    locale = web.language()
    named = [(code, words.language_name(code, locale)) for code in languages]
    # Only what there is: an address may name anything.
    known = replace(
        wanted,
        partners=tuple(name for name in wanted.partners if name in partners),
        languages=tuple(code for code in wanted.languages if code in languages),
    )
    chosen = narrowable.many_called(known, locale)
    choices = [
        ("kind", _("Kind"), [(kind.value, told) for kind, told in words.KINDS.items()], set(wanted.kinds)),
        ("mode", _("On site or online"), [(mode.value, told) for mode, told in words.MODES.items()], set(wanted.modes)),
        ("partner", _("Partner"), [(name, name) for name in partners], set(wanted.partners)),
        ("language", _("Language"), named, set(wanted.languages)),
    ]
    return Subject(
        address,
        _DASH.join((series or current_app.config["SITE_NAME"], *chosen)),
        leads.of_many(_DASH.join(filter(None, (series, *chosen))), wanted.detail),
        {"choices": choices, "detail": wanted.detail},
    )
