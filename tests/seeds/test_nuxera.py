"""A founding document's examples, as they stand: Nuxera's audio management."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Page

from tests.seeds.steps import bearer, curl, person, visit
from tests.server import Server

pytestmark = pytest.mark.once

# --- Audio management --------------------------------------------------------------


@pytest.mark.contract("nuxera", "3.1")
@pytest.mark.contract("nuxera", "3.2")
@pytest.mark.contract("nuxera", "3.3")
@pytest.mark.contract("nuxera", "3.4")
def test_nuxera_download_and_delete_with_curl(
    server: Server, wav: Path, tmp_path: Path
) -> None:
    token = person(
        server, "smith@clinic.example", **{"title": "Dr.", "last-name": "Smith"}
    )
    visit(server, token, wav)
    header = ["-H", f"Authorization: Bearer {token}"]
    target = tmp_path / "downloaded_audio.wav"
    url = f"{server.url}/api/download?doctorName=Dr.%20Smith"
    headers = curl(
        "-X", "GET", url, *header, "--output", str(target), "--dump-header", "-"
    )
    assert target.read_bytes() == wav.read_bytes()
    assert 'attachment; filename="audio-Dr. Smith.wav"' in headers
    url = f"{server.url}/api/delete?doctorName=Dr.%20Smith"
    answer = curl("-X", "DELETE", url, *header)
    assert json.loads(answer) == {"message": "File(s) deleted successfully."}
    answer = curl("-X", "DELETE", f"{server.url}/api/delete-all", *header)
    assert json.loads(answer) == {"message": "All files deleted successfully."}


@pytest.mark.contract("nuxera", "3.1")
@pytest.mark.contract("nuxera", "3.2")
def test_nuxera_with_the_python_flow(server: Server, wav: Path, tmp_path: Path) -> None:
    token = person(server, "johnson@clinic.example", **{"last-name": "Dr.Johnson"})
    visit(server, token, wav)
    url = f"{server.url}/api/download?doctorName=Dr.Johnson"
    target = tmp_path / "downloaded_audio.wav"
    with requests.get(url, headers=bearer(token), stream=True, timeout=30) as response:
        assert response.status_code == 200
        with target.open("wb") as file:
            for chunk in response.iter_content(chunk_size=8192):
                file.write(chunk)
    assert target.read_bytes() == wav.read_bytes()
    url = f"{server.url}/api/delete?doctorName=Dr.Johnson"
    first = requests.delete(url, headers=bearer(token), timeout=30)
    assert first.json()["message"] == "File(s) deleted successfully."
    second = requests.delete(url, headers=bearer(token), timeout=30)
    assert second.status_code == 404
    assert second.json()["error"] == "No audio file found for this doctor."


DOWNLOAD_IN_BROWSER = """
async ([base, token, doctorName]) => {
  const response = await fetch(
    `${base}/api/download?doctorName=${encodeURIComponent(doctorName)}`,
    { method: 'GET', headers: { Authorization: `Bearer ${token}` } });
  if (!response.ok) {
    return { status: response.status, error: (await response.json()).error };
  }
  const bytes = new Uint8Array(await (await response.blob()).arrayBuffer());
  return {
    status: response.status, size: bytes.length,
    start: String.fromCharCode(...bytes.slice(0, 4)),
    disposition: response.headers.get('Content-Disposition'),
  };
}
"""

DELETE_IN_BROWSER = """
async ([base, token, path]) => {
  const response = await fetch(`${base}${path}`, {
    method: 'DELETE', headers: { Authorization: `Bearer ${token}` } });
  return { status: response.status, body: await response.json() };
}
"""


@pytest.mark.contract("nuxera", "3.1")
@pytest.mark.contract("nuxera", "3.2")
@pytest.mark.contract("nuxera", "3.3")
def test_nuxera_with_the_javascript_flow_from_another_origin(
    server: Server, wav: Path, page: Page
) -> None:
    name = {"title": "Dr.", "first-name": "Jo", "last-name": "Browser"}
    token = person(server, "js@clinic.example", **name)
    visit(server, token, wav)
    doctor = "Dr. Jo Browser"
    assert page.evaluate(DOWNLOAD_IN_BROWSER, [server.url, token, doctor]) == {
        "status": 200,
        "size": wav.stat().st_size,
        "start": "RIFF",
        "disposition": 'attachment; filename="audio-Dr. Jo Browser.wav"',
    }
    path = "/api/delete?doctorName=Dr.%20Jo%20Browser"
    assert page.evaluate(DELETE_IN_BROWSER, [server.url, token, path]) == {
        "status": 200,
        "body": {"message": "File(s) deleted successfully."},
    }
    assert page.evaluate(DOWNLOAD_IN_BROWSER, [server.url, token, doctor]) == {
        "status": 404,
        "error": "No audio file found for this doctor",
    }
    assert page.evaluate(DELETE_IN_BROWSER, [server.url, token, "/api/delete-all"]) == {
        "status": 200,
        "body": {"message": "All files deleted successfully."},
    }
