"""The MediSync dialect's login, register, profile and health (contract 3)."""

from __future__ import annotations

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from medisync.accounts import services
from medisync.accounts.tokens import DAY, MONTH, issue_token
from medisync.http.native import (
    AnonymousNativeView,
    NativeView,
    failure,
    first_message,
    success,
)
from medisync.http.people.native import wire
from medisync.http.view import ErrorReply


class PeopleView(AnonymousNativeView):
    """These pages put a code beside the text, also for invalid input."""

    @classmethod
    def describe(cls, error: Exception) -> ErrorReply:
        if isinstance(error, ValidationError):
            return failure(400, first_message(error.detail), "VALIDATION_ERROR")
        return super().describe(error)


class Login(PeopleView):
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


class Register(PeopleView):
    """POST /register (3.2)."""

    def post(self, request: Request) -> Response:
        form = wire.RegisterInput(data=request.data)
        form.is_valid(raise_exception=True)
        user = services.register_user(**form.validated_data)
        return Response(wire.dump_registered(user), 201)


class Profile(NativeView):
    """GET /user/profile (3.3)."""

    def get(self, request: Request) -> Response:
        return success(wire.dump_profile(self.user))
