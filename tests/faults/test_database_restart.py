"""PostgreSQL ends as if it had crashed and comes back, while clients go on."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.audio import speech
from tests.server import Server
from tests.with_postgresql import Cluster, postgresql

pytestmark = pytest.mark.once

UPLOADS = 40


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with postgresql() as running:
        yield running


def test_a_database_restarted_under_load_loses_nothing(
    cluster: Cluster, tmp_path: Path
) -> None:
    wav = speech(tmp_path / "speech").read_bytes()
    with Server(tmp_path / "data", DATABASE_URL=cluster.url) as server:
        doctor = server.clinician("mira@clinic.example", "--tier=premium")
        visits = [server.appointment(doctor) for _ in range(UPLOADS)]
        first, *others = visits
        assert server.upload(doctor, first, wav).status_code == 201
        answers: dict[str, requests.Response] = {}
        downloads: list[requests.Response] = []
        over = threading.Event()

        def upload(mine: list[str]) -> None:
            for visit in mine:
                answers[visit] = server.upload(doctor, visit, wav + visit.encode())

        def download() -> None:
            url = f"{server.url}/api/recordings/get/{first}"
            while not over.is_set():
                downloads.append(requests.get(url, headers=doctor, timeout=60))

        uploads = [
            threading.Thread(target=upload, args=(others[index::4],))
            for index in range(4)
        ]
        listener = threading.Thread(target=download)
        for thread in [*uploads, listener]:
            thread.start()
        while len(answers) < 6:
            time.sleep(0.01)
        cluster.stop(signal.SIGQUIT)
        assert requests.get(f"{server.url}/api/health", timeout=30).status_code == 503
        cluster.start()
        for thread in uploads:
            thread.join()
        over.set()
        listener.join()

        _check_answers(answers, downloads, wav)
        # Without a restart of the server, and with nothing half kept.
        for visit in others:
            if answers[visit].status_code != 201:
                again = server.upload(doctor, visit, wav + visit.encode())
                assert again.status_code in {201, 409}, again.text
            kept = requests.get(
                f"{server.url}/api/recordings/get/{visit}", headers=doctor, timeout=60
            )
            assert (kept.status_code, kept.content) == (200, wav + visit.encode())
        assert f"{UPLOADS} recordings, 0 missing" in server.manage("verify_recordings")


def _check_answers(
    answers: dict[str, requests.Response],
    downloads: list[requests.Response],
    wav: bytes,
) -> None:
    """Each is the right one or the dialect's own for what went wrong."""
    seen = {answer.status_code for answer in [*answers.values(), *downloads]}
    assert seen == {200, 201, 500}
    for answer in answers.values():
        if answer.status_code != 201:
            body = answer.json()
            assert (body["success"], set(body)) == (False, {"success", "error"})
    for answer in downloads:
        if answer.status_code == 200:
            assert answer.content == wav
        else:
            assert answer.json()["success"] is False
