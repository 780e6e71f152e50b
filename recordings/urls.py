from __future__ import annotations

from django.urls import path

from recordings import views
from recordings.models import Form

_ONE = "recordings/<str:recording_id>/"

urlpatterns = [
    path("", views.RecordingList.as_view(), name="recordings"),
    path(
        _ONE,
        views.RecordingDetail.as_view(),
        name="recording",
    ),
    path(
        f"{_ONE}audio.wav",
        views.RecordingAudio.as_view(form=Form.WAV),
        name="recording-wav",
    ),
    path(
        f"{_ONE}audio.mp3",
        views.RecordingAudio.as_view(form=Form.MP3),
        name="recording-mp3",
    ),
    path(
        f"{_ONE}peaks.json",
        views.RecordingPeaks.as_view(),
        name="recording-peaks",
    ),
    path(
        f"{_ONE}original",
        views.RecordingAudio.as_view(),
        name="recording-original",
    ),
]
