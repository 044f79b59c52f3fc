"""The letter that asks who is registered what the form asks by now."""

from __future__ import annotations

import pytest

from eventsvc import links
from eventsvc.accounts.actors import SYSTEM
from eventsvc.extensions import db
from eventsvc.mail.models import Message
from eventsvc.registration import rules
from tests.mail.examples import ada, an_event, delivered
from tests.people import NOW, a_question
from tests.smtp import PostOffice


@pytest.mark.parametrize(
    ("labels", "said"),
    [(["Which bus?"], "One more question:"), (["Which bus?", "What <b>do</b> you eat?"], "2 more questions:")],
)
def test_it_names_the_questions_and_leads_to_where_they_are_answered(
    office: PostOffice, labels: list[str], said: str
) -> None:
    event = an_event()
    for label in labels:
        a_question(event, label=label)
    registration = ada(event, language="en")
    rules.ask_registered(event, by=SYSTEM, at=NOW)

    letter = delivered(office)

    link = links.absolute("registration.correct", token=registration.token, lang="en")  # type: ignore[attr-defined]
    text = letter.body()
    assert letter.message["Subject"].startswith(said)
    assert all(f"- {label}" in text for label in labels) and link in text
    assert "Answer now" in text and "Your registration stays as it is" in text
    page = letter.body("html")
    assert link.replace("&", "&amp;") in page and "<b>do</b>" not in page
    record = db.session.query(Message).filter_by(kind="questions_asked").one()
    assert registration.token not in record.sent_text  # type: ignore[attr-defined]
