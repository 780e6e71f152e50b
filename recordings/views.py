"""The staff's pages: find a recording, hear it, take it away."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from appointments.access import appointment_for
from appointments.errors import AppointmentNotFound
from appointments.models import Appointment
from medisync.http.pages.lists import places_and_query
from medisync.http.pages.view import PageView
from recordings import access, search
from recordings.choices import Form, RenditionState
from recordings.errors import RecordingNotFound, RenditionFailed, StorageFailed
from recordings.forms import ConfirmDeletion, RecordingSearch
from recordings.history import accesses_to
from recordings.models import Recording
from recordings.panels import panels_of
from recordings.renditions import unmade_forms
from recordings.search import RecordingFilters
from recordings.services import delete_recording
from recordings.serving import serve, serve_unheard


class RecordingsPage(PageView):
    refusals = {RecordingNotFound: 404, StorageFailed: 503, RenditionFailed: 503}


class RecordingList(RecordingsPage):
    """Everything the user may hear that matches, a page at a time."""

    def get(self, request: HttpRequest) -> HttpResponse:
        form = RecordingSearch(request.GET, user=self.user)
        filters = form.filters
        places, query = places_and_query(request)
        context = {
            "form": form,
            "page": search.recordings(self.user, filters, **places),
            "searching": filters != RecordingFilters(sort=filters.sort),
            "query": query,
            "section": "recordings",
        }
        return render(request, "recordings/list.html", context)


class RecordingDetail(RecordingsPage):
    """One recording: player, facts, downloads."""

    def get(self, request: HttpRequest, recording_id: str) -> HttpResponse:
        recording = access.recording_for(self.user, recording_id, actor=self.actor)
        context: dict[str, Any] = {
            "recording": recording,
            "appointment": self._appointment(recording),
            "panels": panels_of(recording, self.user),
            "accesses": accesses_to(recording),
            "unmade": (unmade := unmade_forms(recording)),
            "making": any(row.state != RenditionState.FAILED for row in unmade),
            "may_delete": access.may_delete(self.user, recording),
            "section": "recordings",
        }
        return render(request, "recordings/detail.html", context)

    def _appointment(self, recording: Recording) -> Appointment | None:
        """The appointment, unless it was deleted and left its recording."""
        if recording.appointment_id is None:
            return None
        try:
            return appointment_for(self.user, recording.appointment_id)
        except AppointmentNotFound:
            return None


class DeleteRecording(RecordingsPage):
    """Asks for a word to be typed, and deletes for good."""

    def get(self, request: HttpRequest, recording_id: str) -> HttpResponse:
        recording = self._deletable(recording_id)
        return self._page(recording, ConfirmDeletion(recording))

    def post(self, request: HttpRequest, recording_id: str) -> HttpResponse:
        recording = self._deletable(recording_id)
        form = ConfirmDeletion(recording, request.POST)
        if not form.is_valid():
            return self._page(recording, form, status=422)
        delete_recording(recording, actor=self.actor)
        messages.success(request, _("The recording is deleted."))
        return redirect("recordings")

    def _deletable(self, recording_id: str) -> Recording:
        recording = access.recording_for(self.user, recording_id, actor=self.actor)
        if not access.may_delete(self.user, recording):
            raise PermissionDenied
        return recording

    def _page(
        self, recording: Recording, form: ConfirmDeletion, status: int = 200
    ) -> HttpResponse:
        context = {"recording": recording, "form": form, "section": "recordings"}
        return render(self.request, "recordings/delete.html", context, status=status)


class RecordingAudio(RecordingsPage):
    """The audio as it came or in ``form``; ``?download=1`` saves it as a file."""

    http_method_names = ["get", "head"]
    form: Form | None = None

    def get(self, request: HttpRequest, recording_id: str) -> HttpResponseBase:
        recording = access.recording_for(self.user, recording_id, actor=self.actor)
        saving = "download" in request.GET
        return serve(
            request,
            recording,
            actor=self.actor,
            form=self.form,
            attachment=_saved_name(recording, self.form) if saving else None,
            action="recording.download" if saving else "recording.play",
            # A browser takes no sides of sound from another host.
            may_redirect="sides" not in request.GET,
        )


class RecordingPeaks(RecordingsPage):
    """The waveform to draw. Looking at it is not listening."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, recording_id: str) -> HttpResponse:
        recording = access.recording_for(self.user, recording_id, actor=self.actor)
        return serve_unheard(recording, Form.PEAKS)


def _saved_name(recording: Recording, form: Form | None) -> str:
    name = recording.file_name
    return name if form is None else f"{PurePath(name).stem or 'recording'}.{form}"
