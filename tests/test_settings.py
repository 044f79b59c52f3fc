"""Settings: what the environment says, and who hands it on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import config

ROOT = Path(__file__).resolve().parent.parent


class Listener(Mapping[str, str]):
    """An environment in which nothing is set, and that remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def asked() -> set[str]:
    listener = Listener()
    config.load(listener)
    return listener.asked


def test_a_setting_that_is_empty_is_as_one_that_is_not_there() -> None:
    assert config.load(dict.fromkeys(asked(), "")) == config.load({})


def test_compose_hands_on_every_setting() -> None:
    handed = set(re.findall(r"^    ([A-Z_]+): \S", (ROOT / "compose.yaml").read_text(), re.MULTILINE))

    assert {"DATABASE_URL", "SITE_TIMEZONE"} <= asked() <= handed


def test_compose_hands_on_a_buckets_key_by_amazons_names_where_it_is_set() -> None:
    """A name without a value is left out of the container where nothing sets it; an empty key would be taken for one."""
    handed = set(re.findall(r"^    (AWS_[A-Z_]+):$", (ROOT / "compose.yaml").read_text(), re.MULTILINE))

    assert {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"} <= handed


def test_the_readme_tells_of_every_setting() -> None:
    assert asked() <= set(re.findall(r"`([A-Z_]+)`", (ROOT / "README.md").read_text()))
