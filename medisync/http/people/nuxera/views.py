"""The Nuxera dialect's login and "who am I" (contract nuxera 2)."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from medisync.accounts import services
from medisync.accounts.tokens import DAY, issue_token
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
