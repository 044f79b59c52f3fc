"""The desk's page about one's own calendar: the events one organises, by a private link."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventsvc import clock, links, tokens
from eventsvc.accounts import rules
from eventsvc.accounts.access import me, my_account, signed_in
from eventsvc.calendars.desk.blueprint import blueprint
from eventsvc.calendars.links import ways
from eventsvc.extensions import db


@blueprint.get("/account/calendar")
@signed_in
def mine() -> str:
    """Show how to subscribe to the events I organise."""
    sealed = my_account().feed_sealed
    token = tokens.unsealed(sealed) if sealed else None
    address = links.absolute("calendars.personal", token=token) if token else None
    return render_template(
        "desk/accounts/calendar.html", ways=ways(address, _("Events I organise")) if address else None
    )


@blueprint.post("/account/calendar/replace")
@signed_in
def replace() -> Response:
    """Make the link, or make it anew: the old one stops."""
    had_one = my_account().feed_sealed is not None
    rules.replace_feed_link(my_account(), by=me(), at=clock.now())
    db.session.commit()
    told = _("Your calendar has a new link. Subscribe with it; the one you had before has stopped.")
    flash(told if had_one else _("Your calendar has a link now. Subscribe with it."), "ok")
    return redirect(url_for(".mine"), 303)


@blueprint.post("/account/calendar/stop")
@signed_in
def stop() -> Response:
    """Let the link open nothing any more."""
    rules.stop_feed_link(my_account(), by=me(), at=clock.now())
    db.session.commit()
    flash(_("The link has stopped. Take the calendar out of your program; it would not change any more."), "ok")
    return redirect(url_for(".mine"), 303)
