"""gunicorn for one machine. Every value is explained in docs/operations.md."""

from __future__ import annotations

import multiprocessing
import os

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"

# Threads, since most of a request's time is waiting: for the disk, for a slow
# listener, for ffmpeg. One process a core, as Python's own work needs one each.
worker_class = "gthread"
workers = int(
    os.environ.get("MEDISYNC_WORKERS") or min(8, max(2, multiprocessing.cpu_count()))
)
threads = int(os.environ.get("MEDISYNC_THREADS") or 32)

# With threads this is how long a worker may be silent, not how long a request
# may take: a listener on a slow line is not cut off.
timeout = 60
graceful_timeout = 30
keepalive = 15

# Load the application once, before forking: a broken setting stops the start.
preload_app = True

# No access log: its lines hold paths and queries. medisync.requests logs routes.
accesslog = None
errorlog = "-"
loglevel = "warning"
