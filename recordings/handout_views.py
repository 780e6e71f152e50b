"""Handing a recording out by a link, and the pages behind such a link."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters

from medisync.http.again import Grounds
from medisync.http.client import address_of
from medisync.http.pages.view import OpenPage
from medisync.http.throttles import pin_allowance
from medisync.lib.errors import DomainError
from recordings import access, handouts
from recordings.choices import Form
from recordings.errors import (
    HandoutNotFound,
    HandoutUnusable,
    PinWrong,
    RecordingNotFound,
    RenditionFailed,
    StorageFailed,
)
from recordings.handout_forms import HandoutForm, PinForm
from recordings.handout_panel import handout_facts
from recordings.handouts import NewHandout
from recordings.models import Handout, Recording
from recordings.playing import playable_type
from recordings.serving import serve
from recordings.views import RecordingsPage

# --- For those who may hear the recording -----------------------------------------


class RecordingHandouts(RecordingsPage):
    """The recording's links. POST makes one and shows it, this once."""

    def get(self, request: HttpRequest, recording_id: str) -> HttpResponse:
        revoked = request.GET.get("revoked", "")
        return self._page(self._recording(recording_id), revoked=revoked)

    def post(self, request: HttpRequest, recording_id: str) -> HttpResponse:
        recording = self._recording(recording_id)
        form = HandoutForm(request.POST, label_suffix="")
        made = self._made(recording, form) if form.is_valid() else None
        if made is None:
            first_wrong = form[next(iter(form.errors))]
            first_wrong.field.widget.attrs["autofocus"] = True
            return self._page(recording, form=form)
        return self._page(recording, made=self._shown(made))

    def _made(self, recording: Recording, form: HandoutForm) -> NewHandout | None:
        """The new link; None with an error in the form where it cannot be."""
        try:
            return handouts.make_handout(
                recording,
                by=self.user,
                actor=self.actor,
                recipient=form.cleaned_data["recipient"],
                uses=form.cleaned_data["uses"],
                expires_at=form.cleaned_data["until"],
                with_pin=form.cleaned_data["with_pin"],
            )
        except HandoutUnusable as error:
            # All but the moment is bounded by the form's own fields.
            form.add_error("until", gettext(error.message))
            return None

    def _recording(self, recording_id: str) -> Recording:
        return access.recording_for(self.user, recording_id, actor=self.actor)

    def _shown(self, made: NewHandout) -> dict[str, str]:
        """In no message, cookie or session: on the page that answers its making."""
        path = reverse("handout", args=[made.token])
        return {"url": self.request.build_absolute_uri(path), "pin": made.pin}

    def _page(self, recording: Recording, **shown: Any) -> HttpResponse:
        context = {
            "recording": recording,
            "handout": handout_facts(recording, **shown),
            "section": "recordings",
        }
        return render(self.request, "recordings/handouts.html", context)


class RevokeHandout(RecordingsPage):
    refusals = {**RecordingsPage.refusals, HandoutNotFound: 404}

    def post(
        self, request: HttpRequest, recording_id: str, handout_id: str
    ) -> HttpResponse:
        recording = access.recording_for(self.user, recording_id, actor=self.actor)
        handouts.revoke_handout(recording, handout_id, actor=self.actor)
        page = reverse("recording-handouts", args=[recording_id])
        return HttpResponseRedirect(f"{page}?{urlencode({'revoked': handout_id})}")


# --- For whoever has the link -----------------------------------------------------

_COOKIE = "handout"
_ENDINGS = {"matroska": "mka", "mp4": "m4a"}


# Whoever can name the address holds the link: a token against forgery would add
# nothing, and a page without a referrer could not send the Origin it is checked by.
@method_decorator(csrf_exempt, name="dispatch")
@method_decorator(sensitive_post_parameters("pin"), name="dispatch")
class SharedPage(OpenPage):
    """All that opens nothing looks alike, whatever the reason."""

    refusals = {
        HandoutNotFound: 404,
        RecordingNotFound: 404,
        StorageFailed: 503,
        RenditionFailed: 503,
    }

    def dispatch(
        self, request: HttpRequest, *args: Any, **options: Any
    ) -> HttpResponseBase:
        self.visit = request.COOKIES.get(_COOKIE, "")
        response = super().dispatch(request, *args, **options)
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    def _refuse(self, error: DomainError) -> HttpResponse:
        if self.refusals.get(type(error)) == 404:
            return render(self.request, "recordings/shared/gone.html", status=404)
        return super()._refuse(error)

    @property
    def address(self) -> str:
        return address_of(self.request)


class SharedRecording(SharedPage):
    """GET shows a button, since mail programs and previews open links by themselves;
    POST uses the link up by one and lets this browser listen for a while."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        handout = handouts.handout_of(token, visit=self.visit, address=self.address)
        opening = handouts.opening_of(handout, self.visit)
        if opening is None:
            form = PinForm() if handout.pin_hash else None
            page = self._closed(token, handout, form)
            # A new one each time: a use that has run out is not taken up again.
            page.set_cookie(
                _COOKIE,
                secrets.token_urlsafe(24),
                path=reverse("handout", args=[token]),
                secure=bool(settings.SESSION_COOKIE_SECURE),
                httponly=True,
                samesite="Lax",
            )
            return page
        recording = handout.recording
        context = {
            "token": token,
            "recording": recording,
            "original_type": playable_type(recording),
            "until": opening.until,
        }
        return render(request, "recordings/shared/recording.html", context)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        handout = handouts.handout_of(token, visit=self.visit, address=self.address)
        if not self.visit:
            return self._closed(token, handout, None, status=400)
        form = PinForm(request.POST) if handout.pin_hash else None
        if form is not None:
            if not form.is_valid():  # Nothing was typed, so nothing was tried.
                return self._closed(token, handout, form)
            wait = pin_allowance(handout.pk, self.address).retry_after
            if wait:
                page = self._closed(token, handout, None, status=429)
                page.headers["Retry-After"] = str(wait)
                return page
        pin = form.cleaned_data["pin"] if form else ""
        try:
            handouts.open_handout(
                handout, visit=self.visit, pin=pin, address=self.address
            )
        except PinWrong as error:
            assert form is not None
            form.add_error("pin", gettext(error.message))
            return self._closed(token, handout, form)
        return HttpResponseRedirect(reverse("handout", args=[token]))

    def _closed(
        self,
        token: str,
        handout: Handout,
        form: PinForm | None,
        status: int = 200,
    ) -> HttpResponse:
        context = {
            "token": token,
            "handout": handout,
            "form": form,
            "status": status,
            "hours": handouts.OPENING_LIFE // timedelta(hours=1),
        }
        page = "recordings/shared/closed.html"
        return render(self.request, page, context, status=status)


class SharedAudio(SharedPage):
    """The audio, for a browser that has opened the link."""

    http_method_names = ["get", "head"]
    form: Form | None = None

    def get(self, request: HttpRequest, token: str) -> HttpResponseBase:
        opening = handouts.opening_for(token, visit=self.visit, address=self.address)
        handout = opening.handout
        recording = handout.recording
        saving = "download" in request.GET
        return serve(
            request,
            recording,
            actor=handouts.handout_actor(handout, self.address),
            form=self.form,
            attachment=_saved_name(recording, self.form) if saving else None,
            action="recording.download" if saving else "recording.play",
            grounds=Grounds(
                rows=(opening, handout, handout.made_by),
                until=opening.until.timestamp(),
            ),
            may_redirect=True,
        )


def _saved_name(recording: Recording, form: Form | None) -> str:
    """By its day: a file's own name can tell a patient's, or a number."""
    ending = form or _ENDINGS.get(recording.container, recording.container)
    return f"recording-{timezone.localdate(recording.recorded_at)}.{ending}"
