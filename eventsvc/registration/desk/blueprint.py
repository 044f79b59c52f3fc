"""The blueprint that the roster's pages hang on."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("registration_desk", __name__, url_prefix="/desk/events/<slug>")
