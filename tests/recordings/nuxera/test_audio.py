"""Nuxera's audio management (contract nuxera 3), string for string."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from django.test import Client

from medisync.accounts.models import User
from medisync.audit.models import AuditEvent
from medisync.audit.trail import SYSTEM
from recordings import storage
from recordings.choices import Source
from recordings.intake import incoming_file
from recordings.models import Recording
from recordings.services import add_recording
from tests.conftest import Bearer
from tests.recordings.conftest import AddVisit

pytestmark = [
    pytest.mark.contract("nuxera", "3.1"),
    pytest.mark.contract("nuxera", "3.2"),
    pytest.mark.contract("nuxera", "3.3"),
]

DOWNLOAD, DELETE, DELETE_ALL = "/api/download", "/api/delete", "/api/delete-all"
UNAUTHORISED = {
    "error": "Authentication required",
    "message": "Invalid or missing authentication token",
}


def named(url: str, name: str) -> str:
    return f"{url}?doctorName={quote(name)}"


@pytest.mark.parametrize(
    ("method", "url"), [("GET", DOWNLOAD), ("DELETE", DELETE), ("DELETE", DELETE_ALL)]
)
def test_a_caller_without_a_token_is_refused_first(
    client: Client, db: None, method: str, url: str
) -> None:
    answer = client.generic(method, url)
    assert (answer.status_code, answer.json()) == (401, UNAUTHORISED)


@pytest.mark.parametrize("query", ["", "?doctorName=", "?doctorName=%20%09", "?name=x"])
@pytest.mark.parametrize(
    ("method", "url", "sentence"),
    [
        ("GET", DOWNLOAD, "Doctor name is required"),
        ("DELETE", DELETE, "Doctor name is required."),
    ],
)
def test_a_missing_name_is_400(
    client: Client,
    bearer: Bearer,
    doctor: User,
    method: str,
    url: str,
    sentence: str,
    query: str,
) -> None:
    answer = client.generic(method, url + query, headers=bearer(doctor))
    assert (answer.status_code, answer.json()) == (400, {"error": sentence})


@pytest.mark.parametrize(
    "name", ["Nobody", "Dr. Mira Okafor", "a\0b", "../../etc", "\ud800", "x" * 5000]
)
@pytest.mark.parametrize(
    ("method", "url", "sentence"),
    [
        ("GET", DOWNLOAD, "No audio file found for this doctor"),
        ("DELETE", DELETE, "No audio file found for this doctor."),
    ],
)
def test_nothing_stored_is_404(
    client: Client,
    bearer: Bearer,
    doctor: User,
    method: str,
    url: str,
    sentence: str,
    name: str,
) -> None:
    query = quote(name.encode("utf-8", "surrogatepass"))
    answer = client.generic(method, f"{url}?doctorName={query}", headers=bearer(doctor))
    assert (answer.status_code, answer.json()) == (404, {"error": sentence})


@pytest.mark.parametrize(
    ("sample", "content_type", "ending"),
    [
        ("pcm-16.wav", "audio/wav", "wav"),
        ("mu-law.wav", "audio/wav", "wav"),
        ("free.flac", "audio/flac", "flac"),
    ],
)
def test_the_original_comes_as_an_attachment(
    client: Client,
    bearer: Bearer,
    doctor: User,
    add_visit: AddVisit,
    sample: str,
    content_type: str,
    ending: str,
) -> None:
    recording = add_visit(doctor, sample)
    answer = client.get(named(DOWNLOAD, doctor.doctor_name), headers=bearer(doctor))
    assert (answer.status_code, answer["Content-Type"]) == (200, content_type)
    assert answer["Content-Disposition"] == (
        f'attachment; filename="audio-Dr. Mira Okafor.{ending}"'
    )
    body = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert body == b"".join(storage.chunks(recording.key))
    event = AuditEvent.objects.get(action="recording.download")
    assert (event.object_id, event.actor_id) == (recording.pk, doctor.pk)


def test_a_format_the_dialect_does_not_know_comes_as_wav(
    client: Client, bearer: Bearer, doctor: User, add_visit: AddVisit
) -> None:
    add_visit(doctor, "phone.mp3")
    answer = client.get(named(DOWNLOAD, doctor.doctor_name), headers=bearer(doctor))
    assert (answer.status_code, answer["Content-Type"]) == (200, "audio/wav")
    assert b"".join(answer.streaming_content).startswith(b"RIFF")  # type: ignore[attr-defined]


def test_the_newest_recording_is_the_one(
    client: Client, bearer: Bearer, doctor: User, add_visit: AddVisit
) -> None:
    add_visit(doctor, "mu-law.wav")
    newest = add_visit(doctor, "pcm-16.wav")
    answer = client.get(named(DOWNLOAD, doctor.doctor_name), headers=bearer(doctor))
    assert answer["ETag"] == f'"{newest.sha256}"'


@pytest.mark.parametrize(
    "name",
    [
        "Dr. Smith",
        "Dr.Johnson",
        'Dr. "Bones" McCoy',
        "Dr. Line\r\nSet-Cookie: a=b",
        "Dr. O'Neil / Partner \\ Son",
        "Д-р Иванова",
        "李医生",
        "د. سمير",
        "Dr. Zoë Ångström",
        "Dr. 100% + more; filename=x",
    ],
)
def test_any_name_finds_its_files_and_is_safe_in_the_header(
    client: Client, bearer: Bearer, doctor: User, add_visit: AddVisit, name: str
) -> None:
    doctor.doctor_name = name
    doctor.save(update_fields=["doctor_name"])
    add_visit(doctor)
    answer = client.get(named(DOWNLOAD, name), headers=bearer(doctor))
    assert answer.status_code == 200
    header = answer["Content-Disposition"]
    assert header.startswith('attachment; filename="audio-')
    assert header.isascii()
    assert header.count('"') == 2
    assert not set(header) & set("\r\n\\")
    assert "Set-Cookie" not in answer.headers
    assert client.delete(named(DELETE, name), headers=bearer(doctor)).status_code == 200


def test_a_doctor_acts_on_their_own_name_only(
    client: Client,
    bearer: Bearer,
    doctor: User,
    other_doctor: User,
    staff: User,
    add_visit: AddVisit,
) -> None:
    add_visit(other_doctor)
    name = other_doctor.doctor_name
    assert client.get(named(DOWNLOAD, name), headers=bearer(doctor)).status_code == 404
    assert client.delete(named(DELETE, name), headers=bearer(doctor)).status_code == 404
    assert Recording.objects.count() == 1
    assert client.get(named(DOWNLOAD, name), headers=bearer(staff)).status_code == 200


def test_delete_removes_every_file_of_the_doctor_once(
    client: Client, bearer: Bearer, doctor: User, add_visit: AddVisit
) -> None:
    add_visit(doctor)
    add_visit(doctor, "free.flac")
    url = named(DELETE, doctor.doctor_name)
    first = client.delete(url, headers=bearer(doctor))
    assert (first.status_code, first.json()) == (
        200,
        {"message": "File(s) deleted successfully."},
    )
    assert not Recording.objects.exists()
    assert not list(storage.stored_keys())
    assert client.delete(url, headers=bearer(doctor)).status_code == 404
    assert AuditEvent.objects.filter(action="recording.delete").count() == 2


@pytest.mark.parametrize("who", ["doctor", "staff"])
def test_delete_all_removes_what_the_caller_may_and_no_call(
    client: Client,
    bearer: Bearer,
    doctor: User,
    other_doctor: User,
    add_visit: AddVisit,
    request: pytest.FixtureRequest,
    who: str,
    samples: object,
) -> None:
    caller: User = request.getfixturevalue("doctor" if who == "doctor" else "staff")
    add_visit(doctor)
    others = add_visit(other_doctor)
    call = _call(request)
    answer = client.delete(DELETE_ALL, headers=bearer(caller))
    assert (answer.status_code, answer.json()) == (
        200,
        {"message": "All files deleted successfully."},
    )
    left = set(Recording.objects.values_list("pk", flat=True))
    assert left == ({call.pk, others.pk} if who == "doctor" else {call.pk})
    # An empty store is no error.
    assert client.delete(DELETE_ALL, headers=bearer(caller)).status_code == 200


def _call(request: pytest.FixtureRequest) -> Recording:
    path: Path = request.getfixturevalue("samples")("mu-law.wav")
    with incoming_file(path, file_name="call.wav") as incoming:
        return add_recording(
            incoming, source=Source.CALL, actor=SYSTEM, origin="test", title="call"
        )


@pytest.mark.parametrize("url", [DOWNLOAD, DELETE, DELETE_ALL])
def test_a_wrong_method_is_an_error_of_this_dialect(
    client: Client, bearer: Bearer, doctor: User, url: str
) -> None:
    answer = client.post(url, headers=bearer(doctor))
    assert answer.status_code == 405
    assert "error" in answer.json()
    assert "success" not in answer.json()
