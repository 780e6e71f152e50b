"""The pages of the second step: show a code, and set an authenticator up."""

from __future__ import annotations

from typing import Any

import segno
from django import forms
from django.conf import settings
from django.contrib.auth.views import RedirectURLMixin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters

from medisync.accounts.authenticators import (
    authenticator_of,
    begin_authenticator,
    check_code,
    confirm_authenticator,
)
from medisync.accounts.errors import AuthenticatorExists, CodeWrong, TooManyCodes
from medisync.http.client import address_of
from medisync.http.pages.view import PageView
from medisync.http.second_step import remember_second_step, second_step_missing
from medisync.http.throttles import sign_in_allowance


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "autofocus": True,
                "spellcheck": "false",
                "autocapitalize": "none",
            }
        ),
    )


class AppCodeForm(CodeForm):
    """Digits only, so that a phone shows its number keys."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["code"].widget.attrs["inputmode"] = "numeric"


@method_decorator([sensitive_post_parameters("code"), csrf_protect], name="dispatch")
class SecondStepPage(RedirectURLMixin, PageView):
    """Only where the admin asks for codes; ``next`` is followed on this host."""

    form_class: type[CodeForm] = CodeForm
    next_page = "admin:index"

    def dispatch(
        self, request: HttpRequest, *args: Any, **options: Any
    ) -> HttpResponseBase:
        if not settings.ADMIN_OTP_REQUIRED:
            raise Http404
        return super().dispatch(request, *args, **options)

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(self.form_class())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form_class(request.POST)
        if not form.is_valid():
            return self.show(form)
        wait = sign_in_allowance(address_of(request)).retry_after
        try:
            if wait:
                raise TooManyCodes(wait)
            return self.accept(form.cleaned_data["code"])
        except CodeWrong:
            form.add_error("code", _("This code is not right, or was used before."))
            return self.show(form)
        except TooManyCodes as error:
            form.add_error("code", _too_many(error.retry_after))
            page = self.show(form, 429)
            page.headers["Retry-After"] = str(error.retry_after)
            return page

    def accept(self, code: str) -> HttpResponse:
        raise NotImplementedError

    def show(self, form: CodeForm, status: int = 200) -> HttpResponse:
        raise NotImplementedError

    def page(self, name: str, status: int = 200, **context: Any) -> HttpResponse:
        context["next"] = self.get_redirect_url()
        return render(self.request, f"accounts/{name}.html", context, status=status)


class SecondStep(SecondStepPage):
    """Asks for a code of the app, or for one on paper."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if not second_step_missing(request):
            return HttpResponseRedirect(self.get_success_url())
        if authenticator_of(self.user) is None:
            return redirect(self._set_up_url())
        return super().get(request)

    def accept(self, code: str) -> HttpResponse:
        device = check_code(self.user, code, address=address_of(self.request))
        remember_second_step(self.request, device)
        return HttpResponseRedirect(self.get_success_url())

    def show(self, form: CodeForm, status: int = 200) -> HttpResponse:
        return self.page("second_step", status, form=form)

    def _set_up_url(self) -> str:
        query = {"next": self.get_redirect_url()} if self.get_redirect_url() else {}
        return f"{reverse('set-up-authenticator')}?{urlencode(query)}"


class SetUpAuthenticator(SecondStepPage):
    """For whoever has none yet, or has shown a code of the old one."""

    form_class = AppCodeForm

    def dispatch(
        self, request: HttpRequest, *args: Any, **options: Any
    ) -> HttpResponseBase:
        try:
            return super().dispatch(request, *args, **options)
        except AuthenticatorExists:
            return redirect("second-step")

    def accept(self, code: str) -> HttpResponse:
        device, codes = confirm_authenticator(
            self.user,
            code,
            replacing=self._replacing,
            address=address_of(self.request),
        )
        remember_second_step(self.request, device)
        return self.page("recovery_codes", codes=codes, go_on=self.get_success_url())

    def show(self, form: CodeForm, status: int = 200) -> HttpResponse:
        if not self._replacing and authenticator_of(self.user) is not None:
            raise AuthenticatorExists
        # After a wrong code the app holds the key that the page showed.
        pending = begin_authenticator(self.user, anew=not form.is_bound)
        return self.page(
            "set_up_authenticator",
            status,
            form=form,
            picture=_picture(pending.config_url),
            key=pending.typed_key,
        )

    @property
    def _replacing(self) -> bool:
        return not second_step_missing(self.request)


def _picture(text: str) -> SafeString:
    """A QR code as SVG, black on white whatever the colour scheme."""
    drawn = segno.make(text, error="m").svg_inline(
        scale=5, dark="#000", light="#fff", svgclass="qr", omitsize=True
    )
    return SafeString(drawn)


def _too_many(seconds: int) -> str:
    return ngettext(
        "Too many wrong codes. Try again in %(seconds)d second.",
        "Too many wrong codes. Try again in %(seconds)d seconds.",
        seconds,
    ) % {"seconds": seconds}
