"""The blueprint that the desk's pages about events hang on."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("events_desk", __name__, url_prefix="/desk/events")
