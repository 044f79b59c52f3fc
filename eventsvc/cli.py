"""Commands for whoever runs the service."""

from __future__ import annotations

from flask import Flask

from eventsvc import doctor, worker


def bind(app: Flask) -> None:
    """Add the commands to the flask command."""
    app.cli.add_command(doctor.doctor)
    app.cli.add_command(worker.worker)
