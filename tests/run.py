"""`make test`: the suite on SQLite, on PostgreSQL where one answers, and in a browser where there is Chromium.

The last line names and counts what was left out. Arguments go to pytest: `python tests/run.py tests/events -x`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.chromium import find_chromium  # noqa: E402
from tests.databases import find_postgres  # noqa: E402

NO_TESTS = 5


@dataclass(frozen=True, slots=True)
class Round:
    """One run of pytest; `missing` says why it cannot be, and is empty when it can."""

    name: str
    options: tuple[str, ...]
    missing: str = ""
    folder: str = "tests"


def rounds() -> list[Round]:
    """Return the three rounds of the suite, each with what it lacks on this machine."""
    no_server = "" if find_postgres() else "no server answers that lets us make a database"
    no_browser = "" if find_chromium() else "no chromium"
    return [
        Round("on SQLite", ("--database=sqlite", "-m", "not browser")),
        Round("on PostgreSQL", ("--database=postgresql", "-m", "not browser"), no_server),
        Round("in a browser", ("--database=sqlite", "-m", "browser"), no_browser, "tests/browser"),
    ]


def main(arguments: list[str]) -> int:
    """Run what can be run; answer 0 when all of it passed."""
    left_out: list[str] = []
    codes = []
    for each in rounds():
        if each.missing:
            left_out.append(f"{_count(each, arguments)} tests {each.name} ({each.missing})")
            continue
        print(f"\n== {each.name} ==", flush=True)
        code, skipped = _run(each, arguments)
        left_out += [f"{name} {each.name}" for name in skipped]
        codes.append(0 if code == NO_TESTS and arguments else code)
    print("\nleft out: " + ("; ".join(left_out) or "nothing"), flush=True)
    return 1 if any(codes) else 0


def _run(each: Round, arguments: list[str]) -> tuple[int, list[str]]:
    with tempfile.TemporaryDirectory() as folder:
        skipped = Path(folder) / "skipped"
        environment = os.environ | {"TEST_LEFT_OUT": str(skipped)}
        # Tests last from a millisecond to half a minute: whoever has none left takes from the other's.
        workers = ["-n", "2", "--dist", "worksteal"]
        command = [*_pytest(each, arguments), *workers, "--durations=5"]
        code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
        return code, skipped.read_text().splitlines() if skipped.exists() else []


def _pytest(each: Round, arguments: list[str]) -> list[str]:
    return [sys.executable, "-m", "pytest", "-q", *each.options, *(arguments or [each.folder])]


def _count(each: Round, arguments: list[str]) -> int:
    """Count the tests of a round that cannot be run."""
    command = [*_pytest(each, arguments), "--collect-only"]
    said = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True).stdout
    counted = re.search(r"^(\d+)(?:/\d+)? tests? collected", said, re.MULTILINE)
    return int(counted[1]) if counted else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
