"""Signed tokens for the links in mails: they expire, and work once."""

from __future__ import annotations

from enum import Enum
from typing import Any

from django.contrib.auth.tokens import PasswordResetTokenGenerator

from medisync.accounts.errors import LinkInvalid
from medisync.accounts.models import User
from medisync.lib.objectid import is_object_id


class Purpose(Enum):
    """What a link is for, and the facts whose change uses it up."""

    VERIFY = ("email", "is_verified")
    RESET = ("email", "password")


class _Signer(PasswordResetTokenGenerator):
    """Django's own, over the facts of a purpose; PASSWORD_RESET_TIMEOUT holds."""

    def __init__(self, purpose: Purpose) -> None:
        super().__init__()
        self.key_salt = f"medisync.accounts.links.{purpose.name}"
        self._facts = purpose.value

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        facts = [getattr(user, name) for name in self._facts]
        return "\0".join(map(str, [user.pk, timestamp, *facts]))


def link_token(purpose: Purpose, user: User) -> str:
    return f"{user.pk}-{_Signer(purpose).make_token(user)}"


def user_of_link(purpose: Purpose, token: str, *, lock: bool = False) -> User:
    """Whom the token was made for; ``lock`` holds their row for a transaction.

    Raises LinkInvalid for one that is forged, expired or used.
    """
    user_id, _, signed = token.partition("-")
    if not is_object_id(user_id):
        raise LinkInvalid
    rows = User.objects.filter(pk=user_id, is_active=True)
    user = (rows.select_for_update() if lock else rows).first()
    if user is None or not _Signer(purpose).check_token(user, signed):
        raise LinkInvalid
    return user
