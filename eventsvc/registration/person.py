"""The person who registers, as they wrote themselves."""

from __future__ import annotations

from dataclasses import dataclass, fields

from eventsvc.text import folded, one_line, unturned

# What a column holds; forms say so before a rule is asked.
LONGEST = {"given_name": 120, "family_name": 120, "email": 254, "organisation": 200, "country": 2}


@dataclass(frozen=True, slots=True)
class Person:
    """Name, address and where from; each value is one line of visible text, so that it may stand in a header.

    No mark that turns text round is in a name: lists and badges show it beside those of others.
    `country` is an ISO 3166 code of two letters. Only a person added by hand may have no `email`.
    """

    given_name: str
    family_name: str
    email: str
    organisation: str = ""
    country: str = ""

    def __post_init__(self) -> None:
        for field in fields(self):
            object.__setattr__(self, field.name, one_line(getattr(self, field.name)))
        for name in ("given_name", "family_name", "organisation"):
            object.__setattr__(self, name, one_line(unturned(getattr(self, name))))

    @property
    def email_folded(self) -> str | None:
        """The address as it is compared; None where there is none."""
        return folded(self.email) or None

    def columns(self) -> dict[str, str | None]:
        """Return the person as the columns of a registration."""
        return {
            "given_name": self.given_name,
            "family_name": self.family_name,
            "email": self.email or None,
            "email_folded": self.email_folded,
            "organisation": self.organisation,
            "country": self.country,
        }


NOBODY = Person("", "", "")
