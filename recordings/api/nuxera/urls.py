from __future__ import annotations

from django.urls import path

from recordings.api.nuxera import views

urlpatterns = [
    path("download", views.Download.as_view()),
    path("delete", views.Delete.as_view()),
    path("delete-all", views.DeleteAll.as_view()),
]
