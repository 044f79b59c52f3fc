"""How gunicorn serves us: `gunicorn --config eventsvc/serving.py wsgi:app`; the command line wins over this.

Named by its path, not as a module of the package: nothing of ours is imported before `wsgi`, which sees to how.
"""

from __future__ import annotations

import gc
import os
from typing import Any

worker_class = "sync"
workers = int(os.environ.get("WEB_CONCURRENCY") or 4)
timeout = 30
# The application is loaded once and shared by the workers, page by page of memory.
preload_app = True
# Nobody steers our gunicorn through a socket, so there is none to guard.
control_socket_disable = True
# Heartbeats go to memory where there is some: on a slow disk a busy worker looks dead.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108, PTH112


def when_ready(server: Any) -> None:
    """Load the templates before the workers are forked, who share them then; what is there by now stays."""
    server.app.wsgi().extensions["load_templates"]()
    gc.freeze()


def post_fork(_server: Any, worker: Any) -> None:
    """Let a new worker open connections of its own, and leave those of the master alone; and let its files beat."""
    app = worker.app.wsgi()
    # What `eventsvc.pulse.watch` does, which is not to be imported here.
    app.extensions["eventsvc.pulse"] = worker.notify
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose(close=False)
