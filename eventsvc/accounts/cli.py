"""Accounts by command: how the first organiser comes in."""

from __future__ import annotations

import sys

import click
from email_validator import EmailNotValidError, validate_email
from flask import Flask
from flask.cli import AppGroup

from eventsvc import clock
from eventsvc.accounts import rules
from eventsvc.accounts.actors import SYSTEM
from eventsvc.errors import Refused
from eventsvc.extensions import db
from eventsvc.text import one_line

organiser = AppGroup("organiser", help="Accounts of organisers.")


def bind(app: Flask) -> None:
    """Add the commands to the flask command."""
    app.cli.add_command(organiser)


@organiser.command("create")
@click.argument("email")
@click.option("--name", default="", help="How others see them.")
@click.option("--admin", is_flag=True, help="Let them keep the whole site.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
def create(email: str, name: str, admin: bool, password_stdin: bool) -> None:
    """Make an account for EMAIL; the password is asked for."""
    address = _address(email)
    password = _read() if password_stdin else click.prompt("Password", hide_input=True, confirmation_prompt=True)
    try:
        rules.create_account(address, name=one_line(name), password=password, is_admin=admin, by=SYSTEM, at=clock.now())
    except Refused as refused:
        db.session.rollback()
        raise click.ClickException(str(refused.sentence)) from None
    db.session.commit()
    click.echo(f"{address} can sign in now.")


def _address(typed: str) -> str:
    try:
        return validate_email(typed, check_deliverability=False).normalized
    except EmailNotValidError as wrong:
        raise click.ClickException(f"{typed} is not an e-mail address: {wrong}") from None


def _read() -> str:
    return sys.stdin.readline().rstrip("\r\n")
