"""Bodies whose length is not told in advance, as streaming clients send them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.audio import speech
from tests.server import Server

pytestmark = pytest.mark.once

HEAD = (
    b'--x\r\nContent-Disposition: form-data; name="audio"; filename="a.wav"\r\n'
    b"Content-Type: audio/wav\r\n\r\n"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(
        tmp_path_factory.mktemp("server"), MEDISYNC_MAX_UPLOAD_MB="1"
    ) as running:
        yield running


@pytest.fixture(scope="module")
def doctor(server: Server) -> dict[str, str]:
    return server.clinician("chunks@clinic.example")


def send(
    server: Server, doctor: dict[str, str], path: str, kind: str, *pieces: bytes
) -> requests.Response:
    return requests.post(
        f"{server.url}/api/{path}",
        data=iter(pieces),
        headers={**doctor, "Content-Type": kind},
        timeout=60,
    )


def test_json_and_an_upload_in_chunks(
    server: Server, doctor: dict[str, str], tmp_path: Path
) -> None:
    facts = (b'{"name": "Visit",', b'"date": "2026-05-04", "time": "09:20"}')
    added = send(server, doctor, "appointments/add", "application/json", *facts)
    assert added.status_code == 201
    wav = speech(tmp_path).read_bytes()
    appointment_id = added.json()["data"]["_id"]
    path, kind = f"recordings/add/{appointment_id}", "multipart/form-data; boundary=x"
    sent = send(
        server, doctor, path, kind, HEAD, wav[:999], wav[999:], b"\r\n--x--\r\n"
    )
    assert sent.status_code == 201
    url = f"{server.url}/api/recordings/get/{appointment_id}"
    assert requests.get(url, headers=doctor, timeout=30).content == wav


def test_an_upload_in_chunks_has_the_same_limit(
    server: Server, doctor: dict[str, str]
) -> None:
    facts = b'{"name": "Visit", "date": "2026-05-04", "time": "09:20"}'
    added = send(server, doctor, "appointments/add", "application/json", facts)
    path = f"recordings/add/{added.json()['data']['_id']}"
    kind = "multipart/form-data; boundary=x"
    noise = [b"\0" * 500_000] * 5
    answer = send(server, doctor, path, kind, HEAD, *noise, b"\r\n--x--\r\n")
    assert (answer.status_code, answer.json()["success"]) == (400, False)
    assert not list((server.data_dir / "media" / "incoming").iterdir())
