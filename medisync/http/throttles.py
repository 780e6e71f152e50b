"""Requests an hour, counted for all worker processes together."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from django.conf import settings
from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from medisync.accounts.models import Tier, User
from medisync.http.client import address_of
from medisync.lib.hashing import secret_hash

HOUR = 3600


@dataclass(frozen=True)
class Allowance:
    """What is left of a limit after a request was counted."""

    limit: int
    remaining: int
    reset: int  # Unix seconds when the current hour's count is over
    retry_after: int  # whole seconds; 0 when the request was allowed

    @property
    def headers(self) -> dict[str, str]:
        result = {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.reset),
        }
        if self.retry_after:
            result["Retry-After"] = str(self.retry_after)
        return result


def take(name: str, limit: int) -> Allowance:
    """Counts one request against ``limit`` an hour; a refused one does not count.

    The rolling hour is the current clock hour and the part of the last one that
    still lies within sixty minutes, taken as evenly spread. Two counters do for
    any limit, and ``incr`` is atomic in every cache that we configure.
    """
    now = time.time()
    hour, into = divmod(now, HOUR)
    key, last_key = f"rate:{name}:{int(hour)}", f"rate:{name}:{int(hour) - 1}"
    carried = cache.get(last_key, 0) * (1 - into / HOUR)
    cache.add(key, 0, 2 * HOUR)
    count = cache.incr(key)
    used = math.ceil(round(carried, 6)) + count
    reset = int((hour + 1) * HOUR)
    if used <= limit:
        return Allowance(limit, limit - used, reset, 0)
    cache.decr(key)
    return Allowance(limit, 0, reset, _wait(limit, count - 1, carried, into))


def _wait(limit: int, count: int, carried: float, into: float) -> int:
    """Seconds until one more request fits."""
    if count >= limit:  # Not before this hour's own count has begun to fade.
        return math.ceil(HOUR - into + HOUR / limit)
    fade = carried / (HOUR - into)  # carried requests forgotten a second
    return max(1, math.ceil((count + carried + 1 - limit) / fade))


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
        return Tier.STANDARD, address_of(request._request)

    def wait(self) -> float:
        return float(self.allowance.retry_after)


class UploadThrottle(HourlyThrottle):
    scope = "uploads"


class AddressThrottle(HourlyThrottle):
    """Counts for each address, whoever is signed in there."""

    def counted(self, request: Request) -> tuple[str, str]:
        return Tier.STANDARD, address_of(request._request)


class SignInThrottle(AddressThrottle):
    """Tries at the doors that count no requests otherwise, for each address.

    The login lock counts one name at a time, so it alone would leave trying one
    password on every name free.
    """

    scope = "sign-ins"


def sign_in_allowance(address: str) -> Allowance:
    """As SignInThrottle, for the sign-in page."""
    limit = settings.RATE_LIMITS[SignInThrottle.scope][Tier.STANDARD]
    return take(f"{SignInThrottle.scope}:{address}", limit)


class MailThrottle(AddressThrottle):
    """Mails that one address asks for."""

    scope = "mails"


def mail_allowance(address: str) -> Allowance:
    """As MailThrottle, for the page that asks for a mail."""
    limit = settings.RATE_LIMITS[MailThrottle.scope][Tier.STANDARD]
    return take(f"{MailThrottle.scope}:{address}", limit)


def recipient_allowance(recipient: str) -> Allowance:
    """Mails to one recipient, whoever asks for them and whether or not any go out."""
    limit = settings.RATE_LIMITS["mails-to"][Tier.STANDARD]
    return take(f"mails-to:{secret_hash(recipient)}", limit)


def pin_allowance(link: str, address: str) -> Allowance:
    """Tries of one address at the PIN of one link."""
    limit = settings.RATE_LIMITS["pins"][Tier.STANDARD]
    return take(f"pins:{link}:{address}", limit)
