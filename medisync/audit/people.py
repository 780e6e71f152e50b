"""What people do to their own accounts, on the trail."""

from __future__ import annotations

from django.http import HttpRequest

from medisync.accounts.models import User
from medisync.audit.trail import SYSTEM, Actor, record, user_actor


def record_new_user(user: User, address: str | None, **signal: object) -> None:
    actor = SYSTEM if address is None else Actor("public", address=address)
    record("user.add", user, actor=actor)


def record_sign_in(user: User, request: HttpRequest, **signal: object) -> None:
    """One for every door: pages, admin and the dialects that issue tokens."""
    address = request.META.get("REMOTE_ADDR") or None
    record("user.sign_in", user, actor=user_actor(user, address))
