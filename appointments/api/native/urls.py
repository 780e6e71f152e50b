from __future__ import annotations

from django.urls import path

from appointments.api.native import views

urlpatterns = [
    path("patients/add", views.AddPatient.as_view()),
    path("patients/add_and_link", views.AddAndLinkPatient.as_view()),
    path("patients/search", views.SearchPatients.as_view()),
    path("patients/<str:patient_id>", views.OnePatient.as_view()),
    path("appointments/doctors", views.DoctorsAppointments.as_view()),
    path("appointments/patients", views.PatientsAppointments.as_view()),
    path("appointments/add", views.AddAppointment.as_view()),
    path("appointments/get/<str:appointment_id>", views.GetAppointment.as_view()),
    path("appointments/update/<str:appointment_id>", views.UpdateAppointment.as_view()),
    path("appointments/<str:appointment_id>", views.DeleteAppointment.as_view()),
]
