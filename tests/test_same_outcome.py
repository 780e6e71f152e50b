"""One story, told through every dialect that can tell it, ends in the same rows."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import md5
from pathlib import Path
from typing import Any
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
from telephony.pbx import create_pbx_user
from telephony.services import create_account, import_call_recording
from tests.audio import speech
from tests.conftest import Bearer
from tests.factories import AppointmentFactory

CALL = "20240311094512-1710121510.23-2104-2117-Internal.wav"


@pytest.fixture(scope="module")
def wav(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return speech(tmp_path_factory.mktemp("speech"))


@pytest.fixture
def recording(doctor: User, wav: Path) -> Recording:
    with incoming_file(wav, file_name="visit.wav") as incoming:
        return add_recording(
            incoming,
            source=Source.VISIT,
            appointment=AppointmentFactory.create(doctor=doctor),
            actor=SYSTEM,
            origin="test",
        )


def bytes_of(answer: Any) -> bytes:
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


Urls = Callable[[Recording], str]
LISTEN: dict[str, Urls] = {
    "medisync": lambda found: f"/api/recordings/get/{found.appointment_id}",
    "nuxera": lambda found: f"/api/download?doctorName={quote(str(found.doctor))}",
}
DELETE: dict[str, Urls] = {
    "medisync": lambda found: f"/api/recordings/{found.appointment_id}",
    "nuxera": lambda found: f"/api/delete?doctorName={quote(str(found.doctor))}",
    "nuxera, all": lambda found: "/api/delete-all",
}


@pytest.mark.contract("medisync", "6.4")
@pytest.mark.contract("nuxera", "3.4")
@pytest.mark.parametrize("dialect", LISTEN)
def test_a_doctor_listens(
    client: Client,
    bearer: Bearer,
    doctor: User,
    recording: Recording,
    wav: Path,
    dialect: str,
) -> None:
    answer = client.get(LISTEN[dialect](recording), headers=bearer(doctor))
    assert bytes_of(answer) == wav.read_bytes()
    assert heard() == [("user", doctor.pk, recording.pk, "done")]


@pytest.mark.contract("medisync", "6.5")
@pytest.mark.contract("nuxera", "3.4")
@pytest.mark.parametrize("dialect", DELETE)
def test_a_doctor_deletes(
    client: Client, bearer: Bearer, doctor: User, recording: Recording, dialect: str
) -> None:
    answer = client.delete(DELETE[dialect](recording), headers=bearer(doctor))
    assert answer.status_code == 200
    assert not Recording.objects.exists()
    assert not list(storage.stored_keys())
    event = AuditEvent.objects.get(action="recording.delete")
    assert (event.actor_id, event.object_id) == (doctor.pk, recording.pk)
    assert event.details["sha256"] == recording.sha256
    assert recording.appointment is not None
    recording.appointment.refresh_from_db()
    assert recording.appointment.recording_id == ""


def test_a_call_is_heard_through_both_phone_dialects(
    client: Client, db: None, wav: Path
) -> None:
    account, _ = create_account("Clinic", actor=SYSTEM)
    create_pbx_user("crmlink", password="Kamille-77", actor=SYSTEM)
    imported = import_call_recording(
        wav, file_name=CALL, account=account, actor=SYSTEM
    ).call_recording
    assert imported is not None

    laml = f"/2010-04-01/Accounts/{account.pk}/Recordings/{imported.sid}.wav"
    assert bytes_of(client.get(laml)) == wav.read_bytes()

    hashed = md5(b"Kamille-77", usedforsecurity=False).hexdigest()
    yeastar = "/api/v1.1.0"
    login = {"username": "crmlink", "password": hashed, "port": "8260"}
    token = post(client, f"{yeastar}/login", login)["token"]
    random = post(
        client, f"{yeastar}/recording/get_random?token={token}", {"recording": CALL}
    )["random"]
    link = (
        f"{yeastar}/recording/download?recording={CALL}&random={random}&token={token}"
    )
    assert bytes_of(client.get(link)) == wav.read_bytes()

    recording_id = imported.recording_id
    assert sorted((kind, outcome) for kind, _, _, outcome in heard()) == [
        ("pbx", "done"),
        ("public", "done"),
    ]
    assert {found for _, _, found, _ in heard()} == {recording_id}


def post(client: Client, url: str, body: dict[str, str]) -> dict[str, str]:
    answer: dict[str, str] = client.post(
        url, body, content_type="application/json"
    ).json()
    assert answer["status"] == "Success"
    return answer


def heard() -> list[tuple[str, str, str, str]]:
    """Who listened to what, with which outcome."""
    events = AuditEvent.objects.filter(
        action__in=("recording.play", "recording.download")
    )
    return list(events.values_list("actor_kind", "actor_id", "object_id", "outcome"))
