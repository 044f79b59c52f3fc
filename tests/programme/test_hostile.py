"""Files that were made to do harm, or went wrong on the way: refused with a sentence, soon, and never an error."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import example, given
from hypothesis import strategies as st

from eventsvc import create_app
from eventsvc.programme.formats import files, people
from eventsvc.programme.formats.plan import Plan, Setting
from eventsvc.tables import Unreadable
from tests import browsing
from tests.conftest import QUIET
from tests.people import an_event, an_organiser
from tests.programme.samples import SETTING

SignIn = Callable[..., FlaskClient]
NOWHERE = Setting("Europe/Amsterdam")


@pytest.fixture(scope="module", autouse=True)
def _sentences(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Sentences for people want a language; most of these want no database."""
    folder = tmp_path_factory.mktemp("instance")
    app = create_app(QUIET | {"SQLALCHEMY_DATABASE_URI": "sqlite://", "INSTANCE_PATH": str(folder)})
    with app.app_context():
        yield app


@pytest.mark.parametrize(
    ("written", "names"),
    [
        (f"Ada{' ' * 4990}Sam", ["Ada Sam"]),
        ("Ada  &  Sam and Dee", ["Ada", "Sam", "Dee"]),
        ("Ada (LUMC, Leiden), Sam", ["Ada", "Sam"]),
        ("Ada (LUMC, Sam", ["Ada (LUMC", "Sam"]),
        (", ".join(f"A{number}" for number in range(90)), [f"A{number}" for number in range(90)]),
    ],
)
def test_a_line_of_names_is_parted_outside_its_brackets(written: str, names: list[str]) -> None:
    assert [person.name for person in people.read(written)] == names


CALENDAR = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:T\r\n%s\r\n"
CALENDAR += "END:VEVENT\r\nEND:VCALENDAR\r\n"
XML = "<schedule><day date='%s'><room name='A'><event guid='1'><title>T</title>%s</event></room></day></schedule>"


def a_schedule(day: Any = "2027-05-30", **said: Any) -> str:
    event = {"guid": "1", "title": "T", "start": "10:00", "duration": "1:00"} | said
    return json.dumps({"schedule": {"conference": {"days": [{"date": day, "rooms": {"A": [event]}}]}}})


BAD = {
    "the first year": CALENDAR % "DTSTART:00010101T000000\r\nDTEND:00010101T010000",
    "the last year": CALENDAR % "DTSTART:99991231T233000\r\nDURATION:PT5H",
    "a long one": CALENDAR % "DTSTART:20270530T090000Z\r\nDURATION:P9999999D",
    "a length that no computer has": CALENDAR % "DTSTART:20270530T090000Z\r\nDURATION:PT99999999999999999H",
    "the first day": XML % ("0001-01-01", "<start>00:10</start><duration>1:00</duration>"),
    "the last day": XML % ("9999-12-31", "<start>01:10</start><duration>1:00</duration>"),
    "past the last day": XML % ("9999-12-31", "<date>9999-12-31T23:00:00+00:00</date><duration>999:00:00</duration>"),
    "before the first": XML % ("0001-01-01", "<date>0001-01-01T00:00:00+05:00</date><duration>9:00</duration>"),
    "half a letter in a moment": a_schedule(date="\ud800T10"),
    "half a letter in a day": a_schedule("\ud800"),
    "half a letter in a length": a_schedule(duration="\ud800"),
    "half a letter in a block": a_schedule(x_status="planned", x_part_of="\ud800"),
    "half a letter in everything": a_schedule(
        title="\ud800T",
        persons=[{"public_name": "\ud800A", "affiliation": "\udfff"}],
        language="\ud800",
        track="\ud800",
    ),
    "rooms within rooms": a_schedule(x_further_rooms=[[[1]], {"a": 1}]),
    "a title of many": a_schedule(title=[["T"]]),
    "dots": "Title;Date;Start;End\nT;01-01-0001;00:10;01:00\n",
    "dots at the end": "Title;Date;Start;End\nT;31-12-9999;23:10;01:00\n",
    "after midnight at the end": "Title;Date;Start;End\nT;31-12-9999;01:10;02:00\n",
    "a moment": "Title;Start;End\nT;0001-01-01 00:00;0001-01-01 01:00\n",
    "a moment with a zone": "Title;Start;End\nT;0001-01-01T00:00+05:00;0001-01-01T01:00+05:00\n",
    "fifty hours": "Title;Start;Duration\nT;9999-12-31 23:00;50 uur\n",
    "a century": "Title;Start;End\nT;2027-05-30 10:00;2127-05-30 10:00\n",
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_what_no_calendar_has_is_told_to_whoever_imports_it(app: Flask, sign_in: SignIn, text: str) -> None:
    event = an_event()
    desk = sign_in(an_organiser("Olga", owns=event))
    address = f"/desk/events/{event.slug}/programme/import"

    looked = desk.post(address, data={"text": text, "then": "look"})
    sent = {"text": text, "then": "take", "leaves_out": "y", "seen": browsing.fields(looked.text).get("seen", "")}
    taken = desk.post(address, data=sent)

    assert (looked.status_code, taken.status_code) in {(200, 303), (422, 422)}


def is_told(text: str, setting: Setting = SETTING) -> None:
    """What is read is a plan or a sentence, and either can be shown."""
    try:
        plan = files.read(text, setting).plan
    except Unreadable as refused:
        refused.sentence.encode()
        return
    assert isinstance(plan, Plan)
    for problem in plan.problems:
        f"{problem.what}{problem.why}".encode()
    for session in plan.sessions:
        repr(session.said).encode()
        assert not any("\ud800" <= letter <= "\udfff" for letter in f"{session.said}{session.source_id}")


_odd = st.sampled_from(
    ["", "\ud800", "0001-01-01", "9999-12-31", "9999-12-31T23:59:59+14:00", "24:00", "999:59", "99 uur"]
)
_moments = st.datetimes().map(datetime.isoformat) | st.dates().map(date.isoformat)
_cells = _odd | _moments | st.text(max_size=30) | st.integers(-1, 10**9).map(str)


@given(st.lists(st.tuples(*[_cells] * 6), max_size=4), st.sampled_from([SETTING, NOWHERE]))
def test_any_table_is_a_plan_or_a_sentence(rows: list[tuple[str, ...]], setting: Setting) -> None:
    head = "Title\tDate\tStart\tEnd\tSpeakers\tPart of"
    lines = ["\t".join(" ".join(cell.split()) for cell in row) for row in rows]

    is_told("\n".join([head, *lines]).encode("utf-8", "replace").decode(), setting)


_values = st.recursive(
    _cells | st.none() | st.booleans() | st.integers() | st.floats(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_cells, inner, max_size=2),
    max_leaves=4,
)
_names = ("guid", "title", "date", "start", "duration", "persons", "x_status", "x_part_of", "x_further_rooms", "track")


@given(_cells, st.fixed_dictionaries({}, optional=dict.fromkeys(_names, _values)))
@example("2027-05-30", {"title": "T", "start": "09:00", "duration": "\ud800"})
def test_any_schedule_in_json_is_a_plan_or_a_sentence(day: str, said: dict[str, Any]) -> None:
    is_told(a_schedule(day, **said))


@given(*[_cells] * 4)
def test_any_schedule_in_xml_is_a_plan_or_a_sentence(day: str, moment: str, start: str, length: str) -> None:
    inner = f"<date>{moment}</date><start>{start}</start><duration>{length}</duration>"

    is_told((XML % (day, inner)).encode("utf-8", "replace").decode())


@given(*[_cells] * 3)
def test_any_calendar_is_a_plan_or_a_sentence(starts: str, ends: str, length: str) -> None:
    lines = [f"DTSTART:{starts}", f"DTEND:{ends}", f"DURATION:{length}"]

    is_told((CALENDAR % "\r\n".join(lines)).encode("utf-8", "replace").decode())
