"""How files that people sent go out again: to be kept by whoever asked, and never shown as a page of ours."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from urllib.parse import quote

from flask import Response, request, stream_with_context

from eventsvc import pulse
from eventsvc.stores import Found

_A_YEAR = 365 * 24 * 60 * 60
# What may stand unquoted (RFC 8187, section 3.2.1).
_PLAIN = "!#$&+-.^_`|~"


def attachment(found: Found, media_type: str, name: str) -> Response:
    """Send a file as an attachment, also a part of it to whoever goes on with a download that broke off."""
    response = _sent(found, media_type)
    response.headers["Content-Disposition"] = disposition(name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.make_conditional(request, accept_ranges=True, complete_length=found.size)
    return response


def for_ever(found: Found, media_type: str, digest: str) -> Response:
    """Send a picture whose address has its digest, so that it may be kept for ever."""
    response = _sent(found, media_type)
    response.headers["Cache-Control"] = f"public, max-age={_A_YEAR}, immutable"
    response.set_etag(digest)
    response.make_conditional(request)
    return response


def stream(blocks: Iterable[bytes], media_type: str, name: str) -> Response:
    """Send what is made as it goes, as an attachment."""
    response = Response(stream_with_context(pulse.beating(blocks)), content_type=media_type)
    response.headers["Content-Disposition"] = disposition(name)
    return response


def disposition(name: str) -> str:
    """Name an attachment: in full, and in ASCII for programs that read no more (RFC 6266, RFC 8187)."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = "".join(letter for letter in ascii_name if letter.isprintable() and letter not in '"\\%')
    if plain == name:
        return f'attachment; filename="{name}"'
    stem, dot, ending = plain.rpartition(".")
    short = f"{stem.strip() or 'file'}{dot}{ending}"
    return f"attachment; filename=\"{short}\"; filename*=UTF-8''{quote(name, safe=_PLAIN)}"


def _sent(found: Found, media_type: str) -> Response:
    response = Response(stream_with_context(pulse.beating(found.blocks())), content_type=media_type)
    response.content_length = found.size
    return response
