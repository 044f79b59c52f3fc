"""An event's own page on the desk: where it stands, and what can be done with it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import segno
from flask import render_template
from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.orm import joinedload, selectinload

from eventsvc import clock, links, when
from eventsvc.accounts.access import Act, event_for, signed_in
from eventsvc.events import notifications, rules, words
from eventsvc.events.desk.blueprint import blueprint
from eventsvc.events.desk.listing import row
from eventsvc.events.forms import CancelForm
from eventsvc.events.models import Event, EventPartner, Status
from eventsvc.events.panel import zone_of
from eventsvc.programme import accepted, announcing, gathering, published
from eventsvc.programme import notifications as programmes
from eventsvc.registration import standings

ALL_OF_IT = (
    joinedload(Event.venue),
    joinedload(Event.series),
    selectinload(Event.partners).joinedload(EventPartner.partner),
    selectinload(Event.links),
)


@blueprint.get("/<slug>")
@signed_in
def show(slug: str) -> Any:
    """Show where an event stands, its addresses, and what can be done with it."""
    event = event_for(Act.SEE, slug, *ALL_OF_IT)
    return overview(event, CancelForm())


def overview(event: Event, form: CancelForm) -> str:
    """Return the page of an event, with the form to cancel it as it was sent."""
    at, locale = clock.now(), str(get_locale())
    address = links.absolute("events.show", slug=event.slug)
    line = row(event, standings.of(event, at), locale, at)
    return render_template(
        "desk/events/show.html",
        event=event,
        row=line,
        form=form,
        address=address,
        qr=_code(address),
        preview=rules.known_preview_link(event),
        missing=rules.missing(event, at),
        is_deletable=rules.is_deletable(event),
        is_over=event.ends_at is not None and event.ends_at <= at,
        mode=words.MODES[event.mode],
        span=_span(event, locale),
        unpublished=len(published.pending(event.id)) if event.is_public else 0,
        tells=_tells(event, at),
        goes_along=_goes_along(event),
    )


def reach(event: Event) -> int:
    """Count the letters that news of an event would make."""
    return notifications.reach(event) + announcing.reach(event)


def _goes_along(event: Event) -> tuple[int, int]:
    """Count the sessions that publishing an event shows with it, and their open clashes."""
    if event.status is not Status.DRAFT or not (count := len(published.drafted(event.id))):
        return 0, 0
    return count, len(accepted.sorted_out(event.id, gathering.gather(event))[0])


def _tells(event: Event, at: datetime) -> int:
    """Count the people whom publishing would write to."""
    if rules.is_over(event, at) or event.status not in {Status.DRAFT, Status.CANCELLED}:
        return 0
    is_first = event.status is Status.DRAFT
    return programmes.first_reach(event, published.pending(event.id)) if is_first else reach(event)


def _span(event: Event, locale: str) -> str:
    if event.starts_at is None or event.ends_at is None:
        return _("Date to follow")
    span = when.span(event.starts_at, event.ends_at, event.timezone, locale, event.is_all_day)
    return f"{span}, {zone_of(event, event.starts_at, locale)}"


def _code(address: str) -> Markup:
    drawn = segno.make_qr(address, error="m")
    written = drawn.svg_inline(border=4, dark="#000", light="#fff", omitsize=True, svgclass=None, lineclass=None)
    return Markup(written)  # noqa: S704 - drawn from our own address
