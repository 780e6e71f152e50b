from __future__ import annotations

from django.urls import path

from appointments import views

_PATIENT = "patients/<str:patient_id>/"

urlpatterns = [
    path("appointments/", views.Calendar.as_view(), name="appointments"),
    path("appointments/new", views.NewAppointment.as_view(), name="new-appointment"),
    path(
        "appointments/patients",
        views.PatientChoices.as_view(),
        name="appointment-patients",
    ),
    path(
        "appointments/<str:appointment_id>/edit",
        views.EditAppointment.as_view(),
        name="edit-appointment",
    ),
    path(
        "appointments/<str:appointment_id>/status",
        views.MoveAppointment.as_view(),
        name="move-appointment",
    ),
    path("patients/", views.Patients.as_view(), name="patients"),
    path("patients/new", views.NewPatient.as_view(), name="new-patient"),
    path(_PATIENT, views.PatientPage.as_view(), name="patient"),
    path(f"{_PATIENT}edit", views.EditPatient.as_view(), name="edit-patient"),
]
