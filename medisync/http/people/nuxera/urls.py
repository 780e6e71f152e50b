from __future__ import annotations

from django.urls import path

from medisync.http.people.nuxera import views

urlpatterns = [
    path("auth/login", views.Login.as_view()),
    path("auth/me", views.Me.as_view()),
]
