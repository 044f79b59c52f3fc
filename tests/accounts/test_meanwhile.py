"""Two people with one form open: what each page shows of it, field by field."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form

from eventsvc.accounts import meanwhile
from eventsvc.errors import ChangedMeanwhile
from eventsvc.events.fields import Revision

LABELS = {"title": "Title", "seats": "Seats", "costs": "Costs"}


def told(theirs: dict[str, Any], yours: dict[str, Any]) -> list[dict[str, str]]:
    return meanwhile.side_by_side(
        ChangedMeanwhile("", theirs=theirs, yours=yours),
        label=lambda name: LABELS.get(name, ""),
        said=lambda name, value: f"{name} {value}",
        kept="kept",
    )


def test_theirs_stands_beside_yours_and_where_you_wrote_nothing_it_is_kept() -> None:
    assert told({"title": "Sam's", "seats": 3}, {"title": "Olga's"}) == [
        {"label": "Title", "theirs": "title Sam's", "yours": "title Olga's"},
        {"label": "Seats", "theirs": "seats 3", "yours": "kept"},
    ]


def test_what_is_the_same_and_what_no_field_shows_is_left_out() -> None:
    assert told({"title": "Same", "state": "hidden", "costs": None}, {"title": "Same", "costs": None}) == []


class Opened(Form):
    revision = Revision()


@pytest.mark.parametrize(
    ("sent", "revision"), [("7", 7), ("", 0), ("-7", 0), ("seven", 0), ("9" * 10, 0), ("999999999", 999_999_999)]
)
def test_a_revision_that_cannot_be_read_counts_as_long_ago(sent: str, revision: int) -> None:
    assert Opened(MultiDict({"revision": sent})).revision.opened_at == revision


def test_a_form_without_a_revision_was_opened_long_ago() -> None:
    assert Opened().revision.opened_at == 0
