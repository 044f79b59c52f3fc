"""To be written."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("mail_desk", __name__, url_prefix="/desk")
