"""Bearer tokens: one issuer for every dialect that takes a JWT."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from rest_framework_simplejwt.tokens import Token

from medisync.accounts.errors import InvalidCredentials
from medisync.accounts.models import User

DAY = timedelta(hours=24)
MONTH = timedelta(days=30)


class BearerToken(Token):
    """HS256 with exactly ``userId``, ``iat`` and ``exp`` (contract medisync 3.1)."""

    token_type = "access"  # noqa: S105 (a kind, not a secret)
    lifetime = DAY


def issue_token(user: User, *, lifetime: timedelta = DAY) -> str:
    """A signed token of ``lifetime``.

    It begins with the second after the password's change, if that is to come. Raises
    InvalidCredentials when the password is no longer the one that ``user`` has.
    """
    with transaction.atomic():
        # A change of the password comes before the token, which then is none, or
        # after it, and ends it.
        if not User.objects.hold(user, password=user.password):
            raise InvalidCredentials
        token = BearerToken()
    # The library enters its token type even where no claim has a name for it.
    token.payload = {name: value for name, value in token.payload.items() if name}
    token["userId"] = user.pk
    begin = max(token.current_time, user.tokens_valid_from)
    token.set_iat(at_time=begin)
    token.set_exp(from_time=begin, lifetime=lifetime)
    return str(token)


def outlives_password(token: Token, user: User) -> bool:
    """Whether the token was issued since the user's password last changed."""
    issued = token.payload.get("iat")
    return isinstance(issued, int) and issued >= user.tokens_valid_from.timestamp()
