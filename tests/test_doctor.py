"""flask doctor: each thing is looked at, and each fault comes with what to do."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from eventsvc import doctor
from eventsvc.doctor import Level
from eventsvc.extensions import db
from eventsvc.mail.models import WorkerPulse
from tests import objects
from tests.people import NOW
from tests.smtp import PostOffice

STATIC = Path(doctor.__file__).parent / "static"
SOUND = {"PUBLIC_URL": "https://events.example.org", "TRUSTED_PROXIES": 1, "SECRET_KEY": "s" * 40, "RATE_LIMITS": True}


def findings(app: Flask) -> dict[str, doctor.Finding]:
    with app.app_context():
        return {finding.what: finding for finding in doctor.examine()}


def run(app: Flask) -> Result:
    with app.app_context():
        return app.test_cli_runner().invoke(args=["doctor"])


@pytest.mark.parametrize(
    ("settings", "what", "level"),
    [
        ({}, "PUBLIC_URL", Level.OK),
        ({"PUBLIC_URL": "http://127.0.0.1:8000"}, "PUBLIC_URL", Level.WARN),
        ({"PUBLIC_URL": "http://events.example.org"}, "PUBLIC_URL", Level.WARN),
        ({"PUBLIC_URL": "events.example.org"}, "PUBLIC_URL", Level.FAULT),
        ({}, "TRUSTED_PROXIES", Level.OK),
        ({"TRUSTED_PROXIES": 0}, "TRUSTED_PROXIES", Level.WARN),
        ({}, "SECRET_KEY", Level.OK),
        ({"SECRET_KEY": None}, "SECRET_KEY", Level.OK),
        ({"SECRET_KEY": "short"}, "SECRET_KEY", Level.FAULT),
        ({"SITE_TIMEZONE": "Africa/Dar_es_Salaam"}, "SITE_TIMEZONE", Level.OK),
        ({}, "Database", Level.OK),
        ({"SQLALCHEMY_DATABASE_URI": "sqlite:////nowhere/at/all.db"}, "Database", Level.FAULT),
        ({"SQLALCHEMY_DATABASE_URI": "sqlite:////nowhere/at/all.db"}, "Worker", Level.FAULT),
        ({}, "Files", Level.OK),
        ({"STORE_URL": "/proc/nowhere"}, "Files", Level.FAULT),
        ({"STORE_URL": f"{STATIC}/files"}, "Files", Level.FAULT),
        ({"STORE_URL": "s3://files?endpoint=http://127.0.0.1:9"}, "Files", Level.FAULT),
        ({}, "Mail", Level.WARN),
        ({"PUBLIC_URL": "http://localhost:8000"}, "Mail", Level.OK),
        ({"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": 9}, "Mail", Level.FAULT),
        ({}, "Worker", Level.WARN),
        ({}, "Rate limits", Level.OK),
        ({"RATE_LIMITS": False}, "Rate limits", Level.WARN),
        ({"REDIS_URL": "redis://127.0.0.1:9/0"}, "Rate limits", Level.FAULT),
    ],
)
def test_each_thing_is_judged_and_whatever_is_amiss_comes_with_advice(
    make_app: Any, settings: dict[str, Any], what: str, level: Level
) -> None:
    seen = findings(make_app(**(SOUND | settings)))[what]

    assert seen.level is level
    assert level is Level.OK or seen.advice


def test_it_says_where_the_address_came_from(make_app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PUBLIC_URL", raising=False)
    assert "the default" in findings(make_app(**SOUND | {"PUBLIC_URL": "http://127.0.0.1:8000"}))["PUBLIC_URL"].seen

    monkeypatch.setenv("PUBLIC_URL", "https://events.example.org")
    assert "from the environment" in findings(make_app(**SOUND))["PUBLIC_URL"].seen


def test_a_bucket_that_keeps_what_it_is_given_is_well(make_app: Any) -> None:
    with objects.served() as bucket:
        seen = findings(make_app(**SOUND | bucket.settings))["Files"]

    assert (seen.level, bucket.objects) == (Level.OK, {})
    assert bucket.settings["STORE_SECRET_KEY"] not in seen.seen


def test_a_mail_server_that_answers_is_well(make_app: Any, smtp: PostOffice) -> None:
    assert findings(make_app(**(SOUND | smtp.settings)))["Mail"].level is Level.OK


@pytest.mark.parametrize(("age", "level"), [(10, Level.OK), (1000, Level.WARN)])
def test_the_workers_pulse_is_felt(make_app: Any, age: int, level: Level) -> None:
    db.session.add(WorkerPulse(name="one", looked_at=NOW - timedelta(seconds=age)))
    db.session.commit()

    assert findings(make_app(**SOUND))["Worker"].level is level


def test_a_database_behind_the_code_is_a_fault_that_names_the_command(make_app: Any, tmp_path: Any) -> None:
    seen = findings(make_app(**SOUND | {"SQLALCHEMY_DATABASE_URI": f"sqlite:///{tmp_path}/empty.db"}))["Database"]

    assert (seen.level, "flask --app wsgi db upgrade" in seen.advice) == (Level.FAULT, True)


def test_a_letter_that_no_font_has_is_seen_as_a_box() -> None:
    assert doctor.can_draw(["Ada Müller", "Ada \U0010fffc"]) == [True, False]


def test_missing_fonts_are_named_by_script(make_app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "SCRIPTS", {"Latin": "Ada", "Nobody's": "\U0010fffc"})

    assert "Nobody's" in findings(make_app(**SOUND))["Fonts"].seen


def test_the_command_ends_with_1_only_when_something_is_at_fault(make_app: Any) -> None:
    sound, faulty = make_app(**SOUND), make_app(**SOUND | {"SECRET_KEY": "short"})

    well, ill = run(sound), run(faulty)

    assert (well.exit_code, ill.exit_code) == (0, 1)
    assert "fault SECRET_KEY: shorter than 32 characters" in ill.output
    assert "→ Set a long random one." in ill.output


def test_the_doctor_never_says_a_password(make_app: Any) -> None:
    app = make_app(
        **SOUND
        | {"SQLALCHEMY_DATABASE_URI": "postgresql+psycopg://olga:geheim@127.0.0.1:9/x", "MAIL_PASSWORD": "geheim"}
    )

    output = run(app).output

    assert "Database: postgresql+psycopg://olga:***@127.0.0.1:9/x does not answer" in output
    assert "geheim" not in output
