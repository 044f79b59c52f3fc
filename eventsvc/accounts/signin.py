"""Sign-in for organisers, by Flask-Security."""

from __future__ import annotations

from flask import Flask


def bind(app: Flask) -> None:
    """Bind Flask-Security."""
