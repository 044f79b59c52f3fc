"""How often is too often: a lecture hall behind one address passes, a flood does not.

Keys hold digests only, of network and e-mail addresses alike. Where counting fails people pass: a guard that is down
must not close the door.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from functools import partial
from ipaddress import ip_address, ip_network

from flask import current_app
from limits import RateLimitItem, parse
from limits.errors import StorageError

from eventsvc.extensions import limiter

WAIT_SECONDS = 600

_POSTS = parse("600 per 10 minutes")
_REFUSALS = parse("40 per 10 minutes")
# In megabytes: a lecture hall that sends its letters and diplomas passes.
_FILES = parse("1000 per 10 minutes")
_REGISTRATIONS = parse("5 per hour")
_OF_SPEAKERS = parse("60 per hour")


def may_post(network: str) -> bool:
    """Count a post of the public form, and tell whether its network has any left: 600 in ten minutes."""
    return _count(_POSTS, "post", home(network))


def may_be_refused(network: str, event_id: int) -> bool:
    """Count a refused or repeated post, and tell whether it is still answered: 40 in ten minutes at one event.

    Only refusals wait; whoever fills in the form well is let in by `may_post` alone.
    """
    return _count(_REFUSALS, "refusal", f"{home(network)} {event_id}")


def may_send(network: str, count: int) -> bool:
    """Count the bytes of files that came with a form, and tell whether they may be kept: a gigabyte in ten minutes."""
    return _is_off() or _ask(partial(limiter.limiter.hit, cost=max(1, count >> 20)), _FILES, "files", home(network))


def may_try_code(network: str, event_id: int) -> bool:
    """Tell whether a network may try an access code: not after so many refusals, or codes could be guessed."""
    return _is_off() or _ask(limiter.limiter.test, _REFUSALS, "refusal", f"{home(network)} {event_id}")


def may_register(address: str) -> bool:
    """Tell whether a folded e-mail address may be registered once more: five times an hour, over all events."""
    return _is_off() or _ask(limiter.limiter.test, _REGISTRATIONS, "registration", address)


def may_send_file(speaker: str) -> bool:
    """Count a photo or slides that a speaker sends, and tell whether they have any left: 60 an hour."""
    return _count(_OF_SPEAKERS, "file", speaker)


def count_registration(address: str) -> None:
    """Count a registration that was made."""
    _count(_REGISTRATIONS, "registration", address)


def _count(limit: RateLimitItem, *keys: str) -> bool:
    return _is_off() or _ask(limiter.limiter.hit, limit, *keys)


def _ask(question: object, limit: RateLimitItem, subject: str, whom: str) -> bool:
    with suppress(StorageError):
        return bool(question(limit, subject, _digest(whom)))  # type: ignore[operator]
    return True


def _is_off() -> bool:
    return not current_app.config["RATE_LIMITS"]


def _digest(whom: str) -> str:
    secret = hashlib.sha256(current_app.config["SECRET_KEY"].encode()).digest()
    return hashlib.blake2b(whom.encode("utf-8", "surrogatepass"), key=secret, digest_size=16).hexdigest()


def home(network: str) -> str:
    """Return the network one household or hall is behind: the address, of IPv6 its first 64 bits."""
    try:
        address = ip_address(network)
    except ValueError:
        return network
    return str(ip_network((address, 64), strict=False)) if address.version == 6 else network
