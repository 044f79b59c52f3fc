"""Letters that invite somebody to register, or tell of a group: worded before there is a registration of their own."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import current_app

from eventsvc import links, tokens, when
from eventsvc.mail import whereabouts, wording
from eventsvc.mail.claims import Due
from eventsvc.mail.envelopes import inert
from eventsvc.text import cleaned

KINDS = frozenset({"personal_invitation", "group_registered"})


@dataclass(frozen=True, slots=True)
class InvitedWords:
    """What the templates of these letters read. `until`: as long as a seat is kept; `people` are those of a group."""

    name: str
    title: str
    span: str
    zone: str
    where: str
    paragraphs: list[str]
    until: str
    link: str
    event_url: str
    contact_name: str
    office: str
    people: list[tuple[str, str]] = field(default_factory=list)
    block: when.Block | None = None

    @property
    def own_links(self) -> tuple[str, ...]:
        return (self.link,) if self.link else ()


def words(due: Due, language: str) -> InvitedWords:
    """Word a letter; its link was sealed among the facts."""
    facts: dict[str, Any] = due.facts
    event = facts["event"]
    time = whereabouts.time(facts, language)
    until = facts.get("until")
    return InvitedWords(
        name=wording.greeted(facts.get("given_name", "")),
        title=inert(event["title"]),
        span=time.when,
        zone=time.zone,
        where=whereabouts.where(facts, language, is_to_follow=False).line,
        paragraphs=[part for part in cleaned(facts.get("sentence", "")).splitlines() if part.strip()],
        until=when.moment(datetime.fromisoformat(until), event["timezone"], language) if until else "",
        link=tokens.unseal(facts["sealed_link"]),
        event_url=links.absolute("events.show", slug=event["slug"], lang=language),
        contact_name=inert(event["contact_name"]),
        office=current_app.config["SITE_NAME"],
        people=[(inert(name), state) for name, state in facts.get("people", [])],
        block=time.block,
    )
