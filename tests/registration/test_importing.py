"""Rosters from lists: read row by row, taken whole or not at all, through the same turnstile as everybody."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eventsvc import tables
from eventsvc.accounts.actors import ATTENDEE, SYSTEM
from eventsvc.accounts.models import AuditEntry
from eventsvc.events.models import Event, Status
from eventsvc.extensions import db
from eventsvc.mail.models import Message
from eventsvc.registration import errors, keys, listed, rules
from eventsvc.registration.listed import Column, Reading, Setting
from eventsvc.registration.models import Registration, State, TicketType, TokenKind
from eventsvc.registration.person import Person
from eventsvc.tables import Unreadable
from tests.people import NOW, a_registration, an_event, an_organiser

LIST = "Voornaam\tAchternaam\tE-mailadres\tInstelling\tLand\nAda\tByron\tada@example.org\tLUMC\tNederland\nSam\tSmit\tsam@example.org\t\tDE\n"
PLAIN = Setting({}, ["en", "nl"])


def read(text: str, setting: Setting = PLAIN) -> Reading:
    rows = listed.rows(text)
    return listed.read(rows, listed.layout(rows), setting)


def taken(event: Event) -> list[tuple[str, str]]:
    found = sa.select(Registration.given_name, Registration.state).where(Registration.event_id == event.id)
    return [(name, state.value) for name, state in db.session.execute(found.order_by(Registration.turn))]


class TestReading:
    def test_headings_in_dutch_are_known(self) -> None:
        people = read(LIST).people

        assert [each.person for each in people] == [
            Person("Ada", "Byron", "ada@example.org", "LUMC", "NL"),
            Person("Sam", "Smit", "sam@example.org", "", "DE"),
        ]
        assert [each.line for each in people] == [2, 3]

    def test_headings_are_known_with_marks_and_with_words_in_brackets(self) -> None:
        (ada,) = read("first_name;last_name;E-mail (work)\nAda;Byron;ada@example.org\n").people

        assert ada.person == Person("Ada", "Byron", "ada@example.org")

    @pytest.mark.parametrize(
        ("name", "given", "family"),
        [
            ("Ada Byron", "Ada", "Byron"),
            ("Piet van der Berg", "Piet", "van der Berg"),
            ("Jansen, Piet", "Piet", "Jansen"),
            ("Maria José García", "Maria José", "García"),
            ("Madonna", "", "Madonna"),
        ],
    )
    def test_a_whole_name_is_parted(self, name: str, given: str, family: str) -> None:
        found = read(f"Name;E-mail\n{name};a@example.org\n").people[0].person

        assert (found.given_name, found.family_name) == (given, family)

    def test_what_outlook_writes_holds_name_and_address(self) -> None:
        people = read('Name\tOrganisation\nAda Byron <ada@example.org>\tLUMC\n"Berg, Piet" <p@example.org>\tX\n').people

        assert [each.person.email for each in people] == ["ada@example.org", "p@example.org"]
        assert people[0].person.family_name == "Byron"

    def test_a_list_without_headings_is_read_by_its_looks(self) -> None:
        rows = listed.rows("Ada Byron,ada@example.org,LUMC\nSam Smit,sam@example.org,VU\n")

        laid = listed.layout(rows)

        assert laid.columns == (Column.NAME, Column.EMAIL, Column.ORGANISATION) and laid.head is None
        assert len(listed.read(rows, laid, PLAIN).people) == 2

    @pytest.mark.parametrize(
        ("row", "why"),
        [
            (",,ada@example.org,,", "There is no name."),
            ("Ada,Byron,ada@,,", "No letter would arrive at “ada@”."),
            ("Ada,Byron,ada@example.org,,Atlantis", "We know no country called “Atlantis”."),
            ("Ada,Byron,ada@example.org,,,Student", "There is no ticket type called “Student”."),
            (f"{'A' * 200},Byron,ada@example.org,,", "One of its cells is too long."),
        ],
    )
    def test_a_row_that_cannot_be_taken_says_why_and_where(self, row: str, why: str) -> None:
        found = read(f"First name,Last name,Email,Organisation,Country,Ticket type\n{row}\n")

        assert [(problem.line, problem.why) for problem in found.problems] == [(2, why)] and not found.people

    def test_the_same_address_twice_names_the_first_line(self) -> None:
        found = read("Name,Email\nAda Byron,ada@example.org\nA. Byron,ADA@example.org\n")

        assert len(found.people) == 1
        assert [(problem.line, problem.why) for problem in found.problems] == [
            (3, "The same address stands on line 2.")
        ]

    def test_what_is_no_list_is_refused(self) -> None:
        with pytest.raises(Unreadable):
            read("Room;Floor\nAula;1\n")


class TestTaking:
    def test_people_get_places_in_the_order_of_the_list_and_then_wait(self, app: Flask) -> None:
        event = an_event(capacity=1)

        found = rules.take_list(event.id, read(LIST), by=SYSTEM, at=NOW)

        assert (found.seated, found.waiting) == (1, 1)
        assert taken(event) == [("Ada", "confirmed"), ("Sam", "waitlisted")]
        letters = db.session.query(Message).order_by(Message.id)
        assert [(each.kind, each.recipient, each.facts.get("position")) for each in letters] == [
            ("registered", "ada@example.org", None),
            ("waitlisted", "sam@example.org", 1),
        ]
        acts = db.session.query(AuditEntry).filter_by(act="import").order_by(AuditEntry.id)
        assert [entry.after for entry in acts] == [{"state": "confirmed"}, {"state": "waitlisted"}]

    def test_a_second_time_changes_nothing(self, app: Flask) -> None:
        event = an_event()
        rules.take_list(event.id, read(LIST), by=SYSTEM, at=NOW)

        again = rules.take_list(event.id, read(LIST), by=SYSTEM, at=NOW)

        assert (len(again.placed), len(again.known)) == (0, 2)
        assert db.session.query(Registration).count() == 2 and db.session.query(Message).count() == 2

    def test_nobody_is_taken_while_a_row_cannot_be_unless_it_may_be_left_out(self, app: Flask) -> None:
        event, broken = an_event(), read(LIST + "Dee\tDoor\tdee@\t\t\n")

        with pytest.raises(errors.RowsUnread):
            rules.take_list(event.id, broken, by=SYSTEM, at=NOW)
        db.session.rollback()
        before = taken(event)
        rules.take_list(event.id, broken, leaves_out=True, by=SYSTEM, at=NOW)

        assert before == [] and len(taken(event)) == 2

    def test_newcomers_of_a_list_wait_behind_those_who_wait(self, app: Flask) -> None:
        event = an_event(capacity=5, is_list_stopped=False)
        a_registration(event, given_name="Rev", state=State.WAITLISTED)

        rules.take_list(event.id, read(LIST), by=SYSTEM, at=NOW)

        assert [state for _name, state in taken(event)] == ["waitlisted"] * 3

    def test_limits_of_ticket_types_hold(self, app: Flask) -> None:
        event = an_event()
        online = TicketType(event_id=event.id, name="Online", capacity=1)
        db.session.add(online)
        db.session.commit()
        text = "Name,Email,Ticket\nAda B,a@example.org,online\nSam S,s@example.org,ONLINE\n"

        rules.take_list(event.id, read(text, Setting({"online": online.id}, ["en"])), by=SYSTEM, at=NOW)

        assert [state for _name, state in taken(event)] == ["confirmed", "waitlisted"]

    def test_where_there_is_no_waiting_list_the_rest_is_told_by_line(self, app: Flask) -> None:
        event = an_event(capacity=1, has_waiting_list=False)

        found = rules.look(event, read(LIST), at=NOW)

        assert found.seated == 1 and [problem.line for problem in found.problems] == [3]

    def test_it_can_be_done_without_letters(self, app: Flask) -> None:
        event = an_event()

        rules.take_list(event.id, read(LIST), tells=False, by=SYSTEM, at=NOW)

        assert db.session.query(Message).count() == 0

    def test_who_comes_back_counts_on_in_their_calendar(self, app: Flask) -> None:
        event = an_event()
        a_registration(event, email="ada@example.org", state=State.CANCELLED, calendar_offset=1)

        rules.take_list(event.id, read(LIST), by=SYSTEM, at=NOW)

        ada = db.session.query(Registration).filter_by(email="ada@example.org", state=State.CONFIRMED).one()
        assert ada.calendar_offset == 2

    @pytest.mark.parametrize(
        ("status", "refusal"),
        [(Status.DRAFT, errors.RegistrationClosed), (Status.CANCELLED, errors.EventCancelled)],
    )
    def test_an_event_that_takes_nobody_takes_no_list(
        self, app: Flask, status: Status, refusal: type[Exception]
    ) -> None:
        event = an_event(status=status)

        with pytest.raises(refusal):
            rules.take_list(event.id, read(LIST), by=SYSTEM, at=NOW)

    def test_the_link_of_an_imported_person_opens_their_page(self, client: FlaskClient) -> None:
        event = an_event()
        rules.take_list(event.id, read(LIST), by=SYSTEM, at=NOW)
        db.session.commit()
        ada = db.session.query(Registration).filter_by(email="ada@example.org").one()

        page = client.get(f"/registrations/{keys.token_of(ada, TokenKind.MANAGE)}")

        assert "You have a place, Ada." in page.text

    def test_a_list_and_a_newcomer_never_share_the_last_seat(self, app: Flask) -> None:
        event = an_event(capacity=2)
        event_id, ready = event.id, threading.Barrier(2)
        db.session.remove()

        def by_list() -> None:
            with app.app_context():
                ready.wait()
                rules.take_list(event_id, read(LIST), by=SYSTEM, at=NOW)
                db.session.commit()

        def by_form() -> None:
            with app.app_context():
                ready.wait()
                person = Person("Eve", "Vreemd", "eve@example.org")
                rules.register(event_id, person, by=ATTENDEE, at=NOW, language="en")
                db.session.commit()

        threads = [threading.Thread(target=each) for each in (by_list, by_form)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        states = [state for _name, state in taken(db.session.get_one(Event, event_id))]
        assert sorted(states) == ["confirmed", "confirmed", "waitlisted"]


class TestTheDesk:
    @pytest.fixture
    def event(self, client: FlaskClient) -> Event:
        return an_event(capacity=1)

    @pytest.fixture
    def olga(self, event: Event, sign_in: Callable[..., FlaskClient]) -> FlaskClient:
        return sign_in(an_organiser("Olga", owns=event))

    def test_a_list_is_looked_at_and_then_taken(self, olga: FlaskClient, event: Event) -> None:
        url = f"/desk/events/{event.slug}/roster/import"

        seen = olga.post(url, data={"text": LIST, "then": "look"}).text
        before = taken(event)
        done = olga.post(url, data={"text": LIST, "then": "take"}, follow_redirects=True).text

        assert "One person gets a place. One goes on the waiting list." in seen
        assert "Number 1 on the waiting list" in seen and before == []
        assert "2 people were taken in. One of them is on the waiting list." in done and len(taken(event)) == 2

    def test_a_refusal_names_the_rows_and_keeps_what_was_pasted(self, olga: FlaskClient, event: Event) -> None:
        answer = olga.post(
            f"/desk/events/{event.slug}/roster/import",
            data={"text": LIST + "Dee\tDoor\tdee@\t\t\n", "then": "take"},
        )

        assert answer.status_code == 400 or answer.status_code == 422
        assert "Line 4" in answer.text and "No letter would arrive at “dee@”." in answer.text
        assert "ada@example.org" in answer.text and taken(event) == []

    def test_columns_are_corrected_by_hand(self, olga: FlaskClient, event: Event) -> None:
        url, text = f"/desk/events/{event.slug}/roster/import", "Wie;Bij\nAda Byron;ada@example.org\n"
        rows = listed.rows(text)
        corrected = {"laid": listed.layout(rows).digest, "column-1": "name", "column-2": "e-mail"}

        seen = olga.post(url, data={"text": text, "then": "look", **corrected}).text

        assert "One person gets a place." in seen

    def test_a_workbook_is_read_too(self, olga: FlaskClient, event: Event) -> None:
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        for row in (("Name", "E-mail"), ("Ada Byron", "ada@example.org")):
            sheet.append(row)
        file = io.BytesIO()
        book.save(file)
        file.seek(0)

        seen = olga.post(
            f"/desk/events/{event.slug}/roster/import", data={"file": (file, "list.xlsx"), "then": "look"}
        ).text

        assert "One person gets a place." in seen

    def test_what_we_export_is_read_again_and_changes_nothing(self, olga: FlaskClient, event: Event) -> None:
        rules.take_list(event.id, read(LIST), by=SYSTEM, at=NOW)
        db.session.commit()
        file = olga.get(f"/desk/events/{event.slug}/roster.csv").data.decode("utf-8-sig")

        seen = olga.post(f"/desk/events/{event.slug}/roster/import", data={"text": file, "then": "look"}).text

        assert "2 are registered already and stay as they are." in seen

    def test_eve_and_those_who_only_read_take_nothing(self, event: Event, sign_in: Callable[..., FlaskClient]) -> None:
        eve = sign_in(an_organiser("Eve"))

        answer = eve.post(f"/desk/events/{event.slug}/roster/import", data={"text": LIST, "then": "take"})

        assert answer.status_code == 404 and taken(event) == []


class TestTheCommand:
    def run(self, app: Flask, *args: Any) -> tuple[int, str]:
        result = app.test_cli_runner().invoke(args=["roster", "import", *map(str, args)])
        return result.exit_code, result.output

    def test_a_dry_run_tells_and_changes_nothing(self, app: Flask, tmp_path: Path) -> None:
        event, file = an_event(capacity=1), tmp_path / "list.csv"
        file.write_bytes(
            b"".join(tables.csv_blocks(["Name", "E-mail"], [["Ada B", "a@example.org"], ["S T", "s@e.org"]]))
        )

        code, said = self.run(app, event.slug, file, "--dry-run")

        assert code == 0 and "1 with a place, 1 on the waiting list" in said and taken(event) == []

    def test_a_file_is_taken_once(self, app: Flask, tmp_path: Path) -> None:
        event, file = an_event(), tmp_path / "list.csv"
        file.write_text(LIST)

        first, again = self.run(app, event.slug, file), self.run(app, event.slug, file)

        assert "2 with a place" in first[1] and "2 registered already" in again[1] and len(taken(event)) == 2

    def test_a_broken_row_stops_all_and_says_its_line(self, app: Flask, tmp_path: Path) -> None:
        event, file = an_event(), tmp_path / "list.csv"
        file.write_text(LIST + "Dee\tDoor\tdee@\t\t\n")

        code, said = self.run(app, event.slug, file)

        assert code == 1 and "! line 4" in said and taken(event) == []
