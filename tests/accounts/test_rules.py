"""Accounts and roles, and the command that makes the first one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from flask_security import verify_password

from eventsvc import tokens
from eventsvc.accounts import actors, errors, rules
from eventsvc.accounts.actors import SYSTEM, Actor
from eventsvc.accounts.models import AuditEntry, EventRole, Membership, User
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.mail import delivery
from eventsvc.mail.models import Message
from eventsvc.registration import rules as registrations
from tests.people import NOW, a_registration, an_event, an_organiser

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def admin(app: Flask) -> Actor:
    return actors.organiser(an_organiser("Ada", is_admin=True).id)


def user_of(actor: Actor) -> User:
    return db.session.get_one(User, actor.user_id)


def test_an_address_has_one_account_however_it_is_written(admin: Actor) -> None:
    rules.create_account("olga@example.org", by=admin, at=NOW)

    with pytest.raises(errors.AddressTaken):
        rules.create_account("Olga@Example.org", by=admin, at=NOW)


def test_a_short_password_makes_no_account(admin: Actor) -> None:
    with pytest.raises(errors.PasswordTooShort):
        rules.create_account("olga@example.org", password="short", by=admin, at=NOW)


def test_making_an_account_is_written_down_without_its_password(admin: Actor) -> None:
    rules.create_account("olga@example.org", password="four quiet words", by=admin, at=NOW)

    entry = db.session.scalars(sa.select(AuditEntry)).one()
    assert (entry.act, entry.after["email"]) == ("account.created", "olga@example.org")
    assert "password" not in str(entry.after)


def test_somebody_must_keep_the_site(admin: Actor) -> None:
    with pytest.raises(errors.LastOne):
        rules.set_admin(user_of(admin), False, by=admin, at=NOW)
    with pytest.raises(errors.LastOne):
        rules.set_active(user_of(admin), False, by=admin, at=NOW)

    another = rules.create_account("olga@example.org", is_admin=True, by=admin, at=NOW)
    rules.set_admin(user_of(admin), False, by=admin, at=NOW)

    assert (another.is_admin, user_of(admin).is_admin) == (True, False)


def test_an_event_keeps_an_owner(admin: Actor) -> None:
    event = an_event()
    olga, sam = an_organiser("Olga", owns=event), an_organiser("Sam")

    with pytest.raises(errors.LastOne):
        rules.revoke(event, olga, by=admin, at=NOW)
    with pytest.raises(errors.LastOne):
        rules.grant(event, olga.email, EventRole.EDITOR, by=admin, at=NOW)
    rules.grant(event, sam.email, EventRole.OWNER, by=admin, at=NOW)
    rules.revoke(event, olga, by=admin, at=NOW)

    assert db.session.scalars(sa.select(Membership.user_id)).all() == [sam.id]


def test_a_role_is_given_to_whoever_has_an_account_only(admin: Actor) -> None:
    with pytest.raises(errors.NoSuchAccount) as refused:
        rules.grant(an_event(), "nobody@example.org", EventRole.EDITOR, by=admin, at=NOW)

    assert refused.value.field == "email"


def test_the_command_makes_an_account_that_can_sign_in(app: Flask) -> None:
    typed = ["organiser", "create", "Olga@Example.org", "--name", "Olga", "--admin", "--password-stdin"]

    result = app.test_cli_runner().invoke(args=typed, input="four quiet words\n")

    assert result.exit_code == 0, result.output
    olga = db.session.scalars(sa.select(User)).one()
    assert (olga.email, olga.name, olga.is_admin) == ("Olga@example.org", "Olga", True)
    assert verify_password("four quiet words", olga.password)


@pytest.mark.parametrize(
    ("email", "password", "told"),
    [
        ("not an address", "four quiet words", "is not an e-mail address"),
        ("sam@example.org", "short", "at least 10 characters"),
        ("ADA@example.org", "four quiet words", "has an account with this address already"),
    ],
)
def test_the_command_refuses_with_a_sentence(app: Flask, email: str, password: str, told: str) -> None:
    rules.create_account("ada@example.org", by=SYSTEM, at=NOW)
    db.session.commit()

    result = app.test_cli_runner().invoke(
        args=["organiser", "create", email, "--password-stdin"], input=f"{password}\n"
    )

    assert result.exit_code == 1
    assert told in result.output
    assert db.session.scalar(sa.select(sa.func.count()).select_from(User)) == 1


def test_an_administrator_invites_somebody_who_then_signs_in(
    admin: Actor, sign_in: SignIn, client: FlaskClient
) -> None:
    desk = sign_in(user_of(admin))

    desk.post("/desk/people", data={"name": "Olga", "email": "olga@example.org"})
    letter = db.session.scalars(sa.select(Message)).one()
    path = tokens.unseal(letter.facts["sealed_link"]).removeprefix("http://localhost")
    new = {"password": "four quiet words", "password_confirm": "four quiet words"}
    client.post(path, data=new)
    client.post("/desk/sign-in", data={"email": "olga@example.org", "password": "four quiet words"})

    assert (letter.kind, letter.reply_to) == ("account_invited", "events@example.org")
    assert "Olga" in client.get("/desk/account").text
    assert client.get("/desk/people").status_code == 404


def test_an_invitation_says_who_invited_to_what_until_when_and_where_to_sign_in(admin: Actor, sign_in: SignIn) -> None:
    inviting = user_of(admin)
    sign_in(inviting).post("/desk/people", data={"name": "Olga", "email": "olga@example.org"})

    delivery.record_waiting()

    said = db.session.scalars(sa.select(Message.sent_text)).one()
    for part in (
        "Hello Olga,",
        f"{inviting.name} has made you an account to organise events",
        "for 3 days",
        "http://localhost/desk/sign-in",
    ):
        assert part in said


def test_the_page_of_people_makes_and_closes_accounts_and_tells_refusals(admin: Actor, sign_in: SignIn) -> None:
    desk, olga = sign_in(user_of(admin)), an_organiser("Olga")

    for act in ("make-admin", "unmake-admin", "close", "open", "invite"):
        assert desk.post(f"/desk/people/{olga.id}/{act}").status_code == 303
    refused = desk.post(f"/desk/people/{admin.user_id}/unmake-admin", follow_redirects=True)
    taken = desk.post("/desk/people", data={"name": "Olga", "email": olga.email})

    assert "Somebody must keep the site" in refused.text
    assert taken.status_code == 422
    assert "has an account with this address already" in taken.text
    assert desk.post(f"/desk/people/{olga.id}/anything").status_code == 404
    assert desk.post("/desk/people/999/close").status_code == 404


def test_an_owner_gives_and_takes_roles_at_their_event(app: Flask, sign_in: SignIn) -> None:
    event, sam = an_event(), an_organiser("Sam")
    desk = sign_in(an_organiser("Olga", owns=event))
    theirs = sign_in(sam)

    desk.post(f"/desk/events/{event.slug}/roles", data={"email": sam.email, "role": "editor"})
    assert theirs.get(f"/desk/events/{event.slug}/edit").status_code == 200
    desk.post(f"/desk/events/{event.slug}/roles/{sam.id}/revoke")

    assert theirs.get(f"/desk/events/{event.slug}/edit").status_code == 404


def test_the_audit_log_tells_who_did_what_when_and_what_it_was_before(app: Flask, sign_in: SignIn) -> None:
    event, others = an_event(title="Mine"), an_event(title="Another's")
    olga = an_organiser("Olga", owns=event)
    for number, subject in enumerate((event, others)):
        entry = AuditEntry(
            at=NOW,
            act="event.edited",
            actor="organiser",
            user_id=olga.id,
            event_id=subject.id,
            subject="events",
            subject_id=subject.id,
            before={"title": f"Old {number}", "starts_at": "2027-05-30T07:30:00+00:00"},
            after={"title": f"New {number}", "starts_at": None},
        )
        db.session.add(entry)
    db.session.commit()

    page = sign_in(olga).get(f"/desk/events/{event.slug}/audit").text

    for told in (
        "Event edited",
        "Olga",
        "Old 0",
        "New 0",
        "Tue 2 March 2027, 10:00",
        "Sun 30 May 2027, 09:30",
        "nothing",
    ):
        assert told in page
    assert "Old 1" not in page
    whole = sign_in(an_organiser("Ada", is_admin=True)).get("/desk/audit").text
    assert "Old 0" in whole
    assert "Old 1" in whole


def test_a_long_audit_log_is_read_page_by_page(app: Flask, sign_in: SignIn) -> None:
    event: Event = an_event()
    rows = [
        AuditEntry(at=NOW, act="event.edited", actor="system", event_id=event.id, subject="events", after={"n": number})
        for number in range(101)
    ]
    db.session.add_all(rows)
    db.session.commit()
    desk = sign_in(an_organiser("Olga", owns=event))

    first = desk.get(f"/desk/events/{event.slug}/audit").text
    older = first.split("before=", 1)[1].split('"', 1)[0]
    second = desk.get(f"/desk/events/{event.slug}/audit?before={older}").text

    assert first.count("Event edited") == 100
    assert second.count("Event edited") == 1
    assert "Older" not in second


def test_the_log_leads_to_the_person_and_is_narrowed_by_act_and_by_who(app: Flask, sign_in: SignIn) -> None:
    event = an_event()
    olga = an_organiser("Olga", owns=event)
    ada = a_registration(event)
    registrations.cancel(ada, by=actors.organiser(olga.id), at=NOW, reason="She rang.")
    db.session.commit()
    desk = sign_in(olga)
    desk.get(f"/desk/events/{event.slug}/roster.csv")
    here = f"/desk/events/{event.slug}/audit"

    whole = desk.get(here).text
    assert f'href="/desk/events/{event.slug}/roster/{ada.id}">{ada.name}</a>' in whole
    assert "<b>Kind</b>: csv" in whole and "nothing → csv" not in whole
    assert "She rang." in whole

    exported = desk.get(f"{here}?act=export+roster&who={olga.id}").text
    assert "<b>Kind</b>: csv" in exported and "She rang." not in exported
    nobody = desk.get(f"{here}?who=system").text
    assert "No act in the log is like this." in nobody
    assert desk.get(f"{here}?who=99999999999999999999&act=%00&before=x").status_code == 200


def test_the_log_asks_as_many_questions_for_three_people_as_for_one(
    app: Flask, sign_in: SignIn, count_queries: Callable[[], Any]
) -> None:
    event = an_event()
    olga = an_organiser("Olga", owns=event)
    desk, counted = sign_in(olga), []
    for many in (1, 2):
        for _number in range(many):
            registrations.cancel(a_registration(event), by=actors.organiser(olga.id), at=NOW)
        db.session.commit()
        with count_queries() as queries:
            desk.get(f"/desk/events/{event.slug}/audit")
        counted.append(queries.count)

    assert counted[0] == counted[1]
