"""The blueprint that the pages of registration hang on."""

from __future__ import annotations

from flask import Blueprint

from eventsvc.extensions import csrf

blueprint = Blueprint("registration", __name__)

# Each form here checks its own token, so that a bad one shows the form again with everything typed.
csrf.exempt(blueprint)
