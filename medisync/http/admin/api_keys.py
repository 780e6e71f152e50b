"""One's own API keys. A key is shown on the page that answers its making."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from medisync.accounts.api_keys import create_key, delete_key, pause_key, resume_key
from medisync.accounts.models import ApiKey
from medisync.http.admin.base import ClinicAdmin, user_of
from medisync.http.client import address_of


@admin.register(ApiKey)
class ApiKeyAdmin(ClinicAdmin):
    allowed = frozenset({"add", "change", "delete"})
    list_display = ["name", "type", "state", "is_default", "hint", "created_at"]
    fields = ["name", "type", "state", "paused", "is_default", "hint", "created_at"]
    readonly_fields = ["name", "type", "state", "is_default", "hint", "created_at"]

    @admin.display(description=_("Status"))
    def state(self, key: ApiKey) -> str:
        return str(key.status.label)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj is not None else ["name", "type", "expiry_at"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.readonly_fields if obj is not None else []

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"type": "ai-medical-note"}

    def add_row(self, request: HttpRequest, facts: Mapping[str, Any]) -> ApiKey:
        key, text = create_key(
            user_of(request), **facts, address=address_of(request) or None
        )
        request.new_key = text  # type: ignore[attr-defined]
        return key

    def response_add(
        self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None
    ) -> HttpResponse:
        """The key, this once: in no message, cookie or session."""
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("API key"),
            "opts": self.opts,
            "original": obj,
            "key": request.new_key,  # type: ignore[attr-defined]
        }
        return TemplateResponse(request, "admin/accounts/apikey/key.html", context)

    def update_row(
        self, request: HttpRequest, row: ApiKey, changes: Mapping[str, Any]
    ) -> None:
        change = pause_key if changes["paused"] else resume_key
        change(row, by=user_of(request), address=address_of(request) or None)

    def delete_row(self, request: HttpRequest, row: ApiKey) -> None:
        delete_key(row, by=user_of(request), address=address_of(request) or None)
