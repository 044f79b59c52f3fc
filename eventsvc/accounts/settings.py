"""How Flask-Security is set up here: where its pages are, what it asks of people, and how long it knows them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l

from eventsvc.accounts import codes

# Long enough for an invitation sent on a Friday; whoever is later asks for a new link.
LINK_LIFE = timedelta(days=3)
_PAGES = {
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
    "TWO_FACTOR_POST_SETUP_VIEW": "/desk/account",
    "STATIC_FOLDER": None,
    "CLI_USERS_NAME": False,
    "CLI_ROLES_NAME": False,
    "API_ENABLED_METHODS": ["session"],
}
_PASSWORDS = {
    "RECOVERABLE": True,
    "CHANGEABLE": True,
    "RESET_PASSWORD_WITHIN": LINK_LIFE,
    "RETURN_GENERIC_RESPONSES": True,
    "EMAIL_HTML": False,
    # A name server that is slow or away must keep nobody from their account.
    "EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
    "PASSWORD_LENGTH_MIN": 10,
    "PASSWORD_HASH": "argon2",
    "PASSWORD_SCHEMES": ["argon2"],
    # Argon2 salts each password itself. A second salt from SECRET_KEY would forget them all when the key changes.
    "PASSWORD_SINGLE_HASH": True,
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


def of(app: Flask) -> dict[str, Any]:
    """Return the settings for an application that has its own."""
    messages = {f"MSG_{name}": message for name, message in _MESSAGES.items()}
    of_security = {**_PAGES, **_PASSWORDS, **_second_step(app), **messages}
    return {f"SECURITY_{name}": value for name, value in of_security.items()} | _cookie(app)


def _second_step(app: Flask) -> dict[str, Any]:
    return {
        "TWO_FACTOR": True,
        "TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "TWO_FACTOR_RESCUE_EMAIL": False,
        "MULTI_FACTOR_RECOVERY_CODES": True,
        "MULTI_FACTOR_RECOVERY_CODES_KEYS": codes.recovery_secrets(app),
        "TOTP_ISSUER": app.config["SITE_NAME"],
        "TOTP_SECRETS": codes.totp_secrets(app),
    }


def _cookie(app: Flask) -> dict[str, Any]:
    """Remember an organiser below /desk only, as the cookie is read there only: on public pages they are nobody."""
    return {
        "REMEMBER_COOKIE_PATH": "/desk",
        "REMEMBER_COOKIE_HTTPONLY": True,
        "REMEMBER_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_SECURE": app.config["SESSION_COOKIE_SECURE"],
        "REMEMBER_COOKIE_DURATION": timedelta(days=14),
    }
