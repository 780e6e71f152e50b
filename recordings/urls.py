from __future__ import annotations

from django.urls import include, path

from recordings import handout_views, overview_views, record_views, views
from recordings.choices import Form

_ONE = "recordings/<str:recording_id>/"

urlpatterns = [
    path("", include("recordings.api.tus.urls")),
    path("record/", record_views.Record.as_view(), name="record"),
    path("", views.RecordingList.as_view(), name="recordings"),
    path("overview/", overview_views.Overview.as_view(), name="overview"),
    path(
        _ONE,
        views.RecordingDetail.as_view(),
        name="recording",
    ),
    path(
        f"{_ONE}delete",
        views.DeleteRecording.as_view(),
        name="recording-delete",
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
    path(
        f"{_ONE}links/",
        handout_views.RecordingHandouts.as_view(),
        name="recording-handouts",
    ),
    path(
        f"{_ONE}links/<str:handout_id>/revoke",
        handout_views.RevokeHandout.as_view(),
        name="handout-revoke",
    ),
    path(
        "shared/<str:token>",
        handout_views.SharedRecording.as_view(),
        name="handout",
    ),
    path(
        "shared/<str:token>/audio.mp3",
        handout_views.SharedAudio.as_view(form=Form.MP3),
        name="handout-mp3",
    ),
    path(
        "shared/<str:token>/original",
        handout_views.SharedAudio.as_view(),
        name="handout-original",
    ),
]
