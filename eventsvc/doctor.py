"""flask doctor: looks at everything this service stands on, and says what to do where something is amiss."""

from __future__ import annotations

import enum
import json
import os
import re
import shutil
import smtplib
import ssl
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

import config
from eventsvc import clock, database, late, links, stores
from eventsvc.calendars import zones
from eventsvc.extensions import babel, db, is_sqlite
from eventsvc.mail import queue

# One name in each script that a badge or certificate may have to carry; typst alone brings Latin, Greek and Cyrillic.
SCRIPTS = {
    "Latin": "Żółć Müller",
    "Greek": "Ελένη",
    "Cyrillic": "Щербина",
    "Arabic": "عائشة",
    "Hebrew": "שרה",
    "Devanagari": "अनीता",
    "Bengali": "রহিমা",
    "Tamil": "மீனா",
    "Thai": "สมชาย",
    "Georgian": "ნინო",
    "Armenian": "Անի",
    "Ethiopic": "ሰላም",
    "Chinese": "李诗丽",
    "Japanese": "さくら",
    "Korean": "김민준",
}
_PATIENCE = 10
_LEAST_FREE = 1024**3
_MAKE_ROOM = "Make room on that disk, and give this user leave to write there."
_DRAWING = "#for name in json(bytes(sys.inputs.names)) { page(name) }"
# The last code point for private use: no font has it, so what is drawn for it is the box.
_NOBODYS_LETTER = "\U0010fffd"


class Level(enum.StrEnum):
    OK = "ok"
    WARN = "warn"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was seen of one thing, and what to do about it (empty when all is well)."""

    level: Level
    what: str
    seen: str
    advice: str = ""


@click.command()
def doctor() -> None:
    """Look at settings, database, mail and worker; say what to do. Ends with 1 when something is at fault."""
    findings = list(examine())
    for finding in findings:
        click.echo(f"{finding.level.value:<6}{finding.what}: {finding.seen}")
        if finding.advice:
            click.echo(f"      → {finding.advice}")
    if any(finding.level is Level.FAULT for finding in findings):
        raise SystemExit(1)


def examine() -> Iterator[Finding]:
    """Look at one thing after the other; what breaks while being looked at is a fault too, and hides no other."""
    for look in (_address, _proxies, _key, _zone, _database, _files, _mail, _worker, _limits, _catalogues, _fonts):
        try:
            yield look()
        except SQLAlchemyError as error:
            db.session.rollback()
            kind = type(error).__name__
            yield Finding(Level.FAULT, _name(look), f"could not be looked at ({kind})", "See to the database first.")


def _name(look: Callable[[], Finding]) -> str:
    return look.__name__.strip("_").capitalize()


def _address() -> Finding:
    url = current_app.config["PUBLIC_URL"]
    parts, seen = urlsplit(url), f"{url} ({_source(url)})"
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return Finding(
            Level.FAULT, "PUBLIC_URL", seen, "Set it to the address people type, as https://events.example.org."
        )
    if links.is_local():
        return Finding(
            Level.WARN,
            "PUBLIC_URL",
            f"{seen}: only this machine can follow the links in letters and calendars",
            "Set PUBLIC_URL to the address people type before anybody registers.",
        )
    if parts.scheme == "http":
        return Finding(Level.WARN, "PUBLIC_URL", seen, "Serve over https: links to registrations are secrets.")
    return Finding(Level.OK, "PUBLIC_URL", seen)


def _source(url: str) -> str:
    """Tell whence the address is: this command may have been started with other settings than the site."""
    if url == config.load()["PUBLIC_URL"]:
        return (
            "from the environment of this command" if os.environ.get("PUBLIC_URL") else "the default: none is set here"
        )
    return "set by the program"


def _proxies() -> Finding:
    hops, url = current_app.config["TRUSTED_PROXIES"], current_app.config["PUBLIC_URL"]
    if hops == 0 and url.startswith("https://"):
        return Finding(
            Level.WARN,
            "TRUSTED_PROXIES",
            "0, yet PUBLIC_URL is https, so something stands before this server",
            "Set it to the number of proxies, or everybody shares one address and one rate limit.",
        )
    return Finding(Level.OK, "TRUSTED_PROXIES", str(hops))


def _key() -> Finding:
    path = Path(current_app.instance_path) / "secret_key"
    key = str(current_app.config["SECRET_KEY"])
    if len(key) < 32:
        return Finding(Level.FAULT, "SECRET_KEY", "shorter than 32 characters", "Set a long random one.")
    if path.exists() and path.read_text().strip() == key:
        return Finding(
            Level.OK,
            "SECRET_KEY",
            f"kept in {path}; back it up with the database, and with two hosts set it in the environment",
        )
    return Finding(Level.OK, "SECRET_KEY", "set in the environment")


def _zone() -> Finding:
    """Say what o'clock it is at home; a name that is no zone's keeps the site from starting at all."""
    shown = clock.now().astimezone(zones.zone(clock.home()))
    return Finding(Level.OK, "SITE_TIMEZONE", f"{clock.home()}, where it is {shown:%H:%M}")


def _database() -> Finding:
    name = db.engine.url.render_as_string(hide_password=True)
    try:
        database.answers()
    except SQLAlchemyError:
        db.session.rollback()
        return Finding(Level.FAULT, "Database", f"{name} does not answer", "Start it, or correct DATABASE_URL.")
    at, head = database.revision(), database.head()
    if at != head:
        seen = f"{name} stands at migration {at}, this code at {head}"
        return Finding(Level.FAULT, "Database", seen, "Run: flask --app wsgi db upgrade")
    if not database.is_writable():
        return Finding(Level.FAULT, "Database", f"{name} is read-only", "Give this user leave to write there.")
    advice = "" if not is_sqlite() or links.is_local() else "With more than one host, use PostgreSQL."
    return Finding(Level.OK, "Database", f"{name} answers, at migration {at}", advice)


def _files() -> Finding:
    """Keep a file, fetch it and forget it: what cannot be done now cannot be done when somebody sends one."""
    place = stores.place()
    if not place.bucket and Path(place.folder).is_relative_to(str(current_app.static_folder)):
        advice = "Set STORE_URL to a folder that no web server shows."
        return Finding(Level.FAULT, "Files", f"kept in {place}, where everybody can fetch them", advice)
    try:
        stores.try_out()
    except stores.StoreAway:
        advice = "See to STORE_URL, STORE_ACCESS_KEY and STORE_SECRET_KEY." if place.bucket else _MAKE_ROOM
        return Finding(Level.FAULT, "Files", f"{place} does not keep what it is given", advice)
    if place.bucket:
        return Finding(Level.OK, "Files", f"kept in {place}")
    free = shutil.disk_usage(place.folder).free
    seen = f"kept in {place}, with {free // 1024**2:,} MB to spare"
    if free < _LEAST_FREE:
        return Finding(Level.WARN, "Files", seen, _MAKE_ROOM)
    has_one_host = is_sqlite() or links.is_local()
    return Finding(Level.OK, "Files", seen, "" if has_one_host else "Every host must see that folder, or use a bucket.")


def _mail() -> Finding:
    settings = current_app.config
    server, port = settings["MAIL_SERVER"], settings["MAIL_PORT"]
    if not server:
        folder = Path(current_app.instance_path) / "mail"
        return Finding(
            Level.OK if links.is_local() else Level.WARN,
            "Mail",
            f"no server is set: letters are written to {folder}",
            "" if links.is_local() else "Set MAIL_SERVER, or nobody receives anything.",
        )
    try:
        with _connected(server, port) as connection:
            code, _answer = connection.noop()
    except (OSError, smtplib.SMTPException) as error:
        advice = "Check MAIL_SERVER, MAIL_PORT, MAIL_USERNAME and MAIL_PASSWORD; letters wait meanwhile."
        return Finding(Level.FAULT, "Mail", f"{server}:{port} does not let us in ({type(error).__name__})", advice)
    return Finding(Level.OK, "Mail", f"{server}:{port} answers {code}")


def _connected(server: str, port: int) -> smtplib.SMTP:
    settings = current_app.config
    if settings["MAIL_USE_SSL"]:
        connection: smtplib.SMTP = smtplib.SMTP_SSL(server, port, timeout=_PATIENCE)
    else:
        connection = smtplib.SMTP(server, port, timeout=_PATIENCE)
    if settings["MAIL_USE_TLS"]:
        connection.starttls(context=ssl.create_default_context())
    if settings["MAIL_USERNAME"] and settings["MAIL_PASSWORD"]:
        connection.login(settings["MAIL_USERNAME"], settings["MAIL_PASSWORD"])
    return connection


def _worker() -> Finding:
    now = clock.now()
    seen = queue.look(now)
    waiting = f"{seen.waiting} letters wait, {seen.failed} failed"
    if seen.worker_looked_at is None:
        return Finding(Level.WARN, "Worker", f"never looked; {waiting}", "Start one: flask --app wsgi worker")
    age = now - seen.worker_looked_at
    told = f"looked {age.total_seconds():.0f} s ago; {waiting}"
    if seen.is_worker_away(now):
        return Finding(Level.WARN, "Worker", told, "Start it again: flask --app wsgi worker")
    return Finding(Level.OK, "Worker", told)


def _limits() -> Finding:
    url = current_app.config["REDIS_URL"]
    if not current_app.config["RATE_LIMITS"]:
        return Finding(Level.WARN, "Rate limits", "off", "Unset RATE_LIMITS, unless this is a measurement.")
    if not url:
        return Finding(
            Level.OK, "Rate limits", "on, counted by each worker for itself; REDIS_URL would make it one count"
        )
    try:
        late.redis.Redis.from_url(url, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE).ping()
    except (late.redis.RedisError, OSError, ValueError) as error:
        seen = f"Redis does not answer ({type(error).__name__})"
        return Finding(Level.FAULT, "Rate limits", seen, "Start Redis, correct REDIS_URL, or unset it.")
    return Finding(Level.OK, "Rate limits", "on, counted in Redis")


def _catalogues() -> Finding:
    languages = current_app.config["LANGUAGES"]
    spoken = {str(locale) for locale in babel.list_translations()}
    missing = [code for code in languages if code not in spoken | {"en"}]
    if missing:
        advice = "Run: pybabel compile -d eventsvc/translations"
        return Finding(Level.WARN, "Languages", f"no catalogue for {', '.join(missing)}", advice)
    return Finding(Level.OK, "Languages", ", ".join(languages))


def _fonts() -> Finding:
    missing = [script for script, can in zip(SCRIPTS, can_draw(SCRIPTS.values()), strict=True) if not can]
    if missing:
        advice = "Install fonts: apt-get install fonts-noto-core fonts-noto-cjk"
        return Finding(Level.WARN, "Fonts", f"names in {', '.join(missing)} would be drawn as boxes", advice)
    return Finding(Level.OK, "Fonts", f"names can be drawn in {len(SCRIPTS)} scripts")


def can_draw(names: Iterable[str]) -> list[bool]:
    """Tell of each name whether typst finds a glyph for all its letters: for a missing one it draws a box."""
    pages: Any = late.typst.compile(
        _DRAWING.encode(), format="svg", sys_inputs={"names": json.dumps([_NOBODYS_LETTER, *names])}
    )
    box, *drawn = (set(re.findall(r'<symbol id="([^"]+)"', page.decode())) for page in pages)
    return [not box & glyphs for glyphs in drawn]
