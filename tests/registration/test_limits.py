"""How often is too often, counted by the network somebody is behind."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from limits.errors import StorageError

from eventsvc.extensions import limiter
from eventsvc.registration import limits


@pytest.fixture
def limited(make_app: Callable[..., Flask]) -> Flask:
    return make_app(RATE_LIMITS=True)


def test_a_household_is_counted_as_one_however_many_addresses_it_has(limited: Flask) -> None:
    with limited.app_context():
        theirs = [limits.may_be_refused(f"2001:db8:1:2::{number:x}", 1) for number in range(41)]
        others = limits.may_be_refused("2001:db8:1:3::1", 1)

    assert theirs == [True] * 40 + [False]
    assert others


def test_one_event_s_refusals_are_not_another_s(limited: Flask) -> None:
    with limited.app_context():
        for _time in range(40):
            limits.may_be_refused("192.0.2.1", 1)

        assert limits.may_be_refused("192.0.2.1", 2)
        assert not limits.may_be_refused("192.0.2.1", 1)


def test_a_guard_that_is_down_does_not_close_the_door(limited: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_asked: object) -> bool:
        raise StorageError(OSError("no Redis"))

    monkeypatch.setattr(limiter.limiter, "hit", down)
    monkeypatch.setattr(limiter.limiter, "test", down)

    with limited.app_context():
        assert limits.may_post("192.0.2.1") and limits.may_register("ada@example.org")


def test_settings_switch_all_off(app: Flask) -> None:
    assert all(limits.may_be_refused("192.0.2.1", 1) for _time in range(100))
