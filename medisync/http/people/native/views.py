"""The MediSync dialect's people: sign-in, passwords, profile (contract medisync 3)."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from medisync.accounts import services
from medisync.accounts.errors import UnusableFact
from medisync.accounts.links import Purpose
from medisync.accounts.tokens import DAY, MONTH, BearerToken, issue_token
from medisync.http.client import address_of
from medisync.http.native import AnonymousNativeView, NativeView, failure, success
from medisync.http.people.mails import mail_link
from medisync.http.people.native import wire
from medisync.http.throttles import MailThrottle
from medisync.http.view import ErrorReply


class DoorView(AnonymousNativeView):
    """Login and register: a code beside every error text, for bad input too."""

    @classmethod
    def describe(cls, error: Exception) -> ErrorReply:
        if isinstance(error, UnusableFact):
            return failure(400, error.message, "VALIDATION_ERROR")
        reply = super().describe(error)
        if isinstance(error, (ValidationError, ParseError)):
            return failure(400, reply.body["error"], "VALIDATION_ERROR")
        return reply


class Login(DoorView):
    """POST /login (3.1)."""

    def post(self, request: Request) -> Response:
        form = wire.LoginInput(data=request.data)
        form.is_valid(raise_exception=True)
        user = services.sign_in(
            request._request,
            email=form.validated_data["email"],
            password=form.validated_data["password"],
        )
        lifetime = MONTH if form.validated_data["remember"] else DAY
        return Response(wire.dump_login(user, issue_token(user, lifetime=lifetime)))


class Register(DoorView):
    """POST /register (3.2)."""

    def post(self, request: Request) -> Response:
        form = wire.RegisterInput(data=request.data)
        form.is_valid(raise_exception=True)
        user = services.register_user(
            **form.validated_data, address=address_of(request._request)
        )
        mail_link(request._request, Purpose.VERIFY, user.email)
        return Response(wire.dump_registered(user), 201)


class VerifyEmail(DoorView):
    """POST /verify-email, with the token of the mail's link."""

    def post(self, request: Request) -> Response:
        form = wire.TokenInput(data=request.data)
        form.is_valid(raise_exception=True)
        address = address_of(request._request)
        services.verify_email(form.validated_data["token"], address=address)
        return Response({"success": True, "message": "Email verified"})


class ResetPassword(DoorView):
    """POST /reset-password, with the token of the mail's link."""

    def post(self, request: Request) -> Response:
        form = wire.ResetInput(data=request.data)
        form.is_valid(raise_exception=True)
        address = address_of(request._request)
        services.reset_password(**form.validated_data, address=address)
        return Response({"success": True, "message": "Password changed"})


class MailLink(DoorView):
    """A mail is on its way, or there is nobody to send one to: the same answer."""

    throttle_classes = (MailThrottle,)
    purpose: ClassVar[Purpose]

    def post(self, request: Request) -> Response:
        form = wire.EmailInput(data=request.data)
        form.is_valid(raise_exception=True)
        mail_link(request._request, self.purpose, form.validated_data["email"])
        return Response(
            {
                "success": True,
                "message": "If the address is known, a message is on its way",
            }
        )


class ResendVerification(MailLink):
    """POST /resend-verification."""

    purpose = Purpose.VERIFY


class ForgotPassword(MailLink):
    """POST /forgot-password."""

    purpose = Purpose.RESET


class RefreshToken(NativeView):
    """POST /refresh-token: another token that lives as long as the caller's."""

    def post(self, request: Request) -> Response:
        assert isinstance(request.auth, BearerToken)
        claims = request.auth.payload
        lifetime = timedelta(seconds=claims["exp"] - claims["iat"])
        token = issue_token(self.user, lifetime=lifetime)
        return Response(wire.dump_login(self.user, token))


class Profile(NativeView):
    """GET /user/profile (3.3)."""

    def get(self, request: Request) -> Response:
        return success(wire.dump_profile(self.user))


class Subscription(NativeView):
    """GET /settings/subscription (3.4)."""

    def get(self, request: Request) -> Response:
        return success(wire.dump_subscription(self.user))
