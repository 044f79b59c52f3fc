"""How often is too often for a calendar program that asks for one feed again and again.

Counted in the process itself, as the question comes with every poll: two looks into a dictionary, no server asked. So
each worker counts for itself, and a limit is up to as many times higher as there are workers. By feed, program and
network, never by network alone: Google's and Microsoft's servers ask for everybody from the same few addresses. A
public feed has room for a lecture hall behind one address, a personal one for the programs of one person.
"""

from __future__ import annotations

from datetime import datetime

WINDOW_SECONDS = 600
PUBLIC_POLLS = 600
PERSONAL_POLLS = 60

_MOST_KEPT = 100_000

_window = 0
_counts: dict[int, int] = {}


def seconds_to_wait(feed: str, network: str, agent: str, *, is_personal: bool, at: datetime) -> int:
    """Count a poll, and return for how long its program should rest: 0 while it asks seldom enough."""
    global _window
    moment = int(at.timestamp())
    window = moment // WINDOW_SECONDS
    if window != _window or len(_counts) >= _MOST_KEPT:
        _window = window
        _counts.clear()
    # A number that only this process can make of them, so that nothing that points to a person is kept.
    whose = hash((feed, network, agent))
    count = _counts[whose] = _counts.get(whose, 0) + 1
    if count <= (PERSONAL_POLLS if is_personal else PUBLIC_POLLS):
        return 0
    return WINDOW_SECONDS - moment % WINDOW_SECONDS


def forget() -> None:
    """Forget all counts, as a new process has none."""
    _counts.clear()
