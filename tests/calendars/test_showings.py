"""The facts themselves: what counts as news, and what is kept as JSON."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import pytest

from eventsvc.calendars.ics import Showing, Status
from tests.calendars.examples import a_showing

CHANGES: dict[str, Any] = {
    "uid": "another",
    "summary": "Another",
    "starts_at": datetime(2027, 5, 30, 8, 0, tzinfo=UTC),
    "ends_at": datetime(2027, 5, 30, 11, 0, tzinfo=UTC),
    "timezone": "Asia/Shanghai",
    "created_at": datetime(2026, 1, 4, 9, 30, tzinfo=UTC),
    "status": Status.TENTATIVE,
    "description": "Another",
    "location": "Another",
    "url": "https://another.example.org",
    "latitude": 1.5,
    "longitude": 1.5,
    "categories": ("Another",),
    "is_all_day": True,
    "is_busy": False,
    "join_url": "https://video.example.org",
    "parent_uid": "another",
    "organiser_name": "Another",
    "organiser_email": "another@example.org",
    "cancelled_prefix": "Another: ",
    "colour": "purple",
    "image_url": "https://events.example.org/card.png",
}


@pytest.mark.parametrize("name", [field.name for field in fields(Showing)])
def test_every_fact_is_in_the_digest_and_survives_as_json(name: str) -> None:
    changed = a_showing(**{name: CHANGES[name]})

    assert changed.digest() != a_showing().digest() == a_showing().digest()
    assert Showing.from_json(changed.to_json()) == changed


def test_facts_from_another_release_can_be_read() -> None:
    facts = a_showing().to_json()

    assert Showing.from_json(facts | {"shade": "steelblue"}) == a_showing()
    assert set(facts) & {"status", "join_url", "is_busy"} == set()


def test_naive_moments_and_ends_before_starts_are_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        a_showing(starts_at=datetime(2027, 5, 30, 9, 0))
    with pytest.raises(ValueError, match="end before"):
        a_showing(ends_at=datetime(2027, 5, 30, 8, 0, tzinfo=UTC))
