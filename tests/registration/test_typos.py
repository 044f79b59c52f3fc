"""Slips in addresses: those that are seen, and those that are none."""

from __future__ import annotations

import pytest

from eventsvc.registration.typos import better


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ada@gmial.com", "ada@gmail.com"),
        ("ada@gmail.con", "ada@gmail.com"),
        ("ada@gmal.com", "ada@gmail.com"),
        ("ada@gmaill.com", "ada@gmail.com"),
        ("Ada.V@Hotmial.com", "Ada.V@hotmail.com"),
        ("ada@lmuc.nl", "ada@lumc.nl"),
    ],
)
def test_one_slip_is_seen(typed: str, meant: str) -> None:
    assert better(typed) == meant


@pytest.mark.parametrize("typed", ["ada@gmail.com", "ada@mail.com", "ada@example.org", "ada@gmx.net", "ada", "", "@"])
def test_what_is_right_or_unknown_is_left_alone(typed: str) -> None:
    assert better(typed) is None
