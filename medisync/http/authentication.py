"""How a request of a Bearer dialect says who sends it."""

from __future__ import annotations

from typing import Any

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import InvalidToken
from rest_framework_simplejwt.tokens import Token

from medisync.accounts.api_keys import user_behind
from medisync.accounts.models import User
from medisync.accounts.tokens import outlives_password
from medisync.lib.objectid import is_object_id


class BearerAuthentication(JWTAuthentication):
    """``Authorization: Bearer <JWT>``.

    Raises NotAuthenticated for a header that is absent or malformed, and
    AuthenticationFailed for a token that is forged, expired, older than the
    password, or of somebody who may no longer sign in.
    """

    def authenticate(  # type: ignore[override]  # the library's type is any user
        self, request: Request
    ) -> tuple[User, Token] | None:
        header = self.get_header(request)
        if header is None:
            return None
        parts = header.split()
        if len(parts) != 2 or parts[0].lower() != b"bearer":
            raise NotAuthenticated
        try:
            token = self.get_validated_token(parts[1])
            user = self.get_user(token)
        except (InvalidToken, TypeError, ValueError, OverflowError) as error:
            # The last three: signed by us, but of an expiry that is no date.
            raise AuthenticationFailed from error
        return user, token

    def get_user(  # type: ignore[override]
        self, validated_token: Token
    ) -> User:
        user_id = validated_token.payload.get("userId")
        if not is_object_id(user_id):
            raise AuthenticationFailed
        user = User.objects.filter(pk=user_id, is_active=True).first()
        if user is None or not outlives_password(validated_token, user):
            raise AuthenticationFailed
        return user


class ApiKeyAuthentication(BaseAuthentication):
    """``x-api-key: <key>``, where a dialect documents it.

    Raises AuthenticationFailed for a key that is unknown, paused or expired, or of
    somebody who may no longer sign in.
    """

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        key = request.headers.get("x-api-key")
        if key is None:
            return None
        user = user_behind(key.strip())
        if user is None:
            raise AuthenticationFailed
        return user, None

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class SessionForReading(BaseAuthentication):
    """The signed-in browser session, for GET and HEAD only.

    It lets our own pages put an API's audio URL into ``<audio src>``. Unsafe
    methods are left out because a session cookie travels by itself.
    """

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        user = request._request.user
        if request.method in ("GET", "HEAD") and isinstance(user, User):
            return (user, None) if user.is_active else None
        return None

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class SignedIn(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.user, User)
