"""What was typed, read by the kind of question."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eventsvc.registration import typed
from eventsvc.registration.models import QuestionKind as Kind
from eventsvc.registration.questions import Option, Prompt
from eventsvc.registration.typed import Slip

OPTIONS = (Option(1, "a", "A"), Option(2, "b", "B"), Option(3, "c", "C"))


def asking(kind: Kind, **rules: Any) -> Prompt:
    return Prompt(1, "one", kind, "One", rules=rules, options=OPTIONS if kind in {Kind.CHOICE, Kind.CHOICES} else ())


def read(kind: Kind, *said: str, locale: str = "en", **rules: Any) -> Any:
    return typed.read(asking(kind, **rules), said, locale=locale)


def refused(kind: Kind, *said: str, **rules: Any) -> str:
    with pytest.raises(Slip) as slip:
        read(kind, *said, **rules)
    return str(slip.value.sentence)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", "12"),
        ("2,5", "2.5"),
        ("2.5", "2.5"),
        ("1 250", "1250"),
        ("1\u00a0250,75", "1250.75"),
        ("1.234,5", "1234.5"),
        ("1,234.5", "1234.5"),
        ("1.234.567", "1234567"),
        ("1'234", "1234"),
        ("-3", "-3"),
        ("\u22123", "-3"),
        (".5", "0.5"),
    ],
)
def test_a_number_is_read_as_people_write_it(text: str, value: str) -> None:
    assert typed.number(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "twelve", "1e9", "NaN", "inf", "1-2", "12 €", "1" * 16, "--1", "٣"])
def test_what_is_no_number_is_none(text: str) -> None:
    with pytest.raises(ValueError):
        typed.number(text)


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("2027-05-30", "en"),
        ("30-5-2027", "nl"),
        ("30/05/2027", "en"),
        ("30.5.2027", "en"),
        ("30 May 2027", "en"),
        ("30 mei 2027", "nl"),
        ("30 May 2027", "nl"),
        ("30. mei, 2027", "nl"),
    ],
)
def test_a_day_is_read_as_browsers_and_people_write_it(text: str, locale: str) -> None:
    assert typed.day(text, locale) == date(2027, 5, 30)


@pytest.mark.parametrize(
    "text", ["2027-02-30", "31-4-2027", "5/30/2027", "May", "30 Mayonnaise 2027", "30-5-27", "0-0-0000"]
)
def test_what_is_no_day_is_none(text: str) -> None:
    with pytest.raises(ValueError):
        typed.day(text, "en")


class TestEachKind:
    pytestmark = pytest.mark.usefixtures("app")

    def test_a_line_is_one_line_of_visible_text(self) -> None:
        assert read(Kind.TEXT, "  Soup\x00 \n and bread ") == "Soup and bread"
        assert read(Kind.TEXT, " \n ") is None
        assert "at most 500 characters" in refused(Kind.TEXT, "a" * 501)

    def test_a_paragraph_keeps_its_lines_and_counts_its_words(self) -> None:
        assert read(Kind.PARAGRAPH, "One\r\n\r\ntwo three", max_words=3) == "One\n\ntwo three"
        assert "at most 3 words; there are 4 now" in refused(Kind.PARAGRAPH, "one two\nthree four", max_words=3)

    def test_a_number_keeps_to_its_limits(self) -> None:
        assert read(Kind.NUMBER, "3") == 3
        assert read(Kind.NUMBER, "2,50") == 2.5
        assert "at least 1" in refused(Kind.NUMBER, "0", min=1)
        assert "at most 5" in refused(Kind.NUMBER, "5.5", max=5)
        assert "in figures" in refused(Kind.NUMBER, "a few")

    def test_a_date_is_stored_as_iso_writes_it_and_keeps_to_its_limits(self) -> None:
        assert read(Kind.DATE, "30-5-2027") == "2027-05-30"
        assert "not before 1-6-2027" in refused(Kind.DATE, "2027-05-31", min="2027-06-01")
        assert "not after 1-6-2027" in refused(Kind.DATE, "2027-06-02", max="2027-06-01")
        assert "day, month and year" in refused(Kind.DATE, "soon")

    def test_one_choice_is_one(self) -> None:
        assert read(Kind.CHOICE, "b") == ["b"]
        assert read(Kind.CHOICE, "") is None
        assert "only one" in refused(Kind.CHOICE, "a", "b")
        assert "not offered" in refused(Kind.CHOICE, "z")

    def test_several_choices_keep_to_their_number_and_the_order_they_are_offered_in(self) -> None:
        assert read(Kind.CHOICES, "c", "a", "a") == ["a", "c"]
        assert "at least 2" in refused(Kind.CHOICES, "a", min=2)
        assert "at most 2" in refused(Kind.CHOICES, "a", "b", "c", max=2)
        assert read(Kind.CHOICES, min=2) is None

    def test_yes_or_no_is_one_of_both(self) -> None:
        assert (read(Kind.YES_NO, "yes"), read(Kind.YES_NO, "no"), read(Kind.YES_NO)) == (True, False, None)
        assert "yes or no" in refused(Kind.YES_NO, "perhaps")

    def test_consent_is_given_or_not_given(self) -> None:
        assert (read(Kind.CONSENT, "yes"), read(Kind.CONSENT), read(Kind.CONSENT, "no")) == (True, None, None)

    def test_a_country_is_one_of_the_list(self) -> None:
        assert read(Kind.COUNTRY, "NL") == "NL"
        assert "from the list" in refused(Kind.COUNTRY, "Atlantis")

    @pytest.mark.parametrize(
        "text", ["+31 71 526 9111", "071-5269111", "0031 (0)71 526 91 11", "+1 555 0100 ext. 12", "112 33"]
    )
    def test_a_phone_number_is_whatever_can_be_rung(self, text: str) -> None:
        assert read(Kind.PHONE, text) == text

    @pytest.mark.parametrize("text", ["call me", "12", "+31 71 526 9111 or home", "1" * 30])
    def test_what_cannot_be_rung_is_no_phone_number(self, text: str) -> None:
        assert "country code" in refused(Kind.PHONE, text)

    def test_an_address_is_one_mailbox(self) -> None:
        assert read(Kind.EMAIL, " ada@Example.org ") == "ada@example.org"
        assert "one e-mail address" in refused(Kind.EMAIL, "ada@example.org, bob@example.org")

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("www.example.org", "https://www.example.org"),
            ("https://example.org/a?b=c", "https://example.org/a?b=c"),
            ("http://example.org", "http://example.org"),
            ("https://linkedin.com/in/ada", "https://linkedin.com/in/ada"),
        ],
    )
    def test_a_link_is_a_web_address(self, text: str, value: str) -> None:
        assert read(Kind.LINK, text) == value

    @pytest.mark.parametrize(
        "text", ["javascript:alert(1)", "ftp://example.org", "example", "https://", "http://[", "two words.org"]
    )
    def test_what_no_browser_should_open_is_no_link(self, text: str) -> None:
        assert "web address" in refused(Kind.LINK, text)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(Kind), said=st.lists(st.text(max_size=60), max_size=3))
def test_whatever_is_typed_is_a_value_that_can_be_stored_or_a_sentence(app: Flask, kind: Kind, said: list[str]) -> None:
    with app.test_request_context():
        try:
            value = typed.read(asking(kind, max_words=3, min=1), said, locale="en")
        except Slip as slip:
            assert str(slip.sentence)
            return
    assert b"\\u0000" not in json.dumps(value, ensure_ascii=False).encode("utf-8", "strict")
