"""Whether this session has shown a code of its user's authenticator app."""

from __future__ import annotations

from typing import Any

import django_otp
from django.conf import settings
from django.http import HttpRequest
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.models import Device

from medisync.http.client import user_of


def second_step_missing(request: HttpRequest) -> bool:
    """Whether the signed-in user is to show a code before the admin opens."""
    if not settings.ADMIN_OTP_REQUIRED:
        return False
    known = vars(request)
    if "second_step_missing" not in known:  # One query a request.
        known["second_step_missing"] = not _shown(request)
    return bool(known["second_step_missing"])


def _shown(request: HttpRequest) -> bool:
    """Not any more once the device is reset or replaced."""
    kept = request.session.get(DEVICE_ID_SESSION_KEY)
    device = Device.from_persistent_id(kept) if kept else None
    return (
        device is not None
        and device.confirmed
        and device.user_id == user_of(request).pk
    )


def remember_second_step(request: HttpRequest, device: Any) -> None:
    """The session is worth more now, so it is known by a new key."""
    request.session.cycle_key()
    django_otp.login(request, device)
