"""The blueprint that the desk's pages about calendars hang on."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("calendars_desk", __name__, url_prefix="/desk")
