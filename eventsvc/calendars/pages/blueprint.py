"""The blueprint that feeds, and the pages about them, hang on."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("calendars", __name__)
