"""Who reaches what in the admin, told once for every model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.contrib import admin, messages
from django.contrib.admin.exceptions import NotRegistered
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import (
    ImproperlyConfigured,
    PermissionDenied,
    SuspiciousOperation,
    ValidationError,
)
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from medisync.accounts.models import Role, User
from medisync.audit import history
from medisync.http.admin.dashboard import Panel
from medisync.http.admin.lists import ClinicChangeList, ShortPaginator
from medisync.http.admin.widgets import NamedSplitDateTime
from medisync.http.client import actor_of
from medisync.lib.errors import DomainError
from medisync.lib.text import storable

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
    _TabularInline = admin.TabularInline[Any, Any]
else:
    _ModelAdmin = admin.ModelAdmin  # Generic for the type checker only.
    _TabularInline = admin.TabularInline

# The comparisons that filters and date hierarchies make. Others would let an
# address probe columns, or send the database a pattern it chokes on.
_COMPARISONS = {"exact", "gte", "lt", "in", "isnull", "year", "month", "day"}


class Audience(Enum):
    """Whom a model is for."""

    EVERYONE = "their own rows; the clinic's for staff and superusers"
    CLINIC = "staff and superusers"
    SUPERUSERS = "superusers"

    def admits(self, user: User) -> bool:
        if self is Audience.SUPERUSERS:
            return user.is_superuser
        return self is Audience.EVERYONE or user.sees_clinic


def user_of(request: HttpRequest) -> User:
    """Who is signed in; the site lets nobody else as far as a model's page."""
    assert isinstance(request.user, User)
    return request.user


class ByAudience:
    """Mixin: rows and permissions from ``audience``, and the ``allowed`` verbs."""

    audience: ClassVar[Audience] = Audience.EVERYONE
    allowed: ClassVar[frozenset[str]] = frozenset()
    opts: Any

    def own(self, rows: Any, user: User) -> models.QuerySet[Any]:
        """The rows that are the user's; a model that is everyone's must say how."""
        if self.audience is Audience.EVERYONE:
            if not hasattr(rows, "visible_to"):
                raise ImproperlyConfigured(f"{self.opts.label} needs visible_to().")
            rows = rows.visible_to(user)
        elif not self.audience.admits(user):
            rows = rows.none()
        return cast("models.QuerySet[Any]", rows)

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return self.audience.admits(user_of(request))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return "add" in self.allowed and self.has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return "change" in self.allowed and self.has_view_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return "delete" in self.allowed and self.has_view_permission(request, obj)


class ClinicAdmin(ByAudience, _ModelAdmin):
    """A model's pages.

    Lists, searches, direct addresses, histories, choices of a foreign key and
    bulk actions all start from :meth:`get_queryset`, so that another's row is
    nowhere; its address answers as that of a row which does not exist.

    A subclass that allows a verb says what it does: ``add_row``, ``update_row``,
    ``delete_row`` call the app's services, which write the audit trail.
    """

    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 0
    show_facets = admin.ShowFacets.NEVER  # A count of all rows for every choice.
    paginator = ShortPaginator
    formfield_overrides = {models.DateTimeField: {"widget": NamedSplitDateTime}}

    def panels(self, request: HttpRequest) -> Iterable[Panel]:
        """What of it is up today or waits, for the first page."""
        return ()

    # --- Rows -------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return self.own(super().get_queryset(request), user_of(request))

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        if not storable(search_term):
            return queryset.none(), False
        return super().get_search_results(request, queryset, search_term)

    def lookup_allowed(
        self, lookup: str, value: object, request: HttpRequest | None = None
    ) -> bool:
        field, comparisons = lookup, []
        filters = self._filter_names(request)
        while field not in filters and "__" in field:
            field, _, last = field.rpartition("__")
            comparisons.append(last)
        # ``doctor__id__exact`` is how a related filter names its row, by its key.
        return field in filters and set(comparisons) <= _COMPARISONS | {"id", "sid"}

    def _filter_names(self, request: HttpRequest | None) -> set[str]:
        assert request is not None
        names = {self.date_hierarchy or ""}
        items: Any = self.get_list_filter(request)
        for item in items:
            if isinstance(item, type):
                names.add(item.parameter_name or "")  # type: ignore[attr-defined]
            else:
                names.add(item if isinstance(item, str) else item[0])
        return names - {""}

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **options: Any
    ) -> Any:
        options["queryset"] = self._choices(db_field, request)
        return super().formfield_for_foreignkey(db_field, request, **options)

    def formfield_for_dbfield(
        self, db_field: Any, request: HttpRequest, **options: Any
    ) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **options)
        wrapper = getattr(field, "widget", None)
        if isinstance(wrapper, RelatedFieldWidgetWrapper):
            # One thing at a time: another record has a page of its own.
            wrapper.can_change_related = wrapper.can_delete_related = False
            wrapper.can_view_related = False
            wrapper.can_add_related &= db_field.related_model is not User
        return field

    def _choices(
        self, db_field: models.ForeignKey[Any], request: HttpRequest
    ) -> models.QuerySet[Any]:
        user = user_of(request)
        if db_field.related_model is User:
            if not user.sees_clinic:
                return User.objects.filter(pk=user.pk)
            # Doctors, and whoever is down as one already.
            named = db_field.model._default_manager.values(db_field.attname)
            return User.objects.filter(
                models.Q(role=Role.CLINICIAN) | models.Q(pk__in=named)
            )
        try:
            related = self.admin_site.get_model_admin(db_field.related_model)
        except NotRegistered as error:
            raise ImproperlyConfigured(str(db_field)) from error
        return related.get_queryset(request)

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return self.inlines if obj is not None else []  # Nothing is related yet.

    def get_changelist(self, request: HttpRequest, **options: Any) -> Any:
        return ClinicChangeList

    # --- What happened ------------------------------------------------------------

    def sent_sizes(self, row: Any) -> Mapping[str, int]:
        """The bytes of each form of a row that is heard or read, by content type."""
        return {}

    def history_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The audit trail of one row; Django's own log is not kept beside it."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            missing: Any = self._get_obj_does_not_exist_redirect(  # type: ignore[attr-defined]
                request, self.opts, object_id
            )
            return cast("HttpResponse", missing)
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        page = Paginator(history.of_record(row), 50).get_page(request.GET.get("p"))
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("What happened to “%(name)s”") % {"name": row},
            "opts": self.opts,
            "object": row,
            "page": page,
            "happenings": history.happenings(page, self.sent_sizes(row)),
        }
        return TemplateResponse(request, "admin/object_history.html", context)

    def log_addition(self, *args: Any) -> Any:
        """Nothing: the service has written the event."""

    def log_change(self, *args: Any) -> Any:
        """As log_addition."""

    def log_deletions(self, *args: Any) -> Any:
        """As log_addition."""

    # --- Changes ----------------------------------------------------------------

    def add_row(self, request: HttpRequest, facts: Mapping[str, Any]) -> models.Model:
        raise NotImplementedError

    def update_row(
        self, request: HttpRequest, row: Any, changes: Mapping[str, Any]
    ) -> None:
        raise NotImplementedError

    def delete_row(self, request: HttpRequest, row: Any) -> None:
        raise NotImplementedError

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: bool
    ) -> None:
        facts = form.cleaned_data
        if not change:
            obj.pk = self.add_row(request, facts).pk
            obj._state.adding = False
        elif form.changed_data:
            changes = {name: facts[name] for name in form.changed_data if name in facts}
            self.update_row(request, obj, changes)
        obj.refresh_from_db()

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.delete_row(request, obj)

    def changeform_view(
        self, request: HttpRequest, *args: Any, **options: Any
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **options)
        except DomainError as error:
            return self.refused(request, error)

    def delete_view(
        self, request: HttpRequest, *args: Any, **options: Any
    ) -> HttpResponse:
        try:
            return super().delete_view(request, *args, **options)
        except DomainError as error:
            return self.refused(request, error)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        title = str(self.opts.verbose_name_plural)
        context = {"title": title[:1].upper() + title[1:], **(extra_context or {})}
        try:
            return super().changelist_view(request, context)
        except DomainError as error:
            return self.refused(request, error)

    def response_action(
        self, request: HttpRequest, *args: Any, **options: Any
    ) -> HttpResponse | None:
        try:
            for key in request.POST.getlist(ACTION_CHECKBOX_NAME):
                self.opts.pk.clean(key, None)
        except ValidationError as error:
            raise SuspiciousOperation from error  # No row has such a key.
        return super().response_action(request, *args, **options)

    def refused(self, request: HttpRequest, error: DomainError) -> HttpResponse:
        """Back to the same page, with the core's own sentence on it."""
        self.message_user(request, gettext(error.message), messages.ERROR)
        return HttpResponseRedirect(request.get_full_path())

    actor_of = staticmethod(actor_of)


class ReadOnlyInline(ByAudience, _TabularInline):
    """Related rows to read; they are changed on pages of their own."""

    extra = 0
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        # A row can hang on somebody's record and still be another's.
        return self.own(super().get_queryset(request), user_of(request))

    @admin.display(description="")
    def opened(self, row: models.Model) -> SafeString:
        """A link to the row's own page."""
        meta = row._meta
        url = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])
        return format_html('<a href="{}">{}</a>', url, gettext("Open"))


def player(url: str, peaks_url: str = "") -> SafeString:
    """An audio player. It loads no audio, and so logs nothing, until it is used."""
    audio = format_html('<audio controls preload="none" src="{}"></audio>', url)
    if not peaks_url:
        return audio
    return render_to_string("waveform.html", {"peaks": peaks_url, "audio": audio})


def fieldsets_without(fieldsets: Any, left_out: set[str]) -> list[Any]:
    return [
        (
            title,
            {**options, "fields": [f for f in options["fields"] if f not in left_out]},
        )
        for title, options in fieldsets
    ]
