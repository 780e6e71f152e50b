"""Runs a command with DATABASE_URL naming a throw-away PostgreSQL cluster.

    python -m tests.with_postgresql pytest -q

The cluster lives in a temporary folder, listens on a Unix socket in it and on
no port, and is stopped when the command ends, however it ends.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Cluster:
    """A cluster in ``folder``, reached by a socket there."""

    def __init__(self, folder: Path, user: str | None) -> None:
        self._folder, self._user = folder, user
        self.url = f"postgres://medisync@/postgres?host={folder}"
        _initialise(folder / "data", user)

    def start(self) -> None:
        data = str(self._folder / "data")
        self._server = subprocess.Popen(
            [
                *[_program("postgres"), "-D", data, "-k", str(self._folder)],
                *["-c", "listen_addresses=", "-c", "max_connections=300"],
                *["-c", "fsync=off", "-c", "full_page_writes=off"],
            ],
            user=self._user,
            stderr=subprocess.DEVNULL,
            process_group=0,  # Not for the terminal to end.
        )
        _wait_until_ready(self._folder, self._server)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Fast: disconnects, then ends. With SIGQUIT at once, as if it crashed."""
        self._server.send_signal(how)
        self._server.wait(60)


@contextmanager
def postgresql() -> Iterator[Cluster]:
    """A running cluster that nobody else knows."""
    folder = Path(tempfile.mkdtemp(prefix="medisync-pg-"))
    # PostgreSQL refuses to run as root; its package brings a user of its own.
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    try:
        cluster = Cluster(folder, user)
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(folder)


def _initialise(data: Path, user: str | None) -> None:
    subprocess.run(
        [
            *[_program("initdb"), "-D", str(data), "-U", "medisync", "-A", "trust"],
            *["-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
        ],
        user=user,
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=pwd.getpwnam(user).pw_dir if user else None,
    )


def _wait_until_ready(folder: Path, server: subprocess.Popen[bytes]) -> None:
    ready = [_program("pg_isready"), "-q", "-h", str(folder), "-U", "medisync"]
    while subprocess.run([*ready, "-t", "30"], check=False).returncode:
        if server.poll() is not None:
            sys.exit("PostgreSQL did not start.")


def _program(name: str) -> str:
    """Debian keeps the server's programs off the PATH, by version."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    found = str(versions[-1]) if versions else shutil.which(name)
    return found or sys.exit(f"PostgreSQL's {name} is not installed.")


def main() -> int:
    # Until there is a command to tell: leave through every "finally".
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with postgresql() as cluster:
        command = subprocess.Popen(
            sys.argv[1:], env={**os.environ, "DATABASE_URL": cluster.url}
        )
        # The terminal's Ctrl+C reaches the command by itself.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda number, _: command.send_signal(number))
        return command.wait()


if __name__ == "__main__":
    sys.exit(main())
