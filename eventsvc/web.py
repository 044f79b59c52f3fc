"""What all doors share: the language, the cookie, headers, refusals onto forms, conditional answers, error pages."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import IO, Any, ParamSpec, TypeVar, cast

from flask import Flask, Request, Response, current_app, g, make_response, render_template, request
from flask.sessions import NullSession, SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.datastructures import FileStorage, ImmutableMultiDict, MultiDict
from werkzeug.exceptions import HTTPException, UnsupportedMediaType
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map
from werkzeug.utils import cached_property

from eventsvc.errors import Refused
from eventsvc.extensions import db
from eventsvc.incoming import Capped

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = (
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
)
PUBLIC_SECONDS = 60
_FAILED = _l("Something went wrong on our side")
_KEPT_NOTHING = _l("Nothing you sent was kept. Try again in a minute; if it happens again, write to us.")
_PLAIN = Markup(
    '<!DOCTYPE html>\n<html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1"></head>'
    '<body><h1>{title}</h1><p>{text}</p><p><a href="/">{way_on}</a></p></body></html>\n'
)
_log = logging.getLogger(__name__)


def bind(app: Flask) -> None:
    """Give the application the session interface, headers and error pages of every door."""
    if app.config["TRUSTED_PROXIES"]:
        hops = app.config["TRUSTED_PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.request_class = Asked
    app.url_map.converters["int"] = RowNumber
    app.session_interface = CookieWhereNeeded()
    app.before_request(_refuse_null_bytes)
    app.before_request(_refuse_json)
    app.after_request(_add_headers)
    app.url_defaults(_keep_language)
    app.register_error_handler(HTTPException, _show_http_error)
    app.register_error_handler(Refused, _show_refusal)
    app.register_error_handler(StaleDataError, _show_stale)
    app.register_error_handler(500, _show_failure)


class Asked(Request):
    """A request as our pages read it.

    Words after the question mark and in forms have no null byte: nobody types one, PostgreSQL takes none. Files are
    handed to pages that asked for them only (`let_files_in`): Flask-WTF would hand one to whatever field has its name.
    """

    takes_files = False
    most_of_each: int | None = None

    @property
    def files(self) -> ImmutableMultiDict[str, FileStorage]:
        # No cached property: reading the form would put the files in its place.
        return super().files if self.takes_files else ImmutableMultiDict()

    def _get_file_stream(self, *said: Any, **more: Any) -> IO[bytes]:
        if self.most_of_each is None:
            return super()._get_file_stream(*said, **more)
        return cast(IO[bytes], Capped(self.most_of_each))

    @cached_property
    def args(self) -> MultiDict[str, str]:
        return self._without_null_bytes(super().args)

    def _load_form_data(self) -> None:
        super()._load_form_data()
        self.__dict__["form"] = self._without_null_bytes(self.__dict__["form"])

    def _without_null_bytes(self, said: MultiDict[str, str]) -> MultiDict[str, str]:
        if not any("\0" in value for _name, value in said.items(multi=True)):
            return said
        return self.parameter_storage_class((name, value.replace("\0", "")) for name, value in said.items(multi=True))


class RowNumber(IntegerConverter):
    """The number of a row in an address: one that no row can have is not found, and no database is asked for it."""

    regex = r"\d{1,10}"

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=2**31 - 1)


class CookieWhereNeeded(SecureCookieSessionInterface):
    """Opens the cookie on the desk and on pages with a form; all else neither reads it, sets it, nor varies by it."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if needs_cookie(request.path):
            return super().open_session(app, request)
        return NullSession()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not isinstance(session, NullSession):
            super().save_session(app, session, response)


def needs_cookie(path: str) -> bool:
    """Tell whether the page at `path` may have a form of ours or belongs to the desk."""
    is_own = path.startswith(("/desk", "/registrations/", "/speakers/", "/invitations/"))
    return is_own or path.endswith(("/register", "/register/group"))


def let_files_in(*, most: int, text: int | None = None, each: int | None = None) -> None:
    """Let this request bring files, and `most` bytes in all, `text` of them typed; before anything reads the form.

    Of a file that has more than `each` bytes one more is kept, so that whoever reads it can tell.
    """
    asked = cast(Asked, request)
    asked.takes_files, asked.max_content_length, asked.most_of_each = True, most, each
    if text is not None:
        asked.max_form_memory_size = text


def language() -> str:
    """Choose the language of what is ours on a page: the address, what the page set, else the site's."""
    asked = request.args.get("lang") if request else None
    if asked in current_app.config["LANGUAGES"]:
        return str(asked)
    return str(g.get("language") or current_app.config["SITE_LANGUAGE"])


def speak(code: str | None) -> None:
    """Let this answer be in `code` unless the address says otherwise; call it before anything is translated."""
    if code in current_app.config["LANGUAGES"]:
        g.language = code


def not_found_unless(thing: T | None) -> T:
    """Return `thing`, or answer 404."""
    if thing is None:
        raise _NotFound
    return thing


def refuse_on(form: FlaskForm, refused: Refused) -> None:
    """Put a rule's no beside the field it belongs to, or at the head of the form."""
    target = form[refused.field] if refused.field and refused.field in form else None
    if target is None:
        form.form_errors.append(refused.sentence)
    else:
        target.errors = [*target.errors, refused.sentence]


def private(view: Callable[P, R]) -> Callable[P, Response]:
    """Mark what stands behind a token: kept by nobody, found by no robot."""

    @wraps(view)
    def answered(*args: P.args, **kwargs: P.kwargs) -> Response:
        response = make_response(view(*args, **kwargs))
        keep_private(response)
        return response

    return answered


def keep_private(response: Response) -> None:
    """Set the headers of an answer that one person alone may see."""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"


def public(response: Response, *, seconds: int = PUBLIC_SECONDS) -> Response:
    """Let anybody keep an answer for a while, and answer 304 to whoever has it already."""
    response.headers["Cache-Control"] = f"public, max-age={seconds}"
    response.add_etag()
    response.make_conditional(request)
    return response


def _refuse_null_bytes() -> None:
    """Answer 404 to a path with a null byte, which no name of ours has and PostgreSQL cannot compare."""
    if "\0" in request.path:
        raise _NotFound


def _refuse_json() -> None:
    """Answer 415 to JSON: pages take forms, and whatever is in JSON where text belongs is no text."""
    if request.method not in {"GET", "HEAD"} and request.is_json:
        raise UnsupportedMediaType


def _keep_language(endpoint: str, values: dict[str, Any]) -> None:
    """Carry `?lang=` from page to page where it was said."""
    if endpoint != "static" and request and "lang" not in values:
        asked = request.args.get("lang")
        if asked in current_app.config["LANGUAGES"]:
            values["lang"] = asked


def _add_headers(response: Response) -> Response:
    headers = response.headers
    for name, value in _HEADERS:
        if name not in headers:
            headers[name] = value
    return response


def _show_http_error(error: HTTPException) -> Any:
    if error.code is None or error.code < 400 or error.response is not None:
        return error
    response = error_page(error.code)
    # What the exception knows (Retry-After, Allow) belongs to the answer.
    for name, value in error.get_headers():
        if name.lower() not in {"content-type", "content-length"}:
            response.headers[name] = value
    return response


def _show_refusal(refused: Refused) -> Response:
    _roll_back()
    return error_page(refused.status, sentence=refused.sentence)


def _show_stale(_error: StaleDataError) -> Response:
    _roll_back()
    return error_page(409)


def _show_failure(_error: Exception) -> Response:
    _roll_back()
    return error_page(500)


def error_page(code: int, sentence: Any = None) -> Response:
    """Draw the page of an answer that is no: `errors/<code>.html`, else `errors/error.html`.

    Where even that cannot be drawn, as when the database is away in the middle of it, the answer is 500 and plain.
    """
    try:
        body = render_template([f"errors/{code}.html", "errors/error.html"], code=code, sentence=sentence)
    except Exception:  # noqa: BLE001 - whatever it is, somebody is to be told in our words
        _log.exception("could not draw the page of an error")
        _roll_back()
        code, body = 500, _plain()
    response = make_response(body, code)
    keep_private(response)
    return response


def _roll_back() -> None:
    """Undo what was begun; a database that is away has undone it already."""
    try:
        db.session.rollback()
    except SQLAlchemyError:
        _log.warning("could not roll back")


def _plain() -> Markup:
    """Say what `errors/error.html` says of a failure, with nothing around it that could fail too."""
    return _PLAIN.format(lang=language(), title=_FAILED, text=_KEPT_NOTHING, way_on=_l("See all events"))


class _Missing(HTTPException):
    code = 404
    description = "Not found"


_NotFound = _Missing()
