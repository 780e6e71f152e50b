"""The five founding documents' examples, as they stand, against a real server."""

from __future__ import annotations

import http.server
import json
import subprocess
import threading
from collections.abc import Iterator
from hashlib import md5
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, sync_playwright

from tests.audio import speech
from tests.browser import launch
from tests.server import PASSWORD, Server

pytestmark = pytest.mark.once

CALL = "20170901181806-1504261084.7-1001-1003-Internal.wav"


@pytest.fixture(scope="module")
def foreign_page() -> Iterator[str]:
    """A page of another origin, as an integrator's own site would be."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>Integrator</title>")

        def log_message(self, *args: object) -> None:
            return

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as site:
        threading.Thread(target=site.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{site.server_address[1]}"
        site.shutdown()


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, foreign_page: str
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    with Server(folder, MEDISYNC_CORS_ORIGINS=foreign_page) as running:
        yield running


@pytest.fixture(scope="module")
def wav(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return speech(tmp_path_factory.mktemp("speech"))


@pytest.fixture(scope="module")
def page(foreign_page: str) -> Iterator[Page]:
    with sync_playwright() as playwright, launch(playwright) as browser:
        tab = browser.new_page()
        tab.goto(foreign_page)
        yield tab


def person(server: Server, email: str, **names: str) -> str:
    """A new user's token."""
    options = [
        f"--{name}={names.get(name, '')}"
        for name in ("first-name", "last-name", "title")
    ]
    server.json("create_clinician", email, *options)
    answer = requests.post(
        f"{server.url}/api/login",
        json={"email": email, "password": PASSWORD},
        timeout=30,
    )
    assert answer.status_code == 200
    return str(answer.json()["token"])


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def visit(server: Server, token: str, wav: Path | None = None) -> str:
    """The id of a new appointment, with a recording if ``wav`` is given."""
    added = requests.post(
        f"{server.url}/api/appointments/add",
        json={"name": "Knee check", "date": "2026-05-04", "time": "09:20"},
        headers=bearer(token),
        timeout=30,
    )
    assert added.status_code == 201, added.text
    appointment_id = str(added.json()["data"]["_id"])
    if wav is not None:
        sent = requests.post(
            f"{server.url}/api/recordings/add/{appointment_id}",
            files={"audio": ("visit.wav", wav.read_bytes())},
            headers=bearer(token),
            timeout=60,
        )
        assert sent.status_code == 201, sent.text
    return appointment_id


def curl(*arguments: str) -> str:
    done = subprocess.run(
        ["curl", "--silent", *arguments], check=True, capture_output=True, text=True
    )
    return done.stdout


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


# --- Download Recording Files --------------------------------------------------------


@pytest.fixture(scope="module")
def call(server: Server, wav: Path) -> dict[str, str]:
    """One call recording, known to the PBX and to a LaML account."""
    account = server.json("create_account", "Clinic")
    file = wav.with_name(CALL)
    file.write_bytes(wav.read_bytes())
    imported = server.json(
        "import_recordings", str(file), "--account-sid", account["account_sid"]
    )
    assert imported["status"] == "imported"
    return {**account, "sid": imported["sid"]}


@pytest.mark.contract("yeastar", "A1")
@pytest.mark.contract("yeastar", "A6")
@pytest.mark.contract("yeastar", "A7")
def test_yeastar_download_steps(
    server: Server, wav: Path, call: dict[str, str]
) -> None:
    server.json("create_pbx_user", "crmlink")
    hashed = md5(PASSWORD.encode(), usedforsecurity=False).hexdigest()
    login = requests.post(
        f"{server.url}/api/v1.1.0/login",
        json={"username": "crmlink", "password": hashed, "port": "8260"},
        timeout=30,
    ).json()
    token = login["token"]
    answer = requests.post(
        f"{server.url}/api/v1.1.0/recording/get_random?token={token}",
        data='{\n    "recording": "' + CALL + '"\n}',
        headers={"Content-Type": "application/json; charset=utf-8"},
        timeout=30,
    )
    assert answer.status_code == 200
    assert answer.headers["Access-control-allow-origin"] == "*"
    assert (
        answer.headers["Access-control-allow-methods"]
        == "GET, POST, OPTIONS, PUT, DELETE"
    )
    body = answer.json()
    random = body.pop("random")
    assert body == {"status": "Success", "recording": CALL}
    assert len(random) == 32
    assert not set(random) - set("0123456789abcdef")
    link = (
        f"{server.url}/api/v1.1.0/recording/download"
        f"?recording={CALL}&random={random}&token={token}"
    )
    assert requests.get(link, timeout=30).content == wav.read_bytes()
    again = requests.get(link, timeout=30)
    assert (again.status_code, again.json()) == (
        200,
        {"status": "Failed", "errno": "20012"},
    )


# --- Retrieve a Recording ---------------------------------------------------------


@pytest.mark.contract("laml", "1")
@pytest.mark.contract("laml", "2")
@pytest.mark.contract("laml", "3.1")
@pytest.mark.contract("laml", "4")
@pytest.mark.parametrize("mount", ["/api/laml/2010-04-01", "/2010-04-01"])
def test_laml_media_is_public_and_metadata_is_not(
    server: Server, wav: Path, call: dict[str, str], mount: str
) -> None:
    url = f"{server.url}{mount}/Accounts/{call['account_sid']}/Recordings/{call['sid']}"
    for ending in ("", ".wav"):
        answer = requests.get(url + ending, timeout=30)
        assert (answer.status_code, answer.content) == (200, wav.read_bytes())
    mp3 = requests.get(f"{url}.mp3", timeout=60)
    assert (mp3.status_code, mp3.headers["Content-Type"]) == (200, "audio/mpeg")
    assert int(mp3.headers["Content-Length"]) == len(mp3.content)
    assert requests.get(f"{url}.json", timeout=30).status_code == 401
    found = requests.get(
        f"{url}.json", auth=(call["account_sid"], call["token"]), timeout=30
    )
    assert found.status_code == 200
    assert set(found.json()) == {
        *["sid", "account_sid", "api_version", "call_sid", "conference_sid", "channel"],
        *["channels", "date_created", "date_updated", "start_time", "end_time"],
        *["duration", "price", "price_unit", "source", "status", "error_code", "uri"],
        *["subresource_uris", "encryption_details", "trim"],
    }
