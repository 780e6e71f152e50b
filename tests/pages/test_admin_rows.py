"""A clinician's admin holds their own rows, whichever way one asks."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appointments.models import Appointment, Patient
from medisync.accounts.models import User
from medisync.audit.models import AuditEvent, Outcome
from medisync.audit.trail import SYSTEM
from notes.models import Note
from notes.services import save_notes
from recordings.models import Recording
from tests.factories import AppointmentFactory, PatientFactory
from tests.pages.conftest import SignedIn
from tests.recordings.conftest import AddVisit
from tests.telephony.speech import imported

pytestmark = pytest.mark.django_db

CLINICAL = {
    "appointments_patient": "patient",
    "appointments_appointment": "appointment",
    "recordings_recording": "recording",
    "notes_note": "note",
}
CLINIC_ONLY = [
    "telephony_call",
    "telephony_callrecording",
    "recordings_rendition",
    "audit_auditevent",
]
SUPERUSER_ONLY = ["telephony_account", "telephony_pbxuser", "accounts_user"]


@dataclass
class Records:
    patient: Patient
    appointment: Appointment
    recording: Recording
    note: Note

    def pk(self, model: str) -> str:
        return str(getattr(self, CLINICAL[model]).pk)


@pytest.fixture
def records(doctor: User, add_visit: AddVisit) -> Records:
    patient = PatientFactory.create(
        doctor=doctor, first_name="Eilidh", last_name="Quarry"
    )
    appointment = AppointmentFactory.create(
        doctor=doctor, patient=patient, name="Quarry knee"
    )
    recording = add_visit(doctor, "pcm-16.wav", appointment)
    note = save_notes(
        doctor,
        appointment_id=appointment.pk,
        notes="S: Quarry",
        summary="Quarry better",
        actor=SYSTEM,
    )
    return Records(patient, appointment, recording, note)


def at(model: str, page: str, *args: str) -> str:
    return reverse(f"admin:{model}_{page}", args=args)


def text_of(client: Client, url: str) -> str:
    answer = client.get(url, follow=True)
    assert answer.status_code == 200, url
    return str(answer.content.decode())


@pytest.mark.parametrize("model", CLINICAL)
def test_lists_and_searches_hold_ones_own(
    signed_in: SignedIn,
    doctor: User,
    other_doctor: User,
    staff: User,
    records: Records,
    model: str,
) -> None:
    pk = records.pk(model)
    for query in ("", "?q=quarry", "?q=QUARRY", f"?doctor__id__exact={doctor.pk}"):
        url = at(model, "changelist") + query
        assert pk in text_of(signed_in(doctor), url)
        assert pk in text_of(signed_in(staff), url)
        theirs = text_of(signed_in(other_doctor), url)
        assert pk not in theirs
        assert "Quarry" not in theirs.replace('value="QUARRY"', "")


@pytest.mark.parametrize("model", CLINICAL)
@pytest.mark.parametrize("page", ["change", "history", "delete"])
def test_anothers_address_is_as_a_missing_ones(
    signed_in: SignedIn,
    doctor: User,
    other_doctor: User,
    records: Records,
    model: str,
    page: str,
) -> None:
    if page == "delete" and model in ("appointments_patient", "notes_note"):
        return  # Nobody deletes these; the permission matrix says so.
    pk = records.pk(model)
    assert signed_in(doctor).get(at(model, page, pk)).status_code == 200
    client = signed_in(other_doctor)

    for post in (False, True):
        send = client.post if post else client.get
        hidden = send(at(model, page, pk), follow=True)
        missing = send(at(model, page, "0" * 24), follow=True)
        if post and page == "history":
            continue
        assert hidden.redirect_chain == missing.redirect_chain
        same = hidden.content.decode().replace(pk, "0" * 24)
        assert _without_chance(same) == _without_chance(missing.content.decode())
    assert type(getattr(records, CLINICAL[model])).objects.filter(pk=pk).exists()


def _without_chance(page: str) -> str:
    """Without what is another at every request."""
    for marker in (
        'name="csrfmiddlewaretoken" value="',
        'name="style-nonce" content="',
    ):
        page = "".join(part.partition('"')[2] for part in page.split(marker))
    return page


def test_a_try_at_anothers_recording_is_on_the_trail(
    signed_in: SignedIn, other_doctor: User, records: Records
) -> None:
    signed_in(other_doctor).get(
        at("recordings_recording", "change", records.recording.pk)
    )

    event = AuditEvent.objects.get(outcome=Outcome.REFUSED)
    assert (event.actor_id, event.object_id) == (
        other_doctor.pk,
        records.recording.pk,
    )


def test_choices_of_a_patient_are_ones_own(
    signed_in: SignedIn, doctor: User, other_doctor: User, staff: User, records: Records
) -> None:
    url = (
        reverse("admin:autocomplete")
        + "?app_label=appointments&model_name=appointment&field_name=patient&term=qua"
    )

    def found(user: User) -> list[str]:
        results = signed_in(user).get(url).json()["results"]
        return [result["id"] for result in results]

    assert found(doctor) == found(staff) == [records.patient.pk]
    assert found(other_doctor) == []


@pytest.mark.parametrize(
    ("model", "field"), [("note", "appointment"), ("appointment", "patient")]
)
def test_a_choice_of_anothers_is_refused(
    signed_in: SignedIn, other_doctor: User, records: Records, model: str, field: str
) -> None:
    client = signed_in(other_doctor)
    app = "notes" if model == "note" else "appointments"
    data = {
        "name": "Visit",
        "date": "2026-05-04",
        "time": "10:00",
        "status": "planned",
        "language": "de",
        "appointment_type": "in_person",
        "notes": "S",
        field: getattr(records, field).pk,
    }

    answer = client.post(at(f"{app}_{model}", "add"), data)

    assert answer.status_code == 200
    assert "not one of the available choices" in answer.content.decode()
    assert not Appointment.objects.filter(doctor=other_doctor).exists()
    assert Note.objects.count() == 1


def test_a_clinician_is_not_asked_for_the_doctor(
    signed_in: SignedIn, doctor: User, other_doctor: User, staff: User
) -> None:
    url = at("appointments_patient", "add")
    data = {"first_name": "Ana", "last_name": "Reyes", "doctor": other_doctor.pk}
    assert 'name="doctor"' in text_of(signed_in(staff), url)
    client = signed_in(doctor)
    assert 'name="doctor"' not in text_of(client, url)

    client.post(url, data)

    assert Patient.objects.get(last_name="Reyes").doctor == doctor


@pytest.mark.parametrize("model", [*CLINIC_ONLY, *SUPERUSER_ONLY])
def test_what_is_not_a_clinicians_is_closed(
    signed_in: SignedIn, doctor: User, staff: User, superuser: User, model: str
) -> None:
    url = at(model, "changelist")
    expected = 200 if model in CLINIC_ONLY else 403

    assert signed_in(doctor).get(url).status_code == 403
    assert signed_in(staff).get(url).status_code == expected
    assert signed_in(superuser).get(url).status_code == 200
    assert url not in text_of(signed_in(doctor), reverse("admin:index"))


def test_the_doctors_of_the_clinic_cannot_be_looked_up(
    signed_in: SignedIn, doctor: User, staff: User
) -> None:
    url = (
        reverse("admin:autocomplete")
        + "?app_label=appointments&model_name=patient&field_name=doctor&term="
    )

    assert signed_in(doctor).get(url).status_code == 403
    assert signed_in(staff).get(url).status_code == 403


@pytest.mark.parametrize("model", [*CLINICAL, *CLINIC_ONLY, *SUPERUSER_ONLY])
def test_lists_take_few_queries(
    signed_in: SignedIn, superuser: User, records: Records, model: str
) -> None:
    imported()
    client = signed_in(superuser)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(at(model, "changelist")).status_code == 200
        return len(captured)

    few = queries()
    for number in range(5):
        patient = PatientFactory.create()
        appointment = AppointmentFactory.create(doctor=patient.doctor, patient=patient)
        Recording.objects.filter(pk=records.recording.pk).update(title=str(number))
        save_notes(
            patient.doctor, appointment_id=appointment.pk, notes="S", actor=SYSTEM
        )
        _copy(records.recording, appointment)

    assert queries() == few <= 11


def _copy(recording: Recording, appointment: Appointment) -> None:
    copy = Recording.objects.get(pk=recording.pk)
    fresh = Recording()
    copy.pk, copy.key = fresh.pk, f"originals/{fresh.pk}"
    copy.appointment, copy.doctor = appointment, appointment.doctor
    copy.save(force_insert=True)


HOSTILE = [
    "?q=%00",
    "?doctor__password__startswith=argon2",
    "?doctor__id__exact=%00",
    "?title__regex=(",
    "?name__regex=(",
    "?first_name__contains=x",
    "?sha256__startswith=0",
    "?id__exact=x",
    "?o=99.-99.x",
    "?p=99999999999999999999",
    "?p=x",
    "?recorded_at__year=99999",
    "?recorded_at__year=9999",
    f"?recorded_at__year={'9' * 30}",
    "?recorded_at__year=9999&recorded_at__month=12&recorded_at__day=31",
    "?recorded_at__gte=0001-01-01T00:00:00%2B14:00",
    "?recorded_at__year=x",
    "?recorded_at__day=0",
    "?at__year=0",
    "?status__exact=%00",
    "?when=%00",
    "?when=nonsense",
    "?_to_field=doctor__password",
    "?_popup=1&_to_field=id",
    "?all=",
    "?e=1",
    "?q=%ff%ed%a0%80",
    f"?q={'a+' * 300}",
    "?outcome__exact=done&outcome__exact=x",
    "?action=delete_selected",
]


@pytest.mark.parametrize("query", HOSTILE)
def test_no_address_breaks_a_list(
    signed_in: SignedIn, superuser: User, records: Records, query: str
) -> None:
    client = signed_in(superuser)

    for model in (*CLINICAL, *CLINIC_ONLY, *SUPERUSER_ONLY):
        answer = client.get(at(model, "changelist") + query)
        assert answer.status_code in (200, 302, 400), model


@pytest.mark.parametrize(
    "bad", ["x", "_00", "0" * 24, "é" * 24, "a/b", "x" * 3000, "_5F_3A"]
)
def test_no_address_breaks_a_record(
    signed_in: SignedIn, superuser: User, bad: str
) -> None:
    client = signed_in(superuser)

    for model in (*CLINICAL, *CLINIC_ONLY, *SUPERUSER_ONLY):
        for page in ("change", "history"):
            assert client.get(at(model, page, bad)).status_code in (302, 404)
    for page in ("accounts_user_password", "telephony_pbxuser_password"):
        answer = client.get(reverse(f"admin:{page}", args=[bad]))
        assert answer.status_code == 404
    token = reverse("admin:telephony_account_token", args=[bad])
    assert client.post(token).status_code == 404
    assert client.get("/admin/r/8/x/").status_code == 404


@pytest.mark.parametrize("model", ["recordings_recording", "accounts_apikey"])
@pytest.mark.parametrize("key", ["\0", "9" * 50])
def test_a_selection_of_what_cannot_be_is_refused(
    signed_in: SignedIn, superuser: User, model: str, key: str
) -> None:
    answer = signed_in(superuser).post(
        at(model, "changelist"), {"action": "delete_selected", "_selected_action": key}
    )

    assert answer.status_code == 400


def test_a_selection_of_no_number_is_refused(
    signed_in: SignedIn, superuser: User
) -> None:
    answer = signed_in(superuser).post(
        at("accounts_apikey", "changelist"),
        {"action": "delete_selected", "_selected_action": "x"},
    )

    assert answer.status_code == 400
