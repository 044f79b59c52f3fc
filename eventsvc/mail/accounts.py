"""What a letter to an organiser about their account says."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app

from eventsvc import links, tokens
from eventsvc.mail.claims import Due
from eventsvc.mail.wording import greeted


@dataclass(frozen=True, slots=True)
class AccountWords:
    """What the templates of a letter to an organiser read; `link`, where there is one, works for `days`."""

    link: str
    office: str
    office_address: str
    name: str = ""
    invited_by: str = ""
    days: int = 0
    sign_in_url: str = ""
    contact_name: str = ""
    block: None = None

    @property
    def own_links(self) -> tuple[str, ...]:
        """The link that opens the account."""
        return (self.link,) if self.link else ()


def words(due: Due) -> AccountWords:
    """Word a letter to an organiser; its link was sealed, so that who reads the outbox cannot take the account."""
    facts, config = due.facts, current_app.config
    sealed = facts.get("sealed_link", "")
    return AccountWords(
        link=tokens.unseal(sealed) if sealed else "",
        office=config["SITE_NAME"],
        office_address=config["SITE_CONTACT"],
        name=greeted(facts.get("name", "")),
        invited_by=greeted(facts.get("invited_by", "")),
        days=facts.get("days", 0),
        sign_in_url=links.absolute("security.login"),
    )
