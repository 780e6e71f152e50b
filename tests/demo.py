"""The demo clinic on the real server: loaded once, and copied for all who use it."""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from functools import cache
from pathlib import Path

from tests.server import Server

Login = dict[str, str]
Logins = dict[str, Login]  # By role.


@cache
def _loaded() -> tuple[Path, list[Login]]:
    """A data folder to copy, and the logins of its clinic."""
    folder = Path(tempfile.mkdtemp(prefix="medisync-demo-"))
    atexit.register(shutil.rmtree, folder)
    server = Server(folder)
    server.migrate()
    logins = list(map(json.loads, server.manage("demo", "--json").splitlines()))
    # What is made of recordings is there, as it is in a clinic by the next day.
    server.manage("background_worker", "--batch")
    return folder, logins


def demo_server(folder: Path) -> Server:
    """A server of the clinic's own, that is not started yet; use it as one does."""
    shutil.copytree(_loaded()[0], folder, dirs_exist_ok=True)
    return Server(folder)


def demo_logins() -> list[Login]:
    """One ``{"email", "password", "role"}`` each, as ``manage.py demo`` says them."""
    return [dict(login) for login in _loaded()[1]]
