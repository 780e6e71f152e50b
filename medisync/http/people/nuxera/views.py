"""The Nuxera dialect's sign-in, "who am I" and passwords (contract nuxera 2)."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from medisync.accounts import services
from medisync.accounts.tokens import DAY, issue_token
from medisync.http.client import address_of
from medisync.http.nuxera import NuxeraAuthView
from medisync.http.people.nuxera import wire
from medisync.http.throttles import SignInThrottle


class Login(NuxeraAuthView):
    """POST /api/auth/login (2.1)."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = (SignInThrottle,)

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

    def get(self, request: Request) -> Response:
        return Response(wire.dump_me(self.user))


class ChangePassword(NuxeraAuthView):
    """POST /api/auth/change-password (2.3).

    Every token there was ends with the old password, so a new one is answered.
    """

    throttle_classes = (SignInThrottle,)

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
        return Response(
            {
                "message": "Password changed successfully",
                "token": issue_token(user, lifetime=DAY),
            }
        )
