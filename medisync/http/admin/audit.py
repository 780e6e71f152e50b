"""The audit trail, to read."""

from __future__ import annotations

import json

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString

from medisync.audit.models import AuditEvent
from medisync.http.admin.base import Audience, ClinicAdmin

_SHOWN_RANGES = 200


@admin.register(AuditEvent)
class AuditEventAdmin(ClinicAdmin):
    """Nobody adds, changes or deletes here, superusers included."""

    audience = Audience.CLINIC
    date_hierarchy = "at"
    list_display = [
        "at",
        "action",
        "outcome",
        "actor_name",
        "actor_kind",
        "object_kind",
        "object_id",
        "address",
    ]
    list_filter = ["outcome", "actor_kind", "object_kind", "action"]
    search_fields = ["action", "actor_name", "=actor_id", "=object_id", "=address"]
    search_help_text = "Action, person, record id or address."
    fieldsets = [
        (None, {"fields": ["at", "action", "outcome"]}),
        ("Who", {"fields": ["actor_name", "actor_kind", "actor_id", "address"]}),
        ("What", {"fields": ["object_kind", "object_id", "facts", "heard"]}),
    ]
    readonly_fields = ["facts", "heard"]

    @admin.display(description="Details")
    def facts(self, event: AuditEvent) -> SafeString:
        text = json.dumps(event.details, indent=2, ensure_ascii=False)
        return format_html("<pre>{}</pre>", text) if event.details else _nothing()

    @admin.display(description="Bytes sent")
    def heard(self, event: AuditEvent) -> SafeString:
        ranges = [str(heard) for heard in event.heard_ranges.all()[: _SHOWN_RANGES + 1]]
        if len(ranges) > _SHOWN_RANGES:
            ranges[-1] = "…"
        return format_html("{}", ", ".join(ranges)) if ranges else _nothing()


def _nothing() -> SafeString:
    return format_html("{}", "-")
