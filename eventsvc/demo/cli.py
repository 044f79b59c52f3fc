"""The demo command."""

from __future__ import annotations

import click
from flask import Flask, current_app

from eventsvc import links
from eventsvc.demo import build


def bind(app: Flask) -> None:
    """Add `flask demo`."""
    app.cli.add_command(demo)


@click.command()
@click.option("--yes", is_flag=True, help="Load it although this site's address is not this machine's own.")
def demo(yes: bool) -> None:
    """Load the office's real events and their next editions; safe to run twice."""
    if not (links.is_local() or yes):
        address = current_app.config["PUBLIC_URL"]
        raise click.ClickException(
            f"{address} looks like a site for people. The demo would put made-up events and an organiser on it; "
            "if that is what you want, say: flask --app wsgi demo --yes"
        )
    count = build.load()
    click.echo(f"The demo is loaded: {count} events are new." if count else "The demo was loaded before.")
    click.echo(f"Its organiser is {build.ORGANISER}; the password is in {build.password_path()}.")
