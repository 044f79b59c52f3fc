"""How gunicorn serves us: `gunicorn --config python:eventsvc.serving wsgi:app`; the command line wins over this."""

from __future__ import annotations

import os
from typing import Any

from eventsvc import pulse
from eventsvc.extensions import db

worker_class = "sync"
workers = int(os.environ.get("WEB_CONCURRENCY") or 4)
timeout = 30
# The application is loaded once and shared by the workers, page by page of memory.
preload_app = True
# Nobody steers our gunicorn through a socket, so there is none to guard.
control_socket_disable = True
# Heartbeats go to memory where there is some: on a slow disk a busy worker looks dead.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108, PTH112


def post_fork(_server: Any, worker: Any) -> None:
    """Let a new worker open connections of its own, and leave those of the master alone; and let its files beat."""
    app = worker.app.wsgi()
    pulse.watch(app, worker.notify)
    with app.app_context():
        db.engine.dispose(close=False)
