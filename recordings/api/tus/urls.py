from __future__ import annotations

from django.urls import path

from recordings.api.tus import views

urlpatterns = [
    path("uploads/", views.Uploads.as_view(), name="uploads"),
    path("uploads/<str:upload_id>", views.Upload.as_view(), name="upload"),
]
