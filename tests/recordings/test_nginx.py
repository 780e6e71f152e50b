"""A real nginx sends the bytes; MediSync decides and audits."""

from __future__ import annotations

import os
import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.audio import speech
from tests.server import ROOT, Server

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    with Server(
        folder,
        MEDISYNC_X_ACCEL_PREFIX="/protected/",
        MEDISYNC_TRUSTED_PROXIES="127.0.0.1",
    ) as running:
        yield running


@pytest.fixture(scope="module")
def front(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of nginx with deploy/nginx.conf, without TLS, on a free port."""
    folder = tmp_path_factory.mktemp("nginx")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    site = (ROOT / "deploy/nginx.conf").read_text()
    site = re.sub(r"\n    ssl_[^\n]*", "", site)
    site = site.replace("listen 443 ssl", f"listen 127.0.0.1:{port}")
    site = site.replace("127.0.0.1:8000", f"127.0.0.1:{server.port}")
    site = site.replace("/var/lib/medisync/media", f"{server.data_dir}/media")
    (folder / "nginx.conf").write_text(
        f"{'user root;' if os.geteuid() == 0 else ''}\n"
        f"daemon off; pid {folder}/pid; error_log {folder}/errors;\n"
        "events {}\nhttp {\n"
        f"client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;\n"
        f"fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u;\n"
        f"scgi_temp_path {folder}/s;\n{site}}}\n"
    )
    nginx = subprocess.Popen(["/usr/sbin/nginx", "-c", folder / "nginx.conf"])
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(url, nginx)
        yield url
    finally:
        nginx.terminate()
        nginx.wait(30)


def _wait(url: str, nginx: subprocess.Popen[bytes]) -> None:
    while True:
        try:
            requests.get(f"{url}/api/health", timeout=10)
            return
        except requests.ConnectionError:
            assert nginx.poll() is None


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
