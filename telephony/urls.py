from __future__ import annotations

from django.urls import path

from telephony import views

urlpatterns = [
    path("calls/", views.CallList.as_view(), name="calls"),
    path("calls/<str:sid>/", views.CallDetail.as_view(), name="call"),
    path("calls/<str:sid>/attach", views.AttachCall.as_view(), name="call-attach"),
    path("calls/<str:sid>/detach", views.DetachCall.as_view(), name="call-detach"),
]
