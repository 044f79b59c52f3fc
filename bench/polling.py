"""What ten thousand subscribers cost who poll hourly: the workers' processor time, for a minute at that rate."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

from bench import client, server

SUBSCRIBERS = 10_000
SECONDS = 60
PAST_A_VERSION = 20
AGENTS = ("iOS/19.1 (23B85) dataaccessd/1.0", "Mozilla/5.0 Thunderbird/140.1.0", "Google-Calendar-Importer")


@dataclass(frozen=True, slots=True)
class Polled:
    """What a minute of polls took: polls, of them 304, and the share of one core."""

    polls: int
    unchanged: int
    share: float


def run(port: int, master: int, path: str, *, seconds: float = SECONDS) -> Polled:
    """Poll a feed at the rate of `SUBSCRIBERS` an hour; one in twenty polls asks for what it has not got yet."""
    has = {"If-None-Match": client.get(port, path).header("ETag") or ""}
    between = 3600 / SUBSCRIBERS
    polls = unchanged = 0
    spent, began = _spent(master), time.perf_counter()
    while (elapsed := time.perf_counter() - began) < seconds:
        if (early := polls * between - elapsed) > 0:
            time.sleep(early)
            continue
        known = {} if polls % PAST_A_VERSION == 0 else has
        agent = {"User-Agent": AGENTS[polls % len(AGENTS)], "Accept-Encoding": "gzip"}
        unchanged += client.get(port, path, known | agent).status == 304
        polls += 1
    return Polled(polls, unchanged, (_spent(master) - spent) / (time.perf_counter() - began))


def _spent(master: int) -> float:
    """Return the processor's seconds that a server's processes have used (proc(5), utime and stime)."""
    ticks = 0
    for pid in server.family(master):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")
