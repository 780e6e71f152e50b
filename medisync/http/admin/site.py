"""The admin site: our sign-in page, our name, no way around the row rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.forms import AdminPasswordChangeForm
from django.contrib.auth.views import (
    LogoutView,
    PasswordChangeView,
    redirect_to_login,
)
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy

from medisync.accounts.models import User
from medisync.audit.trail import record
from medisync.http.admin.bulk import delete_chosen
from medisync.http.admin.dashboard import panels
from medisync.http.client import actor_of
from medisync.http.second_step import second_step_missing

_ORDER = ["appointments", "recordings", "notes", "telephony", "accounts", "audit"]
_FIRST = ["Appointment", "Patient", "Call", "CallRecording"]

AdminView = Callable[..., HttpResponseBase]


class ClinicAdminSite(AdminSite):
    site_title = "MediSync"
    site_header = "MediSync"
    index_title = gettext_lazy("Today")
    site_url = "/"
    enable_nav_sidebar = False  # The row of models below the header is enough.

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.disable_action("delete_selected")
        self.add_action(delete_chosen, "delete_selected")

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        pages = sorted(
            self._registry.values(),
            key=lambda page: (
                _ORDER.index(page.opts.app_label),
                *_place(page.opts.object_name or ""),
            ),
        )
        found = list(panels(pages, request))
        return super().index(request, {"panels": found, **(extra_context or {})})

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Hands over to the sign-in page that everyone uses, or its second step."""
        wanted = request.GET.get("next") or reverse("admin:index")
        if not isinstance(request.user, User):
            return redirect_to_login(wanted)
        if not super().has_permission(request):
            raise PermissionDenied  # Signing in again would change nothing.
        step = "second-step" if second_step_missing(request) else "sign-in"
        return redirect_to_login(wanted, login_url=reverse(step))

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and not second_step_missing(request)

    def logout(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        return LogoutView.as_view()(request)

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        return OwnPassword.as_view(
            extra_context={**self.each_context(request), **(extra_context or {})}
        )(request)

    def admin_view(self, view: AdminView, cacheable: bool = False) -> Any:
        return super().admin_view(_without_nul(view), cacheable)

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[dict[str, Any]]:
        """In the order of a clinic's day, not of the alphabet."""
        apps = self._build_app_dict(request, app_label)
        known = [apps[label] for label in _ORDER if label in apps]
        for app in known:
            app["models"].sort(key=lambda model: _place(model["object_name"]))
        return known

    def get_urls(self) -> list[Any]:
        # No page of ours needs "view on site", which looks rows up by itself.
        return [
            url
            for url in super().get_urls()
            if getattr(url, "name", "") != "view_on_site"
        ]


def _place(model_name: str) -> tuple[int, str]:
    place = _FIRST.index(model_name) if model_name in _FIRST else len(_FIRST)
    return place, model_name


def _without_nul(view: AdminView) -> AdminView:
    """Refuses NUL in filters, choices and selections: PostgreSQL cannot look it up."""

    def guarded(request: HttpRequest, *args: Any, **options: Any) -> HttpResponseBase:
        for sent in (request.GET, request.POST):
            for name, values in sent.lists():
                if any("\0" in text for text in [name, *map(str, values)]):
                    raise SuspiciousOperation
        return view(request, *args, **options)

    guarded.__dict__.update(view.__dict__)  # csrf_exempt and the like.
    return guarded


class OwnPassword(PasswordChangeView):
    """One's own password; the change is on the audit trail."""

    template_name = "registration/password_change_form.html"

    def get_form_class(self) -> Any:
        return AdminPasswordChangeForm

    def get_success_url(self) -> str:
        return reverse("admin:password_change_done")

    def form_valid(self, form: Any) -> HttpResponse:
        assert isinstance(self.request.user, User)
        with transaction.atomic():
            response = super().form_valid(form)
            record(
                "user.update",
                self.request.user,
                actor=actor_of(self.request),
                fields=["password"],
            )
        return response
