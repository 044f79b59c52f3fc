"""What one person is to hear of a new version of a programme. Pure: changes in, changes out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from eventsvc.programme import changes
from eventsvc.programme.changes import NEWS, Change, Difference, Facts

_FACTS = ("title", "status", "starts_at", "ends_at", "rooms", "speakers")
_TOLD = NEWS | {Difference.TITLE}
# Whoever hears that a session comes or goes hears all else that differs of it.
_WHOLE = frozenset({Difference.NEW, Difference.REMOVED, Difference.CANCELLED, Difference.REINSTATED})


def brief(change: Change) -> Change:
    """Leave out of a change what no letter tells."""
    return replace(change, was=_brief(change.was), now=_brief(change.now))


def seen_by_speaker(change: Change, speaker_id: str) -> Change | None:
    """Return a change as a speaker sees it, who may be new in a session that is not, or have left one that goes on."""
    was, now = (facts if _speaks(facts, speaker_id) else {} for facts in (change.was, change.now))
    return _between(change.public_id, was, now)


def speakers_of(change: Change) -> set[str]:
    """Return the public ids of all who speak in a session, or did."""
    return {voice["public_id"] for facts in (change.was, change.now) if facts for voice in facts["speakers"]}


def following(held: Iterable[Change], found: Iterable[Change], *, is_quiet: bool) -> list[Change]:
    """Join what a letter that still waits would have told with what changed since; the oldest `was` is kept.

    A quiet version tells nothing of its own, but no letter tells what is no longer so. What is as it was is not told.
    """
    kept = {change.public_id: change for change in held}
    fresh = {change.public_id: change for change in found if not is_quiet or change.public_id in kept}
    joined = (_joined(kept.get(each), fresh.get(each), is_quiet=is_quiet) for each in dict.fromkeys([*fresh, *kept]))
    return sorted((change for change in joined if change and change.is_news), key=_begins)


def _joined(held: Change | None, found: Change | None, *, is_quiet: bool) -> Change | None:
    first, last = held or found, found or held
    if first is None or last is None:
        return None
    change = _between(first.public_id, first.was, last.now)
    if change is None:
        return None
    named = set(held.differences if held else ()) | set(found.differences if found and not is_quiet else ())
    is_whole = not _WHOLE.isdisjoint(named)
    told = (each for each in change.differences if each in _TOLD and (is_whole or each in named))
    return replace(change, differences=tuple(told))


def _between(public_id: str, was: Facts, now: Facts) -> Change | None:
    found = changes.between({public_id: was} if was else {}, {public_id: now} if now else {})
    return found[0] if found else None


def _brief(facts: Facts) -> Facts:
    return {name: facts[name] for name in _FACTS} if facts else {}


def _speaks(facts: Facts, speaker_id: str) -> bool:
    return bool(facts) and any(voice["public_id"] == speaker_id for voice in facts["speakers"])


def _begins(change: Change) -> tuple[bool, str]:
    at = (change.now or change.was)["starts_at"]
    return at is None, at or ""
