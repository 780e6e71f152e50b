"""The audit trail, to read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy, pgettext_lazy

from medisync.audit import words
from medisync.audit.models import AuditEvent
from medisync.http.admin.base import Audience, ClinicAdmin
from medisync.http.admin.lists import SearchedOnce

_SHOWN_RANGES = 200


class ActorFilter(admin.SimpleListFilter):
    """Without a look at every event for the kinds there are."""

    title = gettext_lazy("kind of person")
    parameter_name = "actor_kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind, str(name)) for kind, name in words.ACTORS.items()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen = {self.parameter_name: self.value()} if self.value() else {}
        return queryset.filter(**chosen)


class RecordFilter(ActorFilter):
    title = gettext_lazy("kind of record")
    parameter_name = "object_kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        metas = [model._meta for model in model_admin.admin_site._registry]
        return [
            (meta.model_name or "", str(meta.verbose_name))
            for meta in metas
            if meta.model_name != "auditevent"
        ]


class ActionFilter(admin.AllValuesFieldListFilter):
    """Its actions by their words."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        for choice in super().choices(changelist):
            yield {**choice, "display": words.action_name(str(choice["display"]))}


@admin.register(AuditEvent)
class AuditEventAdmin(SearchedOnce, ClinicAdmin):
    """Nobody adds, changes or deletes here, superusers included."""

    audience = Audience.CLINIC
    date_hierarchy = "at"
    list_display = [
        "at",
        "did",
        "outcome",
        "who",
        "record",
        "address",
    ]
    list_filter = ["outcome", ActorFilter, RecordFilter, ("action", ActionFilter)]
    search_fields = ["action", "actor_name", "=actor_id", "=object_id", "=address"]
    search_help_text = gettext_lazy(
        "Action by its code (recording.play), person, record id or address."
    )
    fieldsets = [
        (None, {"fields": ["at", "did", "outcome"]}),
        (
            gettext_lazy("Who"),
            {"fields": ["who", "actor_id", "address"]},
        ),
        (
            gettext_lazy("What"),
            {"fields": ["record", "action", "facts", "heard"]},
        ),
    ]
    readonly_fields = ["did", "who", "record", "facts", "heard"]

    @admin.display(description=gettext_lazy("Who"), ordering="actor_name")
    def who(self, event: AuditEvent) -> str:
        return event.who

    @admin.display(description=gettext_lazy("action"), ordering="action")
    def did(self, event: AuditEvent) -> str:
        return words.action_name(event.action)

    @admin.display(description=pgettext_lazy("a row", "Record"))
    def record(self, event: AuditEvent) -> str:
        return f"{words.noun_name(event.object_kind)} {event.object_id}"

    @admin.display(description=gettext_lazy("Details"))
    def facts(self, event: AuditEvent) -> SafeString:
        text = json.dumps(event.details, indent=2, ensure_ascii=False)
        return format_html("<pre>{}</pre>", text) if event.details else _nothing()

    @admin.display(description=gettext_lazy("Bytes sent"))
    def heard(self, event: AuditEvent) -> SafeString:
        ranges = [str(heard) for heard in event.heard_ranges.all()[: _SHOWN_RANGES + 1]]
        if len(ranges) > _SHOWN_RANGES:
            ranges[-1] = "…"
        return format_html("{}", ", ".join(ranges)) if ranges else _nothing()


def _nothing() -> SafeString:
    return format_html("{}", "-")
