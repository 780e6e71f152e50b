"""Mounted at every version, and at v1.10, as one page prints v1.1.0 (contract A2)."""

from __future__ import annotations

from django.urls import path, re_path

from telephony.api.yeastar import views

urlpatterns = [
    path("login", views.LoginView.as_view()),
    path("heartbeat", views.HeartbeatView.as_view()),
    path("token/refresh", views.RefreshView.as_view()),
    path("logout", views.LogoutView.as_view()),
    path("recording/get_random", views.RandomView.as_view()),
    path("recording/download", views.DownloadView.as_view()),
    path("cdr/get_random", views.CallsRandomView.as_view()),
    path("cdr/download", views.CallsDownloadView.as_view()),
    re_path("", views.UnknownYeastarPath.as_view()),
]
