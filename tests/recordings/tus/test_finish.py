"""What becomes of an upload whose last byte has come."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest

from medisync.accounts.models import User
from medisync.audit.models import AuditEvent
from medisync.audit.trail import SYSTEM
from recordings import storage
from recordings.choices import Source
from recordings.models import Consent, Recording, ResumableUpload
from recordings.services import delete_recording
from tests.audio import wav
from tests.factories import AppointmentFactory
from tests.recordings.conftest import AddVisit, add_visit
from tests.recordings.tus.sender import Sender, digest_of
from tests.s3 import Bucket

__all__ = ["add_visit"]

RECORDER = {
    "filename": "visit.wav",
    "sampleRate": "22050",
    "consent": "Lena Vogel",
    "consentAt": "2026-05-04T09:20:01Z",
    "recordedAt": "2026-05-04T09:20:05+00:00",
}


def stored() -> list[str]:
    return [
        storage.file_hash(key)
        for key in storage.stored_keys()
        if key.startswith("originals/")
    ]


def leftovers() -> int:
    folders = (storage.partial_dir(), storage.incoming_dir())
    return sum(1 for folder in folders for _ in folder.iterdir())


def send_all(sender: Sender, place: str, data: bytes, **last: str) -> Any:
    half = len(data) // 2 & ~1
    assert sender.send(place, 0, data[:half]).status_code == 204
    return sender.send(place, half, data[half:], **last)


def test_a_file_becomes_a_recording(
    sender: Sender, doctor: User, spoken: bytes
) -> None:
    visit = AppointmentFactory.create(doctor=doctor)
    told = {"filename": "v.wav", "appointment": visit.pk}
    place = sender.place(len(spoken), told, Repr_Digest=digest_of(spoken))
    assert not Recording.objects.exists()
    answer = send_all(sender, place, spoken)
    assert answer.status_code == 204
    recording = Recording.objects.get()
    assert answer["Content-Location"] == f"/recordings/{recording.pk}/"
    assert recording.sha256 == sha256(spoken).hexdigest()
    assert stored() == [recording.sha256]
    assert (recording.source, recording.appointment) == (Source.VISIT, visit)
    assert (recording.origin, recording.created_by) == ("upload", str(doctor))
    assert AuditEvent.objects.filter(action="recording.add").count() == 1
    assert leftovers() == 0
    visit.refresh_from_db()
    assert visit.recording_id == recording.pk
    assert not Consent.objects.exists()


def test_samples_become_a_plain_wav_file(
    sender: Sender, doctor: User, words: bytes
) -> None:
    """Whoever recorded knows length and hash at the end, and the whole WAV file's."""
    whole = wav(words, rate=22050)
    place = sender.place(None, RECORDER)
    length = str(len(words))
    answer = send_all(
        sender, place, words, Upload_Length=length, Repr_Digest=digest_of(whole)
    )
    assert answer.status_code == 204, answer.content
    recording = Recording.objects.get()
    assert recording.sha256 == sha256(whole).hexdigest()
    assert (recording.container, recording.codec) == ("wav", "pcm_s16le")
    assert (recording.origin, recording.source) == ("recorder", Source.DICTATION)
    assert recording.recorded_at == datetime(2026, 5, 4, 9, 20, 5, tzinfo=UTC)
    consent = recording.consent
    assert (consent.given_by, consent.asked_by) == ("Lena Vogel", str(doctor))
    assert consent.given_at == datetime(2026, 5, 4, 9, 20, 1, tzinfo=UTC)
    event = AuditEvent.objects.get(action="recording.consent")
    assert event.details["given_by"] == "Lena Vogel"
    delete_recording(recording, actor=SYSTEM)
    assert not Consent.objects.exists()
    assert not ResumableUpload.objects.exists()


def test_who_missed_the_answer_learns_it(sender: Sender, spoken: bytes) -> None:
    place = sender.place(len(spoken))
    send_all(sender, place, spoken)
    for _ in range(2):
        head = sender.ask("HEAD", place)
        assert head["Upload-Offset"] == head["Upload-Length"] == str(len(spoken))
        assert head["Content-Location"].startswith("/recordings/")
    assert sender.send(place, len(spoken), b"").status_code == 204
    assert sender.send(place, 0, spoken).status_code == 409
    assert Recording.objects.count() == 1
    assert sender.ask("DELETE", place).status_code == 204
    assert Recording.objects.count() == 1


@pytest.mark.parametrize("when", ["first", "last"])
def test_what_was_altered_is_not_kept(sender: Sender, spoken: bytes, when: str) -> None:
    wrong = {"Repr_Digest": digest_of(spoken + b"x")}
    place = sender.place(len(spoken), **(wrong if when == "first" else {}))
    answer = send_all(sender, place, spoken, **(wrong if when == "last" else {}))
    assert (answer.status_code, answer.json()["code"]) == (460, "altered")
    assert not Recording.objects.exists()
    assert stored() == []
    assert leftovers() == 0
    assert sender.ask("HEAD", place).status_code == 404


def test_what_is_no_audio_is_not_kept(sender: Sender) -> None:
    place = sender.place(9, {"filename": "notes.wav"})
    answer = sender.send(place, 0, b"not audio")
    assert answer.status_code == 422
    assert answer.json()["message"]
    assert leftovers() == 0
    assert not ResumableUpload.objects.exists()


def test_a_recording_that_came_first_costs_nothing_that_was_said(
    sender: Sender, doctor: User, spoken: bytes, add_visit: AddVisit
) -> None:
    visit = AppointmentFactory.create(doctor=doctor)
    place = sender.place(len(spoken), {"appointment": visit.pk})
    first = add_visit(doctor, appointment=visit)
    answer = send_all(sender, place, spoken)
    assert (answer.status_code, answer.json()["code"]) == (422, "recording_exists")
    delete_recording(first, actor=SYSTEM)
    assert sender.offset(place) == len(spoken)
    assert Recording.objects.get().sha256 == sha256(spoken).hexdigest()


def test_an_appointment_that_was_deleted_meanwhile_costs_nothing(
    sender: Sender, doctor: User, spoken: bytes
) -> None:
    visit = AppointmentFactory.create(doctor=doctor)
    place = sender.place(len(spoken), {"appointment": visit.pk})
    visit.delete()
    answer = send_all(sender, place, spoken)
    assert answer.json()["code"] == "appointment_not_found"
    assert (storage.partial_dir() / place.rpartition("/")[2]).read_bytes() == spoken


def test_it_is_kept_in_a_bucket(
    sender: Sender, spoken: bytes, s3_store: Bucket, settings: Any
) -> None:
    settings.STORAGES = {**settings.STORAGES, "recordings": settings.STORAGES["s3"]}
    place = sender.place(len(spoken), Repr_Digest=digest_of(spoken))
    s3_store.server.kill()
    try:
        assert send_all(sender, place, spoken).status_code == 503
        assert sender.ask("HEAD", place).status_code == 503
    finally:
        s3_store.server.start()
    assert sender.offset(place) == len(spoken)
    assert stored() == [sha256(spoken).hexdigest()]
    assert leftovers() == 0
