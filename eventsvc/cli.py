"""Commands for whoever runs the service."""

from __future__ import annotations

from flask import Flask


def bind(app: Flask) -> None:
    """Add the commands to the flask command."""
