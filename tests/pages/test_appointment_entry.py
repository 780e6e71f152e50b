"""Appointments made and changed on the pages, with their patients."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from appointments.models import Appointment, Patient
from appointments.status import Status
from medisync.accounts.models import User
from medisync.audit.models import AuditEvent
from tests.factories import AppointmentFactory, PatientFactory
from tests.pages.conftest import SignedIn

FACTS = {"date": "2026-05-06", "time": "09:20", "name": "Knee", "language": "en"}
LENA = {
    "patient": "new",
    "first_name": "Lena",
    "last_name": "Vogel",
    "date_of_birth": "1983-05-21",
}


def trail() -> Any:
    """What was done since somebody signed in."""
    return AuditEvent.objects.exclude(action="user.sign_in")


@pytest.fixture
def browser(signed_in: SignedIn, doctor: User) -> Client:
    return signed_in(doctor)


def make(browser: Client, **facts: Any) -> Any:
    return browser.post("/appointments/new", {**FACTS, "patient": "none", **facts})


def test_one_without_a_patient(browser: Client, doctor: User) -> None:
    answer = make(browser, notes="Fasting")

    made = Appointment.objects.get()
    assert answer["Location"] == f"/appointments/{made.pk}/"
    assert (made.doctor, made.patient, made.status) == (doctor, None, Status.PLANNED)
    assert (made.date, made.time, made.name) == ("2026-05-06", "09:20", "Knee")
    assert (made.language, made.notes) == ("en", "Fasting")
    assert made.notes_type == "soap_clinical_notes_en"
    assert trail().get().action == "appointment.add"


def test_one_with_a_new_patient(browser: Client, doctor: User) -> None:
    make(browser, **LENA, phone="0123")

    patient = Appointment.objects.get().patient
    assert patient is not None
    assert (str(patient), patient.date_of_birth) == ("Lena Vogel", "1983-05-21")
    assert (patient.doctor, patient.contact) == (
        doctor,
        {
            "phone": "0123",
        },
    )
    actions = set(trail().values_list("action", flat=True))
    assert actions == {"appointment.add", "patient.add"}


def test_one_with_a_patient_there_is(browser: Client, doctor: User) -> None:
    patient = PatientFactory.create(doctor=doctor)

    make(browser, patient=patient.pk)

    assert Appointment.objects.get().patient == patient


@pytest.mark.parametrize(
    "wrong",
    [
        {"date": ""},
        {"date": "06.05.2026"},
        {"time": "25:00"},
        {"name": ""},
        {"name": "x" * 301},
        {"name": "a\0b"},
        {"language": "xx"},
        {"patient": "new"},
        {"patient": "0" * 24},
        {"patient": "nonsense"},
        {**LENA, "last_name": " "},
        {"find": "vogel"},
    ],
    ids=str,
)
def test_what_is_wrong_is_told_and_nothing_is_made(
    browser: Client, wrong: dict[str, str]
) -> None:
    answer = make(browser, **wrong)

    assert answer.status_code == 422
    assert 'class="error"' in answer.content.decode()
    assert not Appointment.objects.exists()
    assert not Patient.objects.exists()


def test_a_patient_of_another_doctor_is_nobodys(
    browser: Client, other_doctor: User
) -> None:
    theirs = PatientFactory.create(doctor=other_doctor)

    answer = make(browser, patient=theirs.pk)

    assert answer.status_code == 422
    assert "There is no such patient." in answer.content.decode()
    assert str(theirs) not in answer.content.decode()


def test_staff_choose_the_doctor_and_only_that_doctors_patient(
    signed_in: SignedIn, staff: User, doctor: User, other_doctor: User
) -> None:
    staff.subscription_until = None
    staff.save()
    desk = signed_in(staff)
    theirs = PatientFactory.create(doctor=other_doctor)

    assert make(desk).status_code == 422
    wrong = make(desk, doctor=doctor.pk, patient=theirs.pk)
    assert f"patient of {other_doctor}" in wrong.content.decode()
    refused = make(desk, doctor=other_doctor.pk, patient=theirs.pk)
    assert (refused.status_code, Appointment.objects.count()) == (422, 0)

    staff.subscription_until = timezone.now().replace(year=2999)
    staff.save()
    assert make(desk, doctor=other_doctor.pk, patient=theirs.pk).status_code == 302
    assert Appointment.objects.get().doctor == other_doctor


def test_a_patient_like_one_there_is_needs_a_second_word(
    browser: Client, doctor: User, other_doctor: User
) -> None:
    facts = {"first_name": "LENA", "last_name": "Vogel"}
    PatientFactory.create(doctor=other_doctor, **facts)
    assert make(browser, **LENA).status_code == 302
    twin = Patient.objects.get(doctor=doctor)

    again = make(browser, **LENA)

    assert again.status_code == 422
    assert f"/patients/{twin.pk}/" in again.content.decode()
    assert make(browser, **{**LENA, "first_name": "Lene"}).status_code == 422
    assert make(browser, **LENA, anyway="on").status_code == 302
    assert Patient.objects.filter(doctor=doctor).count() == 2


class TestChoices:
    def choices(self, browser: Client, **asked: str) -> str:
        answer = browser.post("/appointments/patients", asked)
        assert answer.status_code == 200
        return answer.content.decode()

    def test_ones_own_by_the_beginning_of_any_name(
        self, browser: Client, doctor: User, other_doctor: User
    ) -> None:
        for first, last in (("Lena", "Vogel"), ("Uwe", "Lenz"), ("Ada", "Malén")):
            PatientFactory.create(doctor=doctor, first_name=first, last_name=last)
        PatientFactory.create(doctor=other_doctor, first_name="Len", last_name="No")

        found = self.choices(browser, find="len")

        assert "Lena Vogel" in found
        assert "Uwe Lenz" in found
        assert "Malén" not in found
        assert "Len No" not in found
        assert "Lena Vogel" in self.choices(browser, find=" VOG  le")
        assert "0 patients" in self.choices(browser, find="%")
        assert "0 patients" in self.choices(browser, find="\0")

    def test_the_chosen_one_stays(self, browser: Client, doctor: User) -> None:
        chosen = PatientFactory.create(doctor=doctor, first_name="Ada")

        found = self.choices(browser, find="zzz", patient=chosen.pk)

        assert f'value="{chosen.pk}" checked' in found


class TestChanges:
    @pytest.fixture
    def visit(self, doctor: User) -> Appointment:
        patient = PatientFactory.create(doctor=doctor)
        facts = {"notes": "", "language": "en", **FACTS}
        return AppointmentFactory.create(doctor=doctor, patient=patient, **facts)

    def change(self, browser: Client, visit: Appointment, **facts: Any) -> Any:
        facts = {**FACTS, "patient": visit.patient_id or "none", **facts}
        return browser.post(f"/appointments/{visit.pk}/edit", facts)

    def test_what_is_changed_and_nothing_else(
        self, browser: Client, visit: Appointment
    ) -> None:
        assert self.change(browser, visit).status_code == 302
        assert not trail().exists()

        assert self.change(browser, visit, time="10:00").status_code == 302

        assert trail().get().details == {"fields": ["time"]}
        visit.refresh_from_db()
        assert visit.time == "10:00"

    def test_the_patient_is_exchanged_and_taken_off(
        self, browser: Client, visit: Appointment, doctor: User
    ) -> None:
        self.change(browser, visit, patient="none")
        visit.refresh_from_db()
        assert visit.patient is None

        self.change(browser, visit, **LENA)
        visit.refresh_from_db()
        assert str(visit.patient) == "Lena Vogel"

    def test_staff_give_it_to_another_doctor(
        self,
        signed_in: SignedIn,
        visit: Appointment,
        staff: User,
        other_doctor: User,
    ) -> None:
        answer = self.change(signed_in(staff), visit, doctor=other_doctor.pk)

        assert answer.status_code == 302
        visit.refresh_from_db()
        assert visit.doctor == other_doctor
        assert visit.patient is not None

    def test_a_doctor_cannot(
        self, browser: Client, visit: Appointment, doctor: User, other_doctor: User
    ) -> None:
        self.change(browser, visit, doctor=other_doctor.pk)

        visit.refresh_from_db()
        assert visit.doctor == doctor
