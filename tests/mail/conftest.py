"""A mail server that the application of the test knows."""

from __future__ import annotations

import pytest
from flask import Flask

from eventsvc.accounts import actors
from eventsvc.accounts.actors import Actor
from tests.people import an_organiser
from tests.smtp import PostOffice


@pytest.fixture
def office(app: Flask, smtp: PostOffice, monkeypatch: pytest.MonkeyPatch) -> PostOffice:
    """The application as it is, with a mail server."""
    monkeypatch.setattr(app.extensions["mail"], "server", smtp.host)
    monkeypatch.setattr(app.extensions["mail"], "port", smtp.port)
    return smtp


@pytest.fixture
def olga(app: Flask) -> Actor:
    """Olga, who acts; what she may do is asked by doors."""
    return actors.organiser(an_organiser("Olga").id)
