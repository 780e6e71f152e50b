from __future__ import annotations

from django.urls import path, re_path

from telephony.api.pseries import views

urlpatterns = [
    path("openapi/v1.0/get_token", views.GetTokenView.as_view()),
    path("openapi/v1.0/refresh_token", views.RefreshTokenView.as_view()),
    path("openapi/v1.0/del_token", views.DeleteTokenView.as_view()),
    path("openapi/v1.0/recording/list", views.RecordingListView.as_view()),
    path("openapi/v1.0/recording/search", views.RecordingSearchView.as_view()),
    path("openapi/v1.0/recording/download", views.RecordingDownloadView.as_view()),
    path("openapi/v1.0/cdr/list", views.CallListView.as_view()),
    path("openapi/v1.0/cdr/search", views.CallSearchView.as_view()),
    path("openapi/v1.0/cdr/download", views.CallDownloadView.as_view()),
    re_path(r"^openapi/v1\.0(?:/|$)", views.UnknownInterface.as_view()),
    re_path(r"^openapi(?:/|$)", views.UnknownVersion.as_view()),
    # Everything else below is another dialect's.
    re_path(
        r"^api/download/(?P<link>(?:Recording|CDR)-[A-Za-z0-9_.-]+)$",
        views.ResourceView.as_view(),
    ),
]
