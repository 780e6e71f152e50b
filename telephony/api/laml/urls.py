"""Mounted twice, as documentation and libraries ask (contract 1).

``.json`` and no extension name the same thing, except for a recording, whose path
without one is its sound.
"""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, path, re_path

from telephony.api.laml import views

_ACCOUNT = "Accounts/<str:account_sid>"
_RECORDING = f"{_ACCOUNT}/Recordings/<str:sid>"
_CALL = f"{_ACCOUNT}/Calls/<str:call_sid>/Recordings"
_CONFERENCE = f"{_ACCOUNT}/Conferences/<str:conference_sid>/Recordings"


def _both(route: str, view: Any) -> list[URLPattern]:
    return [path(f"{route}.json", view), path(route, view)]


urlpatterns = [
    path(f"{_RECORDING}.json", views.RecordingView.as_view()),
    path(f"{_RECORDING}.wav", views.MediaView.as_view()),
    path(f"{_RECORDING}.mp3", views.Mp3View.as_view()),
    path(_RECORDING, views.BareRecordingView.as_view()),
    *_both(f"{_ACCOUNT}/Recordings", views.RecordingsView.as_view()),
    *_both(_CALL, views.CallRecordingsView.as_view()),
    *_both(f"{_CALL}/<str:sid>", views.LiveRecordingView.as_view()),
    *_both(_CONFERENCE, views.ConferenceRecordingsView.as_view()),
    *_both(f"{_CONFERENCE}/<str:sid>", views.LiveRecordingView.as_view()),
    *_both(f"{_RECORDING}/Transcriptions", views.RecordingTranscriptionsView.as_view()),
    *_both(f"{_ACCOUNT}/Transcriptions", views.TranscriptionsView.as_view()),
    *_both(f"{_ACCOUNT}/Transcriptions/<str:sid>", views.TranscriptionView.as_view()),
    *_both("Accounts", views.AccountsView.as_view()),
    *_both(_ACCOUNT, views.OneAccountView.as_view()),
    re_path("", views.UnknownLamlPath.as_view()),
]
