"""How often something may happen in an hour, counted for all processes together."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from django.core.cache import cache

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


def caller(address: str) -> str:
    """Whom requests from an address are counted for.

    Who has one address of IPv6 has at least the 2**64 of its network.
    """
    try:
        is_ipv6 = isinstance(ip_address(address), IPv6Address)
    except ValueError:
        return address
    return str(ip_network((address, 64), strict=False)) if is_ipv6 else address
