"""What a recording is found by follows what it is made from."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django_tasks_db.models import DBTaskResult

from appointments.models import Appointment, Patient
from appointments.services import (
    add_and_link_patient,
    delete_appointment,
    update_appointment,
    update_patient,
)
from medisync.accounts.models import User
from medisync.audit.trail import SYSTEM
from recordings.choices import Source
from recordings.indexing import complete_index
from recordings.match import expression
from recordings.models import Recording, SearchEntry, SearchMatch
from recordings.search import RecordingFilters, recordings
from recordings.services import delete_recording
from tests.factories import AppointmentFactory, PatientFactory
from tests.pages.test_list import row
from tests.recordings.conftest import AddVisit
from tests.telephony.factories import CallFactory, CallRecordingFactory

pytestmark = pytest.mark.django_db


def found(user: User, text: str, **filters: Any) -> list[Recording]:
    return recordings(user, RecordingFilters(text=text, **filters)).rows


@pytest.fixture
def patient(doctor: User) -> Patient:
    return PatientFactory.create(doctor=doctor, first_name="Ida", last_name="Brühl")


@pytest.fixture
def appointment(doctor: User, patient: Patient) -> Appointment:
    return AppointmentFactory.create(doctor=doctor, patient=patient)


@pytest.fixture
def visit(doctor: User, appointment: Appointment) -> Recording:
    return row(doctor, "Knee", appointment=appointment)


def test_a_patient_gets_another_name(
    doctor: User, patient: Patient, visit: Recording
) -> None:
    assert found(doctor, "bruhl") == [visit]

    update_patient(patient, actor=SYSTEM, changes={"last_name": "Falk"})

    assert found(doctor, "falk ida") == [visit]
    assert found(doctor, "bruhl") == []


def test_an_appointment_gets_another_patient(
    doctor: User, appointment: Appointment, visit: Recording
) -> None:
    other = PatientFactory.create(doctor=doctor, last_name="Falk")

    update_appointment(appointment, actor=SYSTEM, changes={"patient": other})

    assert found(doctor, "falk") == [visit]
    assert found(doctor, "bruhl") == []


def test_an_appointment_without_a_patient_gets_one(doctor: User) -> None:
    appointment = AppointmentFactory.create(doctor=doctor)
    visit = row(doctor, "Knee", appointment=appointment)

    add_and_link_patient(
        doctor,
        appointment_id=appointment.pk,
        actor=SYSTEM,
        first_name="Nora",
        last_name="Falk",
    )

    assert found(doctor, "falk") == [visit]


def test_an_appointment_is_deleted(
    doctor: User, appointment: Appointment, visit: Recording
) -> None:
    delete_appointment(appointment, actor=SYSTEM)

    assert found(doctor, "bruhl") == []
    assert found(doctor, "knee") == [visit]


def test_a_patient_is_deleted(
    doctor: User,
    patient: Patient,
    visit: Recording,
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        patient.delete()

    assert found(doctor, "bruhl") == []
    assert found(doctor, "knee") == [visit]


def test_an_appointment_is_given_to_another_doctor(
    doctor: User, other_doctor: User, appointment: Appointment, visit: Recording
) -> None:
    update_appointment(appointment, actor=SYSTEM, changes={"doctor": other_doctor})

    assert found(doctor, "knee") == []
    assert found(other_doctor, "knee brandt") == [visit]


def test_a_doctor_gets_another_name(doctor: User, visit: Recording) -> None:
    doctor.doctor_name = "Prof. Falk"
    doctor.save()
    for task in DBTaskResult.objects.ready():
        task.task.call(*task.args_kwargs["args"])

    assert found(doctor, "prof falk knee") == [visit]
    assert found(doctor, "okafor") == []


def test_a_sign_in_asks_for_no_new_index(doctor: User, visit: Recording) -> None:
    doctor.save(update_fields=["last_login"])

    assert not DBTaskResult.objects.exists()


@pytest.mark.parametrize(
    "text",
    [
        "+1 503 555 0176",
        "+1-503-555-0176",
        "15035550176",
        "5035550176",
        "5550176",
        "503555",
        "0176",
        "2117",
        "call-7.wav",
    ],
)
def test_a_call_is_found_by_its_numbers(staff: User, text: str) -> None:
    call = CallFactory.create()
    wanted = CallRecordingFactory.create(call=call, file_name="call-7.wav")
    CallRecordingFactory.create(
        call=CallFactory.create(caller="+4930112233", callee="300"), file_name="x.wav"
    )

    assert found(staff, text) == [wanted.recording]


def test_a_call_is_told_anew_by_the_phone_system(staff: User) -> None:
    call = CallFactory.create()
    kept = CallRecordingFactory.create(call=call)
    call.caller = "030 112233"
    call.save()

    assert found(staff, "112233") == [kept.recording]
    assert found(staff, "503555") == []


def test_a_deleted_recording_leaves_no_words(
    doctor: User, appointment: Appointment, add_visit: AddVisit
) -> None:
    recording = add_visit(doctor, appointment=appointment)
    assert found(doctor, "bruhl") == [recording]

    delete_recording(recording, actor=SYSTEM)

    assert not SearchEntry.objects.exists()
    assert not SearchMatch.objects.filter(words__matches=expression(["bruhl"])).exists()


def test_what_was_there_before_the_index_is_added(
    doctor: User, visit: Recording
) -> None:
    indexed = row(doctor, "Hip")
    SearchEntry.objects.filter(recording=visit).delete()
    assert found(doctor, "knee") == []

    call_command("migrate", verbosity=0)

    assert found(doctor, "knee bruhl") == [visit]
    assert found(doctor, "hip") == [indexed]


def test_a_start_looks_at_no_row_where_none_lacks_words(
    visit: Recording, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(2) as asked:
        assert complete_index() == 0

    assert all("COUNT(*)" in query["sql"] for query in asked.captured_queries)


def test_filters_and_sorts_go_with_a_search(
    staff: User, doctor: User, other_doctor: User
) -> None:
    short = row(doctor, "Knee", duration_ms=1000)
    long = row(doctor, "Knee again", duration_ms=2000)
    row(other_doctor, "Knee of another", duration_ms=3000)
    row(doctor, "Knee told", source=Source.DICTATION, duration_ms=4000)
    ours = {"doctor": doctor, "source": Source.VISIT}

    assert found(staff, "knee", **ours) == [long, short]
    assert found(staff, "knee", **ours, sort="oldest") == [short, long]
    assert found(staff, "knee", **ours, sort="shortest") == [short, long]
    assert found(staff, "knee", **ours, since=long.recorded_at) == [long]
    assert found(staff, "knee", **ours, until=long.recorded_at) == [short]
    assert found(staff, "knee", **ours, at_most_ms=1500) == [short]


@pytest.mark.parametrize("sort", ["newest", "oldest", "longest", "shortest"])
def test_a_frequent_word_is_paged_as_a_rare_one(
    monkeypatch: pytest.MonkeyPatch, doctor: User, sort: str
) -> None:
    for number in range(60):
        row(doctor, f"Arthroscopy {number}", duration_ms=number)
        row(doctor, f"Arthritis {number}", duration_ms=number)
    filters = RecordingFilters(text="arthros", sort=sort)  # type: ignore[arg-type]
    rare = recordings(doctor, filters)
    monkeypatch.setattr("recordings.match._FEW", 10)

    first = recordings(doctor, filters)
    second = recordings(doctor, filters, after=first.next)
    back = recordings(doctor, filters, before=second.previous)

    assert first.rows == rare.rows == back.rows
    assert len({*first.rows, *second.rows}) == 50


def test_a_beginning_of_very_many_words(doctor: User) -> None:
    wanted = [row(doctor, f"arthro{number}") for number in range(80)]

    assert found(doctor, "arthro") == wanted[:-26:-1]
    assert found(doctor, "arthro7", sort="oldest") == [wanted[7], *wanted[70:80]]
