"""The next edition of each kind, reckoned from the day the demo is loaded: together they show every state."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from eventsvc.demo import about
from eventsvc.demo.programmes import CONFERENCE_TALKS, SYMPOSIUM_DAY
from eventsvc.demo.shapes import Edition
from eventsvc.events.models import Mode
from eventsvc.registration.models import Visibility

MONDAY, THURSDAY, FRIDAY = 0, 3, 4


def coming(today: date) -> tuple[Edition, ...]:
    """Return the editions that follow `today`, the day on the office's calendar."""
    return (
        _closed(today),
        _closing_tomorrow(today),
        _open(today),
        _cancelled(today),
        _waiting_list(today),
        _full(today),
        _filling_up(today),
        _hybrid(today),
        _open_fair(today),
        _open_school(today),
        _open_course(today),
        _not_open_yet(today),
        _second_school(today),
        _date_to_follow(today),
        _draft(today),
    )


def _closed(today: date) -> Edition:
    starts = _at(_workday(today + timedelta(days=2)), "17:00")
    return Edition(
        slug=f"community-evening-indonesia-{starts:%Y}",
        said={**about.COMMUNITY_EVENT, "title": "Community evening: partners in Indonesia", "capacity": 40},
        starts=starts,
        ends=starts + timedelta(hours=2),
        made=_at(today - timedelta(days=40), "10:00"),
        opens=_at(today - timedelta(days=30), "09:00"),
        closes=_at(today - timedelta(days=1), "12:00"),
        people=19,
    )


def _closing_tomorrow(today: date) -> Edition:
    starts = _at(_workday(today + timedelta(days=5)), "17:00")
    return Edition(
        slug=f"community-evening-antibiotic-resistance-{starts:%Y}",
        said={**about.COMMUNITY_EVENT, "title": "Community evening: antibiotic resistance", "capacity": 40},
        starts=starts,
        ends=starts + timedelta(hours=2),
        made=_at(today - timedelta(days=35), "10:00"),
        opens=_at(today - timedelta(days=25), "09:00"),
        closes=_at(today + timedelta(days=1), "18:00"),
        people=21,
    )


def _open(today: date) -> Edition:
    starts = _at(_next(today + timedelta(days=12), THURSDAY), "16:00")
    return Edition(
        slug=f"expert-webinar-{starts:%Y-%m}",
        said={
            **about.WEBINAR,
            "title": "Expert webinar: the first thousand days",
            "summary": "Why what happens before the second birthday matters for a lifetime, and what helps.",
            "description": "A lecture of an hour by an expert of the LUMC, and half an hour for your questions.\n\n"
            "The speaker is still to be announced.",
            "partners": about.FETAL_THERAPY["partners"][:1],
        },
        starts=starts,
        ends=starts + timedelta(minutes=90),
        made=_at(today - timedelta(days=30), "10:00"),
        opens=_at(today - timedelta(days=20), "09:00"),
        people=37,
        leave=2,
    )


def _cancelled(today: date) -> Edition:
    starts = _at(_workday(today + timedelta(days=19)), "17:00")
    return Edition(
        slug=f"community-evening-health-in-cities-{starts:%Y}",
        said={**about.COMMUNITY_EVENT, "title": "Community evening: health in cities"},
        starts=starts,
        ends=starts + timedelta(hours=2),
        made=_at(today - timedelta(days=28), "10:00"),
        opens=_at(today - timedelta(days=21), "09:00"),
        people=8,
        cancelled=(
            _at(today - timedelta(days=2), "15:30"),
            "The room is closed for repairs, and no other is free that evening. We hope to see you at the next one.",
        ),
    )


def _waiting_list(today: date) -> Edition:
    starts = _at(_next(today + timedelta(days=30), FRIDAY), "09:30")
    return Edition(
        slug=f"global-impact-in-health-symposium-{starts:%Y}",
        said={**about.SYMPOSIUM, "capacity": 60},
        starts=starts,
        ends=starts.replace(hour=17, minute=0),
        made=_at(today - timedelta(days=60), "10:00"),
        opens=_at(today - timedelta(days=45), "09:00"),
        closes=starts - timedelta(days=7),
        people=67,
        leave=3,
        talks=tuple(replace(talk, seats=20) if talk.kind == "workshop" else talk for talk in SYMPOSIUM_DAY),
    )


def _full(today: date) -> Edition:
    starts = _at(_next(today + timedelta(days=45), MONDAY), "09:00")
    return Edition(
        slug=f"healthy-neighbourhood-course-{starts:%Y}",
        said={**about.COURSE, "has_waiting_list": False},
        starts=starts,
        ends=starts + timedelta(days=4, hours=8),
        made=_at(today - timedelta(days=70), "10:00"),
        opens=_at(today - timedelta(days=50), "09:00"),
        closes=starts - timedelta(days=14),
        people=24,
    )


def _filling_up(today: date) -> Edition:
    starts = _at(_next(today + timedelta(days=100), FRIDAY), "09:00")
    return Edition(
        slug=f"limsc-{starts:%Y}",
        said={
            **about.CONFERENCE,
            "title": f"Leiden International (Bio)Medical Student Conference (LIMSC) {starts:%Y}",
            "mode": Mode.HYBRID,
            "venue": {"city": "Leiden", "country": "NL"},
            "join_url": "https://video.example.org/limsc",
            "capacity": 80,
        },
        starts=starts,
        ends=starts + timedelta(days=2, hours=8),
        made=_at(today - timedelta(days=60), "10:00"),
        opens=_at(today - timedelta(days=40), "09:00"),
        closes=starts - timedelta(days=14),
        people=66,
        leave=1,
        talks=CONFERENCE_TALKS,
    )


def _hybrid(today: date) -> Edition:
    starts = _at(_next(today + timedelta(days=52), THURSDAY), "13:00")
    return Edition(
        slug=f"health-and-migration-symposium-{starts:%Y}",
        said={
            **about.SYMPOSIUM,
            "series": "",
            "title": "Symposium: health and migration",
            "mode": Mode.HYBRID,
            "join_url": "https://video.example.org/health-and-migration",
            "summary": "An afternoon on care for people on the move, in the room and online.",
            "description": "What do people who had to leave home need from a hospital, and what does it need to know "
            "of them? Short talks, and time to ask.\n\nThe speakers are still to be announced.",
        },
        starts=starts,
        ends=starts.replace(hour=17),
        made=_at(today - timedelta(days=26), "10:00"),
        opens=_at(today - timedelta(days=16), "09:00"),
        closes=starts - timedelta(days=3),
        people=44,
        leave=1,
        asks=True,
        types=(
            {
                "name": "On site",
                "description": "In the main hall, with lunch and drinks.",
                "mode": Mode.IN_PERSON,
                "capacity": 20,
                "fee_cents": 2500,
                "fee_note": "We send an invoice to your organisation; write your reference with the transfer.",
                "fee_due_days": 21,
            },
            {
                "name": "Online",
                "description": "You follow it live by a link, and ask questions in writing.",
                "mode": Mode.ONLINE,
            },
        ),
    )


def _open_fair(today: date) -> Edition:
    starts = _at(_next(today + timedelta(days=70), MONDAY), "10:00")
    return Edition(
        slug=f"csc-fair-{starts:%Y}",
        said={**about.FAIR, "title": f"CSC Fair {starts:%Y}"},
        starts=starts,
        ends=starts + timedelta(days=4, hours=6),
        made=_at(today - timedelta(days=20), "10:00"),
        opens=_at(today - timedelta(days=10), "09:00"),
        people=12,
    )


def _open_school(today: date) -> Edition:
    starts = _at(_next(_on(today + timedelta(days=60), month=1, day=24), MONDAY), "09:00")
    return Edition(
        slug=f"dataethics-winter-school-{starts:%Y}",
        said={**about.WINTER_SCHOOL, "title": f"Eurolife winter school DATAETHICS {starts:%Y}"},
        starts=starts,
        ends=starts + timedelta(days=4, hours=7),
        made=_at(today - timedelta(days=30), "10:00"),
        opens=_at(today - timedelta(days=14), "09:00"),
        closes=starts - timedelta(days=28),
        people=9,
        asks=True,
        types=(
            {
                "name": "Participant",
                "description": "The whole school, with materials, lunches and a certificate.",
                "fee_cents": 35000,
                "fee_note": "We send an invoice when you have a place; write your reference with the transfer.",
                "fee_due_days": 30,
            },
            {
                "name": "Student of a Eurolife university",
                "description": "For those who got a code from their own university.",
                "visibility": Visibility.CODE,
            },
        ),
        code=("EUROLIFE", 20),
    )


def _open_course(today: date) -> Edition:
    starts = _at(_next(today + timedelta(days=140), MONDAY), "09:00")
    return Edition(
        slug=f"healthy-neighbourhood-course-{starts:%Y-%m}",
        said=about.COURSE,
        starts=starts,
        ends=starts + timedelta(days=4, hours=8),
        made=_at(today - timedelta(days=21), "10:00"),
        opens=_at(today - timedelta(days=7), "09:00"),
        closes=starts - timedelta(days=28),
        people=5,
    )


def _not_open_yet(today: date) -> Edition:
    starts = _at(_next(_on(today + timedelta(days=120), month=7, day=4), MONDAY), "09:00")
    return Edition(
        slug=f"dataethics-summer-school-{starts:%Y}",
        said={**about.SUMMER_SCHOOL, "title": f"Eurolife summer school DATAETHICS {starts:%Y}"},
        starts=starts,
        ends=starts + timedelta(days=4, hours=7),
        made=_at(today - timedelta(days=12), "10:00"),
        opens=_at(today + timedelta(days=24), "09:00"),
        closes=starts - timedelta(days=42),
    )


def _second_school(today: date) -> Edition:
    starts = _at(_next(_on(today + timedelta(days=90), month=8, day=20), MONDAY), "09:00")
    return Edition(
        slug=f"techmed-summer-school-{starts:%Y}",
        said=about.TECHMED_SCHOOL,
        starts=starts,
        ends=starts + timedelta(days=4, hours=7),
        made=_at(today - timedelta(days=9), "10:00"),
        opens=_at(today + timedelta(days=45), "09:00"),
        closes=starts - timedelta(days=28),
    )


def _date_to_follow(today: date) -> Edition:
    return Edition(
        slug="leiden-brazil-data-science-next",
        said=about.DATA_SCIENCE_SCHOOL,
        starts=None,
        ends=None,
        made=_at(today - timedelta(days=5), "10:00"),
    )


def _draft(today: date) -> Edition:
    starts = _at(_next(today + timedelta(days=200), THURSDAY), "16:00")
    return Edition(
        slug=f"expert-webinar-draft-{starts:%Y-%m}",
        said={
            **about.WEBINAR,
            "title": "Expert webinar: sleep",
            "summary": "A draft: only organisers see it, and whoever has the link to it.",
            "partners": about.FETAL_THERAPY["partners"][:1],
        },
        starts=starts,
        ends=starts + timedelta(minutes=90),
        made=_at(today - timedelta(days=1), "10:00"),
        is_draft=True,
    )


def _at(day: date, hour: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(hour))


def _next(day: date, weekday: int) -> date:
    """Return the first such weekday on or after `day` on which people are not away for the end of the year."""
    while day.weekday() != weekday or _is_holiday(day):
        day += timedelta(days=1)
    return day


def _workday(day: date) -> date:
    while day.weekday() > FRIDAY or _is_holiday(day):
        day += timedelta(days=1)
    return day


def _is_holiday(day: date) -> bool:
    return (day.month, day.day) >= (12, 19) or (day.month, day.day) <= (1, 6)


def _on(earliest: date, *, month: int, day: int) -> date:
    """Return the first such day of a year on or after `earliest`."""
    this_year = date(earliest.year, month, day)
    return this_year if this_year >= earliest else date(earliest.year + 1, month, day)
