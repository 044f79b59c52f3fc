"""A load client that costs little: a socket for each request, as sync workers close theirs, and little parsing."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from io import BytesIO
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import urlencode

TIMEOUT = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; `seconds` from connecting to the last byte."""

    status: int
    head: str
    body: bytes
    seconds: float

    def header(self, name: str) -> str | None:
        """Return the first header of this name."""
        for line in self.head.split("\r\n"):
            key, _, value = line.partition(":")
            if key.lower() == name.lower():
                return value.strip()
        return None

    def unchunked(self) -> bytes:
        """Return the body of an answer that came in chunks (RFC 9112 section 7.1); ValueError when it was cut short."""
        whole, lines = bytearray(), BytesIO(self.body)
        while size := int(lines.readline(), 16):
            whole += lines.read(size)
            lines.readline()
        return bytes(whole)


@dataclass(slots=True)
class Load:
    """What a run of many requests measured."""

    seconds: float
    results: list[Any] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Results a second."""
        return len(self.results) / self.seconds


def get(port: int, path: str, headers: dict[str, str] | None = None) -> Answer:
    """GET a path from loopback."""
    return _exchange(port, "GET", path, headers or {}, b"")


def post(port: int, path: str, fields: dict[str, str], headers: dict[str, str] | None = None) -> Answer:
    """POST a form to loopback."""
    said = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
    return _exchange(port, "POST", path, said, urlencode(fields).encode())


def together(act: Callable[[Any], Any], things: Iterable[Any], *, at_once: int) -> Load:
    """Do `act` for all things, `at_once` at a time; exceptions are raised to the caller."""
    queue: SimpleQueue[Any] = SimpleQueue()
    for thing in things:
        queue.put(thing)
    load = Load(0.0)
    faults: list[Exception] = []
    threads = [threading.Thread(target=_drain, args=(queue, act, load.results, faults)) for _ in range(at_once)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    load.seconds = time.perf_counter() - began
    if faults:
        raise faults[0]
    return load


def p95(seconds: list[float]) -> float:
    """Return the time that 95 of 100 stayed under."""
    return sorted(seconds)[max(0, int(len(seconds) * 0.95) - 1)]


def _drain(queue: SimpleQueue[Any], act: Callable[[Any], Any], results: list[Any], faults: list[Exception]) -> None:
    while not faults:
        try:
            thing = queue.get_nowait()
        except Empty:
            return
        try:
            results.append(act(thing))
        except Exception as fault:  # noqa: BLE001
            faults.append(fault)


def _exchange(port: int, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    began = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        received = bytearray()
        while piece := connection.recv(65536):
            received += piece
    seconds = time.perf_counter() - began
    head, _, content = bytes(received).partition(b"\r\n\r\n")
    text = head.decode("latin-1")
    return Answer(int(text.split(" ", 2)[1]), text, content, seconds)
