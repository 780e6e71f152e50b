from __future__ import annotations

from django.urls import path

from recordings.api.native import views
from recordings.api.native.health import Health

urlpatterns = [
    path("health", Health.as_view()),
    path("recordings", views.RecordingList.as_view()),
    path("recordings/add/<str:appointment_id>", views.AddRecording.as_view()),
    path("recordings/get/<str:appointment_id>", views.DownloadRecording.as_view()),
    path("recordings/<str:appointment_id>", views.AppointmentRecordings.as_view()),
]
