"""Calls, and who may fetch their recordings, in the admin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from medisync.audit.trail import record
from medisync.http.admin.base import (
    Audience,
    ClinicAdmin,
    ReadOnlyInline,
    player,
    user_of,
)
from medisync.http.admin.lists import MOST_FOUND, SearchedOnce
from medisync.http.admin.passwords import PasswordAdmin, PasswordFields
from medisync.http.admin.widgets import NamedDeletionFormSet
from recordings.search import newest_matches
from recordings.templatetags.recordings import length_of_time
from telephony.models import Account, ApiToken, Call, CallRecording, PbxUser
from telephony.pbx import create_pbx_user, set_pbx_password
from telephony.services import create_account, issue_token, revoke_token

if TYPE_CHECKING:
    _PbxUserForm = forms.ModelForm[PbxUser]
else:
    _PbxUserForm = forms.ModelForm  # Generic for the type checker only.


# --- Calls ------------------------------------------------------------------------


class CallRecordingInline(ReadOnlyInline):
    audience = Audience.CLINIC
    model = CallRecording
    fields = ["listen", "file_name", "account", "opened"]
    readonly_fields = ["listen", "file_name", "account", "opened"]
    verbose_name_plural = _("Recordings")

    @admin.display(description=_("Recording"))
    def listen(self, row: CallRecording) -> SafeString:
        return player(reverse("recording-mp3", args=[row.recording_id]))


@admin.register(Call)
class CallAdmin(SearchedOnce, ClinicAdmin):
    audience = Audience.CLINIC
    inlines = [CallRecordingInline]
    date_hierarchy = "started_at"
    list_display = ["__str__", "direction", "status", "started_at", "length"]
    list_filter = ["type", "status"]
    search_fields = ["caller", "callee", "callid"]
    search_help_text = _("Number or call id.")
    fields = [
        *["caller", "callee", "direction", "status", "started_at", "ring_s", "length"],
        *["source_trunk", "destination_trunk", "did_number", "callid", "call_sid"],
    ]
    readonly_fields = ["direction", "length", "call_sid"]

    @admin.display(description=_("Direction"), ordering="type")
    def direction(self, call: Call) -> str:
        return call.direction

    @admin.display(description=_("length"), ordering="duration_s")
    def length(self, call: Call) -> str:
        return length_of_time(1000 * call.duration_s)

    @admin.display(description=_("Call SID"))
    def call_sid(self, call: Call) -> str:
        return str(call.pk)


@admin.register(CallRecording)
class CallRecordingAdmin(ClinicAdmin):
    """Read only; the audio is deleted on the recording's own page."""

    audience = Audience.CLINIC
    list_display = ["file_name", "call", "account", "recorded_at", "length"]
    list_filter = [("account", admin.RelatedFieldListFilter)]
    list_select_related = ["call", "account", "recording"]
    search_fields = ["file_name"]  # get_search_results says where it looks.
    search_help_text = _("File name or number.")
    fields = ["listen", "file_name", "call", "account", "recorded_at", "recording_sid"]
    readonly_fields = ["listen", "recorded_at", "recording_sid"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(recording__state="ready")

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        if search_term:
            named = _uuid(search_term)
            user = user_of(request)
            found = newest_matches(user, search_term, MOST_FOUND).values("pk")
            queryset = queryset.filter(
                models.Q(sid=named) if named else models.Q(recording__in=found)
            )
        return queryset, False

    @admin.display(description=_("recorded at"), ordering="recording__recorded_at")
    def recorded_at(self, row: CallRecording) -> Any:
        return row.recording.recorded_at

    @admin.display(description=_("Recording SID"))
    def recording_sid(self, row: CallRecording) -> str:
        return str(row.pk)

    @admin.display(description=_("length"), ordering="recording__duration_ms")
    def length(self, row: CallRecording) -> str:
        return length_of_time(row.recording.duration_ms)

    @admin.display(description=_("Player"))
    def listen(self, row: CallRecording) -> SafeString:
        return format_html(
            '{} <a href="{}">{}</a>',
            player(
                reverse("recording-mp3", args=[row.recording_id]),
                reverse("recording-peaks", args=[row.recording_id]),
            ),
            reverse("recording", args=[row.recording_id]),
            gettext("All about it, and downloads"),
        )


# --- Who may fetch them -----------------------------------------------------------


class ApiTokenInline(ReadOnlyInline):
    audience = Audience.SUPERUSERS
    allowed = frozenset({"delete"})
    can_delete = True
    formset = NamedDeletionFormSet
    model = ApiToken
    fields = ["may", "created_at"]
    readonly_fields = ["may", "created_at"]
    verbose_name_plural = _("API tokens")

    @admin.display(description=pgettext_lazy("what it is allowed to do", "May"))
    def may(self, token: ApiToken) -> str:
        return ", ".join(token.scopes)


@admin.register(Account)
class AccountAdmin(ClinicAdmin):
    """LaML projects. A token is shown on the page that answers its making."""

    audience = Audience.SUPERUSERS
    allowed = frozenset({"add", "change"})
    inlines = [ApiTokenInline]
    list_display = ["name", "account_sid", "protect_media", "created_at"]
    search_fields = ["name", "=sid"]
    search_help_text = _("Name or account SID.")
    editable = ["name", "protect_media", "recording_status_callback"]
    readonly_fields = ["recording_status_callback_method", "account_sid", "created_at"]
    fields = [*editable, *readonly_fields]
    change_form_template = "admin/telephony/account/change_form.html"

    @admin.display(description=_("Account SID"))
    def account_sid(self, account: Account) -> str:
        return str(account.pk)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj is not None else self.editable

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.token_view)
        name = "telephony_account_token"
        return [path("<path:object_id>/token/", view, name=name), *super().get_urls()]

    def add_row(self, request: HttpRequest, facts: Mapping[str, Any]) -> Account:
        account, token = create_account(
            facts["name"],
            protect_media=facts["protect_media"],
            recording_status_callback=facts["recording_status_callback"],
            actor=self.actor_of(request),
        )
        request.new_token = token  # type: ignore[attr-defined]
        return account

    def response_add(
        self, request: HttpRequest, obj: Account, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._show(request, obj, request.new_token)  # type: ignore[attr-defined]

    def update_row(
        self, request: HttpRequest, row: Account, changes: Mapping[str, Any]
    ) -> None:
        _update(self, request, row, changes, "account.update")

    def save_formset(
        self, request: HttpRequest, form: Any, formset: Any, change: bool
    ) -> None:
        formset.save(commit=False)
        for token in formset.deleted_objects:
            revoke_token(token, actor=self.actor_of(request))

    def token_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        account = self.get_object(request, object_id)
        if not self.has_change_permission(request, account):
            raise PermissionDenied
        if account is None:
            raise Http404
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        _, token = issue_token(account, actor=self.actor_of(request))
        return self._show(request, account, token)

    def _show(self, request: HttpRequest, account: Account, token: str) -> HttpResponse:
        """The token, this once: in no message, cookie or session."""
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("API token"),
            "opts": self.opts,
            "original": account,
            "token": token,
        }
        return TemplateResponse(request, "admin/telephony/account/token.html", context)


class PbxUserForm(_PbxUserForm):
    def clean_username(self) -> str:
        username = str(self.cleaned_data["username"])
        if not username.isprintable():
            raise forms.ValidationError(gettext("Only printable characters, please."))
        return username


class NewPbxUserForm(PasswordFields, PbxUserForm):
    pass


@admin.register(PbxUser)
class PbxUserAdmin(PasswordAdmin):
    audience = Audience.SUPERUSERS
    allowed = frozenset({"add", "change"})
    form = PbxUserForm
    list_display = ["username", "is_active", "created_at"]
    list_filter = ["is_active"]
    search_fields = ["username"]
    readonly_fields = ["created_at"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ["username", "new_password", "new_password_again"]
        return ["username", "is_active", "created_at"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["created_at"] if obj is None else ["username", "created_at"]

    def get_form(
        self,
        request: HttpRequest,
        obj: Any = None,
        change: bool = False,
        **options: Any,
    ) -> Any:
        options["form"] = PbxUserForm if change else NewPbxUserForm
        return super().get_form(request, obj, change, **options)

    def add_row(self, request: HttpRequest, facts: Mapping[str, Any]) -> PbxUser:
        return create_pbx_user(
            facts["username"],
            password=facts["new_password"],
            actor=self.actor_of(request),
        )

    def update_row(
        self, request: HttpRequest, row: PbxUser, changes: Mapping[str, Any]
    ) -> None:
        _update(self, request, row, changes, "pbx_user.update")

    def set_row_password(
        self, request: HttpRequest, row: PbxUser, password: str
    ) -> None:
        set_pbx_password(row, password, actor=self.actor_of(request))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _update(
    page: ClinicAdmin,
    request: HttpRequest,
    row: Any,
    changes: Mapping[str, Any],
    action: str,
) -> None:
    """Plain fields of a row; no rule of the app hangs on them."""
    for field, value in changes.items():
        setattr(row, field, value)
    with transaction.atomic():
        row.save(update_fields=[*changes])
        record(action, row, actor=page.actor_of(request), fields=sorted(changes))
