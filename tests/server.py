"""The real server, as an operator starts it: gunicorn, its workers, its files."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Self

import requests

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "correct-horse-1"
DATABASE = "medisync.sqlite3"


@cache
def _migrated() -> Path:
    """A database that nobody uses, to copy: making one takes seconds."""
    folder = tempfile.mkdtemp(prefix="medisync-migrated-")
    atexit.register(shutil.rmtree, folder)
    environment = os.environ | {"MEDISYNC_DATA_DIR": folder}
    migrate = [sys.executable, f"{ROOT}/manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(migrate, env=environment, check=True)
    return Path(folder) / DATABASE


class Server:
    """gunicorn on a free loopback port with a data folder of its own."""

    def __init__(self, data_dir: Path, **environment: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.data_dir = data_dir
        self._environment = {
            **{name: value for name, value in os.environ.items() if name != "HOST"},
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "MEDISYNC_DATA_DIR": str(data_dir),
            "PYTHONPATH": str(ROOT),
            # What is made when is for each test to say.
            "MEDISYNC_BACKGROUND_WORKERS": "0",
            **environment,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.migrate()
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def migrate(self) -> None:
        """Makes the database, unless there is one."""
        self.data_dir.mkdir(exist_ok=True)
        if "DATABASE_URL" in self._environment:
            self.manage("migrate", "--verbosity", "0")
        elif not (database := self.data_dir / DATABASE).exists():
            shutil.copy(_migrated(), database)

    @property
    def log_path(self) -> Path:
        return self.data_dir / "server.log"

    def start(self) -> None:
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    str(Path(sys.executable).with_name("gunicorn")),
                    *["--config", "deploy/gunicorn.conf.py", "medisync.wsgi"],
                ],
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + 60
        while True:
            try:
                requests.get(f"{self.url}/api/health", timeout=5).raise_for_status()
                return
            except requests.RequestException:
                assert self._process.poll() is None, self.log()
                assert time.monotonic() < deadline, self.log()
                time.sleep(0.05)

    def stop(self) -> int:
        """SIGTERM to the master, as a service manager would; its exit status."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        return self._process.wait(60)

    def kill(self) -> None:
        """SIGKILL to every process of the server at once: nothing is tidied."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(60)

    def workers(self) -> list[int]:
        assert self._process is not None
        master = self._process.pid
        return [
            int(pid)
            for pid in Path(f"/proc/{master}/task/{master}/children")
            .read_text()
            .split()
        ]

    def background_workers(self) -> list[int]:
        """The processes that work beside this server."""
        assert self._process is not None
        beside = f"background_worker --beside {self._process.pid}"
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):  # It may end meanwhile.
                if (
                    path.read_bytes()
                    .replace(b"\0", b" ")
                    .strip()
                    .decode()
                    .endswith(beside)
                ):
                    found.append(int(path.parent.name))
        return found

    def log(self) -> str:
        return self.log_path.read_text()

    def manage(self, *arguments: str, check: bool = True) -> str:
        """What ``manage.py`` printed; it must succeed unless ``check`` is off."""
        done = subprocess.run(
            [sys.executable, ROOT / "manage.py", *arguments],
            env={**self._environment, "MEDISYNC_PASSWORD": PASSWORD},
            check=False,
            capture_output=True,
            text=True,
        )
        assert not check or done.returncode == 0, done.stderr
        return done.stdout

    def json(self, *arguments: str) -> dict[str, Any]:
        """The last line that ``manage.py … --json`` printed."""
        result: dict[str, Any] = json.loads(
            self.manage(*arguments, "--json").splitlines()[-1]
        )
        return result

    def clinician(self, email: str, *options: str) -> dict[str, str]:
        """A new user's bearer header."""
        names = ["--first-name", "Mira", "--last-name", "Okafor", "--title", "Dr."]
        self.json("create_clinician", email, *names, *options)
        answer = requests.post(
            f"{self.url}/api/login",
            json={"email": email, "password": PASSWORD},
            timeout=30,
        )
        return {"Authorization": f"Bearer {answer.json()['token']}"}

    def session(self, email: str) -> requests.Session:
        """A browser of sorts, signed in to the pages."""
        browser = requests.Session()
        page = f"{self.url}/sign-in"
        browser.get(page, timeout=30).raise_for_status()
        form = {"email": email, "password": PASSWORD}
        form["csrfmiddlewaretoken"] = browser.cookies["csrftoken"]
        browser.post(page, data=form, timeout=30).raise_for_status()
        assert "sessionid" in browser.cookies
        return browser

    def appointment(self, doctor: dict[str, str]) -> str:
        """The id of a new appointment of the doctor whose header this is."""
        answer = requests.post(
            f"{self.url}/api/appointments/add",
            json={"name": "Visit", "date": "2026-05-04", "time": "09:20"},
            headers=doctor,
            timeout=30,
        )
        return str(answer.json()["data"]["_id"])

    def upload(
        self, doctor: dict[str, str], appointment: str, audio: bytes
    ) -> requests.Response:
        return requests.post(
            f"{self.url}/api/recordings/add/{appointment}",
            files={"audio": ("visit.wav", audio)},
            headers=doctor,
            timeout=120,
        )
