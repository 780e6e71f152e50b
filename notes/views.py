"""An appointment's page: its audio, its transcript and its notes side by side.

It is here and not in ``appointments``, since an appointment knows nothing of what
hangs on it.
"""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from appointments.access import appointment_for
from appointments.errors import AppointmentIdInvalid, AppointmentNotFound
from appointments.models import Appointment
from appointments.status import moves
from medisync.http.pages.view import PageView
from notes import access, services
from notes.errors import VersionConflict, VersionNotFound
from notes.forms import NotesEntry, RestoreEntry
from notes.models import Note, Version
from notes.versions import history
from recordings.access import recordings_for

HISTORY_SIZE = 20


class NotesPage(PageView):
    refusals = {
        AppointmentNotFound: 404,
        AppointmentIdInvalid: 404,
        VersionNotFound: 404,
    }


class AppointmentPage(NotesPage):
    def get(self, request: HttpRequest, appointment_id: str) -> HttpResponse:
        appointment = appointment_for(self.user, appointment_id)
        note = access.notes_beside(appointment)
        audio = recordings_for(self.user).filter(appointment=appointment).first()
        documents = access.documents_of(self.user, appointment.pk)
        context = {
            "appointment": appointment,
            "moves": moves(appointment.status),
            "recording": audio,
            "transcription": access.transcription_beside(appointment),
            "document": documents.first(),
            "note": note,
            "notes_form": NotesEntry.of(note),
            "section": "appointments",
        }
        return render(request, "notes/appointment.html", context)


class AppointmentNotes(NotesPage):
    """Saves the notes: a form's answer is a page, a script's is JSON.

    Where somebody else was faster, both texts are shown and nothing is saved.
    """

    http_method_names = ["post"]

    def post(self, request: HttpRequest, appointment_id: str) -> HttpResponse:
        appointment = appointment_for(self.user, appointment_id)
        form = NotesEntry(request.POST, auto_id="notes-%s")
        if not form.is_valid():
            return self._invalid(form, appointment)
        try:
            note = services.edit_notes(
                appointment, texts=form.texts, draft=form.draft, actor=self.actor
            )
        except VersionConflict:
            return self._conflict(form, appointment, access.notes_beside(appointment))
        if self._by_script:
            return JsonResponse(
                {"version": note.version, "saved": _clock(note.updated_at)}
            )
        messages.success(request, _("The notes are saved."))
        return HttpResponseRedirect(reverse("appointment", args=[appointment.pk]))

    @property
    def _by_script(self) -> bool:
        return self.request.accepts("application/json") and not self.request.accepts(
            "text/html"
        )

    def _invalid(self, form: NotesEntry, appointment: Appointment) -> HttpResponse:
        wrong = " ".join(
            str(error) for errors in form.errors.values() for error in errors
        )
        if self._by_script:
            return JsonResponse({"error": wrong}, status=422)
        context = {"form": form, "appointment": appointment, "section": "appointments"}
        return render(self.request, "notes/conflict.html", context, status=422)

    def _conflict(
        self, form: NotesEntry, appointment: Appointment, theirs: Note
    ) -> HttpResponse:
        last = history(theirs).first()
        if self._by_script:
            body = {
                "version": theirs.version,
                "notes": theirs.notes,
                "summary": theirs.summary,
                "author": last.author_name if last else "",
                "saved": date_format(
                    timezone.localtime(theirs.updated_at), "DATETIME_FORMAT"
                ),
            }
            return JsonResponse(body, status=409)
        context = {
            "form": form,
            "appointment": appointment,
            "theirs": theirs,
            "last": last,
            "section": "appointments",
        }
        return render(self.request, "notes/conflict.html", context, status=409)


def _clock(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "TIME_FORMAT")


class NotesHistory(NotesPage):
    """Every version of the notes, the newest first."""

    def get(self, request: HttpRequest, appointment_id: str) -> HttpResponse:
        appointment = appointment_for(self.user, appointment_id)
        note = access.notes_beside(appointment)
        found = history(note)
        before = request.GET.get("before", "")
        if before.isascii() and before.isdigit() and len(before) < 10:
            found = found.filter(number__lt=int(before))
        rows: list[Version] = list(found[: HISTORY_SIZE + 1])
        context = {
            "appointment": appointment,
            "note": note,
            "versions": rows[:HISTORY_SIZE],
            "older": len(rows) > HISTORY_SIZE and rows[HISTORY_SIZE - 1].number,
            "section": "appointments",
        }
        return render(request, "notes/history.html", context)


class RestoreNotes(NotesPage):
    """Makes an earlier version the present one; what is there now stays behind it."""

    http_method_names = ["post"]

    def post(
        self, request: HttpRequest, appointment_id: str, number: int
    ) -> HttpResponse:
        appointment = appointment_for(self.user, appointment_id)
        back = reverse("notes-history", args=[appointment.pk])
        version = access.version_beside(appointment, number)
        form = RestoreEntry(request.POST)
        base = form.cleaned_data["base"] if form.is_valid() else 0
        try:
            services.restore_notes(appointment, version, base=base, actor=self.actor)
        except VersionConflict:
            messages.warning(
                request,
                _("The notes were changed meanwhile. Look again before restoring."),
            )
            return HttpResponseRedirect(back)
        messages.success(request, _("The earlier version is back."))
        return HttpResponseRedirect(reverse("appointment", args=[appointment.pk]))
