from __future__ import annotations

from django.urls import path

from notes.api.native import views

urlpatterns = [
    path("notes/add/<str:appointment_id>", views.AddNotes.as_view()),
    path("notes/<str:appointment_id>", views.AppointmentNotes.as_view()),
]
