"""The desk's timetable: a day of the programme as it is built, what is not yet placed, and what clashes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from eventsvc import clock, when
from eventsvc.accounts.access import Act, event_for, may, signed_in
from eventsvc.events.models import Event
from eventsvc.events.panel import zone_of
from eventsvc.programme import accepted, blocks, conflicts, gathering, published, slots, telling, timetable, vacancies
from eventsvc.programme.conflicts import Clash, ClashKind
from eventsvc.programme.desk import undo
from eventsvc.programme.desk.programme import blueprint
from eventsvc.programme.forms import offered
from eventsvc.programme.models import Session, Version
from eventsvc.programme.planned import Plan
from eventsvc.programme.slots import Slot
from eventsvc.programme.timetable import Board
from eventsvc.programme.vacancies import Vacancy

_SHOWN = 3
"""How many of a day's clashes stand above it; all are on the page of clashes."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A clash above the day: what it is, whom to move, and where to, as (value, words)."""

    title: str
    sentence: str
    key: str
    public_id: str
    revision: int
    offers: tuple[tuple[str, str], ...]


@blueprint.get("/timetable")
@signed_in
def show_timetable(slug: str) -> Any:
    """Show a day of the programme by room and by the hour; without a date or a room, the list."""
    event = event_for(Act.SEE, slug)
    rooms = timetable.rooms(event.id)
    if event.starts_at is None or not rooms:
        return redirect(url_for(".show", slug=event.slug))
    plan = gathering.gather(event)
    waiting, _standing = accepted.sorted_out(event.id, plan)
    locale, held, last = str(get_locale()), timetable.sessions(event.id), published.last(event.id)
    changes = _count_changes(event, held)
    board = Board(event, timetable.drafted(held), rooms, {}, locale)
    on = _asked(board)
    today = [clash for clash in waiting if _is_on(clash, on, event)]
    # What is shown is the day and the shelf: of other days nothing need be told.
    unplaced = [clash for clash in waiting if any(session.slot is None for session in clash.sessions)]
    board = replace(board, clashing=_clashing([*today, *unplaced], event))
    day = timetable.day(board, on)
    notices, free = _notices(today[:_SHOWN], plan, board)
    return render_template(
        "desk/programme/timetable.html",
        event=event,
        day=day,
        tabs=_tabs(board, on),
        shelf=timetable.shelf(board),
        notices=notices,
        free=_free_place(free, day, board) if free else None,
        more=len(today) - len(notices),
        open_clashes=len(waiting),
        draft=_draft_line(event, last, changes),
        changes=changes,
        version=last.number + 1 if last else 1,
        undo=undo.offer(event, on) if may(Act.EDIT, event) else None,
        zone=zone_of(event, slots.day_bounds(on, event.timezone).starts_at + timedelta(hours=7), locale),
        city_zone=event.timezone,
    )


def _asked(board: Board) -> date:
    """Choose the day that is asked for; else today, while the event is on; else the first with sessions."""
    days = board.days
    named = {on.isoformat(): on for on in days}
    today = slots.day_of(clock.now(), board.event.timezone)
    timed = [draft.item.slot for draft in board.drafts if draft.item.slot]
    first = slots.day_of(timed[0].starts_at, board.event.timezone) if timed else days[0]
    return named.get(request.args.get("day", "")) or (today if today in days else first if first in days else days[0])


def _tabs(board: Board, on: date) -> list[dict[str, Any]]:
    event = board.event
    return [
        {
            "label": blocks.day_name(each, event.timezone, board.locale),
            "url": url_for(".show_timetable", slug=event.slug, day=each.isoformat()),
            "is_current": each == on,
            "day": each.isoformat(),
        }
        for each in board.days
    ]


def _clashing(waiting: list[Clash], event: Event) -> dict[str, list[dict[str, str]]]:
    """Say of each session what it clashes with, in a word and in a sentence."""
    told: dict[str, list[dict[str, str]]] = defaultdict(list)
    for clash in waiting:
        for session in clash.sessions:
            if session.event is None:
                sentence = telling.sentence(clash, event, session.public_id)
                told[session.public_id].append({"word": telling.word(clash), "sentence": sentence})
    return told


def _is_on(clash: Clash, on: date, event: Event) -> bool:
    return any(
        session.event is None and session.slot and slots.day_of(session.slot.starts_at, event.timezone) == on
        for session in clash.sessions
    )


def _notices(found: list[Clash], plan: Plan, board: Board) -> tuple[list[Notice], tuple[str, Vacancy] | None]:
    """Tell these clashes, and return the first slot that is free for the first of them."""
    notices, first = [], None
    revisions = {draft.item.public_id: draft.revision for draft in board.drafts}
    for clash in found:
        moved = conflicts.mover(clash)
        free = vacancies.suggestions(plan, moved.public_id)
        first = first or ((moved.public_id, free[0]) if free else None)
        notices.append(
            Notice(
                _title(clash, moved.slot, board.event),
                telling.whole(clash, board.event, moved.public_id),
                clash.key,
                moved.public_id,
                revisions.get(moved.public_id, 0),
                tuple((offered(each), telling.vacancy(each, board.event, moved.slot)) for each in free),
            )
        )
    return notices, first


def _title(clash: Clash, slot: Slot | None, event: Event) -> str:
    titles = {
        ClashKind.ROOM: _("One room, twice at once"),
        ClashKind.PERSON: _("One person, twice at once"),
        ClashKind.AWAY: _("Somebody is not free"),
        ClashKind.SIZE: _("Too few seats"),
        ClashKind.OUTSIDE: _("Outside the event"),
        ClashKind.BREAK: _("A break is run over"),
    }
    title = titles.get(clash.kind, _("At the same time"))
    if slot is None:
        return title
    begin, end = (when.hour(moment, event.timezone) for moment in (slot.starts_at, slot.ends_at))
    return _("%(title)s: %(begin)s to %(end)s", title=title, begin=begin, end=end)


def _free_place(found: tuple[str, Vacancy], day: dict[str, Any], board: Board) -> dict[str, Any] | None:
    """Return where in the grid the slot stands that is offered first; None on another day, or over its own session."""
    public_id, free = found
    laid = day["grid"]
    at = laid["row_of"](free.slot.starts_at) if laid else None
    head = laid["column_of"].get(free.rooms[0].id) if at and len(free.rooms) == 1 else None
    draft = next(draft for draft in board.drafts if draft.item.public_id == public_id)
    is_over_itself = draft.item.slot and draft.item.slot.overlaps(free.slot) and draft.rooms == (free.rooms[0].id,)
    if head is None or is_over_itself:
        return None
    rows = min(int(free.slot.length / timedelta(minutes=5)), laid["rows"] - at + 1)
    return {
        "place": f"at-{at} for-{rows} col-{head.col} over-{head.over}",
        "id": public_id,
        "title": draft.item.title,
        "revision": draft.revision,
        "slot": offered(free),
        "words": telling.vacancy(free, board.event, free.slot).rpartition(", ")[0],
    }


def _count_changes(event: Event, held: list[Session]) -> int:
    """Count what the public does not see yet; nothing of an event it does not see at all."""
    return len(published.pending(event.id, [each for each in held if not each.is_hidden])) if event.is_public else 0


def _draft_line(event: Event, last: Version | None, count: int) -> str:
    """Say how far the draft is from what the public sees."""
    if not event.is_public:
        return _("Draft, published with the event")
    if last is None:
        return _("Draft, not published yet")
    if not count:
        return _("As published in version %(number)s", number=last.number)
    return str(
        ngettext(
            "Draft, %(num)s change since version %(number)s",
            "Draft, %(num)s changes since version %(number)s",
            count,
            number=last.number,
        )
    )
