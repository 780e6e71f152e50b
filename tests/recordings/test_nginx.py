"""A real nginx sends the bytes; MediSync decides and audits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.audio import speech
from tests.nginx import BEHIND_NGINX, in_front_of
from tests.server import Server

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("server"), **BEHIND_NGINX) as running:
        yield running


@pytest.fixture(scope="module")
def front(server: Server) -> Iterator[str]:
    with in_front_of(server) as url:
        yield url


def test_nginx_sends_what_medisync_allows(
    server: Server, front: str, tmp_path: Path
) -> None:
    wav = speech(tmp_path).read_bytes()
    doctor = server.clinician("nginx@clinic.example")
    added = requests.post(
        f"{front}/api/appointments/add",
        json={"name": "Visit", "date": "2026-05-04", "time": "09:20"},
        headers=doctor,
        timeout=30,
    ).json()["data"]["_id"]
    sent = requests.post(
        f"{front}/api/recordings/add/{added}",
        files={"audio": ("visit.wav", wav)},
        headers=doctor,
        timeout=30,
    )
    assert sent.status_code == 201
    url = f"{front}/api/recordings/get/{added}"
    whole = requests.get(url, headers=doctor, timeout=30)
    assert (whole.status_code, whole.content) == (200, wav)
    assert whole.headers["Content-Type"] == "audio/wav"
    assert whole.headers["Content-Length"] == str(len(wav))
    assert "X-Accel-Redirect" not in whole.headers
    assert whole.headers["X-Content-Type-Options"] == "nosniff"
    part = requests.get(url, headers={**doctor, "Range": "bytes=10-19"}, timeout=30)
    assert (part.status_code, part.content) == (206, wav[10:20])
    for asked, answered in (("bytes=20-29", wav[20:30]), ("bytes=0-1,5-6", wav)):
        again = requests.get(url, headers={**doctor, "Range": asked}, timeout=30)
        assert again.content == answered
        assert again.headers["Content-Type"] == "audio/wav"
        assert "X-Accel-Redirect" not in again.headers
    beyond = requests.get(
        url, headers={**doctor, "Range": f"bytes={len(wav)}-"}, timeout=30
    )
    assert beyond.status_code == 416
    assert requests.get(url, timeout=30).status_code == 401


def test_nobody_reaches_the_files_past_medisync(server: Server, front: str) -> None:
    key = next(
        path.relative_to(server.data_dir / "media")
        for path in (server.data_dir / "media" / "originals").rglob("*")
        if path.is_file()
    )
    assert requests.get(f"{front}/protected/{key}", timeout=30).status_code == 404
