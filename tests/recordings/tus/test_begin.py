"""POST /uploads/ (tus: creation, creation-defer-length, expiration), and OPTIONS."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django.utils.http import parse_http_date

from appointments.models import Appointment
from medisync.accounts.models import User
from medisync.audit.models import AuditEvent
from recordings import resumable, storage
from recordings.models import ResumableUpload
from tests.factories import AppointmentFactory
from tests.recordings.conftest import AddVisit, add_visit
from tests.recordings.tus.sender import Sender, digest_of, metadata

__all__ = ["add_visit"]


def files() -> list[str]:
    return [path.name for path in storage.partial_dir().iterdir()]


def test_it_makes_room(sender: Sender, doctor: User) -> None:
    answer = sender.begin(1000, {"filename": "a visit.wav", "title": " Knee "})
    assert answer.status_code == 201
    assert answer["Tus-Resumable"] == "1.0.0"
    expires = parse_http_date(answer["Upload-Expires"])
    assert expires == pytest.approx(
        (timezone.now() + resumable.KEPT).timestamp(), abs=60
    )
    upload = ResumableUpload.objects.get()
    assert answer["Location"] == f"/uploads/{upload.pk}"
    assert (upload.owner, upload.doctor, upload.length) == (doctor, doctor, 1000)
    assert (upload.file_name, upload.title) == ("a visit.wav", "Knee")
    assert files() == [upload.pk]
    event = AuditEvent.objects.get(action="upload.begin")
    assert (event.actor_id, event.object_id) == (doctor.pk, upload.pk)
    head = sender.ask("HEAD", answer["Location"])
    assert (head["Upload-Offset"], head["Upload-Length"]) == ("0", "1000")
    assert head["Cache-Control"] == "no-store"


def test_the_length_may_come_later(sender: Sender) -> None:
    head = sender.ask("HEAD", sender.place(None))
    assert (head["Upload-Offset"], head["Upload-Defer-Length"]) == ("0", "1")
    assert "Upload-Length" not in head


def test_options_tell_what_is_spoken(sender: Sender, settings: Any) -> None:
    answer = sender.ask("OPTIONS", "/uploads/", Tus_Resumable="")
    assert answer.status_code == 204
    assert answer["Tus-Version"] == "1.0.0"
    assert answer["Tus-Max-Size"] == str(settings.MAX_UPLOAD_BYTES)
    assert set(answer["Tus-Extension"].split(",")) == {
        *("creation", "creation-defer-length", "checksum", "expiration"),
        "termination",
    }
    assert answer["Tus-Checksum-Algorithm"] == "sha1,sha256"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Tus_Resumable": "0.2.2", "Upload_Length": "5"}, 412),
        ({}, 400),
        ({"Upload_Length": "-1"}, 400),
        ({"Upload_Length": "five"}, 400),
        ({"Upload_Length": "9" * 500}, 400),
        ({"Upload_Length": "0"}, 400),
        ({"Upload_Defer_Length": "2"}, 400),
        ({"Upload_Length": "5", "Upload_Defer_Length": "1"}, 400),
        ({"Upload_Length": "5", "Upload_Metadata": "filename ???"}, 400),
        ({"Upload_Length": "5", "Upload_Metadata": "filename gA=="}, 400),
        ({"Upload_Length": "5", "Upload_Metadata": "a YQ==,a YQ=="}, 400),
        ({"Upload_Length": "5", "Upload_Metadata": metadata(title="a\0b")}, 400),
        ({"Upload_Length": "5", "Upload_Metadata": metadata(sampleRate="3")}, 400),
        ({"Upload_Length": "5", "Upload_Metadata": metadata(consentAt="x")}, 400),
        (
            {
                "Upload_Length": "5",
                "Upload_Metadata": metadata(recordedAt="2026-05-04T09:20:00"),
            },
            400,
        ),
        *(
            ({"Upload_Length": "5", "Upload_Metadata": metadata(**{name: end})}, 400)
            for name in ("consentAt", "recordedAt")
            # No time zone's, and a date in some zones but not in all of them.
            for end in (
                "0001-01-01T00:00:00+14:00",
                "0001-01-01T00:00:00Z",
                "9999-12-31T23:59:59-14:00",
            )
        ),
        ({"Upload_Length": "5", "Repr_Digest": "md5=:abc:"}, 400),
        ({"Upload_Length": str(600 * 1024 * 1024)}, 413),
        ({"Upload_Length": "5", "Upload_Metadata": metadata(appointment="x")}, 422),
        ({"Upload_Length": "4", "Upload_Metadata": metadata(sampleRate="24000")}, 422),
        (
            {
                "Upload_Length": "5",
                "Upload_Metadata": metadata(sampleRate="24000", consent="Lena"),
            },
            400,
        ),
    ],
)
def test_it_refuses_what_no_upload_can_be(
    sender: Sender, headers: dict[str, str], status: int
) -> None:
    answer = sender.ask("POST", "/uploads/", **headers)
    assert answer.status_code == status, answer.content
    assert answer.json()["message"]
    assert answer["Tus-Resumable"] == "1.0.0"
    assert not ResumableUpload.objects.exists()
    assert files() == []


def test_an_appointment_has_one_recording(
    sender: Sender, doctor: User, add_visit: AddVisit
) -> None:
    visit = add_visit(doctor).appointment
    assert visit is not None
    answer = sender.begin(9, {"appointment": visit.pk})
    assert answer.status_code == 422
    assert answer.json()["code"] == "recording_exists"


@pytest.fixture
def foreign_visit(other_doctor: User) -> Appointment:
    return AppointmentFactory.create(doctor=other_doctor)


def test_another_doctors_appointment_is_none(
    sender: Sender, staff: User, foreign_visit: Appointment
) -> None:
    told = {"appointment": foreign_visit.pk}
    assert sender.begin(9, told).status_code == 422
    assert Sender(staff).begin(9, told).status_code == 201
    assert ResumableUpload.objects.get().doctor == foreign_visit.doctor


def test_staff_name_the_doctor(
    sender: Sender, staff: User, doctor: User, other_doctor: User
) -> None:
    """A doctor's dictation is their own, whomever they name."""
    for user, who in ((staff, doctor), (doctor, doctor)):
        named = {"doctor": who.pk if user == staff else other_doctor.pk}
        Sender(user).place(9, named)
        assert ResumableUpload.objects.get(owner=user).doctor == who
    assert Sender(staff).begin(9, {"doctor": "nobody"}).status_code == 422


def test_a_token_of_the_session_is_needed(doctor: User) -> None:
    careful = Sender(doctor, enforce_csrf_checks=True)
    assert careful.begin(9).status_code == 403
    assert Sender(None).begin(9).status_code == 401


def test_nobody_has_more_unfinished_than_they_can_look_through(
    sender: Sender, other_doctor: User
) -> None:
    for _ in range(resumable.MOST_UNFINISHED):
        sender.place(9, Repr_Digest=digest_of(b""))
    assert sender.begin(9).status_code == 429
    assert Sender(other_doctor).begin(9).status_code == 201
    ResumableUpload.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert sender.begin(9).status_code == 201
