"""What keeps the lists quick, however many rows there are."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.timezone import localtime

from medisync.accounts.models import Role, User
from medisync.http.client import user_of

if TYPE_CHECKING:
    _Paginator = Paginator[Any]
else:
    _Paginator = Paginator  # Generic for the type checker only.

#: Nobody turns more pages than this takes: they search, filter or choose a day.
MOST_ROWS = 10_000

#: Of what a frequent word finds, so many are looked for, the newest: whoever wants
#: another says another word.
MOST_FOUND = 1_000


class ShortPaginator(_Paginator):
    """Counts no further than ``MOST_ROWS`` and one, and leads no further."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[: MOST_ROWS + 1].count())


class ClinicChangeList(ChangeList):
    """A list that says "more than" where it stopped counting."""

    more = False

    @property
    def calendar(self) -> Calendar:
        return Calendar(self)

    def __init__(self, request: HttpRequest, *args: Any, **options: Any) -> None:
        try:
            super().__init__(request, *args, **options)
        except (OverflowError, ValueError) as error:
            # A year or a moment that Python, the database or the clinic's time
            # zone does not have; Django thinks of some of them only.
            raise IncorrectLookupParameters from error
        chosen = any(
            name.startswith(f"{self.date_hierarchy}__") for name in self.params
        )
        if self.query and not chosen:
            # Its days would cost the search twice more.
            self.date_hierarchy = None

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.more = self.result_count > MOST_ROWS
        self.result_count = min(self.result_count, MOST_ROWS)


class SearchedOnce:
    """Mixin for a long table that is searched without an index.

    Its rows are gone along once, the newest first, and not once more for the page
    than for the number of what is found.
    """

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        parent: Any = super()
        found, doubled = parent.get_search_results(request, queryset, search_term)
        if search_term.strip():
            ids = list(found.values_list("pk", flat=True)[:MOST_FOUND])
            found = queryset.filter(pk__in=ids)
        return found, doubled


class Calendar:
    """What Django's date hierarchy asks of a list, without a look at every row.

    Every year between the first row and the last is offered, every month of a year
    and every day of a month, whether or not it has rows.
    """

    def __init__(self, changelist: ClinicChangeList) -> None:
        self.date_hierarchy = changelist.date_hierarchy
        self.model = changelist.model
        self.params = changelist.params
        self.get_query_string = changelist.get_query_string
        self.queryset = self
        self._rows = changelist.root_queryset.order_by()

    @cached_property
    def _ends(self) -> dict[str, datetime | None]:
        """The first and the last: two looks at an index, where there is one."""
        name = str(self.date_hierarchy)
        there = self._rows.filter(**{f"{name}__isnull": False})
        times = there.values_list(name, flat=True)
        return {
            "first": times.order_by(name).first(),
            "last": times.order_by(f"-{name}").first(),
        }

    def aggregate(self, **wanted: Any) -> dict[str, datetime | None]:
        return self._ends

    def datetimes(self, name: str, kind: str) -> list[date]:
        if kind == "year":
            first, last = self._ends["first"], self._ends["last"]
            if first is None or last is None:
                return []
            years = range(localtime(first).year, localtime(last).year + 1)
            return [date(year, 1, 1) for year in years]
        year = self._chosen("year")
        if kind == "month":
            return [date(year, month, 1) for month in range(1, 13)]
        month = self._chosen("month")
        days = monthrange(year, month)[1]
        return [date(year, month, day) for day in range(1, days + 1)]

    def _chosen(self, part: str) -> int:
        """What the address says; else all rows are of one, as the first is."""
        typed = self.params.get(f"{self.date_hierarchy}__{part}")
        if typed:
            return int(typed)
        first = self._ends["first"]
        assert first is not None
        return int(getattr(localtime(first), part))


class DoctorFilter(admin.RelatedFieldListFilter):
    """The clinic's doctors, without a look at every row; only for the clinic's."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        if not user_of(request).sees_clinic:
            return []
        doctors = User.objects.filter(role=Role.CLINICIAN)
        return [(doctor.pk, str(doctor)) for doctor in doctors]
