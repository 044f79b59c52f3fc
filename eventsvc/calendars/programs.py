"""Which calendar program asks, told from the name it gives itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from eventsvc.calendars.models import Program


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks: `is_hosted` where a company's servers ask for people, and do not tell for how many."""

    program: Program
    is_hosted: bool = False


# Looked for in this order, in small letters: Thunderbird on a Mac names the Mac too, and Outlook for the Mac as well.
_MARKS = (
    ("thunderbird", Asking(Program.THUNDERBIRD)),
    ("lightning/", Asking(Program.THUNDERBIRD)),
    ("google", Asking(Program.GOOGLE, is_hosted=True)),
    ("microsoft office", Asking(Program.OUTLOOK)),
    ("microsoft outlook", Asking(Program.OUTLOOK)),
    ("macoutlook", Asking(Program.OUTLOOK)),
    ("outlook", Asking(Program.OUTLOOK, is_hosted=True)),
    ("exchange", Asking(Program.OUTLOOK, is_hosted=True)),
    ("dataaccessd", Asking(Program.APPLE)),
    ("calendaragent", Asking(Program.APPLE)),
    ("calaccessd", Asking(Program.APPLE)),
    ("accountsd", Asking(Program.APPLE)),
    ("coredav", Asking(Program.APPLE)),
    ("ios/", Asking(Program.APPLE)),
    ("macos/", Asking(Program.APPLE)),
)


@lru_cache(maxsize=1024)
def asking(agent: str) -> Asking:
    """Tell who asks from a User-Agent; whoever we do not know is another program."""
    said = agent.lower()
    return next((known for mark, known in _MARKS if mark in said), Asking(Program.OTHER))
