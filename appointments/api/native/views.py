"""The MediSync dialect's patients and appointments (contract medisync 4 and 5)."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from appointments import access, errors, services
from appointments.api.native import wire
from appointments.api.native.described import (
    APPOINTMENT,
    APPOINTMENT_SENT,
    LINKED_SENT,
    PATIENT,
    PATIENT_SENT,
)
from appointments.api.native.errors import ERRORS
from appointments.models import Appointment, AppointmentQuerySet, Patient
from medisync.accounts.errors import SubscriptionRequired
from medisync.http.native import (
    CALLER_REFUSALS,
    DONE,
    PAGE_INVALID,
    PAGE_PARAMETERS,
    Data,
    Done,
    Listing,
    NativeView,
    enveloped,
    success,
)
from medisync.http.openapi import Parameter, operation
from medisync.http.pagination import listing

NAMES_MISSING = "Missing required patient fields (firstName, lastName)"
_STAFF_NAME_A_DOCTOR = "Staff may name the doctor whose it is, as `doctor_id`."


class ClinicView(NativeView):
    errors = ERRORS
    tag = "Patients and appointments"

    def body(self) -> dict[str, Any]:
        """The request's JSON object. Raises ValidationError for anything else."""
        data = self.request.data
        if not isinstance(data, dict):
            raise ValidationError("The body must be a JSON object")
        return data


class PatientsView(ClinicView):
    def facts(self, patient: Patient | None = None) -> dict[str, Any]:
        """What was sent, valid; all of it, or what changes of ``patient``."""
        data = self.body()
        names = (data.get("firstName"), data.get("lastName"))
        if not patient and not all(isinstance(n, str) and n.strip() for n in names):
            raise ValidationError(NAMES_MISSING)
        form = wire.PatientFields(patient, data=data, partial=patient is not None)
        form.is_valid(raise_exception=True)
        return dict(form.validated_data)

    def answer(self, patient: Patient, status: int = 200) -> Response:
        return success(wire.dump_patient(patient), status)


class AddPatient(PatientsView):
    """POST /patients/add (5.2)."""

    @operation(
        "Add a patient",
        "5.2",
        description=_STAFF_NAME_A_DOCTOR,
        body=wire.PatientFields,
        sent=PATIENT_SENT,
        answers={201: Data[wire.PatientObject]},
        got=enveloped(PATIENT),
        refusals=(
            ValidationError(NAMES_MISSING),
            errors.DoctorIdInvalid,
            errors.DoctorNotFound,
        ),
    )
    def post(self, request: Request) -> Response:
        facts = self.facts()
        doctor = access.doctor_for(self.user, self.body().get("doctor_id"))
        patient = services.add_patient(doctor, actor=self.actor, **facts)
        return self.answer(patient, 201)


class AddAndLinkPatient(PatientsView):
    """POST /patients/add_and_link (5.3)."""

    @operation(
        "Add a patient to an appointment that has none",
        "5.3",
        body=wire.LinkedPatientFields,
        sent=LINKED_SENT,
        answers={201: Data[wire.PatientObject]},
        got=enveloped(PATIENT),
        refusals=(
            ValidationError("Missing appointment_id"),
            ValidationError(NAMES_MISSING),
            errors.AppointmentNotLinked,
            errors.PatientAlreadyLinked,
            errors.NotOwnAppointment,
        ),
    )
    def post(self, request: Request) -> Response:
        appointment_id = self.body().get("appointment_id")
        if not isinstance(appointment_id, str) or not appointment_id.strip():
            raise ValidationError("Missing appointment_id")
        patient = services.add_and_link_patient(
            self.user,
            appointment_id=appointment_id.strip(),
            actor=self.actor,
            **self.facts(),
        )
        return self.answer(patient, 201)


class SearchPatients(PatientsView):
    """GET /patients/search?query= (5.6)."""

    @operation(
        "Search patients by name",
        "5.6",
        parameters=(
            Parameter("query", "Part of the first or last name.", example="vog"),
            *PAGE_PARAMETERS,
        ),
        answers={200: Listing[wire.PatientObject]},
        got=enveloped([PATIENT]),
        refusals=(PAGE_INVALID,),
    )
    def get(self, request: Request) -> Response:
        query = request.query_params
        found = access.patients_named(self.user, query.get("query", ""))
        return listing(query, found, wire.dump_patient)


class OnePatient(PatientsView):
    """GET and PUT /patients/{patientId} (5.4, 5.5)."""

    @operation(
        "Get a patient",
        "5.4",
        answers={200: Data[wire.PatientObject]},
        got=enveloped(PATIENT),
        refusals=(errors.PatientIdInvalid, errors.PatientNotFound),
    )
    def get(self, request: Request, patient_id: str) -> Response:
        return self.answer(access.patient_for(self.user, patient_id))

    @operation(
        "Change a patient",
        "5.5",
        body=wire.PatientFields(partial=True),
        sent={"address": {"city": "Berlin"}},
        answers={200: Data[wire.PatientObject]},
        got=enveloped(PATIENT),
        refusals=(errors.PatientIdInvalid, errors.PatientNotFound),
    )
    def put(self, request: Request, patient_id: str) -> Response:
        patient = access.patient_for(self.user, patient_id)
        changes = self.facts(patient)
        return self.answer(
            services.update_patient(patient, actor=self.actor, changes=changes)
        )


class AppointmentsView(ClinicView):
    def facts(
        self, form: wire.AppointmentFields, *, linked: str | None = None
    ) -> dict[str, Any]:
        """What was sent, valid, and with the patient instead of an id.

        The patient who is ``linked`` already may be sent back, even where the
        caller reaches the appointment and not the patient.
        """
        form.is_valid(raise_exception=True)
        facts = dict(form.validated_data)
        patient_id = facts.pop("patient_id", linked) or None
        if patient_id != linked:
            facts["patient"] = patient_id and access.patient_for(self.user, patient_id)
        if "recording_url" in facts:
            facts["recording_url"] = wire.kept_url(
                facts["recording_url"], self.request._request
            )
        return facts

    def answer(self, appointment: Appointment, status: int = 200) -> Response:
        return success(self.dump(appointment), status)

    def answer_all(self, found: AppointmentQuerySet) -> Response:
        return listing(self.request.query_params, found, self.dump)

    def dump(self, appointment: Appointment) -> wire.AppointmentObject:
        return wire.dump_appointment(appointment, self.request._request)


class DoctorsAppointments(AppointmentsView):
    """GET /appointments/doctors (4.3)."""

    @operation(
        "List the caller's appointments",
        "4.3",
        parameters=PAGE_PARAMETERS,
        answers={200: Listing[wire.AppointmentObject]},
        got=enveloped([APPOINTMENT]),
        refusals=(PAGE_INVALID,),
    )
    def get(self, request: Request) -> Response:
        return self.answer_all(access.appointments_for(self.user))


class PatientsAppointments(AppointmentsView):
    """GET /appointments/patients (4.4): ``patient_id`` or ``uid`` names whose."""

    uid_is_caller = False
    common_refusals = CALLER_REFUSALS

    @operation(
        "List a patient's appointments",
        "4.4",
        parameters=(
            Parameter("patient_id", "Whose appointments.", example=PATIENT["_id"]),
            Parameter("uid", "Another name of patient_id.", example=PATIENT["_id"]),
            *PAGE_PARAMETERS,
        ),
        answers={200: Listing[wire.AppointmentObject]},
        got=enveloped([APPOINTMENT]),
        refusals=(PAGE_INVALID,),
    )
    def get(self, request: Request) -> Response:
        query = request.query_params
        patient_id = query.get("patient_id") or query.get("uid") or self.user.pk
        return self.answer_all(access.appointments_of_patient(self.user, patient_id))


class AddAppointment(AppointmentsView):
    """POST /appointments/add (4.5)."""

    @operation(
        "Add an appointment",
        "4.5",
        description=_STAFF_NAME_A_DOCTOR,
        body=wire.AppointmentFields,
        sent=APPOINTMENT_SENT,
        answers={201: Data[wire.AppointmentObject]},
        got=enveloped(APPOINTMENT),
        refusals=(
            SubscriptionRequired,
            errors.PatientIdInvalid,
            errors.PatientNotFound,
            errors.DoctorNotFound,
        ),
    )
    def post(self, request: Request) -> Response:
        facts = self.facts(wire.AppointmentFields(data=self.body()))
        doctor = access.doctor_for(self.user, self.body().get("doctor_id"))
        appointment = services.add_appointment(
            doctor, actor=self.actor, by=self.user, **facts
        )
        return self.answer(appointment, 201)


class GetAppointment(AppointmentsView):
    """GET /appointments/get/{id} (4.6)."""

    @operation(
        "Get an appointment",
        "4.6",
        answers={200: Data[wire.AppointmentObject]},
        got=enveloped(APPOINTMENT),
        refusals=(errors.AppointmentIdInvalid, errors.AppointmentNotFound),
    )
    def get(self, request: Request, appointment_id: str) -> Response:
        return self.answer(access.appointment_for(self.user, appointment_id))


class UpdateAppointment(AppointmentsView):
    """POST, not PUT, /appointments/update/{id} (4.7)."""

    @operation(
        "Change an appointment",
        "4.7",
        body=wire.AppointmentChanges(partial=True),
        sent={"status": "finished"},
        answers={200: Data[wire.AppointmentObject]},
        got=enveloped(APPOINTMENT),
        refusals=(
            errors.AppointmentIdInvalid,
            errors.AppointmentNotFound,
            errors.PatientNotFound,
            errors.DoctorNotFound,
        ),
    )
    def post(self, request: Request, appointment_id: str) -> Response:
        appointment = access.appointment_for(self.user, appointment_id)
        form = wire.AppointmentChanges(data=self.body(), partial=True)
        facts = self.facts(form, linked=appointment.patient_id)
        doctor_id = facts.pop("doctor_id", appointment.doctor_id)
        if doctor_id != appointment.doctor_id:
            facts["doctor"] = access.clinician(doctor_id)
        changed = services.update_appointment(
            appointment, actor=self.actor, changes=facts
        )
        return self.answer(changed)


class DeleteAppointment(AppointmentsView):
    """DELETE /appointments/{id} (4.8)."""

    @operation(
        "Delete an appointment",
        "4.8",
        answers={200: Done},
        got=DONE,
        refusals=(errors.AppointmentIdInvalid, errors.AppointmentNotFound),
    )
    def delete(self, request: Request, appointment_id: str) -> Response:
        appointment = access.appointment_for(self.user, appointment_id)
        services.delete_appointment(appointment, actor=self.actor)
        return Response({"success": True})
