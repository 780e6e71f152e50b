from __future__ import annotations

from django.contrib.auth.views import LogoutView
from django.urls import path

from medisync.http.pages.links import ForgotPassword, ResetPassword, VerifyEmail
from medisync.http.pages.second_step import SecondStep, SetUpAuthenticator
from medisync.http.pages.views import SignIn

urlpatterns = [
    path("sign-in", SignIn.as_view(), name="sign-in"),
    path("second-step", SecondStep.as_view(), name="second-step"),
    path(
        "second-step/set-up",
        SetUpAuthenticator.as_view(),
        name="set-up-authenticator",
    ),
    path("forgot-password", ForgotPassword.as_view(), name="forgot-password"),
    path("reset-password/<str:token>", ResetPassword.as_view(), name="reset-password"),
    path("verify-email/<str:token>", VerifyEmail.as_view(), name="verify-email"),
    path("sign-out", LogoutView.as_view(), name="sign-out"),
]
