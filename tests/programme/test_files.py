"""Programmes as files at the doors: by command, on the desk, and for everybody."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eventsvc.events.models import Event, Status
from eventsvc.extensions import db
from eventsvc.programme.formats.files import TYPES, Format
from eventsvc.programme.models import Session
from eventsvc.tables import MOST_BYTES
from tests import browsing
from tests.people import a_session, an_event, an_organiser
from tests.programme.samples import FRAB

SignIn = Callable[..., FlaskClient]
TABLE = "Tijd\tTitel\tZaal\n9:30-10:15\tOpening\tAula\n25:00\tNacht\t\n"


@pytest.fixture
def event(app: Flask) -> Event:
    return an_event()


@pytest.fixture
def desk(event: Event, sign_in: SignIn) -> FlaskClient:
    return sign_in(an_organiser("Olga", owns=event))


def here(event: Event) -> str:
    return f"/desk/events/{event.slug}/programme/import"


def titles() -> list[str]:
    return list(db.session.scalars(sa.select(Session.title).order_by(Session.title)))


def look(desk: FlaskClient, event: Event, **typed: Any) -> Any:
    return desk.post(here(event), data={"then": "look", **typed}, content_type="multipart/form-data")


def test_a_table_is_pasted_looked_at_and_taken(desk: FlaskClient, event: Event) -> None:
    page = look(desk, event, text=TABLE)

    for told in ("one new session", "one that cannot be read", "Opening", "09:30 to 10:15", "“25:00” is no date"):
        assert told in page.text
    assert titles() == []
    form = browsing.fields(page.text, action="") | {"then": "take"}
    refused = desk.post(here(event), data=form)
    assert (refused.status_code, "nothing was taken" in refused.text, titles()) == (422, True, [])
    assert browsing.fields(refused.text, action="")["text"].replace("\r\n", "\n") == TABLE

    taken = desk.post(here(event), data=form | {"leaves_out": "y"}, follow_redirects=True)

    assert "Taken into the draft: 1 new, 0 changed." in taken.text
    assert titles() == ["Opening"]


def test_columns_are_corrected_by_hand_and_only_for_the_table_they_were_said_of(
    desk: FlaskClient, event: Event
) -> None:
    first = browsing.fields(look(desk, event, text="Titel\tThema\nOpening\tWelkom").text, action="").to_dict()
    assert (first["column-1"], first["column-2"]) == ("title", "track")

    corrected = look(desk, event, **(first | {"column-1": "", "column-2": "title"}))
    assert '<th scope="row">Welkom' in corrected.text
    another = look(desk, event, **(first | {"text": "Zaal\tTitel\nAula\tSluiting"}))

    form = browsing.fields(another.text, action="")
    assert (form["column-1"], form["column-2"]) == ("room", "title")


def test_a_file_is_sent_and_stays_in_the_form_until_it_is_taken(desk: FlaskClient, event: Event) -> None:
    page = look(desk, event, file=(io.BytesIO(FRAB.encode()), "schedule.xml"))

    assert "3 new sessions" in page.text
    desk.post(here(event), data=browsing.fields(page.text, action="") | {"then": "take", "accepts_clashes": "y"})
    assert len(titles()) == 3

    changed = look(desk, event, text=FRAB.replace("Night walk", "Night run"))
    assert "<del>Night walk</del> → <ins>Night run</ins>" in changed.text


def test_a_programme_that_changed_meanwhile_is_looked_at_again(desk: FlaskClient, event: Event) -> None:
    form = browsing.fields(look(desk, event, text=FRAB).text, action="") | {"then": "take"}
    a_session(event, title="Night walk", source_id="night")

    refused = desk.post(here(event), data=form)

    assert (refused.status_code, titles()) == (409, ["Night walk"])
    assert "has changed since you looked" in refused.text
    desk.post(here(event), data=browsing.fields(refused.text, action="") | {"then": "take", "accepts_clashes": "y"})
    assert len(titles()) == 3


def test_clashes_are_told_before_a_file_is_taken_and_have_to_be_agreed_to(desk: FlaskClient, event: Event) -> None:
    a_session(event, title="Keynote")
    table = "Tijd\tTitel\tZaal\n9:30-10:15\tOpening\tAula\n9:45-10:30\tPanel\taula\n"

    page = look(desk, event, text=table)

    told = ["“Panel”: Aula is taken from 09:30 to 10:15 by “Opening”.", "3 clashes come with it."]
    assert [each in page.text for each in told] == [True, True]
    form = browsing.fields(page.text, action="") | {"then": "take"}
    refused = desk.post(here(event), data=form)
    assert (refused.status_code, titles()) == (409, ["Keynote"])
    assert [each in refused.text for each in (*told, "3 clashes would come with it, so nothing was taken.")] == [
        True
    ] * 3
    assert browsing.fields(refused.text, action="")["text"].replace("\r\n", "\n") == table
    desk.post(here(event), data=form | {"accepts_clashes": "y"})
    assert titles() == ["Keynote", "Opening", "Panel"]
    clashes = desk.get(f"/desk/events/{event.slug}/programme/clashes").text
    assert "Olga" in clashes
    assert told[0] in clashes


def test_a_clash_that_came_after_the_look_is_not_agreed_to(desk: FlaskClient, event: Event) -> None:
    table = "Tijd\tTitel\tZaal\n9:30-10:15\tOpening\tAula\n9:45-10:30\tPanel\tAula\n"
    form = browsing.fields(look(desk, event, text=table).text, action="") | {"then": "take", "accepts_clashes": "y"}
    hidden = a_session(event, title="Rehearsal", is_hidden=True)

    refused = desk.post(here(event), data=form)

    assert (refused.status_code, titles()) == (409, ["Rehearsal"])
    assert f"“{hidden.title}”" in refused.text
    assert "accepts_clashes" not in browsing.fields(refused.text, action="")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"%PDF-1.7", "one of .xlsx, .csv, .xml, .json, .ics"),
        (b"<schedule><day>", "Line 1: The XML is broken"),
    ],
    ids=["pdf", "cut off"],
)
def test_a_file_that_cannot_be_read_is_refused_and_what_was_pasted_stays(
    desk: FlaskClient, event: Event, data: bytes, told: str
) -> None:
    page = look(desk, event, text="Titel\tZaal\nOpening\tAula", file=(io.BytesIO(data), "file"))

    assert page.status_code == 422
    assert told in page.text
    assert browsing.fields(page.text, action="")["text"].replace("\r\n", "\n") == "Titel\tZaal\nOpening\tAula"


def test_fifty_megabytes_are_refused_unread(desk: FlaskClient, event: Event) -> None:
    page = desk.post(
        here(event),
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(50 * 1024 * 1024)},
    )

    assert page.status_code == 413
    assert "A file may have 10 MB. Yours has more and was not read" in page.text


def test_the_form_is_for_those_who_may_edit(event: Event, client: FlaskClient, sign_in: SignIn) -> None:
    eve = sign_in(an_organiser("Eve"))

    assert eve.get(here(event)).status_code == 404
    assert look(eve, event, text=TABLE, then="take").status_code == 404
    assert client.get(here(event)).status_code == 302
    assert eve.get(f"/desk/events/{event.slug}/programme/export.csv").status_code == 404
    assert titles() == []


def test_the_desk_writes_what_is_in_hand_and_the_public_gets_what_is_published(
    desk: FlaskClient, client: FlaskClient, event: Event
) -> None:
    session = a_session(event, title="Published")
    session.title = "Drafted"
    db.session.commit()

    for kind in Format:
        answer = client.get(f"/events/{event.slug}/programme.{kind}")
        assert (answer.status_code, answer.content_type) == (200, TYPES[kind])
        assert answer.headers["Cache-Control"].startswith("public")
        assert f'filename="{event.slug}.{kind}"' in answer.headers["Content-Disposition"]
    assert "Published" in client.get(f"/events/{event.slug}/programme.xml").text
    assert "Drafted" in desk.get(f"/desk/events/{event.slug}/programme/export.xml").text


def test_who_has_the_file_is_answered_304_and_a_draft_has_none(client: FlaskClient, event: Event) -> None:
    a_session(event)
    path = f"/events/{event.slug}/programme.ics"
    version = client.get(path).headers["ETag"]

    assert client.get(path, headers={"If-None-Match": version}).status_code == 304
    draft = an_event(status=Status.DRAFT)
    assert client.get(f"/events/{draft.slug}/programme.ics").status_code == 404


def run(app: Flask, *words: str) -> Any:
    return app.test_cli_runner().invoke(args=["programme", *words])


def test_the_command_says_what_it_would_do_and_then_does_it(app: Flask, event: Event, tmp_path: Path) -> None:
    file = tmp_path / "schedule.xml"
    file.write_text(FRAB)

    dry = run(app, "import", event.slug, str(file), "--dry-run")
    assert (dry.exit_code, titles()) == (0, [])
    assert "+ Night walk" in dry.output
    assert "Sessions: 3 new, 0 changed" in dry.output
    clash = "! clash: “Night walk”: It is outside the event"
    assert clash in dry.output
    refused = run(app, "import", event.slug, str(file))
    assert (refused.exit_code, clash in refused.output, titles()) == (1, True, [])
    done = run(app, "import", event.slug, str(file), "--accept-clashes")

    assert (done.exit_code, len(titles())) == (0, 3)
    assert "nothing was changed" in run(app, "import", event.slug, str(file)).output
    file.write_text(FRAB.replace("Night walk", "Night run"))
    again = run(app, "import", event.slug, str(file))
    assert (again.exit_code, "title: Night walk -> Night run" in again.output) == (0, True)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("bomb.xml", '<!DOCTYPE b [<!ENTITY a "a">]><schedule/>', "Line 1: It declares a document type"),
        ("table.csv", "Tijd,Titel\n25:00,Nacht\n9:30-10:00,Opening\n", "! line 2: Nacht: “25:00” is no date"),
        ("large.csv", "x" * (MOST_BYTES + 1), "A file may have 10 MB"),
    ],
)
def test_the_command_refuses_a_file_with_the_line_and_takes_nothing(
    app: Flask, event: Event, tmp_path: Path, name: str, text: str, told: str
) -> None:
    file = tmp_path / name
    file.write_text(text)

    refused = run(app, "import", event.slug, str(file))

    assert refused.exit_code == 1
    assert told in refused.output
    assert titles() == []


def test_the_command_writes_each_format_by_the_ending(app: Flask, event: Event, tmp_path: Path) -> None:
    a_session(event, title="Opening")
    for kind in Format:
        file = tmp_path / f"programme.{kind}"

        assert f"{file}: 1." in run(app, "export", event.slug, str(file)).output
        assert "nothing was changed" in run(app, "import", event.slug, str(file)).output
    assert "say --format" in run(app, "export", event.slug, str(tmp_path / "programme.doc")).output
    assert "There is no event nowhere" in run(app, "export", "nowhere", str(tmp_path / "programme.csv")).output
