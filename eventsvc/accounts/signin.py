"""Sign-in for organisers, by Flask-Security: everything below /desk, nothing to set but SECRET_KEY."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

import sqlalchemy as sa
from flask import Flask, Response, after_this_request, current_app, render_template, request, session
from flask_babel import lazy_gettext as _l
from flask_security import (
    MailUtil,
    SQLAlchemyUserDatastore,
    TwoFactorRescueForm,
    TwoFactorSetupForm,
    TwoFactorVerifyCodeForm,
    current_user,
    url_for_security,
)
from flask_security.recoverable import generate_reset_password_token
from flask_security.utils import check_and_get_token_status
from sqlalchemy.orm import joinedload
from werkzeug.exceptions import RequestEntityTooLarge
from wtforms import Form, RadioField

from eventsvc import clock
from eventsvc.accounts import codes, notifications, settings
from eventsvc.accounts.models import Role, User
from eventsvc.accounts.settings import LINK_LIFE
from eventsvc.events.fields import choices
from eventsvc.extensions import db, limiter, security
from eventsvc.text import folded

LONGEST_PASSWORD = 1_000
PER_ADDRESS = "30 per minute; 300 per hour"
PER_ACCOUNT = "20 per 15 minutes"


def bind(app: Flask) -> None:
    """Bind Flask-Security, and limit how often passwords and codes can be tried."""
    app.config.update(settings.of(app))
    # These two are taken by the constructor alone, and our instance is made before there is anything to give it.
    security._mail_util_cls, security._totp_cls = _Outbox, codes.OnceOnly
    security.init_app(
        app,
        _Accounts(db, User, Role),
        two_factor_setup_form=_SecondStepForm,
        two_factor_rescue_form=_RescueForm,
        render_template=_in_our_words,
    )
    validate = "security.two_factor_setup_validate"
    app.view_functions[validate] = _patient(app.view_functions[validate])
    _ask_who_on_the_desk_only(app)
    app.before_request(_refuse_endless_passwords)
    for endpoint in (
        "login",
        "forgot_password",
        "reset_password",
        "verify",
        "two_factor_token_validation",
    ):
        _limit(app, f"security.{endpoint}")
    _limit(app, "security.mf_recovery")


def invite(user: User, *, by: User, at: datetime) -> None:
    """Write to somebody who has an account now; the link to set the password works once and for `LINK_LIFE`."""
    token = str(generate_reset_password_token(user))
    notifications.invited(user, token, by=by.shown_name, life=LINK_LIFE, at=at)


# Built once: each answer of the desk begins with it, and building it costs more than asking.
_signed_in = sa.select(User).where(User.fs_uniquifier == sa.bindparam("fs_uniquifier")).options(joinedload(User.roles))


class _Accounts(SQLAlchemyUserDatastore):
    """Flask-Security's look at our accounts."""

    def find_user(self, case_insensitive: bool = False, **wanted: Any) -> Any:
        if wanted.keys() == {"fs_uniquifier"} and not case_insensitive:
            return db.session.scalar(_signed_in, wanted)
        return super().find_user(case_insensitive=case_insensitive, **wanted)


_LABELS = {
    "email": _l("E-mail address"),
    "password": _l("Password"),
    "remember": _l("Stay signed in on this computer"),
    "password_confirm": _l("The same password again"),
    "new_password": _l("New password"),
    "new_password_confirm": _l("The same password again"),
    "code": _l("Code"),
}


def _in_our_words(template: str, **context: Any) -> str:
    """Render a page of Flask-Security's with our labels: its own catalogue does not know our languages."""
    for form in context.values():
        for field in form if isinstance(form, Form) else ():
            if field.name in _LABELS:
                field.label.text = str(_LABELS[field.name])
    return render_template(template, **context)


class _Outbox(MailUtil):
    """Lays Flask-Security's letters in our outbox, in our words; its own text is not used."""

    def send_mail(self, template: str, *_args: Any, **context: Any) -> None:
        user, at, kind = context["user"], clock.now(), template.rpartition("/")[2]
        if kind == "reset_instructions":
            notifications.reset(user, context["reset_token"], life=LINK_LIFE, at=at)
            # The view that changes a password commits by itself; the one that asks for a link writes nothing else.
            after_this_request(_commit)
        elif kind in {"reset_notice", "change_notice"}:
            notifications.password_changed(user, at=at)


def _commit(response: Response) -> Response:
    security.datastore.commit()
    return response


class _SecondStepForm(TwoFactorSetupForm):
    """Flask-Security's form with only what is offered here, in our words."""

    setup = RadioField(
        _l("What do you want?"),
        choices=choices(
            [
                ("authenticator", _l("A code from an authenticator app")),
                ("disable", _l("Sign in with the password alone")),
            ]
        ),
        validate_choice=False,
    )


def _patient(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let a second step that is being set up survive a mistyped code, and lead on to the spare codes."""

    @wraps(view)
    def validated(token: str) -> Any:
        answer = view(token=token)
        if not current_user.is_authenticated or request.method != "POST":
            return answer
        expired, invalid, state = check_and_get_token_status(
            token, "tf_setup", current_app.config["SECURITY_TWO_FACTOR_SETUP_WITHIN"]
        )
        if expired or invalid:
            return answer
        if current_user.tf_totp_secret == state["totp_secret"]:
            answer.location = url_for_security("mf_recovery_codes")
            return answer
        return _once_more(token, state["totp_secret"])

    return validated


def _once_more(token: str, secret: str) -> Any:
    """Show the same picture again: the telephone has the secret already, only the code was wrong."""
    # What the library said for the page it would have led to, stands at the code here.
    said = session.pop("_flashes", [])
    form = TwoFactorVerifyCodeForm(formdata=None)
    form.code.errors = [message for _tone, message in said[-1:]]
    shown = security.totp_factory.fetch_setup_values(secret, current_user)
    page = security.render_template(
        "security/two_factor_setup.html",
        two_factor_setup_form=_SecondStepForm(formdata=None),
        two_factor_verify_code_form=form,
        chosen_method="authenticator",
        changing=True,
        state_token=token,
        authr_qrcode=shown["image"],
        authr_key=shown["key"],
    )
    return page, 422


class _RescueForm(TwoFactorRescueForm):
    """Not shown: whoever lost their telephone has spare codes, or asks an administrator."""

    help_setup = RadioField(choices=[])


def _ask_who_on_the_desk_only(app: Flask) -> None:
    """Keep Flask-Principal from asking who it is on pages and feeds, where nobody is anybody."""
    ask: Callable[[], None] = security.principal._on_before_request
    asked = app.before_request_funcs[None]
    asked[asked.index(ask)] = lambda: ask() if request.path.startswith("/desk") else None


def _refuse_endless_passwords() -> None:
    """Answer 413 to what is no password: digesting a megabyte takes long, and passlib gives up at 4,096 characters."""
    typed = request.form.items() if request.method == "POST" and request.blueprint == "security" else ()
    if any(len(said) > LONGEST_PASSWORD for name, said in typed if "password" in name):
        raise RequestEntityTooLarge


def _limit(app: Flask, endpoint: str) -> None:
    view: Any = app.view_functions[endpoint]
    view = limiter.limit(PER_ADDRESS, methods=["POST"])(view)
    app.view_functions[endpoint] = limiter.limit(PER_ACCOUNT, key_func=_account, methods=["POST"])(view)


def _account() -> str:
    """Name the account that is tried, by a digest: by what was typed, or by who has given the password already."""
    who = folded(request.form.get("email", "")) or session.get("tf_user_id") or session.get("_user_id")
    plain = f"{current_app.config['SECRET_KEY']} {who or request.remote_addr}"
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()
