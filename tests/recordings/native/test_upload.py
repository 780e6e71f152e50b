"""POST /api/recordings/add/{appointmentId} (contract medisync 6.2)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from appointments.models import Appointment
from medisync.accounts.models import Tier, User
from medisync.audit.models import AuditEvent
from recordings import storage
from recordings.choices import Source
from recordings.media import transcode
from recordings.models import Recording
from tests.audio import FORMATS, decoded
from tests.conftest import Bearer
from tests.factories import AppointmentFactory
from tests.hostile import CASES, Ground

pytestmark = pytest.mark.contract("medisync", "6.2")

Samples = Callable[[str], Path]


class Uploader:
    def __init__(self, client: Client, headers: dict[str, str]) -> None:
        self._client, self._headers = client, headers

    def send(
        self, appointment_id: str, data: bytes, name: str = "visit.wav"
    ) -> tuple[int, dict[str, Any]]:
        part = SimpleUploadedFile(name, data, "application/octet-stream")
        return self.post(appointment_id, {"audio": part})

    def post(self, appointment_id: str, form: Any) -> tuple[int, dict[str, Any]]:
        answer = self._client.post(
            f"/api/recordings/add/{appointment_id}", form, headers=self._headers
        )
        return answer.status_code, answer.json()

    def fetch(self, appointment_id: str) -> bytes:
        answer = self._client.get(
            f"/api/recordings/get/{appointment_id}", headers=self._headers
        )
        assert (answer.status_code, answer["Content-Type"]) == (200, "audio/wav")
        return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


@pytest.fixture
def uploader(client: Client, bearer: Bearer, doctor: User) -> Uploader:
    return Uploader(client, bearer(doctor))


@pytest.fixture
def appointment(doctor: User) -> Appointment:
    return AppointmentFactory.create(doctor=doctor)


def files_below(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("name", FORMATS)
def test_every_accepted_format_goes_in_and_comes_out(
    uploader: Uploader,
    appointment: Appointment,
    samples: Samples,
    tmp_path: Path,
    name: str,
) -> None:
    sent = samples(name).read_bytes()
    status, body = uploader.send(appointment.pk, sent, name)
    assert status == 201, body
    recording = Recording.objects.get()
    facts = FORMATS[name]
    assert (recording.container, recording.codec, recording.channels) == (
        facts.container,
        facts.codec,
        facts.channels,
    )
    assert (recording.sha256, recording.size) == (
        hashlib.sha256(sent).hexdigest(),
        len(sent),
    )
    assert b"".join(storage.chunks(recording.key)) == sent
    fetched = uploader.fetch(appointment.pk)
    if recording.container == "wav":
        assert fetched == sent
    else:
        (tmp_path / "fetched.wav").write_bytes(fetched)
        length = decoded(tmp_path / "fetched.wav")[1]
        assert abs(length - recording.duration_ms) <= 50


def test_the_answer_the_rows_and_the_trail_agree(
    uploader: Uploader, appointment: Appointment, doctor: User, samples: Samples
) -> None:
    status, body = uploader.send(appointment.pk, samples("pcm-16.wav").read_bytes())
    recording = Recording.objects.get()
    assert (status, body["success"]) == (201, True)
    data = body["data"]
    assert set(data) == {
        "_id",
        "appointment_id",
        "recording_url",
        "recording_key",
        "createdAt",
        "updatedAt",
    }
    assert (data["_id"], data["appointment_id"]) == (recording.pk, appointment.pk)
    assert data["recording_key"] == f"{appointment.pk}_visit.wav"
    assert data["recording_url"].endswith(f"/api/recordings/get/{appointment.pk}")
    assert (recording.doctor, recording.source) == (doctor, Source.VISIT)
    appointment.refresh_from_db()
    assert appointment.status == "transcribing"
    assert appointment.recording_id == recording.pk
    event = AuditEvent.objects.get(action="recording.add")
    assert (event.object_id, event.actor_id) == (recording.pk, doctor.pk)


HOSTILE = {case.name: case for case in CASES}


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return Ground(tmp_path_factory.mktemp("hostile"))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_upload_is_refused_or_harmless(
    uploader: Uploader,
    appointment: Appointment,
    settings: Any,
    ground: Ground,
    name: str,
) -> None:
    case = HOSTILE[name]
    status, body = uploader.send(appointment.pk, case.make(ground), f"{name}.wav")
    assert status in ({400} if case.refused else {201, 400}), body
    if status == 400:
        assert set(body) == {"success", "error"}
        assert body["success"] is False
        assert not Recording.objects.exists()
        assert not list(files_below(settings.MEDIA_ROOT))
        appointment.refresh_from_db()
        assert (appointment.status, appointment.recording_id) == ("recording", "")
    else:
        assert len(list(files_below(settings.MEDIA_ROOT))) == 1


def test_there_are_a_hundred_hostile_uploads() -> None:
    assert len(HOSTILE) >= 100


def test_a_second_recording_is_refused_and_the_first_stays(
    uploader: Uploader, appointment: Appointment, samples: Samples, settings: Any
) -> None:
    first = samples("pcm-16.wav").read_bytes()
    assert uploader.send(appointment.pk, first)[0] == 201
    assert uploader.send(appointment.pk, samples("free.flac").read_bytes()) == (
        409,
        {
            "success": False,
            "error": "Recording already exists for this appointment",
        },
    )
    assert uploader.fetch(appointment.pk) == first
    assert len(list(files_below(settings.MEDIA_ROOT))) == 1


@pytest.mark.parametrize(
    "form", [{}, {"audio": "text"}, {"file": SimpleUploadedFile("a.wav", b"RIFF")}]
)
def test_a_form_without_the_file_is_refused(
    uploader: Uploader, appointment: Appointment, form: dict[str, Any], settings: Any
) -> None:
    assert uploader.post(appointment.pk, form) == (
        400,
        {"success": False, "error": "No file uploaded"},
    )
    assert not list(files_below(settings.MEDIA_ROOT))


def test_a_file_over_the_limit_is_refused_and_leaves_nothing(
    uploader: Uploader, appointment: Appointment, samples: Samples, settings: Any
) -> None:
    data = samples("pcm-16.wav").read_bytes()
    settings.MAX_UPLOAD_BYTES = len(data)
    assert uploader.send(appointment.pk, data + b"\0") == (
        400,
        {"success": False, "error": "File is too large"},
    )
    assert not list(files_below(settings.MEDIA_ROOT))
    assert uploader.send(appointment.pk, data)[0] == 201


def test_a_recording_longer_than_the_limit_is_refused(
    uploader: Uploader, appointment: Appointment, samples: Samples, settings: Any
) -> None:
    settings.MAX_RECORDING_SECONDS = 1
    status, body = uploader.send(appointment.pk, samples("pcm-16.wav").read_bytes())
    assert (status, body["success"]) == (400, False)
    assert not Recording.objects.exists()


def test_what_no_wav_can_hold_is_refused_at_once(
    uploader: Uploader,
    appointment: Appointment,
    samples: Samples,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wav, flac = (samples(name).read_bytes() for name in ("pcm-16.wav", "free.flac"))
    monkeypatch.setattr(transcode, "_LARGEST_WAV", 1000)
    status, body = uploader.send(appointment.pk, flac)
    assert (status, "WAV" in body["error"]) == (400, True)
    assert not Recording.objects.exists()
    assert uploader.send(appointment.pk, wav)[0] == 201


@pytest.mark.parametrize("whose", ["nobody", "another doctor"])
def test_an_appointment_that_is_not_mine_does_not_exist(
    uploader: Uploader, other_doctor: User, samples: Samples, whose: str
) -> None:
    appointment_id = "65f8a1b2c3d4e5f6789012f3"
    if whose == "another doctor":
        appointment_id = AppointmentFactory.create(doctor=other_doctor).pk
    assert uploader.send(appointment_id, samples("pcm-16.wav").read_bytes()) == (
        404,
        {"success": False, "error": "Appointment not found"},
    )


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "..\\..\\windows\\system.ini",
        "/absolute.wav",
        'quote".wav',
        "new\nline.wav",
        "ünïcödé 録音.wav",
        "x" * 300 + ".wav",
        ".wav",
        "a\u202egpj.wav",
    ],
)
def test_a_file_name_is_only_ever_shown(
    uploader: Uploader,
    appointment: Appointment,
    samples: Samples,
    settings: Any,
    name: str,
) -> None:
    data = samples("pcm-16.wav").read_bytes()
    status, body = uploader.send(appointment.pk, data, name)
    if status == 201:
        recording = Recording.objects.get()
        assert not set(recording.file_name) & set("/\\\n\0")
        assert 0 < len(recording.file_name) <= 255
        assert recording.key == storage.original_key(recording.pk)
    else:
        assert (status, body["error"]) == (400, "No file uploaded")
    kept = list(files_below(settings.MEDIA_ROOT))
    assert all(path.is_relative_to(settings.MEDIA_ROOT) for path in kept)
    assert len(kept) == Recording.objects.count()


@pytest.mark.parametrize(("tier", "limit"), [(Tier.STANDARD, 50), (Tier.PREMIUM, 200)])
def test_uploads_an_hour_depend_on_the_tier(
    uploader: Uploader, doctor: User, tier: Tier, limit: int
) -> None:
    doctor.tier = tier
    doctor.save(update_fields=["tier"])
    answers = [uploader.post("0" * 24, {})[0] for _ in range(limit + 1)]
    assert set(answers[:-1]) == {404}
    assert answers[-1] == 429


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "multipart/form-data; boundary=x"),
        (b"--x\r\n", "multipart/form-data; boundary=x"),
        (b"junk", "multipart/form-data"),
        (b"{}", "application/json"),
        (b"junk", "multipart/form-data; boundary=" + "x" * 300),
        (b"RIFF", "audio/wav"),
    ],
)
def test_a_body_that_is_no_form_is_refused(
    client: Client,
    bearer: Bearer,
    doctor: User,
    appointment: Appointment,
    body: bytes,
    kind: str,
) -> None:
    answer = client.generic(
        "POST",
        f"/api/recordings/add/{appointment.pk}",
        body,
        content_type=kind,
        headers=bearer(doctor),
    )
    assert (answer.status_code, answer.json()) == (
        400,
        {"success": False, "error": "No file uploaded"},
    )
