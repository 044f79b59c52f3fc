"""Slips in the part of an address after the @, for the domains most people have theirs at."""

from __future__ import annotations

_DOMAINS = (
    "gmail.com", "googlemail.com", "hotmail.com", "hotmail.nl", "hotmail.fr", "hotmail.it", "hotmail.es",
    "hotmail.co.uk", "outlook.com", "live.com", "live.nl", "msn.com", "yahoo.com", "yahoo.fr", "yahoo.it", "yahoo.es",
    "yahoo.de", "yahoo.co.uk", "ymail.com", "icloud.com", "me.com", "mac.com", "aol.com", "mail.com", "email.com",
    "gmx.de", "gmx.net", "gmx.com", "web.de", "t-online.de", "protonmail.com", "proton.me", "ziggo.nl", "kpnmail.nl",
    "planet.nl", "xs4all.nl", "home.nl", "upcmail.nl", "lumc.nl", "leidenuniv.nl", "orange.fr", "wanadoo.fr",
    "libero.it", "qq.com", "163.com", "naver.com", "mail.ru", "yandex.ru", "rediffmail.com",
)  # fmt: skip
_KNOWN = frozenset(_DOMAINS)


def better(address: str) -> str | None:
    """Return the address that was probably meant where one slip is in its domain; None where none is seen.

    A slip is a letter too many, too few, another one, or two the wrong way round.
    """
    name, at, domain = address.rpartition("@")
    domain = domain.lower()
    if not at or domain in _KNOWN:
        return None
    meant = next((known for known in _DOMAINS if _is_slip(domain, known)), None)
    return f"{name}@{meant}" if meant else None


def _is_slip(one: str, other: str) -> bool:
    if abs(len(one) - len(other)) > 1:
        return False
    same = next((place for place, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), None)
    if same is None:
        return True
    here, there = one[same:], other[same:]
    return (
        here[1:] == there[1:]
        or here[1:] == there
        or here == there[1:]
        or (here[:2] == there[1::-1] and here[2:] == there[2:])
    )
