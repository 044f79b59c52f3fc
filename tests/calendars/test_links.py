"""Addresses that fill in somebody's calendar on the web."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from eventsvc.calendars import links
from eventsvc.calendars.ics import Showing, Status
from tests.calendars.examples import a_showing

Maker = Callable[[Showing], str]
MAKERS = [links.google, links.outlook, links.office365]
letters = st.characters(exclude_categories=())
texts = st.builds(lambda text, times: text * times, st.text(letters), st.integers(1, 400))


def said(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query, strict_parsing=True).items()}


def all_day() -> Showing:
    start, end = datetime(2027, 3, 26, 23, tzinfo=UTC), datetime(2027, 3, 30, 22, tzinfo=UTC)
    return a_showing(starts_at=start, ends_at=end, is_all_day=True)


def test_google_opens_with_the_times_in_utc() -> None:
    url = links.google(a_showing())

    assert url.startswith("https://calendar.google.com/calendar/render?action=TEMPLATE&")
    assert said(url) == {
        "action": "TEMPLATE",
        "dates": "20270530T090000Z/20270530T103000Z",
        "text": "Vaccines, borders; and trust",
        "location": "Room 2, Main building, Leiden",
        "details": f"{a_showing().description}\n\n{a_showing().url}",
    }


def test_google_takes_days_with_an_exclusive_end() -> None:
    assert said(links.google(all_day()))["dates"] == "20270327/20270331"


@pytest.mark.parametrize(
    ("maker", "host"), [(links.outlook, "outlook.live.com"), (links.office365, "outlook.office.com")]
)
def test_outlook_opens_with_the_times_in_utc(maker: Maker, host: str) -> None:
    url = maker(a_showing())

    assert url.startswith(
        f"https://{host}/calendar/0/deeplink/compose?path=%2Fcalendar%2Faction%2Fcompose&rru=addevent&"
    )
    assert (said(url)["startdt"], said(url)["enddt"]) == ("2027-05-30T09:00:00Z", "2027-05-30T10:30:00Z")
    assert said(url)["subject"] == "Vaccines, borders; and trust"
    assert said(url)["body"] == f"{a_showing().description}\n\n{a_showing().url}"
    assert "allday" not in said(url)


def test_outlook_takes_days_with_an_exclusive_end() -> None:
    facts = said(links.outlook(all_day()))

    assert (facts["startdt"], facts["enddt"], facts["allday"]) == ("2027-03-27", "2027-03-31", "true")


@pytest.mark.parametrize("maker", MAKERS)
def test_spaces_are_never_pluses(maker: Maker) -> None:
    url = maker(a_showing(summary="1 + 1 & more"))

    assert "+" not in url
    assert "1%20%2B%201%20%26%20more" in url


@pytest.mark.parametrize("maker", MAKERS)
@given(summary=texts, location=texts, description=texts)
def test_no_text_makes_an_address_too_long_or_pushes_the_page_out(
    maker: Maker, summary: str, location: str, description: str
) -> None:
    showing = a_showing(
        summary=summary, location=location, description=description, join_url="https://video.example.org/j/1"
    )

    url = maker(showing)

    notes = said(url)["details" if maker is links.google else "body"]
    assert len(url) < 2_000
    assert url.isascii()
    assert notes.endswith(f"{showing.join_url}\n{showing.url}")


@pytest.mark.parametrize("maker", MAKERS)
def test_a_long_description_is_cut_with_an_ellipsis_and_uses_the_room(maker: Maker) -> None:
    url = maker(a_showing(summary="😀" * 500, location="é" * 500, description="漢" * 5_000))

    notes = said(url)["details" if maker is links.google else "body"]
    assert 1_980 < len(url) < 2_000
    assert notes == f"{'漢' * notes.count('漢')}…\n\n{a_showing().url}"


def test_half_a_link_is_never_given() -> None:
    long = "https://video.example.org/" + "j" * 400

    facts = said(links.google(a_showing(join_url=long, location="")))

    assert "video.example.org" not in facts["details"]
    assert "location" not in facts


def test_what_is_online_has_the_join_link_as_its_place() -> None:
    showing = a_showing(join_url="https://video.example.org/j/1", location="")

    assert said(links.google(showing))["location"] == "https://video.example.org/j/1"


def test_a_cancelled_thing_says_so() -> None:
    assert said(links.google(a_showing(status=Status.CANCELLED)))["text"].startswith("Cancelled: ")


def test_a_feed_is_subscribed_to_by_webcal_whatever_carries_it() -> None:
    assert (
        links.webcal("https://events.example.org/calendar.ics?kind=fair")
        == "webcal://events.example.org/calendar.ics?kind=fair"
    )
    assert links.webcal("http://127.0.0.1:8000/calendar.ics") == "webcal://127.0.0.1:8000/calendar.ics"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "/calendar.ics", "webcal://x.example.org/y.ics", ""])
def test_only_an_absolute_address_becomes_webcal(url: str) -> None:
    with pytest.raises(ValueError, match="feed"):
        links.webcal(url)


def test_an_address_too_long_for_a_code_has_none(client: FlaskClient) -> None:
    long = "&".join(f"partner={'x' * 198}{number:02}" for number in range(20))

    page = client.get(f"/subscribe?{long}")

    assert page.status_code == 200 and "Point its camera" not in page.text
    assert "Point its camera" in client.get("/subscribe").text
