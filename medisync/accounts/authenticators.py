"""The second step of signing in: a code of a person's authenticator app.

django-otp counts them, throttles wrong ones and takes none twice.
"""

from __future__ import annotations

import base64
import secrets
from typing import Any

from django.db import transaction
from django.utils import timezone

from medisync.accounts.errors import AuthenticatorExists, CodeWrong, TooManyCodes
from medisync.accounts.models import Authenticator, RecoveryCodes, User, kept_code
from medisync.accounts.signals import changed

RECOVERY_CODES = 10
_CODE_BYTES = 10  # 80 random bits, 16 letters and digits


def authenticator_of(user: User) -> Authenticator | None:
    """The one that opens, if the user has one."""
    found: Authenticator | None = _of(user, confirmed=True)
    return found


def recovery_codes_left(user: User) -> int:
    return sum(
        device.token_set.count() for device in RecoveryCodes.objects.filter(user=user)
    )


def begin_authenticator(user: User, *, anew: bool = False) -> Authenticator:
    """One to be scanned, which opens nothing before it is confirmed.

    ``anew`` makes another one: whoever saw the key of an earlier page must not
    hold the one that its owner confirms.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        if anew:
            Authenticator.objects.filter(user=user, confirmed=False).delete()
        pending: Authenticator | None = _of(user, confirmed=False)
        if pending is None:
            pending = Authenticator.objects.create(
                user=user, name="Authenticator", confirmed=False
            )
        return pending


def confirm_authenticator(
    user: User, code: str, *, replacing: bool = False, address: str | None
) -> tuple[Authenticator, list[str]]:
    """The user's app shows ``code``, so it opens from now on.

    Returns it and new recovery codes, in no other place and never again. Raises
    AuthenticatorExists where there is one and ``replacing`` it was not meant,
    CodeWrong and TooManyCodes.
    """
    code = "".join(code.split())
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        if not replacing and authenticator_of(user) is not None:
            raise AuthenticatorExists
        device = _of(user, confirmed=False, for_verify=True)
        _stop_early(device)
        right = device is not None and device.verify_token(code)
        if right:
            _forget(user, keep=device.pk)
            device.confirmed = True
            device.save(update_fields=["confirmed"])
            codes = _new_recovery_codes(user)
            _tell("authenticator.add", user, by=user, address=address)
        else:
            _tell("authenticator.add", user, by=user, address=address, refused=True)
    if not right:
        raise CodeWrong
    return device, codes


def check_code(user: User, code: str, *, address: str | None) -> Any:
    """The device behind a right code, which works this once.

    Raises CodeWrong, and TooManyCodes after wrong ones, for longer each time.
    """
    code = "".join(code.split())
    by_app = code.isdecimal()
    kind: Any = Authenticator if by_app else RecoveryCodes
    with transaction.atomic():
        device = (
            kind.objects.select_for_update().filter(user=user, confirmed=True).first()
        )
        _stop_early(device)
        right = device is not None and device.verify_token(code)
        _tell(
            "authenticator.check",
            user,
            by=user,
            address=address,
            refused=not right,
            kind="app" if by_app else "recovery code",
        )
    if not right:
        raise CodeWrong
    return device


def reset_authenticator(user: User, *, by: User | None, address: str | None) -> bool:
    """Forgets the app and the recovery codes; whether there were any.

    Whoever was let in by them is asked again.
    """
    with transaction.atomic():
        had = _forget(user)
        if had:
            _tell("authenticator.reset", user, by=by, address=address)
    return had


def _of(user: User, *, confirmed: bool, for_verify: bool = False) -> Any:
    rows = Authenticator.objects.filter(user=user, confirmed=confirmed)
    return (rows.select_for_update() if for_verify else rows).order_by("pk").first()


def _stop_early(device: Any) -> None:
    if device is None:
        return
    allowed, why = device.verify_is_allowed()
    if not allowed:
        wait = (why["locked_until"] - timezone.now()).total_seconds()
        raise TooManyCodes(max(1, round(wait)))


def _forget(user: User, *, keep: int | None = None) -> bool:
    apps, _ = Authenticator.objects.filter(user=user).exclude(pk=keep).delete()
    codes, _ = RecoveryCodes.objects.filter(user=user).delete()
    return bool(apps or codes)


def _new_recovery_codes(user: User) -> list[str]:
    device = RecoveryCodes.objects.create(user=user, name="Recovery codes")
    codes = []
    for _ in range(RECOVERY_CODES):
        text = base64.b32encode(secrets.token_bytes(_CODE_BYTES)).decode().lower()
        device.token_set.create(token=kept_code(text))
        codes.append("-".join(text[place : place + 4] for place in range(0, 16, 4)))
    return codes


def _tell(
    action: str,
    user: User,
    *,
    by: User | None,
    address: str | None,
    refused: bool = False,
    **details: object,
) -> None:
    changed.send(
        sender=User,
        action=action,
        subject=user,
        by=by,
        address=address,
        refused=refused,
        details=details,
    )
