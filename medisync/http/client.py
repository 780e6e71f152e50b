"""Who is at the other end of a request."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from medisync.accounts.models import User
from medisync.audit.trail import Actor, user_actor


def address_of(request: HttpRequest) -> str:
    """The client's address; TrustedProxies has already looked behind proxies."""
    return str(request.META.get("REMOTE_ADDR", ""))


def actor_of(request: HttpRequest) -> Actor:
    """The signed-in user as an actor of the audit trail, else the public."""
    user = request.user
    if isinstance(user, User):
        return user_actor(user, address_of(request) or None)
    return Actor("public", address=address_of(request) or None)


def user_of(request: HttpRequest) -> User:
    """The signed-in user, where something else has let nobody else through."""
    user = request.user
    assert isinstance(user, User)
    return user


class Asked:
    """A view that somebody of ours asks; something else let nobody else through."""

    request: Any

    @property
    def user(self) -> User:
        return user_of(self.request)

    @property
    def actor(self) -> Actor:
        return actor_of(self.request)
