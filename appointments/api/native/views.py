"""The MediSync dialect's patients and appointments (contract medisync 4 and 5)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from appointments import access, services
from appointments.api.native import wire
from appointments.api.native.errors import ERRORS
from appointments.models import Appointment
from medisync.http.native import NativeView, success
from medisync.lib.objectid import is_object_id

NAMES_MISSING = "Missing required patient fields (firstName, lastName)"


class ClinicView(NativeView):
    errors = ERRORS

    def body(self) -> dict[str, Any]:
        """The request's JSON object. Raises ValidationError for anything else."""
        data = self.request.data
        if not isinstance(data, dict):
            raise ValidationError("The body must be a JSON object")
        return data

    def patient_facts(self, *, partial: bool = False) -> dict[str, Any]:
        data = self.body()
        if not partial and not (data.get("firstName") and data.get("lastName")):
            raise ValidationError(NAMES_MISSING)
        form = wire.PatientFields(data=data, partial=partial)
        form.is_valid(raise_exception=True)
        return dict(form.validated_data)

    def dump(self, appointment: Appointment) -> dict[str, Any]:
        return wire.dump_appointment(appointment, self.request._request)

    def dump_all(self, found: Iterable[Appointment]) -> Response:
        return success([self.dump(appointment) for appointment in found])


def checked_id(value: str, what: str) -> str:
    if not is_object_id(value):
        raise ValidationError(f"Missing or invalid {what} ID")
    return value


class AddPatient(ClinicView):
    """POST /patients/add (5.2)."""

    def post(self, request: Request) -> Response:
        patient = services.add_patient(
            self.user, actor=self.actor, **self.patient_facts()
        )
        return success(wire.dump_patient(patient), 201)


class AddAndLinkPatient(ClinicView):
    """POST /patients/add_and_link (5.3): the errors in the page's order."""

    def post(self, request: Request) -> Response:
        appointment_id = self.body().get("appointment_id")
        if not isinstance(appointment_id, str) or not appointment_id.strip():
            raise ValidationError("Missing appointment_id")
        patient = services.add_and_link_patient(
            self.user,
            appointment_id=appointment_id,
            actor=self.actor,
            **self.patient_facts(),
        )
        return success(wire.dump_patient(patient), 201)


class SearchPatients(ClinicView):
    """GET /patients/search?query= (5.6)."""

    def get(self, request: Request) -> Response:
        found = access.patients_named(self.user, request.query_params.get("query", ""))
        return success([wire.dump_patient(patient) for patient in found])


class OnePatient(ClinicView):
    """GET and PUT /patients/{patientId} (5.4, 5.5)."""

    def get(self, request: Request, patient_id: str) -> Response:
        patient = access.patient_for(self.user, checked_id(patient_id, "patient"))
        return success(wire.dump_patient(patient))

    def put(self, request: Request, patient_id: str) -> Response:
        patient = access.patient_for(self.user, checked_id(patient_id, "patient"))
        changed = services.update_patient(
            patient, actor=self.actor, changes=self.patient_facts(partial=True)
        )
        return success(wire.dump_patient(changed))


class DoctorsAppointments(ClinicView):
    """GET /appointments/doctors (4.3)."""

    def get(self, request: Request) -> Response:
        return self.dump_all(access.appointments_for(self.user))


class PatientsAppointments(ClinicView):
    """GET /appointments/patients (4.4): ``patient_id`` or ``uid`` names whose."""

    def get(self, request: Request) -> Response:
        query = request.query_params
        patient_id = query.get("patient_id") or query.get("uid") or self.user.pk
        return self.dump_all(access.appointments_of_patient(self.user, patient_id))


class AppointmentsView(ClinicView):
    def relations(self, facts: dict[str, Any]) -> dict[str, Any]:
        """Ids become rows, which the caller must be able to reach."""
        if "patient_id" in facts:
            patient_id = facts.pop("patient_id")
            facts["patient"] = patient_id and access.patient_for(self.user, patient_id)
        if "doctor_id" in facts:
            facts["doctor"] = access.clinician(facts.pop("doctor_id"))
        return facts


class AddAppointment(AppointmentsView):
    """POST /appointments/add (4.5)."""

    def post(self, request: Request) -> Response:
        form = wire.AppointmentFields(data=self.body())
        form.is_valid(raise_exception=True)
        appointment = services.add_appointment(
            self.user,
            actor=self.actor,
            by=self.user,
            **self.relations(form.validated_data),
        )
        return success(self.dump(appointment), 201)


class GetAppointment(ClinicView):
    """GET /appointments/get/{id} (4.6)."""

    def get(self, request: Request, appointment_id: str) -> Response:
        found = access.appointment_for(
            self.user, checked_id(appointment_id, "appointment")
        )
        return success(self.dump(found))


class UpdateAppointment(AppointmentsView):
    """POST, not PUT, /appointments/update/{id} (4.7)."""

    def post(self, request: Request, appointment_id: str) -> Response:
        appointment = access.appointment_for(
            self.user, checked_id(appointment_id, "appointment")
        )
        form = wire.AppointmentChanges(data=self.body(), partial=True)
        form.is_valid(raise_exception=True)
        changed = services.update_appointment(
            appointment, actor=self.actor, changes=self.relations(form.validated_data)
        )
        return success(self.dump(changed))


class DeleteAppointment(ClinicView):
    """DELETE /appointments/{id} (4.8)."""

    def delete(self, request: Request, appointment_id: str) -> Response:
        appointment = access.appointment_for(
            self.user, checked_id(appointment_id, "appointment")
        )
        services.delete_appointment(appointment, actor=self.actor)
        return Response({"success": True})
