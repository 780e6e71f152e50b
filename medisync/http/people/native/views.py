"""The MediSync dialect's people: sign-in, passwords, profile (contract medisync 3)."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from rest_framework.exceptions import (
    AuthenticationFailed,
    ParseError,
    ValidationError,
)
from rest_framework.request import Request
from rest_framework.response import Response

from medisync.accounts import services
from medisync.accounts.errors import (
    EmailTaken,
    InvalidCredentials,
    LinkInvalid,
    NotVerified,
    TooManyAttempts,
    UnusableFact,
    WeakPassword,
)
from medisync.accounts.links import Purpose
from medisync.accounts.tokens import DAY, MONTH, BearerToken, issue_token
from medisync.http.client import address_of
from medisync.http.native import (
    AnonymousNativeView,
    Data,
    NativeView,
    enveloped,
    failure,
    success,
)
from medisync.http.openapi import operation
from medisync.http.people.mails import mail_link
from medisync.http.people.native import wire
from medisync.http.throttles import MailThrottle
from medisync.http.view import ErrorReply

_REGISTER_SENT = {
    "title": "Dr.",
    "firstName": "Mira",
    "lastName": "Okafor",
    "email": "m.okafor@example.org",
    "password": "walnut-river-7",
    "specialty": "Neurology",
    "ehr_system_type": "Cerner",
    "ehr_system_name": "Ward system 2",
}
_LOGIN_GOT = {
    "success": True,
    "token": "eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl",
    "uid": "66c0de11aa22bb33cc44aa00",
    "userTitle": "Dr.",
    "firstName": "Mira",
    "lastName": "Okafor",
}
_SUBSCRIPTION_GOT = {
    "subscriptionActive": True,
    "subscriptionExpiry": "2027-01-31T23:59:59.000Z",
}
_PROFILE_GOT = {
    "name": "Dr. Mira Okafor",
    "email": "m.okafor@example.org",
    "firstName": "Mira",
    "lastName": "Okafor",
    "title": "Dr.",
    "specialty": "Neurology",
    "ehr_system_type": "Cerner",
    "ehr_system_name": "Ward system 2",
    "isVerified": True,
    **_SUBSCRIPTION_GOT,
    "createdAt": "2026-02-01T08:00:00.000Z",
    "updatedAt": "2026-02-03T09:15:00.000Z",
}
_ON_ITS_WAY = "If the address is known, a message is on its way"
_SAME_ANSWER = "The answer is the same whether or not the address is known."
_MAIL_SENT = {"email": "m.okafor@example.org"}
_LINK_TOKEN = "the-token-of-the-link"  # noqa: S105 (an example)


class DoorView(AnonymousNativeView):
    """Login and register: a code beside every error text, for bad input too."""

    tag = "Sign-in"

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

    @operation(
        "Sign in",
        "3.1",
        body=wire.LoginInput,
        sent={"email": "m.okafor@example.org", "password": "walnut-river-7"},
        answers={200: wire.LoginObject},
        got=_LOGIN_GOT,
        refusals=(InvalidCredentials, TooManyAttempts, NotVerified),
    )
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

    @operation(
        "Register a clinician",
        "3.2",
        body=wire.RegisterInput,
        sent=_REGISTER_SENT,
        answers={201: wire.RegisteredObject},
        got={
            "success": True,
            "message": "User registered successfully. Please verify your email.",
            "user": {
                "id": "66c0de11aa22bb33cc44aa00",
                "email": "m.okafor@example.org",
                "isVerified": False,
            },
        },
        refusals=(
            WeakPassword,
            EmailTaken,
            UnusableFact("A name must not hold control bytes."),
        ),
    )
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

    @operation(
        "Verify an e-mail address by the token of the mail's link",
        "1.8",
        body=wire.TokenInput,
        sent={"token": _LINK_TOKEN},
        answers={200: wire.Told},
        got=wire.told("Email verified"),
        refusals=(LinkInvalid,),
    )
    def post(self, request: Request) -> Response:
        form = wire.TokenInput(data=request.data)
        form.is_valid(raise_exception=True)
        address = address_of(request._request)
        services.verify_email(form.validated_data["token"], address=address)
        return Response(wire.told("Email verified"))


class ResetPassword(DoorView):
    """POST /reset-password, with the token of the mail's link."""

    @operation(
        "Set a new password by the token of the mail's link",
        "13",
        body=wire.ResetInput,
        sent={"token": _LINK_TOKEN, "password": "walnut-river-8"},
        answers={200: wire.Told},
        got=wire.told("Password changed"),
        refusals=(WeakPassword, LinkInvalid),
    )
    def post(self, request: Request) -> Response:
        form = wire.ResetInput(data=request.data)
        form.is_valid(raise_exception=True)
        address = address_of(request._request)
        services.reset_password(**form.validated_data, address=address)
        return Response(wire.told("Password changed"))


class MailLink(DoorView):
    """A mail is on its way, or there is nobody to send one to: the same answer."""

    throttle_classes = (MailThrottle,)
    purpose: ClassVar[Purpose]

    def mail(self, request: Request) -> Response:
        form = wire.EmailInput(data=request.data)
        form.is_valid(raise_exception=True)
        mail_link(request._request, self.purpose, form.validated_data["email"])
        return Response(wire.told(_ON_ITS_WAY))


class ResendVerification(MailLink):
    """POST /resend-verification."""

    purpose = Purpose.VERIFY

    @operation(
        "Ask for another mail that verifies an e-mail address",
        "1.8",
        description=_SAME_ANSWER,
        body=wire.EmailInput,
        sent=_MAIL_SENT,
        answers={200: wire.Told},
        got=wire.told(_ON_ITS_WAY),
    )
    def post(self, request: Request) -> Response:
        return self.mail(request)


class ForgotPassword(MailLink):
    """POST /forgot-password."""

    purpose = Purpose.RESET

    @operation(
        "Ask for a mail that lets one set a new password",
        "13",
        description=_SAME_ANSWER,
        body=wire.EmailInput,
        sent=_MAIL_SENT,
        answers={200: wire.Told},
        got=wire.told(_ON_ITS_WAY),
    )
    def post(self, request: Request) -> Response:
        return self.mail(request)


class RefreshToken(NativeView):
    """POST /refresh-token: another token that lives as long as the caller's."""

    tag = "Sign-in"

    @operation(
        "Get another token that lives as long as the one sent",
        "2",
        answers={200: wire.LoginObject},
        got=_LOGIN_GOT,
    )
    def post(self, request: Request) -> Response:
        assert isinstance(request.auth, BearerToken)
        claims = request.auth.payload
        lifetime = timedelta(seconds=claims["exp"] - claims["iat"])
        try:
            token = issue_token(self.user, lifetime=lifetime)
        except InvalidCredentials as error:
            raise AuthenticationFailed from error  # As if it had come after the change.
        return Response(wire.dump_login(self.user, token))


class Profile(NativeView):
    """GET /user/profile (3.3)."""

    tag = "Profile"

    @operation(
        "Get the caller's profile",
        "3.3",
        answers={200: Data[wire.ProfileObject]},
        got=enveloped(_PROFILE_GOT),
    )
    def get(self, request: Request) -> Response:
        return success(wire.dump_profile(self.user))


class Subscription(NativeView):
    """GET /settings/subscription (3.4)."""

    tag = "Profile"

    @operation(
        "Ask whether the caller's subscription is active",
        "3.4",
        answers={200: Data[wire.SubscriptionObject]},
        got=enveloped(_SUBSCRIPTION_GOT),
    )
    def get(self, request: Request) -> Response:
        return success(wire.dump_subscription(self.user))
