"""What stands before a public form: not too often, not too quick, not by a program; a form refused loses nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import current_app, request, session
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventsvc.registration import limits, stamps
from eventsvc.registration.errors import QuestionsChanged


def stumbled(form: Any) -> bool:
    """Tell whether a field that people do not see was filled in; it is emptied and the form says so, for a person."""
    if not form.homepage.data:
        return False
    form.homepage.data = ""
    form.form_errors.append(_("Something filled in a field that people do not see. It is empty again: send once more."))
    return True


def was_quick(form: Any, at: datetime) -> bool:
    """Tell whether a form came sooner than a person fills one in, and say so.

    One that bears no moment of ours is given one now.
    """
    least = timedelta(seconds=current_app.config["MINIMUM_SECONDS"])
    if not least:
        return False
    age = stamps.age(form.opened.data, at)
    if age is None:
        form.opened.data = stamps.stamp(at)
    if age is not None and age >= least:
        return False
    form.form_errors.append(_("That was quick. Look it over once more, then send it again."))
    return True


def was_asked_otherwise(form: Any) -> bool:
    """Tell whether a form was filled in when it asked in other words than now, and say so."""
    said = request.form.get("asks")
    if said is None or said == form.asking.form.wording:
        return False
    form.form_errors.append(QuestionsChanged.told)
    return True


def own_key(form: Any) -> str | None:
    """Return the key by which a form sent twice is known, bound to the browser that was given it.

    Whoever learns the key of another's form, or makes one up, is led to nobody's page by it.
    """
    key = form.submission_key.data
    return f"{key} {session.get('csrf_token', '')}" if key else None


def may_be_refused(event_id: int) -> bool:
    """Count a refusal, and tell whether this network is still answered at an event; see `limits`."""
    return limits.may_be_refused(request.remote_addr or "", event_id)


def ask_to_wait(form: Any) -> None:
    """Say on a form that too many came from this network."""
    form.form_errors[:] = [_("That was a lot at once from your network. Wait ten minutes, then send this again.")]


def waiting(response: Response) -> Response:
    """Tell programs as well how long to wait."""
    response.headers["Retry-After"] = str(limits.WAIT_SECONDS)
    return response
