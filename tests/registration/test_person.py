"""Who registers: names of one visible line, countries in two languages."""

from __future__ import annotations

from eventsvc.registration import countries
from eventsvc.registration.person import NOBODY, Person


def test_a_person_is_written_in_lines_that_a_header_can_hold() -> None:
    person = Person(" Ada\r\n", "Van\x00der\tBerg", "ada@example.org\n", "A\u2028B")

    assert person == Person("Ada", "Van der Berg", "ada@example.org", "A B")


def test_addresses_are_compared_without_capitals_and_width() -> None:
    assert Person("", "", "ADA@Example.ORG").email_folded == Person("", "", "\uff41da@example.org").email_folded


def test_nobody_has_no_address_to_compare() -> None:
    assert NOBODY.columns()["email"] is None and NOBODY.email_folded is None


def test_countries_are_named_in_the_readers_language_and_sorted_by_it() -> None:
    english, dutch = countries.names("en"), countries.names("nl")

    assert (english["DE"], dutch["DE"]) == ("Germany", "Duitsland")
    assert english.keys() == dutch.keys() and {"EU", "ZZ", "XA"}.isdisjoint(english)
    order = list(english)
    assert order.index("AX") == order.index("AF") + 1, "Åland stands under A"


def test_one_known_country_is_chosen_and_nothing_else() -> None:
    assert countries.options("en", "NL").count(" selected") == 1
    assert " selected" not in countries.options("en", 'NL" onclick="')


def test_no_mark_that_turns_text_round_stays_in_a_name() -> None:
    turned = Person("Ada\u202e", "\u2066Voor\u200fbeeld\u2069", "ada@example.org", "\u061cLUMC")

    assert (turned.given_name, turned.family_name, turned.organisation) == ("Ada", "Voorbeeld", "LUMC")
