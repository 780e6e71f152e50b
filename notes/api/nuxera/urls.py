from __future__ import annotations

from django.urls import path

from notes.api.nuxera import views

urlpatterns = [
    path("transcribe", views.Engine.as_view()),
    path("transcribe/v2", views.Engine.as_view()),
    path("transcribe/medical-note", views.Engine.as_view()),
    path("dictate", views.Engine.as_view()),
    path("supported-specialities", views.Specialities.as_view()),
]
