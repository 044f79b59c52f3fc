"""The countries of the world by their names in a language, and as the options of a list."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from babel import Locale
from markupsafe import Markup, escape

# Regions in the data that nobody comes from: groupings, test regions, and what is "unknown" or unassigned.
_NO_COUNTRIES = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"})


@lru_cache(maxsize=8)
def names(locale: str) -> dict[str, str]:
    """Return the names of all countries by their two-letter codes, in the order of a dictionary."""
    found = {
        code: str(name)
        for code, name in Locale.parse(locale).territories.items()
        if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES
    }
    return dict(sorted(found.items(), key=lambda item: _plain(item[1])))


def options(locale: str, chosen: str | None) -> Markup:
    """Write the `<option>`s with one of them chosen; the list is written once per language."""
    written = _options(locale)
    if chosen in names(locale):
        written = written.replace(f'value="{chosen}"', f'value="{chosen}" selected')
    return Markup(written)  # noqa: S704  # names are escaped, and only a known code is chosen


@lru_cache(maxsize=8)
def _options(locale: str) -> str:
    return "".join(f'<option value="{code}">{escape(name)}</option>' for code, name in names(locale).items())


def _plain(name: str) -> str:
    """Sort Åland under A, and Équateur under E."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", name) if letter.isalpha()).casefold()
