"""Files in a bucket of a server that speaks as Amazon's S3 does; loaded where a setting names one.

What it stands on runs threads of its own, and bears no fork: it is made in the process that uses it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from eventsvc.stores import BLOCK, Found, Place, StoreAway

# A page waits for it: better a clear no than a page that never comes.
_PATIENCE: Any = {"connect_timeout": timedelta(seconds=5), "timeout": timedelta(seconds=25)}
_RETRIES: Any = {"max_retries": 2, "retry_timeout": timedelta(seconds=10)}
# Where the server has but one; Amazon's own must be named.
_REGION = "us-east-1"
_log = logging.getLogger(__name__)


class Bucket:
    """Shelves as the first part of each object's key.

    Without a key of its own it looks for one as Amazon's programs do: AWS_ACCESS_KEY_ID, or the machine's own role.
    """

    def __init__(self, place: Place, key: str | None = None, secret: str | None = None) -> None:
        known: Any = {"region": place.region or _REGION}
        if place.endpoint:
            known["endpoint"] = place.endpoint
        if key and secret:
            known |= {"access_key_id": key, "secret_access_key": secret}
        client = _PATIENCE | {"allow_http": place.endpoint.startswith("http://")}
        prefix = place.prefix or None
        self._objects = S3Store(place.bucket, prefix=prefix, client_options=client, retry_config=_RETRIES, **known)

    def keep(self, shelf: str, name: str, content: bytes) -> None:
        # Written anew though it may be there: so it is as young as its newest row.
        with _answered():
            obstore.put(self._objects, f"{shelf}/{name}", content, use_multipart=False)

    def found(self, shelf: str, name: str) -> Found | None:
        with _answered():
            try:
                got = obstore.get(self._objects, f"{shelf}/{name}")
            except FileNotFoundError:
                return None
            return Found(got.meta["size"], _blocks(got))

    def kept(self, shelf: str) -> Iterator[tuple[str, datetime]]:
        with _answered():
            for some in obstore.list(self._objects, f"{shelf}/", chunk_size=1000):
                for each in some:
                    yield each["path"].rpartition("/")[2], each["last_modified"]

    def drop(self, shelf: str, name: str) -> None:
        with _answered():
            obstore.delete(self._objects, f"{shelf}/{name}")


def _blocks(got: obstore.GetResult) -> Callable[[], Iterator[bytes]]:
    def read() -> Iterator[bytes]:
        with _answered():
            for block in got.stream(min_chunk_size=BLOCK):
                yield bytes(block)

    return read


@contextmanager
def _answered() -> Iterator[None]:
    """Say of whatever such a server may answer, or not, that files cannot be kept."""
    try:
        yield
    except (BaseError, OSError) as said:
        _log.warning("the bucket does not answer as it should: %s", str(said).partition("\n")[0])
        raise StoreAway from None
