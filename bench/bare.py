"""The yardstick: a Flask application that answers `ok`."""

from __future__ import annotations

from flask import Flask

app = Flask(__name__)


@app.get("/")
def ok() -> str:
    """Answer two letters."""
    return "ok"
