"""The people who sign in; for superusers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from medisync.accounts.authenticators import (
    authenticator_of,
    recovery_codes_left,
    reset_authenticator,
)
from medisync.accounts.models import Role, User
from medisync.accounts.services import create_clinician, replace_password
from medisync.audit.trail import record
from medisync.http.admin.base import Audience, fieldsets_without, user_of
from medisync.http.admin.passwords import PasswordAdmin, PasswordFields
from medisync.http.client import address_of

if TYPE_CHECKING:
    _UserForm = forms.ModelForm[User]
else:
    _UserForm = forms.ModelForm  # Generic for the type checker only.


class StrongPassword(PasswordFields):
    def check_password(self, password: str) -> None:
        super().check_password(password)
        validate_password(password)


class UserForm(_UserForm):
    acting: User | None = None  # Set by the admin for each request.

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).strip().lower()
        if User.objects.filter(email=email).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(
                gettext("This e-mail address is already registered.")
            )
        return email

    def clean(self) -> dict[str, Any] | None:
        facts = super().clean() or self.cleaned_data
        still = facts.get("is_superuser", True) and facts.get("is_active", True)
        if self.instance == self.acting and not still:
            raise forms.ValidationError(
                gettext("You would lock yourself out. Another superuser can do this.")
            )
        return facts


class NewUserForm(StrongPassword, UserForm):
    pass


@admin.register(User)
class UserAdmin(PasswordAdmin):
    """Nobody is deleted: records and the trail name them. Deactivate instead."""

    audience = Audience.SUPERUSERS
    allowed = frozenset({"add", "change"})
    form = UserForm
    password_form = StrongPassword
    list_display = [
        "doctor_name",
        "email",
        "role",
        "tier",
        "is_active",
        "is_verified",
        "is_superuser",
    ]
    list_display_links = ["doctor_name", "email"]
    list_filter = ["role", "tier", "is_active", "is_verified", "is_superuser"]
    search_fields = ["email", "doctor_name", "first_name", "last_name"]
    search_help_text = _("E-mail address or name.")
    readonly_fields = ["second_step"]
    fieldsets = [
        (None, {"fields": ["email", ("title", "first_name", "last_name")]}),
        (_("Name for clients"), {"fields": ["doctor_name"]}),
        (
            pgettext_lazy("what somebody is allowed to do", "May"),
            {
                "fields": [
                    "role",
                    "is_superuser",
                    "is_active",
                    "is_verified",
                    "tier",
                    "subscription_until",
                    "second_step",
                ]
            },
        ),
        (
            _("Work"),
            {"fields": ["specialty", ("ehr_system_type", "ehr_system_name")]},
        ),
    ]
    change_form_template = "admin/accounts/user/change_form.html"
    _password = [(_("Password"), {"fields": ["new_password", "new_password_again"]})]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None:
            return self.fieldsets
        assert self.fieldsets is not None
        named = [*self.fieldsets[:1], *self._password, *self.fieldsets[1:]]
        return fieldsets_without(named, {"second_step"})

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        found = super().get_object(request, object_id, from_field)
        if found is not None:
            found.authenticator = authenticator_of(found)  # For the page.
        return found

    @admin.display(description=_("Authenticator"))
    def second_step(self, user: User) -> str:
        device = authenticator_of(user)
        if device is None:
            return gettext("None")
        left = recovery_codes_left(user)
        return ngettext(
            "Since %(day)s, %(left)d recovery code left",
            "Since %(day)s, %(left)d recovery codes left",
            left,
        ) % {"day": date_format(localtime(device.created_at)), "left": left}

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.authenticator_view)
        name = "accounts_user_authenticator"
        return [
            path("<path:object_id>/authenticator/", view, name=name),
            *super().get_urls(),
        ]

    def authenticator_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Asks, and then has somebody set up a new authenticator."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        user = self.get_object(request, object_id)
        if user is None:
            raise Http404
        if request.method == "POST":
            reset_authenticator(
                user, by=user_of(request), address=address_of(request) or None
            )
            self.message_user(
                request,
                gettext("%(person)s has no authenticator now.") % {"person": user},
                messages.SUCCESS,
            )
            return redirect("admin:accounts_user_change", user.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Reset authenticator"),
            "opts": self.opts,
            "original": user,
        }
        template = "admin/accounts/user/reset_authenticator.html"
        return TemplateResponse(request, template, context)

    def get_form(
        self,
        request: HttpRequest,
        obj: Any = None,
        change: bool = False,
        **options: Any,
    ) -> Any:
        options["form"] = UserForm if change else NewUserForm
        form = super().get_form(request, obj, change, **options)
        form.acting = user_of(request)  # type: ignore[attr-defined]
        return form

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"is_verified": True, "is_active": True}

    def add_row(self, request: HttpRequest, facts: Mapping[str, Any]) -> User:
        user = create_clinician(
            facts["email"],
            password=facts["new_password"],
            first_name=facts["first_name"],
            last_name=facts["last_name"],
            title=facts["title"],
            tier=facts["tier"],
            staff=facts["role"] == Role.STAFF,
            doctor_name=facts["doctor_name"],
            specialty=facts["specialty"],
            by=user_of(request),
            address=address_of(request) or None,
        )
        chosen = {
            name: facts[name]
            for name in (
                "is_superuser",
                "is_active",
                "is_verified",
                "ehr_system_type",
                "ehr_system_name",
                "subscription_until",
            )
            # Left empty, a new subscription does not end by itself.
            if facts[name] is not None
        }
        self.update_row(request, user, chosen)
        return user

    def update_row(
        self, request: HttpRequest, row: User, changes: Mapping[str, Any]
    ) -> None:
        for field, value in changes.items():
            setattr(row, field, value)
        fields = sorted(changes)
        with transaction.atomic():
            row.save(update_fields=[*fields, "doctor_name", "updated_at"])
            record("user.update", row, actor=self.actor_of(request), fields=fields)

    def set_row_password(self, request: HttpRequest, row: User, password: str) -> None:
        replace_password(
            row, password, by=user_of(request), address=address_of(request) or None
        )
