"""Ranges, conditions and the audit trail, as every audio URL answers them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.test import Client

from medisync.accounts.models import User
from medisync.audit import listening
from medisync.audit.models import AuditEvent, HeardRange, Outcome
from medisync.audit.trail import SYSTEM
from recordings import serving, storage
from recordings.choices import Form
from recordings.models import Recording
from recordings.renditions import StoredAudio, stored_audio
from recordings.services import delete_recording
from tests.conftest import Bearer
from tests.recordings.conftest import AddVisit

pytestmark = pytest.mark.contract("medisync", "6.4")


class Listener:
    """A client that plays one recording."""

    def __init__(self, client: Client, headers: dict[str, str], recording: Recording):
        self._client, self._headers = client, headers
        self.url = f"/api/recordings/get/{recording.appointment_id}"

    def ask(
        self, method: str = "GET", **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self._client.generic(
            method, self.url, headers={**self._headers, **named}
        )
        streamed = getattr(answer, "streaming_content", None)
        body = b"".join(streamed) if streamed is not None else answer.content
        return answer.status_code, dict(answer.headers), body


@pytest.fixture
def recording(doctor: User, add_visit: AddVisit) -> Recording:
    return add_visit(doctor)


@pytest.fixture
def listener(
    client: Client, bearer: Bearer, doctor: User, recording: Recording
) -> Listener:
    return Listener(client, bearer(doctor), recording)


@pytest.fixture
def original(recording: Recording) -> bytes:
    return b"".join(storage.chunks(recording.key))


def test_the_whole_file_comes_with_its_facts(
    listener: Listener, recording: Recording, original: bytes
) -> None:
    status, headers, body = listener.ask()
    assert (status, body) == (200, original)
    assert headers["Content-Type"] == "audio/wav"
    assert headers["Content-Length"] == str(len(original))
    assert headers["Accept-Ranges"] == "bytes"
    assert headers["ETag"] == f'"{recording.sha256}"'
    assert headers["Last-Modified"].endswith("GMT")
    assert "Content-Disposition" not in headers


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-1", 0, 1),  # how Safari begins
        ("bytes=100-199", 100, 199),
        ("bytes=100-", 100, -1),
        ("bytes=-500", -500, -1),
        ("bytes=5-99999999999999", 5, -1),
        ("bytes=-99999999999999", 0, -1),
    ],
)
def test_a_range_is_answered_with_just_those_bytes(
    listener: Listener, original: bytes, asked: str, first: int, last: int
) -> None:
    size = len(original)
    first, last = first % size, last % size
    status, headers, body = listener.ask(Range=asked)
    assert (status, body) == (206, original[first : last + 1])
    assert headers["Content-Range"] == f"bytes {first}-{last}/{size}"
    assert headers["Content-Length"] == str(len(body))


@pytest.mark.parametrize("asked", ["bytes={size}-", "bytes={size}-{size}", "bytes=-0"])
def test_a_range_outside_the_file_is_416_with_its_size(
    listener: Listener, original: bytes, asked: str
) -> None:
    status, headers, body = listener.ask(Range=asked.format(size=len(original)))
    assert status == 416
    assert headers["Content-Range"] == f"bytes */{len(original)}"
    assert json.loads(body)["success"] is False


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=",
        "bytes=-",
        "bytes=9-5",
        "bytes=a-b",
        "bytes=0-1,5-6",
        "items=0-5",
        "bytes=0-5 junk",
        "bytes=٣-٥",
        "bytes=" + "9" * 5000 + "-",
    ],
)
def test_a_range_that_means_nothing_is_answered_with_the_whole_file(
    listener: Listener, original: bytes, asked: str
) -> None:
    status, _, body = listener.ask(Range=asked)
    assert (status, body) == (200, original)


def test_head_says_what_get_would_and_sends_nothing(
    listener: Listener, original: bytes
) -> None:
    status, headers, body = listener.ask("HEAD")
    assert (status, body) == (200, b"")
    assert headers["Content-Length"] == str(len(original))
    assert not AuditEvent.objects.filter(action="recording.play").exists()


def test_what_the_client_has_is_not_sent_again(listener: Listener) -> None:
    _, headers, _ = listener.ask()
    assert listener.ask(If_None_Match=headers["ETag"])[0] == 304
    assert listener.ask(If_None_Match='"other"')[0] == 200
    assert listener.ask(If_Modified_Since=headers["Last-Modified"])[0] == 304


def test_a_condition_that_does_not_hold_is_an_error_of_the_dialect(
    listener: Listener,
) -> None:
    status, _, body = listener.ask(If_Match='"other"')

    assert status == 412
    assert json.loads(body) == {"success": False, "error": "Precondition failed"}
    assert not AuditEvent.objects.filter(action="recording.play").exists()


@pytest.mark.parametrize(
    ("condition", "status"),
    [("{etag}", 206), ("{date}", 206), ('"old"', 200), ("junk", 200)],
)
def test_if_range_continues_only_the_same_bytes(
    listener: Listener, condition: str, status: int
) -> None:
    _, headers, _ = listener.ask("HEAD")
    value = condition.format(etag=headers["ETag"], date=headers["Last-Modified"])
    assert listener.ask(Range="bytes=10-19", If_Range=value)[0] == status


def test_one_listening_is_one_event_with_the_ranges_it_covered(
    listener: Listener, recording: Recording, doctor: User
) -> None:
    for asked in ("bytes=0-99", "bytes=100-199", "bytes=1000-1099", "bytes=50-149"):
        listener.ask(Range=asked)
    event = AuditEvent.objects.get(action="recording.play")
    assert (event.object_id, event.actor_id) == (recording.pk, doctor.pk)
    assert (event.outcome, event.address) == (Outcome.DONE, "127.0.0.1")
    assert not HeardRange.objects.exists()
    listening.flush()
    ranges = HeardRange.objects.filter(event=event)
    assert [str(heard) for heard in ranges] == ["0-199", "1000-1099"]


def test_another_address_is_another_listening(
    listener: Listener, client: Client
) -> None:
    listener.ask()
    client.defaults["REMOTE_ADDR"] = "203.0.113.9"
    listener.ask()
    events = AuditEvent.objects.filter(action="recording.play")
    assert {event.address for event in events} == {"127.0.0.1", "203.0.113.9"}


def test_a_refused_attempt_is_on_the_trail(
    client: Client, bearer: Bearer, other_doctor: User, recording: Recording
) -> None:
    status, _, body = Listener(client, bearer(other_doctor), recording).ask()
    assert (status, json.loads(body)) == (
        400,
        {"success": False, "error": "Recording not found"},
    )
    event = AuditEvent.objects.get(action="recording.read")
    assert (event.outcome, event.actor_id) == (Outcome.REFUSED, other_doctor.pk)


@pytest.mark.parametrize("damage", ["gone", "truncated"])
def test_a_damaged_original_is_an_error_and_on_the_trail(
    listener: Listener, recording: Recording, damage: str
) -> None:
    path = storage.local_path(recording.key)
    assert isinstance(path, Path)
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:1000])
    status, _, body = listener.ask()
    assert status == 500
    assert json.loads(body) == {"success": False, "message": "Internal server error"}
    event = AuditEvent.objects.get(action="recording.play")
    assert event.outcome == Outcome.FAILED


def test_a_browser_session_may_listen_but_not_delete(
    client: Client, doctor: User, recording: Recording, original: bytes
) -> None:
    client.force_login(doctor)
    status, _, body = Listener(client, {}, recording).ask()
    assert (status, body) == (200, original)
    answer = client.delete(f"/api/recordings/{recording.appointment_id}")
    assert answer.status_code == 401


@pytest.mark.django_db(transaction=True)  # A commit finds what hangs on nothing.
def test_what_is_deleted_while_it_is_fetched_is_not_there(
    client: Client,
    bearer: Bearer,
    doctor: User,
    add_visit: AddVisit,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    recording = add_visit(doctor)

    def delete_first(found: Recording, form: object) -> StoredAudio:
        delete_recording(Recording.objects.get(), actor=SYSTEM)
        return stored_audio(found, Form.MP3)

    monkeypatch.setattr(serving, "stored_audio", delete_first)
    url = f"/api/recordings/get/{recording.appointment_id}"
    answer = client.get(url, headers=bearer(doctor))

    assert answer.status_code == 400
    assert answer.json()["error"] == "Recording not found"
    assert not AuditEvent.objects.filter(outcome=Outcome.FAILED).exists()
