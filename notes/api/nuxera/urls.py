from __future__ import annotations

from django.urls import path

from notes.api.nuxera import views

urlpatterns = [
    path("transcribe", views.Transcribe.as_view()),
    path("transcribe/v2", views.TranscribeChunk.as_view()),
    path("transcribe/medical-note", views.MedicalNote.as_view()),
    path("dictate", views.Dictate.as_view()),
    path("supported-specialities", views.Specialities.as_view()),
]
