"""Two founding documents' examples, as they stand: recordings, and the introduction."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests

from tests.seeds.steps import bearer, curl, person, visit
from tests.server import Server

pytestmark = pytest.mark.once

# --- Download Recording File -----------------------------------------------------


@pytest.mark.contract("medisync", "6.4")
@pytest.mark.contract("medisync", "14")
def test_download_recording_with_curl(
    server: Server, wav: Path, tmp_path: Path
) -> None:
    token = person(server, "curl@clinic.example")
    appointment_id = visit(server, token, wav)
    target = tmp_path / "recording.wav"
    headers = curl(
        *["-X", "GET", f"{server.url}/api/recordings/get/{appointment_id}"],
        *["-H", f"Authorization: Bearer {token}", "--output", str(target)],
        *["--dump-header", "-"],
    ).lower()
    assert target.read_bytes() == wav.read_bytes()
    assert "content-type: audio/wav" in headers
    assert f"content-length: {wav.stat().st_size}" in headers


@pytest.mark.contract("medisync", "6.4")
@pytest.mark.contract("medisync", "14")
def test_download_recording_that_is_not_there(server: Server) -> None:
    token = person(server, "missing@clinic.example")
    answer = requests.get(
        f"{server.url}/api/recordings/get/65f8a1b2c3d4e5f6789012f3",
        headers=bearer(token),
        timeout=30,
    )
    assert (answer.status_code, answer.json()) == (
        400,
        {"success": False, "error": "Recording not found"},
    )


@pytest.mark.contract("medisync", "6.4")
@pytest.mark.contract("medisync", "1.1")
def test_download_recording_without_the_header(server: Server) -> None:
    answer = requests.get(
        f"{server.url}/api/recordings/get/65f8a1b2c3d4e5f6789012f3", timeout=30
    )
    assert (answer.status_code, answer.json()["success"]) == (401, False)


# --- Welcome to MediSync API -----------------------------------------------------


@pytest.mark.contract("medisync", "4.3")
@pytest.mark.contract("medisync", "4.5")
@pytest.mark.contract("medisync", "4.6")
@pytest.mark.contract("medisync", "5.2")
@pytest.mark.contract("medisync", "6.2")
@pytest.mark.contract("medisync", "6.3")
@pytest.mark.contract("medisync", "6.5")
@pytest.mark.contract("medisync", "8.2")
@pytest.mark.contract("medisync", "8.3")
@pytest.mark.contract("medisync", "14")
def test_the_basic_workflow(server: Server, wav: Path) -> None:
    token = person(server, "flow@clinic.example")

    def call(method: str, path: str, **options: Any) -> tuple[int, Any]:
        answer = requests.request(
            method,
            f"{server.url}/api{path}",
            headers=bearer(token),
            timeout=60,
            **options,
        )
        return answer.status_code, answer.json()

    status, patient = call(
        "POST", "/patients/add", json={"firstName": "Lena", "lastName": "Vogel"}
    )
    assert (status, patient["success"]) == (201, True)
    visit_facts = {
        "name": "Knee check",
        "date": "2026-05-04",
        "time": "09:20",
        "status": "planned",
        "patient_id": patient["data"]["_id"],
    }
    status, added = call("POST", "/appointments/add", json=visit_facts)
    appointment_id = added["data"]["_id"]
    assert (status, added["data"]["status"]) == (201, "planned")
    assert call("GET", f"/appointments/get/{appointment_id}") == (200, added)
    assert added["data"] in call("GET", "/appointments/doctors")[1]["data"]

    files = {"audio": ("visit.wav", wav.read_bytes())}
    status, sent = call("POST", f"/recordings/add/{appointment_id}", files=files)
    assert status == 201
    assert call("GET", "/recordings") == (
        200,
        {"success": True, "data": [sent["data"]]},
    )
    assert call("GET", f"/recordings/{appointment_id}") == (
        200,
        {"success": True, "data": [sent["data"]]},
    )

    status, note = call(
        "POST", f"/notes/add/{appointment_id}", json={"notes": "S: knee pain."}
    )
    assert (status, note["data"]["notes"]) == (200, "S: knee pain.")
    assert call("GET", f"/notes/{appointment_id}") == (
        200,
        {"success": True, "data": [note["data"]]},
    )
    finished = call("GET", f"/appointments/get/{appointment_id}")[1]["data"]
    assert (finished["status"], finished["recording_id"]) == (
        "finished",
        sent["data"]["_id"],
    )

    assert call("DELETE", f"/recordings/{appointment_id}") == (200, sent)
    assert call("GET", "/recordings") == (200, {"success": True, "data": []})


@pytest.mark.contract("medisync", "3.3")
@pytest.mark.contract("medisync", "12", "GET /health")
def test_connectivity_and_token_can_be_verified(server: Server) -> None:
    health = requests.get(f"{server.url}/api/health", timeout=30)
    assert (health.status_code, health.json()) == (
        200,
        {"success": True, "status": "ok"},
    )
    token = person(server, "auth@clinic.example")
    profile = requests.get(
        f"{server.url}/api/user/profile", headers=bearer(token), timeout=30
    )
    assert (profile.status_code, profile.json()["success"]) == (200, True)
