"""POST /api/appointments/add (contract medisync 4.5)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from appointments.models import Appointment
from medisync.accounts.models import User
from medisync.audit.models import AuditEvent
from tests.conftest import Bearer
from tests.factories import PatientFactory, UserFactory

pytestmark = pytest.mark.contract("medisync", "4.5")

URL = "/api/appointments/add"
BODY = {"name": "Knee check", "date": "2026-05-04", "time": "09:20"}


class Caller:
    def __init__(self, client: Client, headers: dict[str, str]) -> None:
        self.client, self.headers = client, headers

    def add(self, body: Any, query: str = "") -> Any:
        return self.client.post(
            URL + query, body, content_type="application/json", headers=self.headers
        )


@pytest.fixture
def caller(client: Client, bearer: Bearer, doctor: User) -> Caller:
    return Caller(client, bearer(doctor))


def test_the_least(caller: Caller, doctor: User) -> None:
    answer = caller.add(BODY)

    found = Appointment.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "success": True,
        "data": {
            "_id": found.pk,
            "name": "Knee check",
            "date": "2026-05-04",
            "time": "09:20",
            "recording_id": None,
            "recording_url": None,
            "recording_key": None,
            "status": "recording",
            "doctor_id": doctor.pk,
            "patient_id": None,
            "notes": "",
            "language": "de",
            "notes_type": "soap_clinical_notes_de",
            "appointment_type": "in_person",
        },
    }
    event = AuditEvent.objects.get(action="appointment.add")
    assert (event.object_id, event.actor_id) == (found.pk, doctor.pk)


def test_everything(caller: Caller, doctor: User) -> None:
    patient = PatientFactory.create(doctor=doctor)
    facts = {
        **BODY,
        "recording_id": "rec_123",
        "recording_url": "https://files.example.net/1.wav",
        "recording_key": "1.wav",
        "status": "planned",
        "patient_id": patient.pk,
        "notes": " first visit\n",
        "language": "en",
        "notes_type": "progress_note",
        "appointment_type": "video",
    }

    answer = caller.add(facts)

    data = answer.json()["data"]
    assert answer.status_code == 201
    assert data == facts | {"_id": data["_id"], "doctor_id": doctor.pk}
    assert Appointment.objects.get().patient == patient


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("planned", "planned"),
        ("recording", "recording"),
        ("finished", "recording"),
        ("error", "recording"),
        ("PLANNED", "recording"),
        ("", "recording"),
        (None, "recording"),
        (5, "recording"),
        (["planned"], "recording"),
        ({"planned": 1}, "recording"),
        ("\ud800\0", "recording"),
    ],
)
def test_a_new_appointment_is_planned_or_being_recorded(
    caller: Caller, sent: Any, kept: str
) -> None:
    answer = caller.add(BODY | {"status": sent})

    assert (answer.status_code, answer.json()["data"]["status"]) == (201, kept)


@pytest.mark.parametrize("language", ["en", "de-CH", "pt_BR"])
def test_the_notes_type_follows_the_language(caller: Caller, language: str) -> None:
    data = caller.add(BODY | {"language": language}).json()["data"]

    assert data["notes_type"] == f"soap_clinical_notes_{language}"


@pytest.mark.parametrize("nothing", [None, ""])
def test_nothing_is_the_same_as_absent(caller: Caller, nothing: Any) -> None:
    optional = ["patient_id", "recording_id", "recording_url", "recording_key"]
    optional += ["notes", "language", "notes_type", "appointment_type"]

    sent = caller.add(BODY | dict.fromkeys(optional, nothing)).json()["data"]
    absent = caller.add(BODY).json()["data"]

    assert sent | {"_id": ""} == absent | {"_id": ""}


@pytest.mark.parametrize("field", ["name", "date", "time"])
@pytest.mark.parametrize(
    "value", ["absent", None, "", " ", 5, ["x"], {}, True, "a\0", "\ud800", "x" * 301]
)
def test_what_is_required(caller: Caller, doctor: User, field: str, value: Any) -> None:
    body: dict[str, Any] = BODY | {field: value}
    if value == "absent":
        del body[field]

    answer = caller.add(body)

    assert answer.status_code == 400
    assert answer.json()["success"] is False
    assert field in answer.json()["error"]
    assert not Appointment.objects.exists()
    assert not AuditEvent.objects.filter(action="appointment.add").exists()


@pytest.mark.parametrize(
    "value",
    [
        *("2026-5-4", "20260504", "2026-W19-1", "2026-02-30", "0000-01-01"),
        *("04.05.2026", "2026-05-04T09:20", "٢٠٢٦-٠٥-٠٤", "2026-05-04\n2026-05-05"),
    ],
)
def test_a_bad_date(caller: Caller, value: str) -> None:
    assert caller.add(BODY | {"date": value}).status_code == 400


@pytest.mark.parametrize(
    "value", ["9:20", "24:00", "09:60", "09:20:00", "0920", "09-20", "٠٩:٢٠", "9.20 am"]
)
def test_a_bad_time(caller: Caller, value: str) -> None:
    assert caller.add(BODY | {"time": value}).status_code == 400


@pytest.mark.parametrize(
    ("field", "longest"),
    [
        ("name", 300),
        ("recording_id", 100),
        ("recording_url", 2000),
        ("recording_key", 1000),
        ("notes", 100_000),
        ("language", 35),
        ("notes_type", 100),
        ("appointment_type", 100),
    ],
)
def test_optional_text_is_text_that_fits(
    caller: Caller, doctor: User, field: str, longest: int
) -> None:
    refused: list[Any] = ["x" * (longest + 1), 5, ["x"], {}, True, "a\0", "\ud800"]
    for bad in refused:
        assert caller.add(BODY | {field: bad}).status_code == 400
    assert not Appointment.objects.exists()
    assert caller.add(BODY | {field: "x" * longest}).status_code == 201


@pytest.mark.parametrize("language", ["d e", "de/../x", "-", "de\n", "dé"])
def test_a_bad_language(caller: Caller, language: str) -> None:
    assert caller.add(BODY | {"language": language}).status_code == 400


@pytest.mark.parametrize(
    "patient_id", ["apt_abc123", "0" * 23, "g" * 24, "x" * 101, 5, ["x"], {}, "a\0"]
)
def test_a_malformed_patient_id(caller: Caller, patient_id: Any) -> None:
    answer = caller.add(BODY | {"patient_id": patient_id})

    assert answer.status_code == 400


def test_a_patient_that_is_not_there_or_anothers(
    caller: Caller, other_doctor: User
) -> None:
    theirs = PatientFactory.create(doctor=other_doctor)

    for patient_id in ("0" * 24, theirs.pk):
        answer = caller.add(BODY | {"patient_id": patient_id})

        assert (answer.status_code, answer.json()) == (
            404,
            {"success": False, "error": "Patient not found"},
        )
    assert not Appointment.objects.exists()


def test_an_id_in_capitals(caller: Caller, doctor: User) -> None:
    patient = PatientFactory.create(doctor=doctor)

    answer = caller.add(BODY | {"patient_id": patient.pk.upper()})

    assert answer.json()["data"]["patient_id"] == patient.pk


def test_a_path_of_ours_is_told_with_the_host(caller: Caller) -> None:
    for path in ("/api/recordings/get/1", "//[", "/x y"):
        data = caller.add(BODY | {"recording_url": path}).json()["data"]

        assert data["recording_url"] == f"http://testserver{path}"


def test_a_subscription_is_needed(
    client: Client, bearer: Bearer, db: None, superuser: User
) -> None:
    none = UserFactory.create(subscription_until=None)

    answer = Caller(client, bearer(none)).add(BODY)

    assert answer.status_code == 403
    assert answer.json() == {
        "success": False,
        "error": "Active subscription required",
        "code": "SUBSCRIPTION_REQUIRED",
    }
    assert not Appointment.objects.exists()
    assert Caller(client, bearer(superuser)).add(BODY).status_code == 201


@pytest.mark.parametrize("query", ["?uid=", "?uid=0123456789abcdef01234567"])
def test_the_token_says_who_it_is(
    caller: Caller, doctor: User, other_doctor: User, query: str
) -> None:
    answer = caller.add(
        BODY | {"doctor_id": other_doctor.pk, "uid": other_doctor.pk}, query
    )

    assert answer.json()["data"]["doctor_id"] == doctor.pk


class TestStaff:
    @pytest.fixture
    def desk(self, client: Client, bearer: Bearer, staff: User) -> Caller:
        return Caller(client, bearer(staff))

    def test_in_their_own_name(self, desk: Caller, staff: User) -> None:
        for body in (BODY, BODY | {"doctor_id": staff.pk}, BODY | {"doctor_id": ""}):
            assert desk.add(body).json()["data"]["doctor_id"] == staff.pk

    def test_for_a_doctor(self, desk: Caller, staff: User, doctor: User) -> None:
        patient = PatientFactory.create(doctor=doctor)

        answer = desk.add(BODY | {"doctor_id": doctor.pk, "patient_id": patient.pk})

        assert answer.status_code == 201
        assert Appointment.objects.get().doctor == doctor
        assert AuditEvent.objects.get(action="appointment.add").actor_id == staff.pk

    def test_for_nobody(self, desk: Caller, staff: User) -> None:
        gone = UserFactory.create(is_active=False)

        for doctor_id, status in (
            ("0" * 24, 404),
            (gone.pk, 404),
            ("x", 400),
            (5, 400),
            (["x"], 400),
            ("\ud800" * 24, 400),
        ):
            assert desk.add(BODY | {"doctor_id": doctor_id}).status_code == status
