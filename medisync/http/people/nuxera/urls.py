from __future__ import annotations

from django.urls import path

from medisync.http.people.nuxera import keys, views

urlpatterns = [
    path("auth/login", views.Login.as_view()),
    path("auth/me", views.Me.as_view()),
    path("auth/change-password", views.ChangePassword.as_view()),
    path("apiKeys", keys.Keys.as_view()),
    path("apiKeys/", keys.Keys.as_view()),
    path("apiKeys/<int:key_id>", keys.OneKey.as_view()),
    path("apiKeys/<int:key_id>/pause", keys.PauseKey.as_view()),
    path("apiKeys/<int:key_id>/resume", keys.ResumeKey.as_view()),
    path("apiKeys/<int:key_id>/default", keys.MakeKeyDefault.as_view()),
]
