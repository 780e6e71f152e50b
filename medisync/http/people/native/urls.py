from __future__ import annotations

from django.urls import path

from medisync.http.people.native import views

urlpatterns = [
    path("login", views.Login.as_view()),
    path("register", views.Register.as_view()),
    path("refresh-token", views.RefreshToken.as_view()),
    path("verify-email", views.VerifyEmail.as_view()),
    path("resend-verification", views.ResendVerification.as_view()),
    path("forgot-password", views.ForgotPassword.as_view()),
    path("reset-password", views.ResetPassword.as_view()),
    path("user/profile", views.Profile.as_view()),
    path("settings/subscription", views.Subscription.as_view()),
]
