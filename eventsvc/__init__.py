"""eventsvc: events, programmes, registrations, letters and calendars of an international office.

`create_app` is the table of contents: settings, extensions, doors, commands.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfoNotFoundError, reset_tzpath

from flask import Flask

import config
from eventsvc import assets, cli, compiled, desk, embed, extensions, health, logs, pages, stores, unsent, web
from eventsvc.accounts import cli as accounts_cli
from eventsvc.accounts import desk as accounts_desk
from eventsvc.accounts import signin
from eventsvc.calendars import desk as calendar_desk
from eventsvc.calendars import pages as calendar_pages
from eventsvc.calendars import zones
from eventsvc.demo import cli as demo_cli
from eventsvc.events import desk as events_desk
from eventsvc.events import pages as events_pages
from eventsvc.mail import desk as mail_desk
from eventsvc.programme import cli as programme_cli
from eventsvc.programme import desk as programme_desk
from eventsvc.programme import pages as programme_pages
from eventsvc.programme.pages import own as speaker_pages
from eventsvc.registration import cli as registration_cli
from eventsvc.registration import desk as registration_desk
from eventsvc.registration import pages as registration_pages

ROOT = Path(__file__).resolve().parent.parent

PUBLIC_DOORS = (events_pages, programme_pages, speaker_pages, registration_pages, calendar_pages)
DESK_DOORS = (events_desk, programme_desk, registration_desk, calendar_desk, mail_desk, accounts_desk)


def create_app(settings: Mapping[str, Any] | None = None) -> Flask:
    """Make the application from the environment; `settings` win over it (tests give them).

    Raises ValueError when a setting cannot be read.
    """
    app = Flask(
        __name__,
        root_path=str(ROOT / "eventsvc"),
        template_folder=str(ROOT / "templates"),
        instance_path=str((settings or {}).get("INSTANCE_PATH") or ROOT / "instance"),
    )
    # Rules of time come from the pinned tzdata package alone: a machine's own may be years old, and calendars are
    # written from the package's.
    reset_tzpath(to=[])
    _configure(app, settings or {})
    extensions.bind_database(app)
    extensions.migrate.init_app(app, extensions.db, directory=str(ROOT / "migrations"), render_as_batch=True)
    extensions.mail.init_app(app)
    extensions.babel.init_app(app, locale_selector=web.language)
    extensions.limiter.init_app(app)
    extensions.csrf.init_app(app)
    signin.bind(app)
    logs.bind(app)
    web.bind(app)
    assets.bind(app)
    compiled.bind(app)
    pages.bind(app)
    desk.bind(app)
    unsent.bind(app)
    for door in (*PUBLIC_DOORS, *DESK_DOORS, embed, health):
        app.register_blueprint(door.blueprint)
    for commands in (cli, accounts_cli, programme_cli, registration_cli, demo_cli):
        commands.bind(app)
    logs.keep_timings(app)
    return app


def _configure(app: Flask, settings: Mapping[str, Any]) -> None:
    app.config.from_mapping(config.load())
    app.config.from_mapping(settings)
    app.config["LANGUAGES"] = config.LANGUAGES
    if not app.config["SECRET_KEY"]:
        app.config["SECRET_KEY"] = config.kept_secret(Path(app.instance_path) / "secret_key")
    _check_zone(app.config["SITE_TIMEZONE"])
    stores.read(app.config["STORE_URL"], app.instance_path)
    is_secure = app.config["PUBLIC_URL"].startswith("https://")
    app.config.update(
        BABEL_DEFAULT_LOCALE=app.config["SITE_LANGUAGE"],
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "eventsvc" / "translations"),
        MAX_CONTENT_LENGTH=1024 * 1024,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
        RATELIMIT_ENABLED=app.config["RATE_LIMITS"],
        RATELIMIT_STORAGE_URI=app.config["REDIS_URL"] or "memory://",
        RATELIMIT_STORAGE_OPTIONS={"wrap_exceptions": True},
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_NAME="eventsvc",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=is_secure,
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def _check_zone(name: str) -> None:
    try:
        zones.zone(name)
    except ZoneInfoNotFoundError:
        raise ValueError(f"SITE_TIMEZONE must name a time zone, as Europe/Amsterdam does; {name!r} is none") from None
