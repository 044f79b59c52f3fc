"""Letters through a local SMTP server with one worker."""

from __future__ import annotations

import threading
import time

from aiosmtpd.controller import Controller

from bench import server


class Sink:
    """A mail server that counts and forgets."""

    def __init__(self) -> None:
        self.count = 0
        self.last_at = 0.0
        self._lock = threading.Lock()

    async def handle_DATA(self, _server: object, _session: object, _envelope: object) -> str:
        """Accept one letter."""
        with self._lock:
            self.count += 1
            self.last_at = time.perf_counter()
        return "250 OK"


def run(environment: dict[str, str]) -> tuple[int, float]:
    """Send all that waits; return how many letters arrived and in how many seconds, the worker's start included."""
    sink = Sink()
    controller = Controller(sink, hostname="127.0.0.1", port=server.free_port())
    controller.start()
    try:
        began = time.perf_counter()
        server.flask(environment | {"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": str(controller.port)}, "worker", "--once")
        return sink.count, time.perf_counter() - began
    finally:
        controller.stop()
