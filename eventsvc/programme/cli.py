"""Programmes by command: taken from files, and written to them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import click
import sqlalchemy as sa
from flask import Flask
from flask.cli import AppGroup

from eventsvc import clock
from eventsvc.accounts import telling
from eventsvc.accounts.actors import SYSTEM
from eventsvc.errors import Refused
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.programme import accepted, exporting, importing, prospect, reading
from eventsvc.programme.comparing import Comparison, Fate, Match
from eventsvc.programme.errors import WouldClash
from eventsvc.programme.formats import files
from eventsvc.programme.formats.files import Format
from eventsvc.programme.formats.plan import Plan
from eventsvc.tables import Problem, opening

programme = AppGroup("programme", help="Programmes of events, from files and to files.")
_MARKS = {Fate.NEW: "+", Fate.CHANGED: "~", Fate.MISSING: "?"}
_CLASHES = "Nothing was taken, as what is told above would clash. Mend the file, or say --accept-clashes."
_FILE = click.Path(dir_okay=False, path_type=Path)


def bind(app: Flask) -> None:
    """Add the commands to the flask command."""
    app.cli.add_command(programme)


@programme.command("import")
@click.argument("slug", metavar="EVENT")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what it would do, and do nothing.")
@click.option("--leave-out", is_flag=True, help="Take the rest where some sessions cannot be read.")
@click.option("--take-out", is_flag=True, help="Take out the sessions that FILE does not have.")
@click.option("--accept-clashes", is_flag=True, help="Take it although something in it clashes; it is kept so.")
def take(slug: str, file: Path, dry_run: bool, leave_out: bool, take_out: bool, accept_clashes: bool) -> None:
    """Take FILE into the programme of EVENT, as a draft.

    FILE is frab or pentabarf XML, pretalx or c3voc JSON, CSV, XLSX or ICS. Sessions are found again by their id, so
    that a second time changes nothing, and a changed file changes what it changed. What would clash is told, and
    nothing is taken then, unless it may stand.
    """
    event = _event(slug)
    plan = _read(file, event)
    try:
        if dry_run:
            coming = importing.preview(event, plan, takes_out=take_out, by=SYSTEM)
            _tell(coming.found, event, takes_out=take_out)
            _tell_clashes(prospect.told(coming, event))
            click.echo("Nothing was changed: this was a dry run.")
            return
        with _progress(len(plan.sessions)) as on_step:
            found = importing.take(
                event,
                plan,
                leaves_out=leave_out,
                takes_out=take_out,
                accepts=accepted.ANYWAY if accept_clashes else accepted.NOTHING,
                by=SYSTEM,
                at=clock.now(),
                on_step=on_step,
            )
        _tell(found, event, takes_out=take_out)
    except WouldClash as refused:
        db.session.rollback()
        _tell_clashes(refused.sentences)
        raise click.ClickException(_CLASHES) from None
    except Refused as refused:
        db.session.rollback()
        _refuse(refused, plan.problems)
    db.session.commit()
    is_changed = found.changes_anything or (take_out and found.counts["missing"])
    click.echo(
        "Taken. The public sees it when the programme is published."
        if is_changed
        else "The programme is what the file says, so nothing was changed."
    )


@programme.command("export")
@click.argument("slug", metavar="EVENT")
@click.argument("file", type=_FILE)
@click.option("--format", "kind", type=click.Choice([each.value for each in Format]), help="Else by FILE's ending.")
@click.option("--published", is_flag=True, help="What the public sees, instead of what is in hand.")
def export(slug: str, file: Path, kind: str | None, published: bool) -> None:
    """Write the programme of EVENT to FILE."""
    event = _event(slug)
    chosen = Format(kind) if kind else files.named(file.name)
    if chosen is None:
        raise click.ClickException(f"{file.name} ends like none of {', '.join(Format)}; say --format.")
    items = reading.items(event.id) if published else reading.drafted(event.id)
    sessions = exporting.planned(event, items)
    with file.open("wb") as written:
        written.writelines(files.write(chosen, exporting.head_of(event, clock.now()), sessions))
    click.echo(f"Sessions written to {file}: {len(sessions)}.")


def _event(slug: str) -> Event:
    found = db.session.scalars(sa.select(Event).where(Event.slug == slug)).first()
    if found is None:
        raise click.ClickException(f"There is no event {slug}; its address says what it is called: /events/…")
    return found


def _read(file: Path, event: Event) -> Plan:
    try:
        opening.check_size(file.stat().st_size)
        return files.read_file(file.read_bytes(), exporting.setting_of(event)).plan
    except Refused as refused:
        _refuse(refused)


def _tell(found: Comparison, event: Event, *, takes_out: bool) -> None:
    for match in found.matches:
        if match.fate in _MARKS:
            _tell_match(match, event)
    for problem in found.problems:
        click.echo(f"! line {problem.line}: {problem.what}: {problem.why}")
    counts = found.counts
    missing = "taken out" if takes_out else "not in the file, left alone"
    click.echo(
        f"Sessions: {counts['new']} new, {counts['changed']} changed, {counts['unchanged']} unchanged, "
        f"{counts['missing']} {missing}, {len(found.problems)} unreadable. "
        f"New besides: {counts['rooms']} rooms, {counts['tracks']} tracks, {counts['people']} people."
    )


def _tell_clashes(sentences: Iterable[str]) -> None:
    for sentence in sentences:
        click.echo(f"! clash: {sentence}")


def _tell_match(match: Match, event: Event) -> None:
    click.echo(f"{_MARKS[match.fate]} {match.title}")
    for each in match.differences:
        was, now = (telling.value(value, event.timezone, "en") for value in (each.was, each.now))
        click.echo(f"    {each.name}: {was} -> {now}")


@contextmanager
def _progress(count: int) -> Iterator[Callable[[int, int], None]]:
    """Show how far it is, where somebody looks; a file and a pipe are told the end alone."""
    with click.progressbar(length=count, label="Sessions", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:

        def step(number: int, _of: int) -> None:
            bar.update(number - bar.pos)

        yield step


def _refuse(refused: Refused, problems: Iterable[Problem] = ()) -> NoReturn:
    lines = [f"! line {each.line}: {each.what}: {each.why}" for each in problems]
    raise click.ClickException("\n".join([str(refused.sentence), *lines])) from None
