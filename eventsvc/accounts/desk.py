"""To be written."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("accounts_desk", __name__, url_prefix="/desk")
