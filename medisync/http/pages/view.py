"""The base of every server-rendered page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urlsplit, urlunsplit

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.generic import View

from medisync.accounts.models import User
from medisync.http.client import Asked
from medisync.http.faults import PreconditionFailed, UnsatisfiableRange
from medisync.lib.errors import DomainError


class OpenPage(View):
    """A URL for anybody.

    ``refusals`` gives the status of every domain error the view can meet. A 404
    is the site's own page for it, the others show the error's sentence.
    """

    refusals: ClassVar[Mapping[type[DomainError], int]] = {}

    def dispatch(
        self, request: HttpRequest, *args: Any, **options: Any
    ) -> HttpResponseBase:
        try:
            response = super().dispatch(request, *args, **options)
        except PreconditionFailed as error:
            response = HttpResponse(status=error.status_code)
        except UnsatisfiableRange as error:
            response = HttpResponse(status=error.status_code, headers=error.headers)
        except DomainError as error:
            response = self._refuse(error)
        # Nothing of a patient's stays behind on a shared computer.
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def _refuse(self, error: DomainError) -> HttpResponse:
        status = self.refusals.get(type(error))
        if status is None:
            raise error
        if status == 404:
            raise Http404 from error
        context = {"message": gettext(error.message)}
        return render(self.request, "unavailable.html", context, status=status)


def _ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Sends a browser to sign in, and then on to what it wanted.

    What a script of the page asked for would land in the middle of that page: it
    is told to load the sign-in as a whole, and comes back to the page.
    """
    if "HX-Request" not in request.headers:
        return redirect_to_login(request.get_full_path())
    page = request.headers.get("HX-Current-URL", "/")
    if request.method == "GET" and "HX-Boosted" in request.headers:
        page = request.get_full_path()
    there = redirect_to_login(_within_site(page))["Location"]
    return HttpResponse(status=401, headers={"HX-Redirect": there})


def _within_site(address: str) -> str:
    """Path and query of an address; the first page's for what is none."""
    try:
        page = urlsplit(address)
    except ValueError:
        return "/"
    return urlunsplit(("", "", page.path, page.query, ""))


class PageView(OpenPage, Asked):
    """A URL for somebody who is signed in; anyone else is asked to sign in."""

    def dispatch(
        self, request: HttpRequest, *args: Any, **options: Any
    ) -> HttpResponseBase:
        if not isinstance(request.user, User):
            return _ask_to_sign_in(request)
        response = super().dispatch(request, *args, **options)
        # The recorder is on some of these pages only, and a document that another
        # page's content is exchanged into keeps the policy it began with.
        response.headers["Permissions-Policy"] = (
            "microphone=(self), camera=(), geolocation=()"
        )
        return response
