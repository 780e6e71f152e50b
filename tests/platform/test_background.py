"""The background worker starts and ends with the server."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from tests.audio import encode, speech
from tests.server import Server

pytestmark = pytest.mark.once

ONE = {"MEDISYNC_BACKGROUND_WORKERS": "1", "MEDISYNC_WORKERS": "1"}


def until(holds: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def ended(pids: list[int]) -> bool:
    return not any(Path(f"/proc/{pid}").exists() for pid in pids)


def add(server: Server, path: Path) -> None:
    doctor = server.clinician("mira@clinic.example")
    appointment = requests.post(
        f"{server.url}/api/appointments/add",
        json={"name": "Visit", "date": "2026-05-04", "time": "09:20"},
        headers=doctor,
        timeout=30,
    ).json()["data"]["_id"]
    with path.open("rb") as file:
        answer = requests.post(
            f"{server.url}/api/recordings/add/{appointment}",
            files={"audio": ("visit.wav", file)},
            headers=doctor,
            timeout=60,
        )
    assert answer.status_code == 201


def test_it_makes_the_forms_of_what_is_uploaded(tmp_path: Path) -> None:
    with Server(tmp_path / "data", **ONE) as server:
        add(server, speech(tmp_path))
        made = tmp_path / "data/media/renditions"
        until(lambda: sum(path.is_file() for path in made.rglob("*")) == 2)
        kinds = {path.name.split("-")[1] for path in made.rglob("*") if path.is_file()}
        assert kinds == {"mp3", "peaks"}


def test_one_that_dies_is_started_again_and_ends_with_the_server(
    tmp_path: Path,
) -> None:
    with Server(tmp_path / "data", **ONE) as server:
        until(lambda: len(server.background_workers()) == 1)
        (first,) = server.background_workers()
        os.kill(first, signal.SIGKILL)
        until(lambda: server.background_workers() not in ([], [first]))
        second = server.background_workers()
        assert server.stop() == 0
        assert ended(second)


def test_what_it_is_making_is_given_back_at_the_end(tmp_path: Path) -> None:
    tone = "sine=frequency=440:sample_rate=32000:duration=3600"
    hour = encode(tmp_path / "hour.flac", "-f", "lavfi", "-i", tone)
    with Server(tmp_path / "data", **ONE) as server:
        add(server, hour)
        incoming = tmp_path / "data/media/incoming"
        until(lambda: any(incoming.glob("*.part")))
        assert server.stop() == 0
        assert not any(incoming.iterdir())
        code = (
            "from recordings.making import is_free;"
            "from recordings.models import Rendition;"
            "print(Rendition.objects.filter(is_free()).count())"
        )
        assert server.manage("shell", "--verbosity", "0", "-c", code).strip() == "1"


def test_it_ends_by_itself_when_the_server_is_killed(tmp_path: Path) -> None:
    with Server(tmp_path / "data", **ONE) as server:
        until(lambda: len(server.background_workers()) == 1)
        workers = server.background_workers()
        assert server._process is not None
        os.kill(server._process.pid, signal.SIGKILL)
        until(lambda: ended(workers))


def test_none_is_started_where_it_runs_elsewhere(tmp_path: Path) -> None:
    with Server(tmp_path / "data", MEDISYNC_WORKERS="1") as server:
        assert server.background_workers() == []
