"""A page that gives somebody a new password, for people and PBX users alike."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from medisync.http.admin.base import ClinicAdmin
from medisync.lib.text import storable


class PasswordFields(forms.Form):
    """A password, twice. Mixin for forms that make somebody as well."""

    new_password = forms.CharField(
        label=_("Password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    new_password_again = forms.CharField(
        label=_("Password (again)"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def check_password(self, password: str) -> None:
        """Raises ValidationError for one that may not be used."""
        if not password.strip() or not storable(password):
            raise forms.ValidationError(gettext("This password cannot be used."))

    def clean_new_password(self) -> str:
        password = str(self.cleaned_data["new_password"])
        self.check_password(password)
        return password

    def clean_new_password_again(self) -> str:
        again = str(self.cleaned_data["new_password_again"])
        if self.cleaned_data.get("new_password", again) != again:
            raise forms.ValidationError(gettext("The two passwords differ."))
        return again


class PasswordAdmin(ClinicAdmin):
    """Adds ``<id>/password/`` to a model's pages."""

    password_form: type[PasswordFields] = PasswordFields
    change_form_template = "admin/with_password.html"

    def set_row_password(self, request: HttpRequest, row: Any, password: str) -> None:
        raise NotImplementedError

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_password"
        view = self.admin_site.admin_view(self.password_view)
        return [
            path("<path:object_id>/password/", view, name=name),
            *super().get_urls(),
        ]

    def password_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = self.get_object(request, object_id)
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        if row is None:
            raise Http404
        form = self.password_form(request.POST if request.method == "POST" else None)
        if form.is_valid():
            self.set_row_password(request, row, form.cleaned_data["new_password"])
            self.message_user(
                request,
                gettext("%(person)s has a new password.") % {"person": row},
                messages.SUCCESS,
            )
            return HttpResponseRedirect(
                reverse(
                    f"admin:{self.opts.app_label}_{self.opts.model_name}_change",
                    args=[row.pk],
                )
            )
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("New password for %(person)s") % {"person": row},
            "opts": self.opts,
            "original": row,
            "form": form,
        }
        return TemplateResponse(request, "admin/set_password.html", context)
