"""An empty form, kept without what each visitor has of their own, and given to each with theirs."""

from __future__ import annotations

from collections.abc import Sequence

# No page has control characters: typed text is cleaned of them, and templates have none.
_MARK = "\x01{}\x01"


def emptied(page: str, own: Sequence[str]) -> str:
    """Take a visitor's own values out of a page, and leave a mark in each place.

    Raises ValueError when a value is not there: a page that kept one would give it to everybody.
    """
    for number, value in enumerate(own):
        if value not in page:
            raise ValueError(f"the page does not show value {number}")
        page = page.replace(value, _MARK.format(number))
    return page


def filled(page: str, own: Sequence[str]) -> str:
    """Put a visitor's own values in their places."""
    for number, value in enumerate(own):
        page = page.replace(_MARK.format(number), value)
    return page
