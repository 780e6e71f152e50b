"""How the clinic's recordings are doing: numbers of some days, and as of now.

Each is added up from an index alone, and kept for a while: whoever looks again, or
with them, asks the database nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from medisync.audit.models import AuditEvent, Outcome
from recordings.choices import RenditionState, Source
from recordings.models import Recording, Rendition

_DAYS_SECONDS = 60
# To add up millions of sizes takes seconds.
_STORED_SECONDS = 600


@dataclass(frozen=True)
class Arrivals:
    """What came in by day, of what there is today."""

    counts: dict[str, list[int]]
    #: Milliseconds.
    lengths: dict[str, list[int]]
    sizes: list[int]


@dataclass(frozen=True)
class Stored:
    originals: int
    renditions: int


def last_days(number: int) -> list[date]:
    """So many days until today, as the clinic counts them."""
    today = timezone.localdate()
    return [today - timedelta(days=back) for back in range(number - 1, -1, -1)]


def arrivals(days: list[date]) -> Arrivals:
    """What came in on each of ``days``, which follow each other until today."""
    return Arrivals(**_kept("arrivals", days, lambda: asdict(_arrivals(days))))


def _arrivals(days: list[date]) -> Arrivals:
    found = (
        Recording.objects.ready()
        .filter(created_at__gte=_begin_of(days[0]))
        .annotate(day=TruncDate("created_at"))
        .values("day", "source")
        .annotate(count=Count("pk"), length=Sum("duration_ms"), bytes=Sum("size"))
        .order_by()
    )
    rows: Iterable[Any] = found
    by_day: dict[tuple[date, str], dict[str, int]] = {
        (row["day"], row["source"]): row for row in rows
    }

    def each(source: Source, what: str) -> list[int]:
        return [by_day.get((day, source), {}).get(what, 0) for day in days]

    sizes = [each(source, "bytes") for source in Source]
    return Arrivals(
        counts={source.value: each(source, "count") for source in Source},
        lengths={source.value: each(source, "length") for source in Source},
        sizes=[sum(day) for day in zip(*sizes, strict=True)],
    )


def stored() -> Stored:
    """The bytes of all originals and of all that is made of them."""

    def add_up() -> list[int]:
        return [_bytes_of(Recording.objects), _bytes_of(Rendition.objects)]

    kept: Any = cache.get_or_set("overview:stored", add_up, _STORED_SECONDS)
    return Stored(*kept)


def _bytes_of(rows: Any) -> int:
    total: int | None = rows.aggregate(total=Sum("size"))["total"]
    return total or 0


def levels(originals: int, sizes: list[int]) -> list[int]:
    """The bytes of the originals at each day's end: today's less what came later."""
    result = []
    for came in reversed(sizes):
        result.append(originals)
        originals = max(0, originals - came)
    return result[::-1]


def unready_renditions() -> Counter[str]:
    """How many forms are not there (yet), by their state; as of now."""
    found = (
        Rendition.objects.exclude(state=RenditionState.READY)
        .values("state")
        .annotate(count=Count("pk"))
        .order_by()
    )
    return Counter({row["state"]: row["count"] for row in found})


def failed_sign_ins(days: list[date]) -> list[int]:
    """How many sign-ins were refused on each of ``days``."""
    kept: list[int] = _kept(
        "sign-ins", days, lambda: _by_day(_refused_since(days[0]), days)
    )
    return kept


def _refused_since(day: date) -> QuerySet[AuditEvent]:
    found: QuerySet[AuditEvent] = AuditEvent.objects.filter(
        action="user.sign_in", outcome=Outcome.REFUSED, at__gte=_begin_of(day)
    )
    return found


def _by_day(events: QuerySet[AuditEvent], days: list[date]) -> list[int]:
    found = events.annotate(day=TruncDate("at")).values("day").order_by()
    counts = {row["day"]: row["n"] for row in found.annotate(n=Count("pk"))}
    return [counts.get(day, 0) for day in days]


def _begin_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _kept(what: str, days: list[date], add_up: Callable[[], object]) -> Any:
    key = f"overview:{what}:{days[0]}:{days[-1]}:{timezone.get_current_timezone_name()}"
    return cache.get_or_set(key, add_up, _DAYS_SECONDS)
