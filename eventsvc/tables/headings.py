"""The words that people write above columns and in cells, looked up whatever their capitals, marks and spaces."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")


def plain(text: str) -> str:
    """Fold a word for looking it up: small letters, and single spaces for all that is no letter or digit."""
    return " ".join(re.sub(r"[\W_]+", " ", text.lower()).split())


def by_word(words: Mapping[T, str]) -> dict[str, T]:
    """Return what each word means, from the words for each meaning with bars between them; the words are plain."""
    return {word: meaning for meaning, said in words.items() for word in said.split("|")}


def meaning(heading: str, known: Mapping[str, T]) -> T | None:
    """Return what a column with this heading holds; what stands in brackets is passed over."""
    return known.get(plain(heading)) or known.get(plain(re.sub(r"[(\[].*", "", heading)))
