"""Secrets that travel in links: made, found by digest, kept sealed; and references read aloud."""

from __future__ import annotations

import base64
import hashlib
import logging
import secrets
from functools import cache, lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app

# Neither vowels, which spell words, nor 0 O 1 I L, 5 S, 2 Z, 8 B, U V, which are misread and misheard.
_REFERENCE_LETTERS = "34679CDFGHJKMNPQRTWXY"
REFERENCE_LENGTH = 6
_log = logging.getLogger(__name__)


def new() -> str:
    """Make a secret of 128 random bits for an address: 22 characters of A–Z a–z 0–9 - _."""
    return secrets.token_urlsafe(16)


def digest(token: str) -> str:
    """Return the SHA-256 of a token, in hex: what the database finds it by."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def same(one: str, other: str) -> bool:
    """Compare two secrets in a time that tells nothing."""
    return secrets.compare_digest(one.encode(), other.encode())


def seal(token: str) -> str:
    """Encrypt a token so that later letters can write it again; the key derives from `SECRET_KEY`."""
    return _box().encrypt(token.encode()).decode()


def unseal(sealed: str) -> str:
    """Open what `seal` closed, also under a key of `SECRET_KEY_FALLBACKS`.

    Raises ValueError when no key fits.
    """
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise ValueError("no key fits this sealed token; is the old SECRET_KEY in SECRET_KEY_FALLBACKS?") from None


def unsealed(sealed: str) -> str | None:
    """Open what `seal` closed; None where the key is lost, which the log is told once in the life of a process."""
    try:
        return unseal(sealed)
    except ValueError as lost:
        _tell(str(lost))
        return None


def reference() -> str:
    """Make a short code to be read aloud; the caller sees to it that it is unique where it must be."""
    return "".join(secrets.choice(_REFERENCE_LETTERS) for _ in range(REFERENCE_LENGTH))


def spaced(code: str) -> str:
    """Write a reference as people read it: two groups of three."""
    return f"{code[:3]} {code[3:]}"


def as_typed(text: str) -> str:
    """Read a reference as people type it: any case, spaces and dashes left out."""
    return "".join(letter for letter in text.upper() if letter.isalnum())


@cache
def _tell(loss: str) -> None:
    _log.error(loss)


def _box() -> MultiFernet:
    config = current_app.config
    return _boxes((config["SECRET_KEY"], *(config["SECRET_KEY_FALLBACKS"] or ())))


@lru_cache(maxsize=8)
def _boxes(secrets_in_order: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_key(secret)) for secret in secrets_in_order])


def _key(secret: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"eventsvc sealed tokens").derive(secret.encode())
    return base64.urlsafe_b64encode(derived)
