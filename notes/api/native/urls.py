from __future__ import annotations

from django.urls import path

from notes.api.native import documents, letters, transcriptions, views

urlpatterns = [
    path(
        "transcriptions/add/<str:appointment_id>",
        transcriptions.AddTranscription.as_view(),
    ),
    path(
        "transcriptions/update/<str:appointment_id>",
        transcriptions.UpdateTranscription.as_view(),
    ),
    path(
        "transcriptions/<str:appointment_id>",
        transcriptions.OneTranscription.as_view(),
    ),
    path("notes", views.NotesList.as_view()),
    path("notes/add/<str:appointment_id>", views.AddNotes.as_view()),
    path("notes/summary/<str:appointment_id>", views.Summary.as_view()),
    path("notes/feedback/<str:appointment_id>", views.Feedback.as_view()),
    path("notes/diagnosis/<str:appointment_id>", views.Diagnosis.as_view()),
    path(
        "notes/regenerate-notes/<str:appointment_id>", views.RegenerateNotes.as_view()
    ),
    path("notes/<str:record_id>", views.AppointmentNotes.as_view()),
    path("documents/add/<str:appointment_id>", documents.AddDocument.as_view()),
    path(
        "documents/get/<str:appointment_id>",
        documents.DownloadDocument.as_view(),
        name="document",
    ),
    path("documents/doctor/<str:doctor_id>", documents.DoctorsDocuments.as_view()),
    path("documents/<str:appointment_id>", documents.AppointmentDocument.as_view()),
    path(
        "doctor-letters/generate/<str:appointment_id>",
        letters.GenerateLetter.as_view(),
    ),
    path("doctor-letters/<str:record_id>", letters.OneLetter.as_view()),
]
