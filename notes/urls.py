from __future__ import annotations

from django.urls import path

from notes import views

_ONE = "appointments/<str:appointment_id>/"

urlpatterns = [
    path(_ONE, views.AppointmentPage.as_view(), name="appointment"),
    path(f"{_ONE}notes", views.AppointmentNotes.as_view(), name="appointment-notes"),
    path(f"{_ONE}history", views.NotesHistory.as_view(), name="notes-history"),
    path(
        f"{_ONE}history/<int:number>",
        views.RestoreNotes.as_view(),
        name="restore-notes",
    ),
]
