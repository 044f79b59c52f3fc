"""Sign-in for organisers, by Flask-Security: everything below /desk, nothing to set but SECRET_KEY."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
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
from eventsvc.accounts import codes, notifications
from eventsvc.accounts.models import Role, User
from eventsvc.events.fields import choices
from eventsvc.extensions import db, limiter, security
from eventsvc.text import folded

# Long enough for an invitation sent on a Friday; whoever is later asks for a new link.
LINK_LIFE = timedelta(days=3)
LONGEST_PASSWORD = 1_000
PER_ADDRESS = "30 per minute; 300 per hour"
PER_ACCOUNT = "20 per 15 minutes"


def bind(app: Flask) -> None:
    """Bind Flask-Security, and limit how often passwords and codes can be tried."""
    app.config.update(_settings(app))
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


def _settings(app: Flask) -> dict[str, Any]:
    of_ours = {
        "URL_PREFIX": "/desk",
        "LOGIN_URL": "/sign-in",
        "LOGOUT_URL": "/sign-out",
        "RESET_URL": "/reset",
        "CHANGE_URL": "/password",
        "VERIFY_URL": "/verify",
        "TWO_FACTOR_SETUP_URL": "/two-factor",
        "TWO_FACTOR_TOKEN_VALIDATION_URL": "/two-factor/code",
        "TWO_FACTOR_SELECT_URL": "/two-factor/select",
        "TWO_FACTOR_RESCUE_URL": "/two-factor/rescue",
        "MULTI_FACTOR_RECOVERY_URL": "/two-factor/recovery",
        "MULTI_FACTOR_RECOVERY_CODES_URL": "/two-factor/codes",
        "POST_LOGIN_VIEW": "/desk/",
        "POST_LOGOUT_VIEW": "/desk/sign-in",
        "POST_RESET_VIEW": "/desk/sign-in",
        "POST_CHANGE_VIEW": "/desk/",
        "STATIC_FOLDER": None,
        "CLI_USERS_NAME": False,
        "CLI_ROLES_NAME": False,
        "API_ENABLED_METHODS": ["session"],
        "RECOVERABLE": True,
        "CHANGEABLE": True,
        "RESET_PASSWORD_WITHIN": LINK_LIFE,
        "RETURN_GENERIC_RESPONSES": True,
        "TWO_FACTOR": True,
        "TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "TWO_FACTOR_RESCUE_EMAIL": False,
        "TWO_FACTOR_POST_SETUP_VIEW": "/desk/account",
        "MULTI_FACTOR_RECOVERY_CODES": True,
        "MULTI_FACTOR_RECOVERY_CODES_KEYS": codes.recovery_secrets(app),
        "EMAIL_HTML": False,
        # A name server that is slow or away must keep nobody from their account.
        "EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
        "PASSWORD_LENGTH_MIN": 10,
        "PASSWORD_HASH": "argon2",
        "PASSWORD_SCHEMES": ["argon2"],
        # Argon2 salts each password itself. A second salt from SECRET_KEY would forget them all when the key changes.
        "PASSWORD_SINGLE_HASH": True,
        "TOTP_ISSUER": app.config["SITE_NAME"],
        "TOTP_SECRETS": codes.totp_secrets(app),
    }
    messages = {f"MSG_{name}": message for name, message in _MESSAGES.items()}
    return {f"SECURITY_{name}": value for name, value in {**of_ours, **messages}.items()} | {
        # The cookie is read below /desk only; a remembered organiser is nobody on the public pages.
        "REMEMBER_COOKIE_PATH": "/desk",
        "REMEMBER_COOKIE_HTTPONLY": True,
        "REMEMBER_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_SECURE": app.config["SESSION_COOKIE_SECURE"],
        "REMEMBER_COOKIE_DURATION": timedelta(days=14),
    }


# Flask-Security's own catalogue is no part of ours; what organisers meet daily is said in our words.
_MESSAGES = {
    "GENERIC_AUTHN_FAILED": (
        _l("This address and password do not go together. Check both and try again."),
        "no",
    ),
    "UNAUTHENTICATED": (_l("Sign in to see this page."), ""),
    "LOGIN": (_l("Sign in to see this page."), ""),
    "REAUTHENTICATION_REQUIRED": (_l("Type your password once more to go on."), ""),
    "PASSWORD_RESET_REQUEST": (
        _l("If %(email)s has an account here, a letter with a link is on its way to it."),
        "ok",
    ),
    "PASSWORD_RESET_NO_LOGIN": (
        _l("Your new password is saved. Sign in with it."),
        "ok",
    ),
    "PASSWORD_RESET_EXPIRED": (
        _l("That link is older than %(within)s. Ask for a new one here."),
        "no",
    ),
    "INVALID_RESET_PASSWORD_TOKEN": (
        _l("That link was used before, or cut short. Ask for a new one here."),
        "no",
    ),
    "PASSWORD_CHANGE": (_l("Your new password is saved."), "ok"),
    "PASSWORD_INVALID_LENGTH": (
        _l("Choose a password of at least %(length)s characters."),
        "no",
    ),
    "RETYPE_PASSWORD_MISMATCH": (
        _l("The two passwords differ. Type the same one twice."),
        "no",
    ),
    "PASSWORD_NOT_PROVIDED": (_l("Type your password."), "no"),
    "PASSWORD_IS_THE_SAME": (_l("This is the password you have now. Choose another one."), "no"),
    "REAUTHENTICATION_SUCCESSFUL": (_l("Thank you. You can go on."), "ok"),
    "INVALID_PASSWORD": (_l("This is not your password. Try again."), "no"),
    "EMAIL_NOT_PROVIDED": (_l("Type your e-mail address."), "no"),
    "INVALID_EMAIL_ADDRESS": (_l("This is not an e-mail address."), "no"),
    "TWO_FACTOR_INVALID_TOKEN": (
        _l("This code is not right, or too old. Wait for the next one and try again."),
        "no",
    ),
    "TWO_FACTOR_METHOD_NOT_AVAILABLE": (_l("Choose one of these."), "no"),
    "TWO_FACTOR_SETUP_EXPIRED": (_l("That took longer than %(within)s. Please begin again."), "no"),
    "INVALID_RECOVERY_CODE": (_l("This spare code is not right, or was used before."), "no"),
    "NO_RECOVERY_CODES_SETUP": (_l("You have no spare codes yet."), ""),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": (
        _l("The code is right. You are signed in."),
        "ok",
    ),
    "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": (
        _l("From now on you sign in with a code as well."),
        "ok",
    ),
    "TWO_FACTOR_DISABLED": (_l("From now on you sign in without a code."), "ok"),
    "TWO_FACTOR_PERMISSION_DENIED": (_l("Sign in first."), "no"),
}


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
