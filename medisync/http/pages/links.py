"""The pages behind the links in mails, and the one that asks for such a mail.

Opening a link changes nothing, since mail programs open links by themselves: a
person presses the button.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.forms import SetPasswordForm
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView, View

from medisync.accounts import services
from medisync.accounts.errors import LinkInvalid
from medisync.accounts.links import Purpose, user_of_link
from medisync.http.client import address_of
from medisync.http.pages.forms import AddressForm
from medisync.http.people.mails import mail_link
from medisync.http.throttles import mail_allowance, sign_in_allowance

if TYPE_CHECKING:
    _AddressView = FormView[AddressForm]
    _PasswordView = FormView[SetPasswordForm[Any]]
else:
    _AddressView = _PasswordView = FormView  # Generic for the type checker only.


def told(
    request: HttpRequest, heading: str, message: str, status: int = 200
) -> HttpResponse:
    context = {"heading": heading, "message": message}
    return render(request, "accounts/told.html", context, status=status)


def too_many(request: HttpRequest, wait: int) -> HttpResponse:
    page = told(request, _("Too many attempts"), _("Try again in an hour."), 429)
    page.headers["Retry-After"] = str(wait)
    return page


@method_decorator([csrf_protect, never_cache], name="dispatch")
class LinkPage(View):
    """Refuses a link that does not hold, and whoever tries too many."""

    purpose: Purpose

    def dispatch(
        self, request: HttpRequest, *args: Any, **options: Any
    ) -> HttpResponseBase:
        wait = sign_in_allowance(address_of(request)).retry_after
        if wait:
            return too_many(request, wait)
        try:
            self.person = user_of_link(self.purpose, options["token"])
            return super().dispatch(request, *args, **options)
        except LinkInvalid as error:
            return told(request, _("Not a valid link"), _(error.message), 404)


class VerifyEmail(LinkPage):
    """GET asks, POST confirms the address."""

    purpose = Purpose.VERIFY

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return render(request, "accounts/verify_email.html", {"person": self.person})

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        services.verify_email(token, address=address_of(request))
        return told(request, _("Thank you"), _("Your e-mail address is confirmed."))


@method_decorator(
    sensitive_post_parameters("new_password1", "new_password2"), name="dispatch"
)
class ResetPassword(LinkPage, _PasswordView):
    purpose = Purpose.RESET
    form_class = SetPasswordForm
    template_name = "accounts/reset_password.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.person}

    def form_valid(self, form: SetPasswordForm[Any]) -> HttpResponse:
        services.reset_password(
            self.kwargs["token"],
            form.cleaned_data["new_password1"],
            address=address_of(self.request),
        )
        return told(self.request, _("Done"), _("Sign in with your new password."))


@method_decorator([csrf_protect, never_cache], name="dispatch")
class ForgotPassword(_AddressView):
    """The same answer whether or not anybody has the address."""

    form_class = AddressForm
    template_name = "accounts/forgot_password.html"

    def form_valid(self, form: AddressForm) -> HttpResponse:
        wait = mail_allowance(address_of(self.request)).retry_after
        if wait:
            return too_many(self.request, wait)
        mail_link(self.request, Purpose.RESET, form.cleaned_data["email"])
        return told(
            self.request,
            _("Look into your mail"),
            _("If the address is known here, a message is on its way."),
        )
