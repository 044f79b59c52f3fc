"""Files of other programmes, read: what is understood, and what is refused with its line."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import openpyxl
import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from eventsvc import create_app
from eventsvc.programme.formats import files, layouts, people, plan, times, words
from eventsvc.programme.formats.plan import Head, Person, Plan, Planned, Setting
from eventsvc.programme.formats.times import Puzzle, When
from eventsvc.programme.formats.words import Column
from eventsvc.programme.models import SessionKind, SpeakerRole
from eventsvc.tables import MOST_BYTES, Row, Unreadable, pasted, speakable
from eventsvc.text import cleaned, one_line
from tests.conftest import QUIET
from tests.people import NOW
from tests.programme.samples import FRAB, SETTING

HEAD = Head("school", "A school", "Europe/Amsterdam", "https://example.org/events/school/programme", "1", NOW)


@pytest.fixture(scope="module", autouse=True)
def _sentences(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Sentences for people want a language; nothing here wants a database."""
    folder = tmp_path_factory.mktemp("instance")
    app = create_app(QUIET | {"SQLALCHEMY_DATABASE_URI": "sqlite://", "INSTANCE_PATH": str(folder)})
    with app.app_context():
        yield app


def read(text: str, setting: Setting = SETTING, columns: list[str] | None = None) -> Plan:
    return files.read(text, setting, columns).plan


def said(text: str) -> list[dict[str, Any]]:
    found = read(text)
    assert not found.problems
    return [dict(each.said) for each in found.sessions]


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment in May 2027, as the clock in Leiden shows it."""
    return datetime(2027, 5, day, tzinfo=UTC) + timedelta(hours=hour - 2, minutes=minute)


def rows_of(table: str) -> list[Row]:
    return pasted.rows(table, knows=words.column, most=plan.MOST_SESSIONS)


def refusal(text: str | bytes) -> Unreadable:
    with pytest.raises(Unreadable) as refused:
        if isinstance(text, bytes):
            files.read_file(text, SETTING)
        else:
            read(text)
    return refused.value


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2027-05-30", date(2027, 5, 30)),
        ("30-05-2027", date(2027, 5, 30)),
        ("30.5.27", date(2027, 5, 30)),
        ("30/5", date(2027, 5, 30)),
        ("30-5", date(2027, 5, 30)),
        ("5/30/2027", date(2027, 5, 30)),
        ("30 mei", date(2027, 5, 30)),
        ("May 30", date(2027, 5, 30)),
        ("May 30th, 2027", date(2027, 5, 30)),
        ("ma 31 mei", date(2027, 5, 31)),
        ("Monday, 31 May 2027", date(2027, 5, 31)),
        ("maandag", date(2027, 5, 31)),
        ("dag 2", date(2027, 5, 31)),
    ],
)
def test_dates_are_read_in_the_usual_ways(written: str, meant: date) -> None:
    assert times.read_date(written, SETTING) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("9:30", When(begins=time(9, 30))),
        ("9.30", When(begins=time(9, 30))),
        ("9u30", When(begins=time(9, 30))),
        ("09h30", When(begins=time(9, 30))),
        ("0930", When(begins=time(9, 30))),
        ("10 uur", When(begins=time(10))),
        ("2 pm", When(begins=time(14))),
        ("12:15 a.m.", When(begins=time(0, 15))),
        ("09:30-10:15", When(begins=time(9, 30), ends=time(10, 15))),
        ("10:00 – 10:45", When(begins=time(10), ends=time(10, 45))),
        ("van 9.30 tot 10.15 uur", When(begins=time(9, 30), ends=time(10, 15))),
        ("2-3 pm", When(begins=time(14), ends=time(15))),
        ("11 - 1 pm", When(begins=time(11), ends=time(13))),
        ("30 mei 9:30", When(date(2027, 5, 30), time(9, 30))),
        ("ma 31 mei, 9:30 - 10:15", When(date(2027, 5, 31), time(9, 30), time(10, 15))),
        ("2027-05-30 09:30", When(date(2027, 5, 30), at=datetime(2027, 5, 30, 9, 30))),
    ],
)
def test_times_are_read_in_the_usual_ways(written: str, meant: When) -> None:
    assert times.read(written, SETTING) == meant


@pytest.mark.parametrize(
    ("written", "minutes"),
    [("45", 45), ("45 min", 45), ("90'", 90), ("1:30", 90), ("1u30", 90), ("1,5 uur", 90), ("2 hours", 120)],
)
def test_lengths_are_read_in_the_usual_ways(written: str, minutes: int) -> None:
    assert times.read_length(written) == timedelta(minutes=minutes)


@pytest.mark.parametrize("written", ["25:00", "9:75", "30 februari", "di 31 mei", "soon", "1-2-3-4", ""])
def test_what_is_no_date_is_told_and_not_guessed(written: str) -> None:
    with pytest.raises(Puzzle):
        times.read_date(written, SETTING)


@given(st.text(max_size=30))
def test_no_text_breaks_the_reading_of_times(written: str) -> None:
    for reader in (times.read, times.read_date):
        try:
            reader(written, SETTING)
        except Puzzle as puzzle:
            assert puzzle.sentence


@given(st.datetimes(datetime(2027, 1, 1), datetime(2027, 12, 31)))
def test_every_day_and_minute_is_read_back(moment: datetime) -> None:
    moment = moment.replace(second=0, microsecond=0)

    for day, hour in (("%d-%m-%Y", "%H:%M"), ("%Y/%m/%d", "%H.%M"), ("%d %B %Y", "%Hu%M"), ("%A %d %b %Y", "%I:%M %p")):
        assert times.read_date(moment.strftime(day), SETTING) == moment.date()
        assert times.read(moment.strftime(hour), SETTING).begins == moment.time()


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("Sam Voorbeeld", [Person("Sam Voorbeeld")]),
        ("Ada, Sam & Dee", [Person("Ada"), Person("Sam"), Person("Dee")]),
        ("Ada; Sam", [Person("Ada"), Person("Sam")]),
        ("Ada (LUMC), Sam (Example University, chair)",
         [Person("Ada", "LUMC"), Person("Sam", "Example University", SpeakerRole.CHAIR)]),
        ("voorzitter: Ada\nSam", [Person("Ada", None, SpeakerRole.CHAIR), Person("Sam")]),
        ("Ada Voorbeeld, Example University", [Person("Ada Voorbeeld", "Example University")]),
        ("Ada Voorbeeld, MD, Sam", [Person("Ada Voorbeeld, MD"), Person("Sam")]),
        ("Ada Byron <ada@example.org>", [Person("Ada Byron", email="ada@example.org")]),
        ("Ada Byron <ada@university.example>, Sam (LUMC, sam@example.org, chair)",
         [Person("Ada Byron", email="ada@university.example"),
          Person("Sam", "LUMC", SpeakerRole.CHAIR, email="sam@example.org")]),
        ("Ada Byron, ada@example.org, Sam", [Person("Ada Byron", email="ada@example.org"), Person("Sam")]),
        ("Ada Byron\nmailto:ada@example.org\nSam @ LUMC", [Person("Ada Byron", email="ada@example.org"),
                                                        Person("Sam @ LUMC")]),
        ("", []),
    ],
)  # fmt: skip
def test_a_cell_of_people_is_taken_apart(cell: str, meant: list[Person]) -> None:
    assert list(people.read(cell)) == meant


def test_a_column_of_addresses_goes_with_the_speakers_in_their_order() -> None:
    plan = read(
        "Title\tSpeakers\tE-mail\nOne\tAda, Sam\tada@example.org; sam@example.org\nTwo\tDee\t\n"
        "Three\tRev\trev@example.org, ada@example.org\nFour\tEve\tnobody\nFive\teve@example.org"
    )

    found = [[(each.name, each.email) for each in session.said["people"]] for session in plan.sessions]
    assert found == [[("Ada", "ada@example.org"), ("Sam", "sam@example.org")], [("Dee", "")]]
    assert [problem.why for problem in plan.problems] == [
        "There are more e-mail addresses than speakers.",
        "“nobody” is no e-mail address.",
        "“eve@example.org” is an address without a name. Write the name before it.",
    ]


def test_a_table_without_headings_has_its_column_of_addresses_told_by_what_stands_in_it() -> None:
    table = rows_of("9:00-10:00\tOne\tAda\tada@example.org\n10:00-11:00\tTwo\tSam\tsam@example.org")

    laid = layouts.guess(table, SETTING)

    assert laid.columns == (Column.START, Column.TITLE, Column.SPEAKERS, Column.EMAIL)


def test_a_table_from_excel_is_read_with_its_headings_and_dates_carried_down() -> None:
    table = (
        "Datum\tTijd\tTitel\tSpreker\tInstelling\tZaal\tSpoor\n"
        "30 mei\t09:30-10:15\tOpening\tAda\tExample University\tAula\tPolicy\n"
        '\t10:15\t"Twee\nregels"\tSam\t\tAula\tCare\n'
        "\t11u\tLunch\t\t\tHal\t\n"
        "31 mei\t23.30 – 00.30\tWandeling\t\t\t\t\n"
        "\t00:30-02:00\tNog een\t\t\t\t\n"
    )

    found = said(table.replace("\tLunch", " - 12u\tLunch"))

    assert [(each["title"], each["starts_at"], each["ends_at"]) for each in found] == [
        ("Opening", at(30, 9, 30), at(30, 10, 15)),
        ("Twee regels", at(30, 10, 15), at(30, 11)),
        ("Lunch", at(30, 11), at(30, 12)),
        ("Wandeling", at(31, 23, 30), at(31, 24, 30)),
        # The night belongs to the day it stands under.
        ("Nog een", at(31, 24, 30), at(31, 26)),
    ]
    assert found[0]["people"] == (Person("Ada", "Example University"),)
    assert (found[0]["rooms"], found[0]["track"]) == (("Aula",), "Policy")


@pytest.mark.parametrize(
    "table",
    [
        "Start,End,Title,Room\n30/5 9:30,10:15,Opening,Aula",
        "Start;Einde;Titel;Zaal\n30/5 9:30;10:15;Opening;Aula",
        "| From | Duration | Session | Room |\n|---|---|---|---|\n| 30 May 9:30 | 45 | Opening | Aula |",
        "Dag 1\nTijd\tSessie\tRuimte\n9:30-10:15\tOpening\tAula",
        "Date   Time          Title    Room\n30/5   9:30-10:15    Opening  Aula",
        "2027-05-30\t09:30\t10:15\tOpening\t\tAula",
    ],
    ids=["commas", "semicolons", "pipes", "a day above", "spaces", "no headings"],
)
def test_a_table_is_read_however_its_cells_are_parted(table: str) -> None:
    setting = Setting("Europe/Amsterdam", date(2027, 5, 30), date(2027, 5, 30))

    (session,) = files.read(table, setting).plan.sessions

    assert (session.title, session.said["starts_at"], session.said["ends_at"]) == (
        "Opening",
        at(30, 9, 30),
        at(30, 10, 15),
    )


def test_columns_are_corrected_by_hand() -> None:
    table = "Wat\tWaarover\n30/5 9:30-10:15\tOpening"

    assert files.table(table, SETTING).columns == (Column.START, Column.TITLE)
    (session,) = read(table, columns=["title", "track"]).sessions
    assert (session.title, session.said["track"]) == ("30/5 9:30-10:15", "Opening")


def test_a_column_that_is_not_there_says_nothing_and_an_empty_cell_says_nothing_is() -> None:
    (session,) = said("Titel\tZaal\nOpening\t")

    assert session == {"title": "Opening", "rooms": ()}


def test_lines_that_cannot_be_read_are_told_with_their_number_and_reason() -> None:
    found = read(
        "Tijd\tTitel\tTaal\n30/5 9:30-10:00\tOpening\tnl\n25:00\tNacht\t\n10:00-09:00\tTwee dagen\t\n11:00-12:00\t\t\n"
        "12:00-13:00\tX\tklingon-taal-die-wij-niet-kennen\n14:00\tLaatste\t\n30/5 9:30-10:00\tOpening\tnl"
    )

    assert [each.title for each in found.sessions] == ["Opening"]
    assert [(each.line, each.what) for each in found.problems] == [
        (3, "Nacht"), (4, "Twee dagen"), (5, "no title"), (6, "X"), (7, "Laatste"), (8, "Opening"),
    ]  # fmt: skip
    assert "line 2" in found.problems[-1].why


def test_a_frab_schedule_is_read_whole() -> None:
    found = read(FRAB)

    assert not found.problems
    opening, night, missing = found.sessions
    assert (opening.source_id, opening.title) == ("one", "Opening & welcome")
    assert opening.said["abstract"] == "Good morning\n\nShort.\n\nLong."
    assert (opening.said["kind"], missing.said["kind"]) == (SessionKind.TALK, SessionKind.PANEL)
    assert opening.said["people"] == (Person("Ada"), Person("Sam"))
    assert (night.said["starts_at"], night.said["ends_at"]) == (at(31, 0, 15), at(31, 2, 30))
    assert (missing.source_id, missing.said["starts_at"]) == ("13", at(30, 9, 30))
    assert (found.rooms, found.tracks, len(found.people)) == (("Aula", "Side room"), ("Policy", "Care"), 3)


def test_a_pretalx_schedule_is_read_with_the_day_its_night_stands_under() -> None:
    talk = {
        "guid": "n1", "code": "ABCDEF", "start": "00:15", "duration": "00:30", "title": {"en": "Night"},
        "persons": [{"public_name": "Ada", "biography": "Counts."}], "track": None, "type": "Workshop", "language": "en",
    }  # fmt: skip
    document = {"schedule": {"conference": {"days": [{"date": "2027-05-30", "rooms": {"Aula": [talk]}}]}}}

    (session,) = said(json.dumps(document, indent=1))

    assert (session["title"], session["starts_at"], session["rooms"]) == ("Night", at(31, 0, 15), ("Aula",))
    assert session["people"] == (Person("Ada", None, SpeakerRole.SPEAKER, "Counts."),)


def test_a_calendar_is_read_in_any_zone() -> None:
    (session,) = said(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:u@example.org\r\n"
        "DTSTART;TZID=America/New_York:20270530T033000\r\nDURATION:PT45M\r\nSUMMARY;LANGUAGE=nl:Open\\, ing\r\n"
        "LOCATION:Aula\r\nSTATUS:CANCELLED\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )

    assert (session["title"], session["language"], session["rooms"]) == ("Open, ing", "nl", ("Aula",))
    assert (session["starts_at"], session["ends_at"]) == (at(30, 9, 30), at(30, 10, 15))
    assert session["is_cancelled"]


def workbook(*rows: list[Any]) -> bytes:
    book, file = openpyxl.Workbook(), io.BytesIO()
    book.create_sheet("Empty", 0)
    for row in rows:
        book.worksheets[1].append(row)
    book.save(file)
    return file.getvalue()


def test_a_workbook_is_read_with_its_dates_times_and_numbers() -> None:
    data = workbook(
        ["Datum", "Begin", "Duur", "Titel"],
        [datetime(2027, 5, 30), time(9, 30), 45.0, "Opening"],
        [None, datetime(2027, 5, 31), timedelta(hours=1, minutes=30), "Nacht"],
        [],
        [None, "kapot", None, "Rij vijf"],
    )

    found = files.read_file(data, SETTING).plan

    assert [(each.said["starts_at"], each.said["ends_at"]) for each in found.sessions] == [
        (at(30, 9, 30), at(30, 10, 15)),
        (at(31, 0), at(31, 1, 30)),
    ]
    assert [each.line for each in found.problems] == [5]
    assert files.read(files.text_of(data), SETTING).plan.problems == found.problems


BOMB = '<?xml version="1.0"?>\n<!DOCTYPE b [<!ENTITY a "aa"><!ENTITY c "&a;&a;">]>\n<schedule><version>&c;</version></schedule>'


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        (BOMB, 2, "could be an attack"),
        (BOMB.replace("[<!ENTITY", 'SYSTEM "file:///etc/passwd" [<!ENTITY'), 2, "could be an attack"),
        (FRAB.replace("</persons>", "</person>", 1), 12, "The XML is broken"),
        (FRAB[:400], 9, "The XML is broken"),
        ("<html><body>Hello</body></html>", 1, "no schedule"),
        ("<schedule></schedule>", None, "no session in it"),
        ('{"schedule":\n {"conference": }', 2, "The JSON is broken"),
        ('{"talks": []}', 1, "no schedule"),
        ("[" * 100_000, 1, "nested deeper"),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Opening", 1, "no calendar"),
        ("Titel,Zaal\nOpening,Aula\n\"Open,Aula", 3, "do not come in pairs"),
        ("Dear Olga,\nhello, and see you in May, Sam", None, "neither headings nor times"),
        ("Dear Olga", 1, "no table"),
        ("", None, "nothing in it yet"),
        ("Titel\tZaal\n" + "x" * 200_000, None, "longer than any text"),
        ("," * 500_000, 1, "60 columns"),
    ],
)  # fmt: skip
def test_what_is_broken_hostile_or_wrong_is_refused_with_its_line(text: str, line: int | None, told: str) -> None:
    refused = refusal(text)

    assert told in refused.sentence
    if line:
        assert refused.line == line
        assert refused.sentence.startswith(f"Line {line}: ")


def packed(name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (packed("xl/worksheets/sheet1.xml", b"0" * (61 * 1024 * 1024)), "larger than 30 MB"),
        (packed("xl/workbook.xml", BOMB.encode()), "could be an attack"),
        (packed("xl/workbook.xml", BOMB.encode("utf-16-le")), "could be an attack"),
        (packed("readme.txt", b"hello"), "no Excel workbook"),
        (workbook(["Titel"], ["Opening"])[:300], "no Excel workbook"),
        (workbook(), "nothing in any sheet"),
        (b"%PDF-1.7", "one of .xlsx, .csv, .xml, .json, .ics"),
        (b"x" * (MOST_BYTES + 1), "A file may have 10 MB"),
    ],
    ids=["zip bomb", "entities", "entities in UTF-16", "another zip", "cut off", "empty", "pdf", "too large"],
)
def test_a_file_that_is_hostile_or_wrong_is_refused(data: bytes, told: str) -> None:
    assert told in refusal(data).sentence


def test_more_sessions_than_any_programme_has_are_refused() -> None:
    many = "Titel\tTijd\n" + "".join(f"Nummer {number}\t\n" for number in range(plan.MOST_SESSIONS + 1))

    assert "has more" in refusal(many).sentence


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reading_of_a_file(data: bytes) -> None:
    try:
        files.read_file(data, SETTING)
    except Unreadable as refused:
        assert refused.sentence


line_of_text = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=20).map(
    lambda text: one_line(speakable(text))
)
names = line_of_text.filter(bool)
moments = st.datetimes(datetime(2027, 1, 1), datetime(2027, 12, 31)).map(
    lambda at: at.replace(second=0, microsecond=0, tzinfo=UTC)
)
persons = st.builds(Person, names, line_of_text, st.sampled_from(SpeakerRole))


@st.composite
def sessions(draw: st.DrawFn) -> tuple[Planned, ...]:
    """Sessions with everything that files can say, as a programme of ours holds them."""
    made = []
    for number in range(draw(st.integers(1, 3))):
        begins = draw(moments | st.none())
        ends = begins + timedelta(minutes=draw(st.integers(1, 3000))) if begins else None
        rooms = draw(
            st.lists(names.filter(lambda name: ";" not in name and " + " not in name), max_size=2, unique_by=str.lower)
        )
        made.append(
            Planned(
                number + 1,
                f"id-{number}",
                {
                    "title": draw(names),
                    "abstract": cleaned(draw(line_of_text) + "\n\n" + draw(line_of_text)),
                    "kind": draw(st.sampled_from(SessionKind)),
                    "language": draw(st.sampled_from(["en", "nl", None])),
                    "starts_at": begins,
                    "ends_at": ends,
                    "rooms": tuple(rooms),
                    "track": draw(line_of_text),
                    "people": tuple(draw(st.lists(persons, max_size=3, unique_by=lambda each: each.key))),
                    "capacity": draw(st.integers(1, 500) | st.none()),
                    "parent": None,
                    "is_cancelled": draw(st.booleans()),
                },
            )
        )
    return tuple(made)


@pytest.mark.parametrize("kind", files.Format)
def test_what_is_written_is_read_back(kind: files.Format) -> None:
    @settings(max_examples=20)
    @given(sessions())
    def there_and_back(written: tuple[Planned, ...]) -> None:
        if kind is files.Format.ICS:
            # A calendar holds what has a time.
            written = tuple(each for each in written if each.said["starts_at"])
        if not written:
            return
        found = files.read_file(b"".join(files.write(kind, HEAD, written)), SETTING).plan

        assert not found.problems
        by_id = {each.source_id: dict(each.said) for each in found.sessions}
        assert by_id == {each.source_id: dict(each.said) for each in written}

    there_and_back()


@given(st.lists(st.lists(line_of_text, min_size=2, max_size=4), min_size=1, max_size=4))
def test_a_pasted_table_comes_back_as_it_was(table: list[list[str]]) -> None:
    written = pasted.written([[pasted.guarded(cell) for cell in row] for row in [["Title", "Room"], *table]])

    found = [list(row.cells) for row in rows_of(written)][1:]

    assert found == [row for row in table if any(row)]


def test_a_title_that_looks_like_a_formula_is_none_in_a_spreadsheet_and_comes_back() -> None:
    evil = Planned(1, "id", {"title": "=1+1", "people": (Person("'@Sam", ""),)})

    written = b"".join(files.write(files.Format.CSV, HEAD, (evil,))).decode()

    assert "'=1+1" in written
    (session,) = read(written).sessions
    assert (session.title, session.said["people"][0].name) == ("=1+1", "'@Sam")


def test_a_beginning_alone_ends_when_the_next_one_in_its_room_begins() -> None:
    table = "Tijd\tTitel\tZaal\n30/5 9:00\tA\tX\n9:30\tB\tY\n10:00\tC\tX\n11:00-12:00\tD\tY"

    assert [(each["title"], each["ends_at"]) for each in said(table)] == [
        ("A", at(30, 10)), ("B", at(30, 11)), ("C", at(30, 11)), ("D", at(30, 12)),
    ]  # fmt: skip


def test_a_kind_is_guessed_from_a_title() -> None:
    told = {"Lunch": "break", "Koffiepauze": "break", "Workshop: trials": "workshop", "Lunch lecture": "talk"}

    assert {title: words.kind_in(title).value for title in told} == told


def test_an_end_before_the_beginning_is_a_slip_and_not_a_session_of_23_hours() -> None:
    plan = read(
        "31 May 2027\nTime\tTitle\n16:00-15:00\tSlip\n9:00-9:00\tNothing\n22:00-01:00\tDance\n20:00-08:00\tNight watch"
    )

    assert [(each.what, each.why) for each in plan.problems] == [
        ("Slip", "It would end before it begins."), ("Nothing", "It would end before it begins."),
    ]  # fmt: skip
    assert [each.title for each in plan.sessions] == ["Dance", "Night watch"]


def test_a_date_above_the_headings_is_read() -> None:
    first, second = said("31 May 2027\nTime\tTitle\n9:00-10:00\tOne\n1 June 2027\n9:00-10:00\tTwo")

    assert first["starts_at"] == at(31, 9)
    assert second["starts_at"] == at(31, 9) + timedelta(days=1)
