"""The Nuxera dialect's login and "who am I" (contract nuxera 2)."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from medisync.accounts import services
from medisync.accounts.models import Role, User
from medisync.accounts.tokens import DAY, issue_token
from medisync.http.nuxera import NuxeraView
from medisync.lib.times import iso_milliseconds


class LoginInput(serializers.Serializer[Any]):
    username = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=1000, trim_whitespace=False)


class Login(NuxeraView):
    """POST /api/auth/login (2.1)."""

    authentication_classes = ()
    permission_classes = ()

    def post(self, request: Request) -> Response:
        form = LoginInput(data=request.data)
        form.is_valid(raise_exception=True)
        user = services.sign_in(
            request._request,
            email=form.validated_data["username"],
            password=form.validated_data["password"],
        )
        token = issue_token(user, lifetime=DAY)
        return Response({"token": token, "user": _dump_user(user)})


class Me(NuxeraView):
    """GET /api/auth/me (2.2)."""

    def get(self, request: Request) -> Response:
        return Response(_dump_me(self.user))


def _dump_user(user: User) -> dict[str, Any]:
    return {
        "id": user.pk,
        "username": user.email,
        "email": user.email,
        "role": _role(user),
    }


def _role(user: User) -> str:
    if user.is_superuser:
        return "admin"
    return "physician" if user.role == Role.CLINICIAN else "staff"


def _dump_me(user: User) -> dict[str, Any]:
    signed_in = user.last_login
    return {
        "id": numeric_id(user),
        "email": user.email,
        "status": "active",
        "last_login": iso_milliseconds(signed_in) if signed_in else None,
        "created_at": iso_milliseconds(user.created_at),
        "updated_at": iso_milliseconds(user.updated_at),
        "email_verified": user.is_verified,
        "name": str(user),
        "is_demo": False,
        "user_type": ["ai-medical-note"],
    }


def numeric_id(user: User) -> int:
    """The whole number this call documents: 52 bits of the id.

    The last four bytes of an id tell one process's users apart and the other 20
    bits the processes, and JavaScript still counts exactly that far.
    """
    return int(user.pk[-13:], 16)
