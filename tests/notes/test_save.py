"""POST /api/notes/add/{id} (contract medisync 8.2)."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from appointments.models import Appointment
from appointments.services import update_appointment
from appointments.status import Status
from medisync.accounts.models import User
from medisync.audit.models import AuditEvent
from medisync.audit.trail import SYSTEM
from notes.models import Note
from notes.services import save_notes
from tests.conftest import Bearer
from tests.factories import AppointmentFactory, UserFactory

pytestmark = pytest.mark.contract("medisync", "8.2")

NOT_FOUND = {"success": False, "error": "Appointment not found"}


class Caller:
    def __init__(self, client: Client, headers: dict[str, str]) -> None:
        self.client, self.headers = client, headers

    def save(self, appointment_id: str, body: Any) -> Any:
        return self.client.post(
            f"/api/notes/add/{appointment_id}",
            body,
            content_type="application/json",
            headers=self.headers,
        )

    def read(self, appointment_id: str) -> list[dict[str, Any]]:
        answer = self.client.get(f"/api/notes/{appointment_id}", headers=self.headers)
        assert answer.status_code == 200
        data: list[dict[str, Any]] = answer.json()["data"]
        return data


@pytest.fixture
def visit(doctor: User) -> Appointment:
    return AppointmentFactory.create(doctor=doctor)


@pytest.fixture
def caller(client: Client, bearer: Bearer, doctor: User) -> Caller:
    return Caller(client, bearer(doctor))


@pytest.fixture
def other(client: Client, bearer: Bearer, other_doctor: User) -> Caller:
    return Caller(client, bearer(other_doctor))


@pytest.mark.parametrize("status", Status)
def test_they_are_kept_and_the_appointment_is_finished(
    caller: Caller, visit: Appointment, doctor: User, status: Status
) -> None:
    Appointment.objects.update(status=status)

    answer = caller.save(visit.pk, {"notes": "S: knee pain.\n", "summary": "Knee"})

    assert answer.status_code == 200
    note = Note.objects.get()
    data = answer.json()["data"]
    created = data.pop("createdAt")
    assert created.endswith("Z")
    assert data.pop("updatedAt") == created
    assert data == {
        "_id": note.pk,
        "appointment_id": visit.pk,
        "notes": "S: knee pain.\n",
        "summary": "Knee",
    }
    visit.refresh_from_db()
    assert visit.status == Status.FINISHED
    event = AuditEvent.objects.get()
    assert (event.action, event.object_id) == ("notes.add", note.pk)
    assert (event.actor_id, event.details) == (doctor.pk, {"appointment": visit.pk})


@pytest.mark.parametrize(
    ("again", "summary"),
    [
        ({}, "old"),
        ({"summary": None}, "old"),
        ({"summary": "new"}, "new"),
        ({"summary": ""}, ""),
    ],
)
def test_they_are_replaced(
    caller: Caller, visit: Appointment, again: dict[str, Any], summary: str
) -> None:
    first = caller.save(visit.pk, {"notes": "one", "summary": "old"}).json()["data"]

    answer = caller.save(visit.pk.upper(), {"notes": "two", **again})

    assert answer.status_code == 200
    second = answer.json()["data"]
    assert (second["notes"], second["summary"]) == ("two", summary)
    assert (second["_id"], second["createdAt"]) == (first["_id"], first["createdAt"])
    assert second["updatedAt"] >= first["updatedAt"]
    assert caller.read(visit.pk) == [second]
    actions = AuditEvent.objects.order_by("at").values_list("action", flat=True)
    assert list(actions) == ["notes.add", "notes.update"]


def test_a_new_note_has_an_empty_summary(caller: Caller, visit: Appointment) -> None:
    data = caller.save(visit.pk, {"notes": "x"}).json()["data"]

    assert data["summary"] == ""


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"summary": "x"},
        {"notes": None},
        {"notes": ""},
        {"notes": 5},
        {"notes": ["x"]},
        {"notes": {}},
        {"notes": "a\0"},
        {"notes": "\ud800"},
        {"notes": "x" * 1_000_001},
        {"notes": "x", "summary": 5},
        {"notes": "x", "summary": ["x"]},
        {"notes": "x", "summary": "a\0"},
        {"notes": "x", "summary": "x" * 100_001},
        [],
        "null",
    ],
    ids=lambda body: repr(body)[:40],
)
def test_bad_input(caller: Caller, visit: Appointment, body: Any) -> None:
    answer = caller.save(visit.pk, body)

    assert answer.status_code == 400
    assert not Note.objects.exists()
    visit.refresh_from_db()
    assert visit.status == Status.RECORDING


@pytest.mark.parametrize("malformed", ["x", "g" * 24, "0" * 25, "%0A"])
def test_a_malformed_id(caller: Caller, malformed: str) -> None:
    answer = caller.save(malformed, {"notes": "x"})

    assert (answer.status_code, answer.json()["error"]) == (
        400,
        "Missing or invalid appointment ID",
    )
    assert not Note.objects.exists()


class TestWithoutTheAppointment:
    def test_they_are_saved_and_then_it_is_missed(
        self, caller: Caller, doctor: User
    ) -> None:
        for text in ("one", "two"):
            answer = caller.save("0" * 24, {"notes": text})

            assert (answer.status_code, answer.json()) == (404, NOT_FOUND)
        note = Note.objects.get()
        assert (note.notes, note.doctor) == ("two", doctor)
        assert [one["notes"] for one in caller.read("0" * 24)] == ["two"]
        assert AuditEvent.objects.count() == 2

    def test_another_doctors_is_neither_touched_nor_told(
        self, caller: Caller, other: Caller, visit: Appointment
    ) -> None:
        own = caller.save(visit.pk, {"notes": "mine", "summary": "my"}).json()["data"]
        Appointment.objects.update(status=Status.ERROR)

        answer = other.save(visit.pk, {"notes": "theirs"})

        assert (answer.status_code, answer.json()) == (404, NOT_FOUND)
        assert caller.read(visit.pk) == [own]
        assert [one["notes"] for one in other.read(visit.pk)] == ["theirs"]
        assert other.read(visit.pk)[0]["summary"] == ""
        visit.refresh_from_db()
        assert visit.status == Status.ERROR

    def test_it_is_the_same_before_there_are_any(
        self, other: Caller, visit: Appointment
    ) -> None:
        missing = other.save("0" * 24, {"notes": "x"})
        theirs = other.save(visit.pk, {"notes": "x"})

        assert missing.json() == theirs.json()
        assert missing.status_code == theirs.status_code == 404


class TestStaff:
    @pytest.fixture
    def desk(self, client: Client, bearer: Bearer, staff: User) -> Caller:
        return Caller(client, bearer(staff))

    def test_they_write_the_doctors_note(
        self, desk: Caller, caller: Caller, visit: Appointment, doctor: User
    ) -> None:
        caller.save(visit.pk, {"notes": "one", "summary": "s"})

        answer = desk.save(visit.pk, {"notes": "two"})

        assert answer.status_code == 200
        assert Note.objects.get().doctor == doctor
        assert desk.read(visit.pk) == caller.read(visit.pk)
        assert caller.read(visit.pk)[0]["notes"] == "two"

    def test_they_see_the_doctors_and_no_strangers(
        self, desk: Caller, caller: Caller, other: Caller, visit: Appointment
    ) -> None:
        other.save(visit.pk, {"notes": "stranger"})
        assert desk.read(visit.pk) == []
        caller.save(visit.pk, {"notes": "doctor"})

        assert [one["notes"] for one in desk.read(visit.pk)] == ["doctor"]


class TestANewDoctor:
    def hand_over(self, visit: Appointment, doctor: User) -> None:
        update_appointment(visit, actor=SYSTEM, changes={"doctor": doctor})

    def test_the_notes_follow(
        self, caller: Caller, other: Caller, visit: Appointment, other_doctor: User
    ) -> None:
        caller.save(visit.pk, {"notes": "one"})

        self.hand_over(visit, other_doctor)

        assert [one["notes"] for one in other.read(visit.pk)] == ["one"]
        assert caller.read(visit.pk) == []
        assert other.save(visit.pk, {"notes": "two"}).status_code == 200
        assert Note.objects.count() == 1

    def test_what_the_new_doctor_had_written_is_not_lost(
        self,
        caller: Caller,
        other: Caller,
        client: Client,
        bearer: Bearer,
        visit: Appointment,
        other_doctor: User,
    ) -> None:
        third = Caller(client, bearer(UserFactory.create()))
        third.save(visit.pk, {"notes": "stranger"})
        other.save(visit.pk, {"notes": "stray"})
        own = caller.save(visit.pk, {"notes": "real", "summary": "s"}).json()["data"]

        self.hand_over(visit, other_doctor)

        (note,) = other.read(visit.pk)
        assert note["notes"] == "real\n\nstray"
        assert (note["summary"], note["_id"]) == ("s", own["_id"])
        assert [one["notes"] for one in third.read(visit.pk)] == ["stranger"]

    def test_what_the_new_doctor_had_written_is_the_note(
        self, other: Caller, visit: Appointment, other_doctor: User
    ) -> None:
        other.save(visit.pk, {"notes": "stray"})

        self.hand_over(visit, other_doctor)

        assert [one["notes"] for one in other.read(visit.pk)] == ["stray"]


@pytest.mark.django_db(transaction=True)
def test_many_at_once_make_one_note() -> None:
    doctor = UserFactory.create()
    visit = AppointmentFactory.create(doctor=doctor)
    gate = threading.Barrier(8)

    def save(number: int) -> str:
        try:
            gate.wait()
            note = save_notes(
                doctor, appointment_id=visit.pk, notes=str(number), actor=SYSTEM
            )
            return note.pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        saved = set(pool.map(save, range(8)))

    assert saved == {Note.objects.get().pk}
    assert AuditEvent.objects.filter(action="notes.add").count() == 1
    assert AuditEvent.objects.filter(action="notes.update").count() == 7
