"""Static files: each is asked for under a version of its content, and so may be kept for ever."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from flask import Flask, Response, request

# Also what stylesheets ask for, which know no versions; it is asked about again, and mostly answered 304.
UNVERSIONED = "public, max-age=3600"
FOR_EVER = "public, max-age=31536000, immutable"


def bind(app: Flask) -> None:
    """Let `url_for('static')` say the version of a file, and let who asks for that version keep it."""
    # Whoever debugs edits files under a running server.
    versions = {} if app.debug else _versions(Path(app.static_folder or ""))
    serve = cast("Callable[..., Response]", app.view_functions["static"])

    def say_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and values.get("filename") in versions:
            values.setdefault("v", versions[values["filename"]])

    def served(filename: str) -> Response:
        response = serve(filename=filename)
        # Only under its own version: in the middle of an update, one server is asked for what another has.
        is_asked_for = filename in versions and request.args.get("v") == versions[filename]
        response.headers["Cache-Control"] = FOR_EVER if is_asked_for else UNVERSIONED
        return response

    app.url_defaults(say_version)
    app.view_functions["static"] = served


def _versions(folder: Path) -> dict[str, str]:
    """Digest every file once; a few hundred kilobytes take about a millisecond."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        for path in folder.rglob("*")
        if path.is_file()
    }
