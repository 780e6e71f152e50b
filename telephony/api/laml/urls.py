"""Mounted twice, as documentation and libraries ask (contract 1)."""

from __future__ import annotations

from django.urls import path, re_path

from recordings.models import Form
from telephony.api.laml import views

_RECORDING = "Accounts/<str:account_sid>/Recordings/<str:sid>"

_mp3 = views.MediaView.as_view(form=Form.MP3, media_type="audio/mpeg")

urlpatterns = [
    path(f"{_RECORDING}.json", views.RecordingView.as_view()),
    path(f"{_RECORDING}.wav", views.MediaView.as_view()),
    path(f"{_RECORDING}.mp3", _mp3),
    path(_RECORDING, views.MediaView.as_view()),
    re_path("", views.UnknownLamlPath.as_view()),
]
