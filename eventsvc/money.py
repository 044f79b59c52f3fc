"""Amounts of money, written for people: `€25`, `€ 12,50`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.numbers import format_currency
from flask_babel import gettext as _

CURRENCIES = ("EUR", "USD", "GBP", "CHF")


@dataclass(frozen=True, slots=True)
class Fees:
    """The least and the most that taking part costs, in hundredths of one currency."""

    least: int
    most: int
    currency: str

    @classmethod
    def among(cls, amounts: Iterable[tuple[int, str]]) -> Fees | None:
        """Return the fees between the least and the most of `amounts`; None where there are none."""
        found = list(amounts)
        if not found:
            return None
        cents = [amount for amount, _currency in found]
        return cls(min(cents), max(cents), found[0][1])

    def said(self, locale: str) -> str:
        """Say "Free", "€25", "Free to €25", "from €10"."""
        if self.most == 0:
            return _("Free")
        most = said(self.most, self.currency, locale)
        if self.least == self.most:
            return most
        if self.least == 0:
            return _("Free to %(amount)s", amount=most)
        return _("from %(amount)s", amount=said(self.least, self.currency, locale))


@lru_cache(1024)
def said(cents: int, currency: str, locale: str) -> str:
    """Write an amount given in hundredths; a whole one without its zeros."""
    amount = Decimal(cents) / 100
    if cents % 100:
        return format_currency(amount, currency, locale=locale)
    pattern = Locale.parse(locale).currency_formats["standard"].pattern.replace(".00", "")
    return format_currency(amount, currency, pattern, locale=locale, currency_digits=False)


def plain(cents: int) -> str:
    """Write an amount as a form takes it: `25`, `12.50`."""
    return f"{cents // 100}.{cents % 100:02}" if cents % 100 else str(cents // 100)
