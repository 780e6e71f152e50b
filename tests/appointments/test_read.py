"""Reading appointments (contract medisync 4.3, 4.4, 4.6) and lists in pages (1.5)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from appointments.models import Appointment
from medisync.accounts.models import User
from tests.conftest import Bearer
from tests.factories import AppointmentFactory, PatientFactory

pytestmark = [
    pytest.mark.contract("medisync", "4.3"),
    pytest.mark.contract("medisync", "4.4"),
    pytest.mark.contract("medisync", "4.6"),
]

NOT_FOUND = {"success": False, "error": "Appointment not found"}
INVALID = {"success": False, "error": "Missing or invalid appointment ID"}
MALFORMED = ["apt_abc123", "0" * 23, "g" * 24, "0" * 25, "%00", "%0A", "%F0%9F", "a b"]


@pytest.fixture
def visits(doctor: User, other_doctor: User) -> list[Appointment]:
    """Two of the doctor's, the later first, and one of another's."""
    return [
        AppointmentFactory.create(doctor=doctor, date="2026-05-05", time="08:00"),
        AppointmentFactory.create(doctor=doctor, date="2026-05-04", time="17:00"),
        AppointmentFactory.create(doctor=other_doctor, date="2026-05-06"),
    ]


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"success", "data"}
    assert body["success"] is True
    return [one["_id"] for one in body["data"]]


def test_get(client: Client, bearer: Bearer, doctor: User) -> None:
    found = AppointmentFactory.create(
        doctor=doctor, recording_url="/api/recordings/get/1", recording_key="k"
    )
    url = f"/api/appointments/get/{found.pk}"

    for variant in (url, f"{url}?uid=x", f"/api/appointments/get/{found.pk.upper()}"):
        answer = client.get(variant, headers=bearer(doctor))

        assert answer.status_code == 200
        data = answer.json()["data"]
        assert data["_id"] == found.pk
        assert data["recording_url"] == "http://testserver/api/recordings/get/1"
        assert (data["recording_id"], data["recording_key"]) == (None, "k")


def test_anothers_is_as_a_missing_one(
    client: Client, bearer: Bearer, doctor: User, visits: list[Appointment]
) -> None:
    for appointment_id in ("0" * 24, visits[2].pk):
        url = f"/api/appointments/get/{appointment_id}"
        answer = client.get(url, headers=bearer(doctor))

        assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


@pytest.mark.parametrize("malformed", MALFORMED)
def test_a_malformed_id(
    client: Client, bearer: Bearer, doctor: User, malformed: str
) -> None:
    answer = client.get(f"/api/appointments/get/{malformed}", headers=bearer(doctor))

    assert answer.status_code == 400
    if malformed != "%00":
        assert answer.json() == INVALID


def test_the_doctors_own(
    client: Client, bearer: Bearer, doctor: User, visits: list[Appointment]
) -> None:
    for query in ("", "?uid=", f"?uid={visits[2].doctor_id}"):
        answer = client.get(f"/api/appointments/doctors{query}", headers=bearer(doctor))

        assert ids(answer) == [visits[0].pk, visits[1].pk]


def test_none(client: Client, bearer: Bearer, doctor: User) -> None:
    answer = client.get("/api/appointments/doctors", headers=bearer(doctor))

    assert ids(answer) == []


@pytest.mark.parametrize("who", ["staff", "superuser"])
def test_the_clinics(
    client: Client,
    bearer: Bearer,
    visits: list[Appointment],
    request: pytest.FixtureRequest,
    who: str,
) -> None:
    user = request.getfixturevalue(who)

    answer = client.get("/api/appointments/doctors", headers=bearer(user))
    one = client.get(f"/api/appointments/get/{visits[0].pk}", headers=bearer(user))

    assert ids(answer) == [visits[2].pk, visits[0].pk, visits[1].pk]
    assert one.status_code == 200


class TestOfAPatient:
    URL = "/api/appointments/patients"

    def test_only_the_patients_and_only_own(
        self,
        client: Client,
        bearer: Bearer,
        doctor: User,
        other_doctor: User,
        visits: list[Appointment],
    ) -> None:
        patient = PatientFactory.create(doctor=doctor)
        Appointment.objects.filter(pk__in=[visits[1].pk, visits[2].pk]).update(
            patient=patient
        )

        for name in ("patient_id", "uid"):
            for value in (patient.pk, patient.pk.upper()):
                answer = client.get(
                    f"{self.URL}?{name}={value}", headers=bearer(doctor)
                )
                assert ids(answer) == [visits[1].pk]
        # patient_id is the newer word.
        both = f"{self.URL}?uid={doctor.pk}&patient_id={patient.pk}"
        assert ids(client.get(both, headers=bearer(doctor))) == [visits[1].pk]
        theirs = client.get(
            f"{self.URL}?patient_id={patient.pk}", headers=bearer(other_doctor)
        )
        assert ids(theirs) == [visits[2].pk]

    @pytest.mark.parametrize(
        "query", ["", "?uid=", "?patient_id=x", "?uid=%00", f"?patient_id={'0' * 24}"]
    )
    def test_nobodys(
        self,
        client: Client,
        bearer: Bearer,
        doctor: User,
        visits: list[Appointment],
        query: str,
    ) -> None:
        answer = client.get(f"{self.URL}{query}", headers=bearer(doctor))

        assert ids(answer) == []


class TestPages:
    @pytest.fixture
    def five(self, doctor: User) -> list[str]:
        return [
            AppointmentFactory.create(doctor=doctor, date=f"2026-05-{day:02}").pk
            for day in (9, 8, 7, 6, 5)
        ]

    @pytest.mark.parametrize(
        ("query", "first", "last", "page", "limit", "pages"),
        [
            ("page=1", 0, 5, 1, 20, 1),
            ("limit=2", 0, 2, 1, 2, 3),
            ("page=2&limit=2", 2, 4, 2, 2, 3),
            ("page=3&limit=2", 4, 5, 3, 2, 3),
            ("page=4&limit=2", 5, 5, 4, 2, 3),
            ("page=999999999&limit=100", 5, 5, 999999999, 100, 1),
            ("limit=1000", 0, 5, 1, 100, 1),
            ("page=&limit=", 0, 5, 1, 20, 1),
        ],
    )
    def test_a_page(
        self,
        client: Client,
        bearer: Bearer,
        doctor: User,
        five: list[str],
        query: str,
        first: int,
        last: int,
        page: int,
        limit: int,
        pages: int,
    ) -> None:
        url = f"/api/appointments/doctors?{query}"

        body = client.get(url, headers=bearer(doctor)).json()

        assert [one["_id"] for one in body["data"]] == five[first:last]
        assert body["pagination"] == {
            "page": page,
            "limit": limit,
            "total": 5,
            "pages": pages,
        }

    @pytest.mark.parametrize("name", ["page", "limit"])
    @pytest.mark.parametrize(
        "value", ["0", "-1", "x", "1.5", "9" * 10, "9" * 5000, "²", "٣", "%00", " 1"]
    )
    def test_a_page_that_cannot_be(
        self, client: Client, bearer: Bearer, doctor: User, name: str, value: str
    ) -> None:
        url = f"/api/appointments/doctors?{name}={value}"

        answer = client.get(url, headers=bearer(doctor))

        assert answer.status_code == 400
        assert name in answer.json()["error"]
