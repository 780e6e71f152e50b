"""Signing in and out in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth import login
from django.contrib.auth.views import RedirectURLMixin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView

from medisync.accounts.errors import TooManyAttempts
from medisync.accounts.models import User
from medisync.accounts.services import check_credentials
from medisync.http.client import address_of
from medisync.http.pages.forms import SignInForm
from medisync.http.throttles import sign_in_allowance
from medisync.lib.errors import DomainError

if TYPE_CHECKING:
    _FormView = FormView[SignInForm]
else:
    _FormView = FormView  # Generic for the type checker only.


@method_decorator(
    [sensitive_post_parameters("password"), csrf_protect, never_cache], name="dispatch"
)
class SignIn(RedirectURLMixin, _FormView):
    """The sign-in page. ``next`` is followed on this host only."""

    form_class = SignInForm
    template_name = "accounts/sign_in.html"
    next_page = "recordings"

    def dispatch(
        self, request: HttpRequest, *args: Any, **options: Any
    ) -> HttpResponseBase:
        if isinstance(request.user, User):
            return HttpResponseRedirect(self.get_success_url())
        return super().dispatch(request, *args, **options)

    def form_valid(self, form: SignInForm) -> HttpResponse:
        wait = sign_in_allowance(address_of(self.request)).retry_after
        if wait:
            return self.locked_out(wait)
        try:
            user = check_credentials(self.request, **form.cleaned_data)
        except TooManyAttempts as error:
            return self.locked_out(error.retry_after)
        except DomainError as error:
            form.add_error(None, gettext(error.message))
            return self.form_invalid(form)
        login(self.request, user)
        return HttpResponseRedirect(self.get_success_url())

    def locked_out(self, seconds: int) -> HttpResponse:
        page = render(self.request, "accounts/locked_out.html", status=429)
        page.headers["Retry-After"] = str(seconds)
        return page

    def get_context_data(self, **options: Any) -> dict[str, Any]:
        return super().get_context_data(next=self.get_redirect_url(), **options)
