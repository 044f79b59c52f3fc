"""Starting and stopping what is measured: gunicorn as `make run` starts it, on a database of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from bench import client

ROOT = Path(__file__).resolve().parent.parent
WORKERS = 4
OURS = "wsgi:app"


@contextmanager
def serving(module: str, environment: dict[str, str]) -> Iterator[tuple[int, int]]:
    """Serve `module` by gunicorn for the block; yield the port and the master's pid."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "gunicorn", "--workers", str(WORKERS), "--bind", f"127.0.0.1:{port}"),
        *("--preload", "--no-control-socket", "--worker-tmp-dir", "/dev/shm", "--log-level", "error"),  # noqa: S108 (workers touch a file there)
        *(("--config", "eventsvc/serving.py") if module == OURS else ()),
        module,
    ]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=quiet, stderr=quiet) as process:  # noqa: S603
        try:
            _wait_for(port, process)
            yield port, process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


@contextmanager
def database(kind: str) -> Iterator[dict[str, str]]:
    """Make a migrated database of this kind for the block; yield the environment that names it."""
    folder = Path(tempfile.mkdtemp(prefix="eventsvc-bench-"))
    name = f"eventsvc_bench_{os.getpid()}"
    url = f"sqlite:///{folder}/bench.db" if kind == "sqlite" else f"{_postgres()}/{name}"
    environment = os.environ | {
        "DATABASE_URL": url,
        "SECRET_KEY": "bench",
        "RATE_LIMITS": "off",
        "MINIMUM_SECONDS": "0",
        "PYTHONPATH": str(ROOT),
    }
    if kind == "postgresql":
        _admin(f"CREATE DATABASE {name}")
    try:
        flask(environment, "db", "upgrade")
        yield environment
    finally:
        if kind == "postgresql":
            _admin(f"DROP DATABASE {name} WITH (FORCE)")
        shutil.rmtree(folder)


def flask(environment: dict[str, str], *arguments: str) -> None:
    """Run a flask command in the environment."""
    subprocess.run(  # noqa: S603
        [sys.executable, "-m", "flask", "--app", "wsgi", *arguments],
        cwd=ROOT,
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def has_postgres() -> bool:
    """Tell whether a PostgreSQL answers where it is looked for."""
    try:
        _admin("SELECT 1")
    except Exception:  # noqa: BLE001
        return False
    return True


def family(pid: int) -> list[int]:
    """Return a process and all its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(member for child in children for member in family(int(child)))]


def pss(pids: list[int]) -> float:
    """Return the proportional set size of processes together, in MiB."""
    total = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024


@contextmanager
def growing(pids: list[int]) -> Iterator[list[float]]:
    """Tell, after the block, by how many MiB processes were larger at their peaks in it than before it."""
    for pid in pids:
        # The kernel's way to begin a new peak: "5" to clear_refs, see proc(5).
        Path(f"/proc/{pid}/clear_refs").write_text("5")
    before = {pid: _status(pid, "VmRSS") for pid in pids}
    grown: list[float] = []
    yield grown
    grown.append(sum(max(0, _status(pid, "VmHWM") - before[pid]) for pid in pids) / 1024)


def _status(pid: int, name: str) -> int:
    """Return a line of a process's status that is in KiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def _postgres() -> str:
    return os.environ.get("TEST_POSTGRES_URL", "postgresql://root@127.0.0.1:5432").rstrip("/")


def _admin(statement: str) -> None:
    with psycopg.connect(f"{_postgres()}/postgres", autocommit=True) as connection:
        connection.execute(statement.encode())


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode} before it answered")
        try:
            if client.get(port, "/").status:
                return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError("the server did not answer within twelve seconds")
