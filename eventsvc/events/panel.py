"""The action panel: where the event stands, in a sentence, and the one thing to do now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from eventsvc import when
from eventsvc.events import words
from eventsvc.events.finding import Edition, Remains
from eventsvc.events.listing import SHELF_OF
from eventsvc.events.models import Event, LinkKind
from eventsvc.events.standing import Places, Standing, closing_at
from eventsvc.events.words import Word


@dataclass(frozen=True, slots=True)
class Button:
    """What can be pressed; one filled button a page at most."""

    label: str
    url: str
    is_primary: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """What stands in the panel; `brief` is what the bar at the foot of a phone has room for."""

    word: Word
    tone: str
    sentence: str
    button: Button | None = None
    note: str = ""
    brief: str = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """What the panel is made from."""

    event: Event
    places: Places
    remains: Sequence[Remains]
    next_edition: Edition | None
    locale: str
    at: datetime

    def zone(self, moment: datetime) -> str:
        """Name the event's zone after its town."""
        return zone_of(self.event, moment, self.locale)


def zone_of(event: Event, moment: datetime, locale: str) -> str:
    """Name an event's zone after the town it is in, or else after the zone's own."""
    return when.zone_name(event.timezone, moment, locale, _town(event) or None)


def city_of(event: Event, locale: str) -> str:
    """Name the town whose clock an event's hours are read from."""
    return _town(event) or when.zone_city(event.timezone, locale)


def _town(event: Event) -> str:
    return event.venue.city if event.venue and "/" in event.timezone else ""


def panel(scene: Scene) -> Panel:
    """Make the panel of an event as it stands."""
    word = words.standing(scene.event, scene.places, scene.locale, scene.at)
    return _PANELS[scene.places.standing](scene, word)


def _draft(scene: Scene, word: Word) -> Panel:
    return Panel(word, "edge", _("People can register here once it is published."))


def _opens(scene: Scene, word: Word) -> Panel:
    opens_at = scene.places.opens_at or scene.event.registration_opens_at
    zone = scene.zone(opens_at) if opens_at else ""
    sentence = _("%(zone)s. Registration opens on this page; nothing needs to be done before.", zone=zone)
    calendar = Button(_("Add to my calendar"), url_for("calendars.event", slug=scene.event.slug, download=1))
    return Panel(word, "accent", sentence, calendar)


def _open(scene: Scene, word: Word) -> Panel:
    left, capacity = scene.places.left, scene.places.capacity
    if left is None:
        sentence = _("There is a place for everybody who registers.")
    else:
        sentence = ngettext(
            "%(num)d of %(capacity)d places is left.",
            "%(num)d of %(capacity)d places are left.",
            left,
            capacity=capacity,
        )
    return Panel(word, "accent", sentence, _register(scene, _("Register")), _deadline(scene), _by(scene))


def _waiting(scene: Scene, word: Word) -> Panel:
    ahead = ngettext("%(num)d person", "%(num)d people", scene.places.waiting)
    before = ngettext("waits before you.", "wait before you.", scene.places.waiting)
    taken = _("All %(capacity)d places are taken.", capacity=scene.places.capacity or 0)
    if scene.places.left:
        taken = _("Free places go to the people on the list first.")
    if not scene.places.waiting:
        ahead, before = _("Nobody"), _("waits before you.")
    sentence = Markup("{} <strong>{}</strong> {} {}").format(
        taken, ahead, before, _("Your own page tells you where you stand.")
    )
    note = _("A freed place passes to the next person by itself. You can leave the list at any time.")
    return Panel(word, "accent", sentence, _register(scene, _("Join the waiting list")), note, _by(scene))


def _full(scene: Scene, word: Word) -> Panel:
    is_stopped = scene.event.has_waiting_list
    sentence = _("Every place is taken and the waiting list is closed.") if is_stopped else _("Every place is taken.")
    return Panel(word, "edge", sentence, _elsewhere(scene))


def _closed(scene: Scene, word: Word) -> Panel:
    event = scene.event
    if event.starts_at is None:
        sentence = _("The date is not known yet. Registration opens on this page once it is.")
    elif not event.accepts_registrations:
        sentence = _("This event takes no registrations here. Ask the contact person below how to take part.")
    elif scene.places.is_withdrawn:
        sentence = _("No ticket is on offer now. Ask the contact person below whether there will be one again.")
    elif scene.places.is_by_invitation:
        sentence = _("People register by a personal invitation. Ask the contact person below if you expected one.")
    else:
        closed = when.moment(scene.places.closes_at or closing_at(event), event.timezone, scene.locale)
        sentence = _(
            "Registration closed on %(moment)s. Ask the contact person below if you have a question.", moment=closed
        )
    return Panel(word, "edge", sentence, _elsewhere(scene))


def _cancelled(scene: Scene, word: Word) -> Panel:
    sentence = _("Everyone who was registered has had a letter, and the entry in their calendar is struck out.")
    shelf = SHELF_OF[scene.event.kind]
    return Panel(
        word, "no", sentence, _elsewhere(scene) or Button(_("Other events"), url_for("events.front", kind=shelf))
    )


def _ended(scene: Scene, word: Word) -> Panel:
    sentence = scene.event.attendance_note
    if scene.remains:
        remains = _("What remains of it stays on this page.")
        sentence = f"{sentence} {remains}".strip()
    return Panel(
        word, "edge", sentence or _("Thank you to everybody who took part."), _remaining(scene) or _elsewhere(scene)
    )


def _remaining(scene: Scene) -> Button | None:
    """Offer the first thing that remains; a recording stands on the cover already."""
    others = [link for link in scene.remains if link.kind is not LinkKind.RECORDING]
    if not others:
        return None
    first = others[0]
    return Button(words.link_act(first.kind, first.label, first.language, scene.locale), first.url)


def _elsewhere(scene: Scene) -> Button | None:
    """Send people to the next edition where there is one."""
    edition = scene.next_edition
    return Button(_("See the next edition"), url_for("events.show", slug=edition.slug)) if edition else None


def _register(scene: Scene, label: str) -> Button:
    return Button(label, url_for("registration.register", slug=scene.event.slug), is_primary=True)


def _deadline(scene: Scene) -> str:
    closes, timezone = scene.places.closes_at or closing_at(scene.event), scene.event.timezone
    day = when.near_day(closes, timezone, scene.locale, has_weekday=True)
    said = _("Register by <strong>%(moment)s</strong>, %(zone)s. It takes about a minute, and needs no account.")
    # Markup's own formatting escapes what is put in: a town's name is typed by people.
    return Markup(said) % {"moment": f"{day}, {when.hour(closes, timezone)}", "zone": scene.zone(closes)}  # noqa: S704


def _by(scene: Scene) -> str:
    closes = scene.places.closes_at or closing_at(scene.event)
    return _("Register by %(day)s", day=words.day(closes, scene.event.timezone, scene.locale, scene.at))


_PANELS: dict[Standing, Callable[[Scene, Word], Panel]] = {
    Standing.DRAFT: _draft,
    Standing.OPENS: _opens,
    Standing.OPEN: _open,
    Standing.FILLING: _open,
    Standing.WAITING: _waiting,
    Standing.FULL: _full,
    Standing.CLOSED: _closed,
    Standing.CANCELLED: _cancelled,
    Standing.ENDED: _ended,
}
