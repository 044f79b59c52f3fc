"""How a test's browser becomes an organiser's, without the sign-in form."""

from __future__ import annotations

import time

from flask.testing import FlaskClient

from eventsvc.accounts.models import User


def sign_in(client: FlaskClient, user: User) -> None:
    """Give the browser the cookie that a sign-in gives."""
    # The cookie is opened below /desk and on forms only, so the session must be asked for there.
    with client.session_transaction("/desk/") as cookie:
        cookie["_user_id"] = user.fs_uniquifier
        cookie["_fresh"] = True
        cookie["fs_cc"] = "set"
        cookie["fs_paa"] = time.time()
