"""gunicorn for one machine. Every value is explained in docs/operations.md."""

from __future__ import annotations

import multiprocessing
import resource
import signal
import sys
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

# gunicorn reads this file before it makes the project importable.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from medisync import env
from medisync.background import BackgroundWorkers


def number(name: str, default: int, *, least: int = 1, most: int) -> int:
    """The variable's value, or the end of the start with a sentence."""
    try:
        return env.integer(name, default, least=least, most=most)
    except ImproperlyConfigured as error:
        sys.exit(f"medisync: {error}")


bind = f"{env.text('HOST', '127.0.0.1')}:{number('PORT', 8000, most=65_535)}"

# Threads, since most of a request's time is waiting: for the disk, for a store, for
# ffmpeg. One process a core, as Python's own work needs one each. Slow listeners
# have no thread; what bounds their number is descriptors, two for each.
worker_class = "medisync.server.worker.Worker"
cores = multiprocessing.cpu_count()
workers = number("MEDISYNC_WORKERS", min(8, max(2, cores)), most=1000)
threads = number("MEDISYNC_THREADS", 32, most=900)
background_workers = BackgroundWorkers(
    number("MEDISYNC_BACKGROUND_WORKERS", 1, least=0, most=100)
)

worker_connections = 4000
least, most = resource.getrlimit(resource.RLIMIT_NOFILE)
wanted = 3 * worker_connections
if 0 <= least < wanted:  # Not without limit, which is -1.
    wanted = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(least, wanted), most))

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
# One place in the home folder for all servers of a user, which nobody asked for.
control_socket_disable = True
# Its warnings are one line for every HEAD that is answered with an error.
loglevel = "error"

# Databases and audio are for the server's own user alone.
umask = 0o077


def when_ready(server: Any) -> None:
    """Work that no request waits for is done beside the server."""
    # Kept there, since a reload reads this file anew.
    server.background_workers = background_workers
    background_workers.start()


def on_exit(server: Any) -> None:
    server.background_workers.stop()


def post_worker_init(worker: Any) -> None:
    """Leave Ctrl+C to the master, which tells the workers what to do.

    A terminal sends it to every process of the group. A worker that gets it while
    it is handling the master's own signal locks itself up, until the master kills
    it after the whole graceful timeout.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
