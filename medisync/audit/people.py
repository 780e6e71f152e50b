"""New accounts and sign-ins, on the trail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Model
from django.http import HttpRequest

from medisync.accounts.models import User
from medisync.audit.models import Outcome
from medisync.audit.trail import SYSTEM, Actor, record, user_actor


def record_new_user(
    user: User, by: User | None, address: str | None, **signal: object
) -> None:
    record("user.add", user, actor=_actor(by, address))


def record_change(
    *,
    action: str,
    subject: Model,
    by: User | None,
    address: str | None,
    details: Mapping[str, Any],
    refused: bool = False,
    **signal: object,
) -> None:
    outcome = Outcome.REFUSED if refused else Outcome.DONE
    record(action, subject, actor=_actor(by, address), outcome=outcome, **details)


def _actor(by: User | None, address: str | None) -> Actor:
    if by is not None:
        return user_actor(by, address)
    return SYSTEM if address is None else Actor("public", address=address)


def record_sign_in(user: User, request: HttpRequest, **signal: object) -> None:
    """One for every door: pages, admin and the dialects that issue tokens."""
    record("user.sign_in", user, actor=user_actor(user, _address(request)))


def record_refused_sign_in(
    credentials: Mapping[str, Any], request: HttpRequest | None = None, **signal: object
) -> None:
    """With whose account it was, if anybody's; what was typed may be a password."""
    user = User.objects.filter(email=credentials.get("username", "")).first()
    record(
        "user.sign_in",
        user or User(id=""),
        actor=Actor("public", address=_address(request)),
        outcome=Outcome.REFUSED,
    )


def _address(request: HttpRequest | None) -> str | None:
    return (request.META.get("REMOTE_ADDR") or None) if request else None
