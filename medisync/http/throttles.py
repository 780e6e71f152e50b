"""Requests an hour, counted for all worker processes together."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from medisync.accounts.models import Tier, User
from medisync.http.client import address_of
from medisync.lib.allowance import Allowance, caller, take
from medisync.lib.hashing import secret_hash


class HourlyThrottle(BaseThrottle):
    """``scope`` names the row of RATE_LIMITS; the caller's tier, the column."""

    scope: ClassVar[str] = "requests"

    def allow_request(self, request: Request, view: APIView) -> bool:
        tier, who = self.counted(request)
        limit = settings.RATE_LIMITS[self.scope][tier]
        count = partial(take, f"{self.scope}:{who}", limit)
        self.allowance = count()
        # Read for the headers, and by what is answered again without the view.
        view.allowance, view.take = self.allowance, count  # type: ignore[attr-defined]
        return self.allowance.retry_after == 0

    def counted(self, request: Request) -> tuple[str, str]:
        """The tier whose limit holds, and whom the requests are counted for."""
        user = request.user
        if isinstance(user, User):
            return user.tier, user.pk
        return Tier.STANDARD, caller(address_of(request._request))

    def wait(self) -> float:
        return float(self.allowance.retry_after)


class UploadThrottle(HourlyThrottle):
    scope = "uploads"


class AddressThrottle(HourlyThrottle):
    """Counts for each address, whoever is signed in there."""

    def counted(self, request: Request) -> tuple[str, str]:
        return Tier.STANDARD, caller(address_of(request._request))


class SignInThrottle(AddressThrottle):
    """Tries at the doors that count no requests otherwise, for each address.

    The login lock counts one name at a time, so it alone would leave trying one
    password on every name free.
    """

    scope = "sign-ins"


def sign_in_allowance(address: str) -> Allowance:
    """As SignInThrottle, for the sign-in page."""
    limit = settings.RATE_LIMITS[SignInThrottle.scope][Tier.STANDARD]
    return take(f"{SignInThrottle.scope}:{caller(address)}", limit)


class MailThrottle(AddressThrottle):
    """Mails that one address asks for."""

    scope = "mails"


def mail_allowance(address: str) -> Allowance:
    """As MailThrottle, for the page that asks for a mail."""
    limit = settings.RATE_LIMITS[MailThrottle.scope][Tier.STANDARD]
    return take(f"{MailThrottle.scope}:{caller(address)}", limit)


def recipient_allowance(recipient: str) -> Allowance:
    """Mails to one recipient, whoever asks for them and whether or not any go out."""
    limit = settings.RATE_LIMITS["mails-to"][Tier.STANDARD]
    return take(f"mails-to:{secret_hash(recipient)}", limit)


def pin_allowance(link: str, address: str) -> Allowance:
    """Tries of one address at the PIN of one link."""
    limit = settings.RATE_LIMITS["pins"][Tier.STANDARD]
    return take(f"pins:{link}:{caller(address)}", limit)
