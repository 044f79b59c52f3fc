"""What operators' programs ask: is it up, is it ready, how is it doing?"""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> tuple[str, int]:
    """Answer that the process is alive."""
    return "ok", 200
