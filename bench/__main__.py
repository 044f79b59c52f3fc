"""`make bench`: measures on SQLite and, where one answers, on PostgreSQL, and prints one line a figure."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench import asking, client, depth, desk, importing, letters, moving, polling, rush, server

LAST_SEAT_ROUNDS = 10
POLLS = 1500
PAGES = 400


@dataclass(frozen=True, slots=True)
class Bare:
    """The yardstick of this run: `rate` a second with sixteen at once, `alone` in seconds with one at a time."""

    rate: float
    alone: float


def main() -> int:
    """Measure everything, or on the databases named; answer 1 when a count that must be exact is not."""
    faults: list[str] = []
    kinds = sys.argv[1:] or ["sqlite", *(["postgresql"] if server.has_postgres() else [])]
    print(f"{server.WORKERS} sync workers, load client on the same machine; rate limits and minimum time are off")
    for kind in kinds:
        print(f"\n{kind}")
        with server.database(kind) as environment:
            faults += [f"{kind}: {fault}" for fault in measure(environment)]
    for fault in faults:
        print(f"FAULT {fault}")
    return 1 if faults else 0


def measure(environment: dict[str, str]) -> list[str]:
    """Measure one database."""
    _rows(environment, "event", "rush", str(rush.SEATS), "0")
    _rows(environment, "event", "forty", "0", "40")
    _rows(environment, "event", "asking", "0", "0")
    _rows(environment, "ask", "asking", str(asking.QUESTIONS))
    thousand = _rows(environment, "event", "thousand", "0", "1000")
    _say("entries of 1,000 sessions written once", f"{thousand['refresh_seconds']:.2f} s", "aim 1 s")
    _rows(environment, "conference", "conference")
    _say("import of 138 sessions", f"{importing.seconds(environment):.2f} s", f"aim {importing.AIM:.0f} s")
    clashes = float(str(_run("bench.programme", environment)["seconds"]))
    _say("conflicts found over 1,000 sessions", f"{clashes * 1000:.0f} ms", "aim 50 ms")
    _calendars(environment)
    with server.serving("bench.bare:app", environment) as (port, _):
        _load(port, "/", POLLS)
        bare = Bare(_load(port, "/", POLLS), _alone(port, "/", PAGES))
    laid = _run("bench.moving", environment, "dragged")
    _rows(environment, "organiser", desk.EMAIL, desk.PASSWORD)
    _say("bare response", f"{bare.rate:.0f}/s at 16 at once, {bare.alone * 1000:.2f} ms alone", "")
    began = time.perf_counter()
    with server.serving(server.OURS, environment) as (port, pid):
        _say("cold start to the first page", f"{time.perf_counter() - began:.2f} s", "aim 2 s")
        _moves(port, environment, laid)
        faults, rate = _rush(port, environment, bare)
        faults += _deep_rush(port, environment, rate)
        faults += _last_seats(port, environment)
        _pages(port, bare)
        _exports(port, pid, environment, bare)
        polled = polling.run(port, pid, "/events/thousand/calendar.ics")
        _say("10,000 subscribers polling hourly", f"{polled.share:.1%} of a core", "aim 5 %")
        # Before the worker below, which writes what waits to files.
        count, seconds = letters.run(environment)
        _say("letters with one worker", f"{count / seconds * 60:.0f} a minute ({count} in {seconds:.1f} s)", "aim 3000")
        _memory(environment, pid)
    return faults


def _calendars(environment: dict[str, str]) -> None:
    laid, read = (_run("bench.calendars", environment, what) for what in ("lay", "read"))
    _say("2,000 entries written afresh, with their rows", f"{float(str(laid['seconds'])):.2f} s", "aim 2 s")
    took, above = float(str(read["milliseconds"])), float(str(read["mebibytes_above_idle"]))
    _say("feed of 2,000 sessions in process", f"{took:.0f} ms, {above:.0f} MiB above idle", "aim 100 ms, 64 MiB")


def _rush(port: int, environment: dict[str, str], bare: Bare) -> tuple[list[str], float]:
    load = rush.run(port, "rush")
    counted = _rows(environment, "tally", "rush")
    slow = client.p95([one.post_seconds for one in load.results])
    _say(
        f"rush: {rush.PEOPLE} people, {rush.SEATS} seats, {rush.AT_ONCE} at once",
        f"{load.rate:.0f}/s, 1/{bare.rate / load.rate:.0f} of bare, p95 of the post {slow:.3f} s; "
        f"{counted['confirmed']} confirmed, {counted['waitlisted']} waiting",
        "aim 150/s or 1/20 on SQLite, 100/s or 1/30 on PostgreSQL, p95 0.3 s",
    )
    faults = [f"a registration answered {one.status}" for one in load.results if one.status != 303]
    if counted != {"confirmed": rush.SEATS, "waitlisted": rush.PEOPLE - rush.SEATS, "is_fair": True}:
        faults.append(f"the rush left {counted}")
    return faults, load.rate


def _deep_rush(port: int, environment: dict[str, str], former: float) -> list[str]:
    laid: Any = _run("bench.depth", environment, "lay")
    load = rush.run(port, depth.SLUG, forms=laid["forms"])
    slow = client.p95([one.post_seconds for one in load.results])
    _say(
        "the same with three ticket types, two workshops and eight questions",
        f"{load.rate:.0f}/s, {load.rate / former:.2f} of the rush before, p95 of the post {slow:.3f} s",
        "aim 0.5",
    )
    counted = _run("bench.depth", environment, "tally")
    faults = [f"a registration in depth answered {one.status}" for one in load.results if one.status != 303]
    return faults if counted == depth.expected(rush.PEOPLE) else [*faults, f"the rush in depth left {counted}"]


def _last_seats(port: int, environment: dict[str, str]) -> list[str]:
    faults = []
    for number in range(LAST_SEAT_ROUNDS):
        slug = f"last-{number}"
        _rows(environment, "event", slug, "1", "0")
        rush.run(port, slug, rush.AT_ONCE)
        if (counted := _rows(environment, "tally", slug))["confirmed"] != 1:
            faults.append(f"the last seat went to {counted['confirmed']}")
    _say(
        f"{rush.AT_ONCE} for the last seat, {LAST_SEAT_ROUNDS} times",
        "one each time" if not faults else "SOLD TWICE",
        "",
    )
    return faults


def _pages(port: int, bare: Bare) -> None:
    """Compare rates under load: what a page costs in bare responses."""
    feed = "/events/thousand/calendar.ics"
    version = client.get(port, feed).header("ETag") or ""
    for title, path, headers, aim in (
        ("front page", "/", {}, ""),
        ("event page with 40 sessions", "/events/forty", {}, "aim 15"),
        ("programme of 40 sessions", "/events/forty/programme", {}, ""),
        ("programme of 138 sessions", "/events/conference/programme?day=all", {}, "aim 30"),
        ("registration form", "/events/forty/register", {}, ""),
        (f"registration form of {asking.QUESTIONS} questions", "/events/asking/register", {}, "aim 15"),
        ("feed of 1,000 sessions, unchanged", feed, {"If-None-Match": version}, "aim 3, PostgreSQL 4"),
    ):
        rate = _load(port, path, PAGES, headers)
        _say(title, f"{bare.rate / rate:.1f} bare responses ({rate:.0f}/s)", aim)
    asked = "/events/conference/programme?q=training&n="
    for title, paths in (("again", [asked] * PAGES), ("for the first time", [f"{asked}{n}" for n in range(PAGES)])):
        load = client.together(lambda path: client.get(port, path), paths, at_once=rush.AT_ONCE)
        _say(f"text looked for in 138 sessions, {title}", f"{bare.rate / load.rate:.1f} bare responses", "")
    whole = _alone(port, feed, 20)
    _say("feed of 1,000 sessions from its rows", f"{whole * 1000:.0f} ms, {_beside(whole, bare)}", "aim 50 ms")


def _moves(port: int, environment: dict[str, str], laid: dict[str, object]) -> None:
    """Move a session as the timetable does, and by the rule behind it, each in turn with a bare response."""
    title = f"the desk's move among {moving.SESSIONS} sessions"
    with server.serving("bench.bare:app", environment) as (bare, _):
        client.together(lambda _: client.get(bare, "/"), range(PAGES), at_once=rush.AT_ONCE)
        dragged = moving.over_http(port, bare, desk.sign_in(port), laid)
        ruled = moving.Beside(**_run("bench.moving", environment, "ruled", str(bare)))
    for which, took in ((title, ruled), (f"{title}, over HTTP", dragged)):
        _say(which, f"{took.seconds * 1000:.1f} ms, {took.share:.1f} bare responses in turn with it", "aim 10")


def _exports(port: int, master: int, environment: dict[str, str], bare: Bare) -> None:
    """Take the roster as an organiser does: a page of it, and all of it as a file."""
    _rows(environment, "roster", "roster", str(desk.PEOPLE))
    _rows(environment, "roster", "many", str(desk.MANY))
    who = desk.sign_in(port)
    rate = _load(port, "/desk/events/roster/roster", PAGES, who)
    _say(f"roster page of {desk.PEOPLE:,}", f"{bare.rate / rate:.1f} bare responses ({rate:.0f}/s)", "")
    desk.warm(port, who, "rush")
    for kind, aim in (("csv", 0.5), ("xlsx", 2)):
        grown = [
            f"{desk.growth(port, who, slug, kind, people=people, master=master):.1f}"
            for slug, people in (("roster", desk.PEOPLE), ("many", desk.MANY))
        ]
        took = desk.seconds(port, who, "roster", kind)
        title = f"{kind.upper()} of {desk.PEOPLE:,} registrations"
        _say(title, f"{took:.2f} s, {_beside(took, bare)}", f"aim {aim} s")
        _say(f"memory for it, and for {desk.MANY:,}", f"{' and '.join(grown)} MiB at the peak", "aim flat")


def _memory(environment: dict[str, str], master: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "worker"],
        cwd=server.ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as worker:
        time.sleep(4)
        used = server.pss([*server.family(master), worker.pid])
        worker.terminate()
    _say("master, four workers and the mail worker", f"{used:.0f} MiB PSS", "aim 400")


def _load(port: int, path: str, count: int, headers: dict[str, str] | None = None) -> float:
    load = client.together(lambda _: client.get(port, path, headers), range(count), at_once=rush.AT_ONCE)
    statuses = {answer.status for answer in load.results}
    if not statuses <= {200, 304}:
        raise RuntimeError(f"{path} answered {statuses}")
    return load.rate


def _alone(port: int, path: str, count: int) -> float:
    return median(client.get(port, path).seconds for _ in range(count))


def _beside(seconds: float, bare: Bare) -> str:
    return f"{seconds / bare.alone:.1f} bare responses alone"


def _rows(environment: dict[str, str], *arguments: str) -> dict[str, object]:
    return _run("bench.rows", environment, *arguments)


def _run(module: str, environment: dict[str, str], *arguments: str) -> dict[str, object]:
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", module, *arguments],
        cwd=server.ROOT,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _say(what: str, figure: str, aim: str) -> None:
    print(f"  {what}: {figure}{f'  ({aim})' if aim else ''}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
