"""The site's own pages, and what programs read of the whole site."""

from __future__ import annotations

from datetime import timedelta
from xml.etree import ElementTree as ET

from flask.testing import FlaskClient

from tests.people import NOW, an_event

ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def test_the_sitemap_names_every_listed_event(client: FlaskClient) -> None:
    event = an_event()

    root = ET.fromstring(client.get("/sitemap.xml").data)

    assert f"http://localhost/events/{event.slug}" in [found.text for found in root.iter(f"{SITEMAP}loc")]


def test_robots_may_read_all_and_find_the_sitemap(client: FlaskClient) -> None:
    body = client.get("/robots.txt").text

    assert "Disallow:\n" in body
    assert "Sitemap: http://localhost/sitemap.xml" in body


def test_news_readers_see_the_newest_event_first_and_survive_odd_letters(client: FlaskClient) -> None:
    an_event(title="Old news", published_at=NOW, updated_at=NOW + timedelta(days=2))
    an_event(title="New & <odd>\x0b\ufffe news", published_at=NOW + timedelta(days=1))

    root = ET.fromstring(client.get("/events.atom").data)

    assert [title.text for title in root.findall(f"{ATOM}entry/{ATOM}title")] == ["New & <odd> news", "Old news"]
    assert root.findtext(f"{ATOM}updated") == "2027-03-04T09:00:00Z"


def test_the_privacy_page_says_how_to_erase_and_whom_to_ask(client: FlaskClient) -> None:
    page = client.get("/privacy").text

    assert "Erase" in page
    assert "mailto:events@example.org" in page


def test_pages_of_one_person_name_no_address_of_theirs_for_search(client: FlaskClient) -> None:
    assert 'rel="canonical"' not in client.get("/preview/unknown").text
    assert 'rel="canonical" href="http://localhost/accessibility"' in client.get("/accessibility").text


def test_the_icon_is_found_where_programs_look_for_it(client: FlaskClient) -> None:
    answer = client.get("/favicon.ico", follow_redirects=True)

    assert answer.status_code == 200
    assert answer.content_type.startswith("image/svg+xml")
