"""Rosters by command: taken from files."""

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
from eventsvc.accounts.actors import SYSTEM
from eventsvc.errors import Refused
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.registration import listed, rules
from eventsvc.registration.listed import Reading
from eventsvc.tables import Problem, opening

roster = AppGroup("roster", help="Rosters of events, from files.")


def bind(app: Flask) -> None:
    """Add the commands to the flask command."""
    app.cli.add_command(roster)


@roster.command("import")
@click.argument("slug", metavar="EVENT")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what it would do, and do nothing.")
@click.option("--leave-out", is_flag=True, help="Take the rest where some rows cannot be read.")
@click.option("--silent", is_flag=True, help="Write to nobody.")
def take(slug: str, file: Path, dry_run: bool, leave_out: bool, silent: bool) -> None:
    """Take the people of FILE, CSV or XLSX, into the roster of EVENT.

    Who is registered already stays as they are, so that a second time changes nothing. Everybody passes the event's
    limits; those for whom there is no place go on the waiting list, in the order of FILE.
    """
    event = db.session.scalar(sa.select(Event).where(Event.slug == slug))
    if event is None:
        raise click.ClickException(f"There is no event {slug}; its address says what it is called: /events/…")
    read = _read(file, event)
    try:
        if dry_run:
            _tell(rules.look(event, read, at=clock.now()))
            click.echo("Nothing was changed: this was a dry run.")
            return
        with _progress(len(read.people)) as on_step:
            found = rules.take_list(
                event.id,
                read,
                leaves_out=leave_out,
                tells=not silent,
                by=SYSTEM,
                at=clock.now(),
                on_step=on_step,
            )
    except Refused as refused:
        db.session.rollback()
        _refuse(refused, read.problems)
    db.session.commit()
    _tell(found)


def _read(file: Path, event: Event) -> Reading:
    try:
        opening.check_size(file.stat().st_size)
        rows = listed.rows_of(file.read_bytes())
        return listed.read(rows, listed.layout(rows), listed.setting_of(event))
    except Refused as refused:
        _refuse(refused)


def _tell(found: rules.Look) -> None:
    for problem in found.problems:
        click.echo(_line(problem))
    click.echo(
        f"People: {found.seated} with a place, {found.waiting} on the waiting list, {len(found.known)} registered "
        f"already, {len(found.problems)} not taken."
    )


@contextmanager
def _progress(count: int) -> Iterator[Callable[[int, int], None]]:
    """Show how far it is, where somebody looks; a file and a pipe are told the end alone."""
    with click.progressbar(length=count, label="People", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:

        def step(number: int, _of: int) -> None:
            bar.update(number - bar.pos)

        yield step


def _line(problem: Problem) -> str:
    return f"! line {problem.line}: {problem.what}: {problem.why}"


def _refuse(refused: Refused, problems: Iterable[Problem] = ()) -> NoReturn:
    raise click.ClickException("\n".join([str(refused.sentence), *map(_line, problems)])) from None
