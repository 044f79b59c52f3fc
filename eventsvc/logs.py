"""Structured logs: one JSON object a line, with a request id and no personal data."""

from __future__ import annotations

from flask import Flask


def bind(app: Flask) -> None:
    """Write the application's log as JSON lines."""
