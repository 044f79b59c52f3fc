"""The guard at the network: a test speaks to this machine only, and to its mail port never unasked."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

# Where a mail server of this machine would listen: the tests' own has a port that nobody can guess.
MAIL_PORTS = frozenset({25, 465, 587})


class StrayNetwork(Exception):
    """A test tried to reach something that is no part of it."""


@contextmanager
def guarded() -> Iterator[list[str]]:
    """Refuse every connection, datagram and name look-up that would leave this machine.

    Yields the list of what was refused, so that a caller sees what the code under test has swallowed.
    """
    refused: list[str] = []

    def check(address: Any) -> None:
        if not isinstance(address, tuple) or _is_allowed(address[0], address[1]):
            return
        refused.append(f"{address[0]}:{address[1]}")
        raise StrayNetwork(f"a test tried to reach {address[0]}:{address[1]}")

    with (
        mock.patch.object(socket.socket, "connect", _checked(socket.socket.connect, check)),
        mock.patch.object(socket.socket, "connect_ex", _checked(socket.socket.connect_ex, check)),
        mock.patch.object(socket.socket, "sendto", _checked(socket.socket.sendto, check, place=-1)),
        mock.patch.object(socket, "getaddrinfo", _looked_up(socket.getaddrinfo, check)),
    ):
        yield refused


def _is_allowed(host: Any, port: Any) -> bool:
    if port in MAIL_PORTS:
        return False
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return True
    try:
        address = ipaddress.ip_address(str(name).partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _checked(really: Any, check: Any, place: int = 0) -> Any:
    def guarded_method(self: socket.socket, *arguments: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            check(arguments[place])
        return really(self, *arguments)

    return guarded_method


def _looked_up(really: Any, check: Any) -> Any:
    def guarded_function(host: Any, port: Any, *arguments: Any, **options: Any) -> Any:
        check((host, port))
        return really(host, port, *arguments, **options)

    return guarded_function
