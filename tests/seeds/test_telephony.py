"""Two founding documents' examples, as they stand: Yeastar's download, LaML's media."""

from __future__ import annotations

from hashlib import md5
from pathlib import Path

import pytest
import requests

from tests.server import PASSWORD, Server

pytestmark = pytest.mark.once

CALL = "20170901181806-1504261084.7-1001-1003-Internal.wav"


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
