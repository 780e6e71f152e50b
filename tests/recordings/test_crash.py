"""SIGKILL at any instant: a recording is whole or it is not there."""

from __future__ import annotations

import hashlib
import os
import random
import threading
import time
from pathlib import Path

import pytest
import requests

from tests.audio import speech
from tests.server import Server

pytestmark = pytest.mark.once

ROUNDS = 6
UPLOADS = 12


def test_a_killed_server_loses_no_acknowledged_upload(tmp_path: Path) -> None:
    wav = speech(tmp_path / "speech").read_bytes()
    chance = random.Random(20261123)
    outcomes: set[bool] = set()
    with Server(tmp_path) as server:
        for round_number in range(ROUNDS):
            doctor = server.clinician(f"d{round_number}@clinic.example")
            appointments = [_appointment(server, doctor) for _ in range(UPLOADS)]
            # Each upload differs, so that a mixed-up one would show.
            files = {
                appointment: wav + bytes([index]) * 2
                for index, appointment in enumerate(appointments)
            }
            acknowledged = _upload_and_kill(server, doctor, files, chance.random())
            outcomes |= {name in acknowledged for name in files}
            server.start()
            _check(server, doctor, files, acknowledged)
        # Otherwise the kills came too late or too early to show anything.
        assert outcomes == {True, False}
        assert "0 missing or altered" in server.manage("verify_recordings")
        _age_everything(tmp_path / "media")
        server.manage("sweep")
        listed = server.manage("verify_recordings").split()[0]
        kept = [path for path in (tmp_path / "media").rglob("*") if path.is_file()]
        assert len(kept) == int(listed)


def _age_everything(folder: Path) -> None:
    """The sweep leaves young files alone: they may be uploads under way."""
    two_days_ago = time.time() - 2 * 24 * 3600
    for path in folder.rglob("*"):
        if path.is_file():
            os.utime(path, (two_days_ago, two_days_ago))


def _appointment(server: Server, doctor: dict[str, str]) -> str:
    answer = requests.post(
        f"{server.url}/api/appointments/add",
        json={"name": "Visit", "date": "2026-05-04", "time": "09:20"},
        headers=doctor,
        timeout=30,
    )
    return str(answer.json()["data"]["_id"])


def _upload_and_kill(
    server: Server, doctor: dict[str, str], files: dict[str, bytes], moment: float
) -> set[str]:
    """The appointments whose upload was acknowledged before the end."""
    acknowledged: set[str] = set()

    def upload(appointment: str) -> None:
        try:
            answer = requests.post(
                f"{server.url}/api/recordings/add/{appointment}",
                files={"audio": ("visit.wav", files[appointment])},
                headers=doctor,
                timeout=60,
            )
        except requests.RequestException:
            return
        if answer.status_code == 201:
            acknowledged.add(appointment)

    threads = [threading.Thread(target=upload, args=(name,)) for name in files]
    for thread in threads:
        thread.start()
    # The kill must fall anywhere in the uploads, so the moment is drawn.
    time.sleep(0.05 + moment * 1.2)
    server.kill()
    for thread in threads:
        thread.join()
    return acknowledged


def _check(
    server: Server,
    doctor: dict[str, str],
    files: dict[str, bytes],
    acknowledged: set[str],
) -> None:
    listed = requests.get(f"{server.url}/api/recordings", headers=doctor, timeout=30)
    visible = {row["appointment_id"] for row in listed.json()["data"]}
    assert acknowledged <= visible
    for appointment, sent in files.items():
        answer = requests.get(
            f"{server.url}/api/recordings/get/{appointment}", headers=doctor, timeout=60
        )
        if appointment in visible:
            assert answer.status_code == 200
            assert _sha256(answer.content) == _sha256(sent)
        else:
            assert answer.status_code == 400
            assert answer.json() == {"success": False, "error": "Recording not found"}


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
