"""Audio in a real S3 store is passed on as it comes, or linked to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from tests.audio import speech
from tests.proxy import Fault, Proxy
from tests.s3 import Bucket, S3Server
from tests.server import Server
from tests.telephony.speech import CALL_NAME, PROMPT, copied

pytestmark = pytest.mark.once

NEVER = 10**12  # bytes


@dataclass
class Store:
    """A server whose bucket is behind a network that can misbehave."""

    server: Server
    network: Proxy
    doctor: dict[str, str]
    url: str
    audio: bytes

    def get(self, **headers: str) -> requests.Response:
        asked = {**self.doctor, **headers}
        return requests.get(self.url, headers=asked, stream=True, timeout=60)


@pytest.fixture(scope="module")
def store(s3: S3Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("store")
    bucket = Bucket(s3, "serving")
    once = speech(folder).read_bytes()
    audio = once + bytes(8_000_000 - len(once))
    with (
        Proxy(s3.port) as network,
        Server(folder / "data", **bucket.environment(network.url)) as server,
    ):
        doctor = server.clinician("s3@clinic.example")
        visit = server.appointment(doctor)
        assert server.upload(doctor, visit, audio).status_code == 201
        url = f"{server.url}/api/recordings/get/{visit}"
        yield Store(server, network, doctor, url, audio)


def test_a_range_is_fetched_as_one(store: Store) -> None:
    store.network.misbehave(Fault.HANG, after_bytes=NEVER)  # It counts, too.
    answer = store.get(Range="bytes=1000000-1065535")

    assert answer.status_code == 206
    assert answer.content == store.audio[1_000_000:1_065_536]
    assert store.network.trouble is not None
    assert 65_536 < store.network.trouble.passed < 80_000


def test_the_first_byte_does_not_wait_for_the_last(store: Store) -> None:
    # The whole would take the better part of a minute.
    store.network.misbehave(Fault.SLOW, after_bytes=200_000)
    answer = store.get()

    assert answer.raw.read(9) == store.audio[:9]
    assert answer.elapsed.total_seconds() < 10
    answer.close()
    store.network.behave()


def test_a_store_that_breaks_off_once_is_asked_for_the_rest(store: Store) -> None:
    store.network.misbehave(Fault.RESET, after_bytes=2_000_000, once=True)
    trouble = store.network.trouble
    assert trouble is not None

    assert store.get().content == store.audio
    assert trouble.over.is_set()


def test_a_store_that_stays_away_breaks_the_answer_off(store: Store) -> None:
    store.network.misbehave(Fault.BUSY, after_bytes=2_000_000)
    answer = store.get()

    assert answer.status_code == 200
    with pytest.raises(requests.RequestException):
        _ = answer.content
    store.network.behave()
    assert store.get().content == store.audio


def test_laml_and_pages_are_sent_to_the_store_and_nobody_else(
    bucket: Bucket, tmp_path: Path
) -> None:
    here = bucket.environment()
    with Server(tmp_path / "data", **here, MEDISYNC_S3_REDIRECT="on") as server:
        account = json.loads(server.manage("create_account", "Desk", "--json"))
        sid = account["account_sid"]
        call = copied(PROMPT, tmp_path / CALL_NAME)
        imported = server.json("import_recordings", str(call), "--account-sid", sid)
        url = f"{server.url}/2010-04-01/Accounts/{sid}/Recordings/{imported['sid']}"

        answer = requests.get(f"{url}.wav", allow_redirects=False, timeout=30)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(bucket.server.url)
        assert "no-store" in answer.headers["Cache-Control"]
        asked = {"Range": "bytes=10-19"}
        heard = requests.get(answer.headers["Location"], headers=asked, timeout=30)
        assert (heard.status_code, heard.content) == (206, PROMPT.read_bytes()[10:20])
        assert heard.headers["Content-Type"] == "audio/x-wav"
        assert heard.headers["Cache-Control"] == "private, no-store"
        assert "1" in server.manage(
            *["shell", "--verbosity=0", "-c"],
            "from medisync.audit.models import AuditEvent as E;"
            "print(E.objects.filter(action='recording.play').count())",
        )
        page = requests.get(f"{server.url}/sign-in", timeout=30)
        policy = page.headers["Content-Security-Policy"]
        assert f"media-src 'self' {bucket.server.url};" in f"{policy};"
        assert requests.get(f"{url}.json", timeout=30).status_code == 401

        doctor = server.clinician("redirect@clinic.example")
        visit = server.appointment(doctor)
        server.upload(doctor, visit, PROMPT.read_bytes())
        native = f"{server.url}/api/recordings/get/{visit}"
        bytes_themselves = requests.get(
            native, headers=doctor, allow_redirects=False, timeout=30
        )
        assert bytes_themselves.status_code == 200
