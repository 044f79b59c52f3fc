"""Text that people typed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventsvc import text


@pytest.mark.parametrize(
    "typed",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        '<img src=x onerror="alert(1)">',
        "<a href='data:text/html,x'>x</a>",
        "![x](https://example.org/track.png)",
    ],
)
def test_nothing_active_survives_in_a_description(typed: str) -> None:
    shown = text.to_html(typed)

    assert not re.search(r"<(script|img)|<[^>]*(onerror|javascript:|data:)", shown)


def test_markdown_keeps_its_structure_and_headings_begin_at_the_third_level() -> None:
    shown = text.to_html("# Title\n\n- one\n- two\n\n**bold** [site](https://example.org)")

    assert "<h3>Title</h3>" in shown
    assert "<li>one</li>" in shown
    assert '<a href="https://example.org" rel="nofollow noopener">site</a>' in shown


def test_plain_text_keeps_lists_breaks_and_where_links_go() -> None:
    plain = text.to_plain("Come **all**.\n\n- one\n- two\n\n[Site](https://example.org)")

    assert plain == "Come all.\n\n- one\n- two\n\nSite (https://example.org)"


def test_a_single_line_end_is_kept_and_begins_no_paragraph() -> None:
    typed = "Room 3,\nthird floor.\n\n- one\n  still one\n\nLast."

    assert text.to_plain(typed) == "Room 3,\nthird floor.\n\n- one\nstill one\n\nLast."
    assert "Room 3,<br>" in text.to_html(typed)


def test_a_line_loses_breaks_controls_and_lone_surrogates() -> None:
    assert text.one_line(" Ada\r\nBcc: eve@example.org\x00\u2028\ud800 ") == "Ada Bcc: eve@example.org"


@given(st.text())
def test_one_line_is_one_line_that_can_be_encoded(typed: str) -> None:
    line = text.one_line(typed)

    assert len(line.splitlines()) <= 1
    assert line.encode().decode() == line


@given(st.text(max_size=40))
def test_markdown_of_anything_renders(typed: str) -> None:
    assert "<script" not in text.to_html(typed)
    assert text.to_plain(typed) is not None


def test_addresses_fold_to_the_same_mailbox() -> None:
    assert text.folded(" Ada@Example.ORG ") == text.folded("ada@example.org")


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Eurolife summer school DATAETHICS 2022", "eurolife-summer-school-dataethics-2022"),
        ("Écoles d'été: São Paulo & Łódź", "ecoles-d-ete-sao-paulo-odz"),
        ("医学", "event"),
        ("x" * 200, "event"),
    ],
)
def test_a_slug_is_made_from_a_title(title: str, slug: str) -> None:
    assert text.slug_of(title) == slug
