"""Tokens and download links of P-Series applications (contract yeastar C1, C4).

The application is a PBX user; its Client Secret is that user's password.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from medisync.audit.trail import Actor, record
from medisync.lib.hashing import secret_hash
from telephony.errors import OpenApiLinkInvalid, OpenApiTokenInvalid
from telephony.models import OpenApiToken, PbxUser
from telephony.pbx import hold_proven, password_digest, pbx_actor, prove_pbx_user

ACCESS_LIFE = timedelta(minutes=30)
REFRESH_LIFE = timedelta(days=1)
LINK_LIFE = timedelta(minutes=30)


@dataclass(frozen=True)
class OpenApiLogin:
    """Both tokens in clear: this once, only hashes are kept."""

    access_token: str
    refresh_token: str

    def kept(self) -> dict[str, Any]:
        now = timezone.now()
        return {
            "access_hash": secret_hash(self.access_token),
            "refresh_hash": secret_hash(self.refresh_token),
            "access_expires_at": now + ACCESS_LIFE,
            "refresh_expires_at": now + REFRESH_LIFE,
        }


def _new_login() -> OpenApiLogin:
    return OpenApiLogin(secrets.token_urlsafe(24), secrets.token_urlsafe(24))


def issue_openapi_token(client_id: str, secret: str, *, address: str) -> OpenApiLogin:
    """Tokens for the PBX user of this name and password.

    Raises PbxCredentialsInvalid and PbxAddressLocked, as v1.1's login does, and
    counts for the same lock.
    """
    user = prove_pbx_user(client_id, password_digest(secret), address=address)
    login = _new_login()
    with transaction.atomic():
        hold_proven(user)
        token = OpenApiToken.objects.create(user=user, **login.kept())
        record("openapi_token.add", token, actor=pbx_actor(user, address))
    return login


def use_openapi_token(text: str) -> OpenApiToken:
    """The live token with its user. Its use does not prolong it.

    Raises OpenApiTokenInvalid.
    """
    token = (
        OpenApiToken.objects.select_related("user")
        .filter(access_hash=secret_hash(text), user__is_active=True)
        .first()
    )
    if token is None or token.access_expires_at <= timezone.now():
        raise OpenApiTokenInvalid
    return token


def refresh_openapi_token(refresh_token: str, *, address: str) -> OpenApiLogin:
    """A new pair in place of the old one, which is void from here on.

    Raises OpenApiTokenInvalid, also for all but one of several at once.
    """
    old = (
        OpenApiToken.objects.select_related("user")
        .filter(refresh_hash=secret_hash(refresh_token), user__is_active=True)
        .first()
    )
    if old is None or old.refresh_expires_at <= timezone.now():
        raise OpenApiTokenInvalid
    login = _new_login()
    with transaction.atomic():
        same = OpenApiToken.objects.filter(pk=old.pk, refresh_hash=old.refresh_hash)
        if not same.update(**login.kept()):
            raise OpenApiTokenInvalid
        record("openapi_token.refresh", old, actor=pbx_actor(old.user, address))
    return login


def revoke_openapi_token(token: OpenApiToken, *, actor: Actor) -> None:
    """Neither the token nor its refresh token opens anything from here on.

    Raises OpenApiTokenInvalid when somebody else was faster.
    """
    with transaction.atomic():
        given_back, _ = OpenApiToken.objects.filter(pk=token.pk).delete()
        if not given_back:
            raise OpenApiTokenInvalid
        record("openapi_token.delete", token, actor=actor)


def sweep_openapi_tokens() -> int:
    """Removes pairs of which neither token is of use any more; how many."""
    over = OpenApiToken.objects.filter(refresh_expires_at__lte=timezone.now())
    return over.delete()[0]


# --- Download links -----------------------------------------------------------------


def make_link(user: PbxUser, subject: Mapping[str, Any], *, name: str) -> str:
    """A name that stands for ``subject`` for 30 minutes, to this user alone.

    ``name`` is a pattern with one ``{}``. It may be used any number of times.
    """
    link = name.format(secrets.token_urlsafe(18))
    facts = {"user": user.pk, "subject": dict(subject)}
    cache.set(_key(link), facts, LINK_LIFE.total_seconds())
    return link


def open_link(link: str, user: PbxUser) -> Mapping[str, Any]:
    """What ``link`` stands for. Raises OpenApiLinkInvalid."""
    facts = cache.get(_key(link))
    if facts is None or facts["user"] != user.pk:
        raise OpenApiLinkInvalid
    subject: Mapping[str, Any] = facts["subject"]
    return subject


def _key(link: str) -> str:
    return f"openapi-link:{secret_hash(link)}"
