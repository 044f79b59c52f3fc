"""What was typed on the desk, given back when it could not be taken: the session was over, or the token not ours."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, make_response, render_template, request
from flask_security import current_user
from flask_security.decorators import default_unauthn_handler
from flask_wtf.csrf import CSRFError

from eventsvc import web
from eventsvc.extensions import security

_STATUS = 400


def bind(app: Flask) -> None:
    """Stand in where a post to the desk would be refused unread."""
    app.register_error_handler(CSRFError, _on_bad_token)
    security.unauthn_handler(_on_nobody)


def _on_bad_token(_error: CSRFError) -> Response:
    return _given_back() if _is_to_be_given_back() else web.error_page(_STATUS)


def _on_nobody(mechanisms: list[str] | None = None, headers: dict[str, str] | None = None) -> Any:
    return _given_back() if _is_to_be_given_back() else default_unauthn_handler(mechanisms, headers)


def _given_back() -> Response:
    """Draw the page that holds what was typed, with a token of this session and a button to send it again."""
    page = render_template(
        "desk/unsent.html",
        typed=[(name, value) for name, value in request.form.items(multi=True) if name != _token_name()],
        address=f"{request.script_root}{request.full_path.rstrip('?')}",
        is_signed_in=current_user.is_authenticated,
    )
    return make_response(page, _STATUS)


def _is_to_be_given_back() -> bool:
    """Tell whether this is what somebody typed on a form of the desk; passwords and codes are typed anew."""
    return (
        request.method == "POST"
        and request.path.startswith("/desk/")
        and request.blueprint != "security"
        and any(name != _token_name() for name in request.form)
        and not any("password" in name.lower() for name in request.form)
        and _is_from_here()
    )


def _is_from_here() -> bool:
    """Tell whether a page of ours sent this: what another site made up must not be a button's press away.

    Browsers send `Origin` with every post; the oldest send a referrer instead.
    """
    said = urlsplit(request.headers.get("Origin") or request.referrer or "")
    ours = (urlsplit(address) for address in (request.host_url, current_app.config["PUBLIC_URL"]))
    return any((said.scheme, said.netloc) == (own.scheme, own.netloc) for own in ours)


def _token_name() -> str:
    return str(current_app.config["WTF_CSRF_FIELD_NAME"])
