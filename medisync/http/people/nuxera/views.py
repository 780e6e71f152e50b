"""The Nuxera dialect's sign-in, "who am I" and passwords (contract nuxera 2)."""

from __future__ import annotations

from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.response import Response

from medisync.accounts import services
from medisync.accounts.errors import (
    InvalidCredentials,
    TooManyAttempts,
    WeakPassword,
)
from medisync.accounts.tokens import DAY, issue_token
from medisync.http.client import address_of
from medisync.http.nuxera import NuxeraAuthView
from medisync.http.openapi import operation
from medisync.http.people.nuxera import wire
from medisync.http.throttles import SignInThrottle

_TOKEN = "eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl"  # noqa: S105 (an example)
_EMAIL = "okafor@clinic.test"


class Login(NuxeraAuthView):
    """POST /api/auth/login (2.1)."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = (SignInThrottle,)
    tag = "Authentication"
    security = ()
    common_refusals = (Throttled(wait=60), Exception)

    @operation(
        "Sign in",
        "2.1",
        body=wire.LoginInput,
        sent={"username": _EMAIL, "password": "walnut-river-7"},
        answers={200: wire.NuxeraLogin},
        got={
            "token": _TOKEN,
            "user": {
                "id": "66c0de11aa22bb33cc44aa00",
                "username": _EMAIL,
                "email": _EMAIL,
                "role": "physician",
            },
        },
        refusals=(InvalidCredentials, TooManyAttempts),
    )
    def post(self, request: Request) -> Response:
        form = wire.LoginInput(data=request.data)
        form.is_valid(raise_exception=True)
        user = services.sign_in(
            request._request,
            email=form.validated_data["username"],
            password=form.validated_data["password"],
        )
        return Response(wire.dump_login(user, issue_token(user, lifetime=DAY)))


class Me(NuxeraAuthView):
    """GET /api/auth/me (2.2)."""

    tag = "Authentication"

    @operation(
        "Get the caller",
        "2.2",
        answers={200: wire.NuxeraMe},
        got={
            "id": 7,
            "email": _EMAIL,
            "status": "active",
            "last_login": None,
            "created_at": "2026-02-01T08:00:00.000Z",
            "updated_at": "2026-02-03T09:15:00.000Z",
            "email_verified": True,
            "name": "Dr. Mira Okafor",
            "is_demo": False,
            "user_type": ["ai-medical-note"],
        },
    )
    def get(self, request: Request) -> Response:
        return Response(wire.dump_me(self.user))


class ChangePassword(NuxeraAuthView):
    """POST /api/auth/change-password (2.3).

    Every token there was ends with the old password, so a new one is answered.
    """

    throttle_classes = (SignInThrottle,)
    tag = "Authentication"

    @operation(
        "Change the caller's password; every token ends, a new one is answered",
        "2.3",
        body=wire.NewPasswordInput,
        sent={"currentPassword": "walnut-river-7", "newPassword": "walnut-river-8"},
        answers={200: wire.NewToken},
        got=wire.dump_new_token(_TOKEN),
        refusals=(
            Throttled(wait=60),
            InvalidCredentials,
            TooManyAttempts,
            WeakPassword,
        ),
    )
    def post(self, request: Request) -> Response:
        form = wire.NewPasswordInput(data=request.data)
        form.is_valid(raise_exception=True)
        user = services.check_credentials(
            request._request,
            email=self.user.email,
            password=form.validated_data["currentPassword"],
        )
        services.change_password(
            user,
            form.validated_data["newPassword"],
            address=address_of(request._request) or None,
        )
        return Response(wire.dump_new_token(issue_token(user, lifetime=DAY)))
