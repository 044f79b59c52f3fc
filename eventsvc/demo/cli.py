"""The demo command."""

from __future__ import annotations

from flask import Flask


def bind(app: Flask) -> None:
    """Add `flask demo`."""
