"""The pages of appointments and patients. An appointment's own is in the notes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from appointments import access, calendar, services
from appointments.errors import (
    AppointmentIdInvalid,
    AppointmentNotFound,
    MoveNotAllowed,
    PatientIdInvalid,
    PatientNotFound,
)
from appointments.models import Appointment, Patient, PatientQuerySet
from appointments.page_forms import (
    AppointmentEntry,
    CalendarChoice,
    MoveForm,
    PatientEntry,
    PatientSearch,
)
from appointments.status import Status
from appointments.timeline import story
from medisync.accounts.errors import SubscriptionRequired
from medisync.http.pages.view import PageView
from medisync.lib.times import read_moment

DAY_SIZE = 100
PATIENTS_SIZE = 30
STORY_SIZE = 30


class AppointmentsPage(PageView):
    refusals = {
        AppointmentNotFound: 404,
        AppointmentIdInvalid: 404,
        MoveNotAllowed: 409,
        SubscriptionRequired: 403,
    }


class Calendar(AppointmentsPage):
    """A day or a week; staff see the clinic's, or one doctor's."""

    def get(self, request: HttpRequest) -> HttpResponse:
        choice = CalendarChoice(request.GET, user=self.user)
        day, doctor = choice.day, choice.whose
        found = access.appointments_for(self.user)
        if doctor is not None:
            found = found.filter(doctor=doctor)
        step = timedelta(days=7 if choice.of_week else 1)
        context: dict[str, Any] = {
            "form": choice,
            "day": day,
            "doctor": doctor,
            "today": timezone.localdate(),
            "of_week": choice.of_week,
            "previous": _address(choice, on=day - step),
            "next": _address(choice, on=day + step),
            "now": _address(choice, on=timezone.localdate()),
            "as_day": _address(choice, view="day"),
            "as_week": _address(choice, view="week"),
            "section": "appointments",
        }
        if choice.of_week:
            context["week"] = [
                (shown, _address(choice, on=shown.date, view="day"))
                for shown in calendar.week(found, day)
            ]
            return render(request, "appointments/week.html", context)
        rows = list(calendar.in_order(found.filter(date=str(day)))[: DAY_SIZE + 1])
        context |= {"appointments": rows[:DAY_SIZE], "more": len(rows) > DAY_SIZE}
        return render(request, "appointments/day.html", context)


def _address(choice: CalendarChoice, **changed: object) -> str:
    """The calendar's address for the same choice but for what is ``changed``."""
    query = {
        "on": str(changed.get("on", choice.day)),
        "view": str(changed.get("view", "week" if choice.of_week else "day")),
    }
    if choice.whose is not None:
        query["doctor"] = choice.whose.pk
    return f"{reverse('appointments')}?{urlencode(query)}"


class EntryPage(AppointmentsPage):
    """Renders a form of an appointment, with the status of one that is refused."""

    def answer(self, form: AppointmentEntry) -> HttpResponse:
        context = {
            "form": form,
            "appointment": form.appointment,
            "section": "appointments",
        }
        status = 422 if form.is_bound else 200
        return render(self.request, "appointments/entry.html", context, status=status)


class NewAppointment(EntryPage):
    def get(self, request: HttpRequest) -> HttpResponse:
        return self.answer(AppointmentEntry(user=self.user, initial=self._initial()))

    def _initial(self) -> dict[str, Any]:
        choice = CalendarChoice(self.request.GET, user=self.user)
        initial: dict[str, Any] = {"date": choice.day, "doctor": choice.whose}
        try:
            patient = access.patient_for(self.user, self.request.GET.get("patient", ""))
        except PatientNotFound:
            return initial
        return initial | {"patient": patient.pk, "doctor": patient.doctor_id}

    def post(self, request: HttpRequest) -> HttpResponse:
        form = AppointmentEntry(request.POST, user=self.user)
        if not form.is_valid():
            return self.answer(form)
        facts = form.facts()
        doctor = facts.pop("doctor", self.user)
        try:
            made = services.add_appointment(
                doctor, actor=self.actor, by=self.user, status=Status.PLANNED, **facts
            )
        except SubscriptionRequired as error:
            form.add_error(None, _(error.message))
            return self.answer(form)
        messages.success(request, _("The appointment is made."))
        return HttpResponseRedirect(reverse("appointment", args=[made.pk]))


class EditAppointment(EntryPage):
    def form(self, appointment_id: str, data: Any = None) -> AppointmentEntry:
        found = access.appointment_for(self.user, appointment_id)
        return AppointmentEntry(data, user=self.user, appointment=found)

    def get(self, request: HttpRequest, appointment_id: str) -> HttpResponse:
        return self.answer(self.form(appointment_id))

    def post(self, request: HttpRequest, appointment_id: str) -> HttpResponse:
        form = self.form(appointment_id, request.POST)
        if not form.is_valid():
            return self.answer(form)
        assert form.appointment is not None
        changes = form.changes()
        new_patient = changes.pop("new_patient", None)
        if changes or new_patient:
            services.update_appointment(
                form.appointment,
                actor=self.actor,
                changes=changes,
                new_patient=new_patient,
            )
            messages.success(request, _("The appointment is changed."))
        return HttpResponseRedirect(reverse("appointment", args=[form.appointment.pk]))


class PatientChoices(AppointmentsPage):
    """The patients that the form offers, as one types. POST: names stay out of URLs."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        form = AppointmentEntry(
            request.POST, user=self.user, appointment=self._edited()
        )
        return render(request, "appointments/_patients.html", {"form": form})

    def _edited(self) -> Appointment | None:
        edited = self.request.POST.get("appointment", "")
        return access.appointment_for(self.user, edited) if edited else None


class MoveAppointment(AppointmentsPage):
    """Sets the status to one that follows from what it is."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, appointment_id: str) -> HttpResponse:
        appointment = access.appointment_for(self.user, appointment_id)
        form = MoveForm(request.POST)
        if not form.is_valid():
            raise MoveNotAllowed
        status = Status(form.cleaned_data["status"])
        services.move_appointment(appointment, status, actor=self.actor)
        return HttpResponseRedirect(reverse("appointment", args=[appointment.pk]))


class PatientsPage(PageView):
    refusals = {PatientNotFound: 404, PatientIdInvalid: 404}


class Patients(PatientsPage):
    """All patients by name. A search is posted, so that no name is in a URL."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.answer(PatientSearch({}))

    def post(self, request: HttpRequest) -> HttpResponse:
        return self.answer(PatientSearch(request.POST))

    def answer(self, form: PatientSearch) -> HttpResponse:
        words = form.words
        found = access.patients_found(self.user, words) if words.strip() else None
        rows = self._after(access.patients_for(self.user) if found is None else found)
        shown = list(rows.select_related("doctor")[: PATIENTS_SIZE + 1])
        context = {
            "form": form,
            "patients": shown[:PATIENTS_SIZE],
            "last": shown[PATIENTS_SIZE - 1].pk if len(shown) > PATIENTS_SIZE else "",
            "searching": found is not None,
            "section": "patients",
        }
        return render(self.request, "patients/list.html", context)

    def _after(self, found: PatientQuerySet) -> PatientQuerySet:
        """What comes after the patient that the request names, if it names one."""
        given = self.request.POST if self.request.method == "POST" else self.request.GET
        try:
            last = access.patient_for(self.user, given.get("after", ""))
        except PatientNotFound:
            return found
        return found.after(last)


class NewPatient(PatientsPage):
    def get(self, request: HttpRequest) -> HttpResponse:
        return _patient_form(request, PatientEntry(user=self.user))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = PatientEntry(request.POST, user=self.user)
        if not form.is_valid():
            return _patient_form(request, form)
        facts = form.facts()
        doctor = facts.pop("doctor", self.user)
        patient = services.add_patient(doctor, actor=self.actor, **facts)
        messages.success(request, _("The patient is added."))
        return HttpResponseRedirect(reverse("patient", args=[patient.pk]))


class EditPatient(PatientsPage):
    def form(self, patient_id: str, data: Any = None) -> PatientEntry:
        patient = access.patient_for(self.user, patient_id)
        return PatientEntry(data, user=self.user, patient=patient)

    def get(self, request: HttpRequest, patient_id: str) -> HttpResponse:
        return _patient_form(request, self.form(patient_id))

    def post(self, request: HttpRequest, patient_id: str) -> HttpResponse:
        form = self.form(patient_id, request.POST)
        if not form.is_valid():
            return _patient_form(request, form)
        assert form.patient is not None
        if changes := form.facts():
            services.update_patient(form.patient, actor=self.actor, changes=changes)
            messages.success(request, _("The patient is changed."))
        return HttpResponseRedirect(reverse("patient", args=[form.patient.pk]))


def _patient_form(request: HttpRequest, form: PatientEntry) -> HttpResponse:
    context = {"form": form, "patient": form.patient, "section": "patients"}
    status = 422 if form.is_bound else 200
    return render(request, "patients/entry.html", context, status=status)


class PatientPage(PatientsPage):
    """Who it is, and everything that happened, newest first."""

    def get(self, request: HttpRequest, patient_id: str) -> HttpResponse:
        patient: Patient = access.patient_for(self.user, patient_id)
        entries, older = story(
            self.user,
            patient,
            before=read_moment(request.GET.get("before", "")),
            most=STORY_SIZE,
        )
        context = {
            "patient": patient,
            "entries": entries,
            "older": older and urlencode({"before": older.isoformat()}),
            "paged": "before" in request.GET,
            "section": "patients",
        }
        return render(request, "patients/detail.html", context)
