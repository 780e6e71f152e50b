"""API keys: whose they are, and every change to them.

The key itself is told once, to whoever makes it; only its hash is kept.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from medisync.accounts.errors import ApiKeyNotFound
from medisync.accounts.models import ApiKey, ApiKeyQuerySet, KeyStatus, User
from medisync.accounts.signals import changed
from medisync.lib.hashing import secret_hash


def keys_of(user: User) -> ApiKeyQuerySet:
    return ApiKey.objects.visible_to(user)


def key_of(user: User, key_id: int) -> ApiKey:
    """Raises ApiKeyNotFound, for another's too."""
    found = keys_of(user).filter(pk=key_id).first()
    if found is None:
        raise ApiKeyNotFound
    return found


def user_behind(key: str) -> User | None:
    """Who may act by ``key``, as long as it and they are active."""
    found = (
        ApiKey.objects.filter(key_hash=secret_hash(key), user__is_active=True)
        .select_related("user")
        .first()
    )
    if found is None or found.status != KeyStatus.ACTIVE:
        return None
    return found.user


def create_key(
    user: User,
    *,
    name: str,
    type: str,  # noqa: A002 (the dialect's word)
    paused: bool = False,
    expiry_at: datetime | None = None,
    address: str | None,
) -> tuple[ApiKey, str]:
    """A new key of ``user``'s, and its text, this once."""
    text = str(uuid.uuid4())
    key = ApiKey(
        user=user,
        name=name,
        type=type,
        paused=paused,
        expiry_at=expiry_at,
        key_hash=secret_hash(text),
        hint=text[-4:],
    )
    with transaction.atomic():
        key.save(force_insert=True)
        _tell("api_key.add", key, user, address)
    return key, text


def pause_key(key: ApiKey, *, by: User, address: str | None) -> ApiKey:
    return _set(key, "api_key.pause", by, address, paused=True)


def resume_key(key: ApiKey, *, by: User, address: str | None) -> ApiKey:
    """An expired key stays expired."""
    return _set(key, "api_key.resume", by, address, paused=False)


def make_key_default(key: ApiKey, *, by: User, address: str | None) -> ApiKey:
    """The user's one default from now on."""
    with transaction.atomic():
        # Two at once must not find each other's default in their way.
        User.objects.select_for_update().get(pk=key.user_id)
        ApiKey.objects.filter(user_id=key.user_id).update(is_default=False)
        return _set(key, "api_key.default", by, address, is_default=True)


def delete_key(key: ApiKey, *, by: User, address: str | None) -> None:
    """Raises ApiKeyNotFound when somebody else was faster."""
    with transaction.atomic():
        deleted, _ = ApiKey.objects.filter(pk=key.pk).delete()
        if not deleted:
            raise ApiKeyNotFound
        _tell("api_key.delete", key, by, address)


def _set(
    key: ApiKey, action: str, by: User, address: str | None, **values: bool
) -> ApiKey:
    with transaction.atomic():
        if not ApiKey.objects.filter(pk=key.pk).update(**values):
            raise ApiKeyNotFound
        _tell(action, key, by, address)
    key.refresh_from_db()
    return key


def _tell(action: str, key: ApiKey, by: User, address: str | None) -> None:
    changed.send(
        sender=ApiKey,
        action=action,
        subject=key,
        by=by,
        address=address,
        details={"owner": key.user_id},
    )
