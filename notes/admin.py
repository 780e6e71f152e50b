"""Clinical notes in the admin, and beside their appointment."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin
from django.db import models
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy

from appointments.admin import AppointmentAdmin, found_by
from appointments.models import Appointment
from medisync.http.admin.base import ClinicAdmin, ReadOnlyInline, user_of
from medisync.http.admin.lists import DoctorFilter
from notes.documents import delete_document
from notes.errors import DocumentNotFound, LetterExists, TranscriptionExists
from notes.letters import add_letter, edit_letter
from notes.models import ClinicalRecord, DoctorLetter, Document, Note, Transcription
from notes.services import save_notes
from notes.transcripts import (
    add_transcription,
    delete_transcription,
    update_transcription,
)

if TYPE_CHECKING:
    _NoteForm = forms.ModelForm[Note]
    _RecordForm = forms.ModelForm[Any]
    _NoteFormSet = BaseInlineFormSet[Any, Any, forms.ModelForm[Any]]
else:
    _NoteForm = _RecordForm = forms.ModelForm  # Generic for the type checker only.
    _NoteFormSet = BaseInlineFormSet

_LONGEST_TEXT = 1_000_000


def long_text(label: Any, rows: int, *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=_LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class RecordAdmin(ClinicAdmin):
    """A record of one appointment. Where that is gone, it can only be read."""

    autocomplete_fields = ["appointment"]
    date_hierarchy = "created_at"
    list_filter = [("doctor", DoctorFilter)]
    search_fields = ["appointment__name"]  # get_search_results says where it looks.
    search_help_text = gettext_lazy("Appointment, patient or doctor.")
    new_fields: ClassVar[list[str]] = ["appointment"]
    fixed_fields: ClassVar[list[str]] = [
        *("appointment", "doctor", "created_at", "updated_at")
    ]

    def get_queryset(self, request: HttpRequest) -> Any:
        # The doctors apart: joined, SQLite would begin with them and sort all rows.
        rows = super().get_queryset(request).prefetch_related("doctor")
        return rows.select_related("appointment__patient")

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        """Finds the appointments first, whose rows are small."""
        if search_term.strip():
            own = Appointment.objects.visible_to(user_of(request))
            queryset = queryset.filter(appointment__in=found_by(own, search_term))
        return queryset, False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.new_fields if obj is None else self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return self.fixed_fields if obj is not None else []

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        orphan = obj is not None and obj.appointment is None
        return not orphan and super().has_change_permission(request, obj)

    @admin.display(description=gettext_lazy("patient"))
    def patient(self, record: ClinicalRecord) -> str:
        appointment = record.appointment
        return str(appointment.patient or "") if appointment else ""


def without_one(form: _RecordForm, taken: str) -> Any:
    """The chosen appointment, which must have no record of the form's kind yet."""
    appointment = form.cleaned_data["appointment"]
    if appointment is None:
        raise forms.ValidationError(gettext("Choose the appointment it belongs to."))
    if type(form.instance).objects.filter(appointment=appointment).exists():
        raise forms.ValidationError(taken)
    return appointment


class NoteForm(_NoteForm):
    notes = long_text(gettext_lazy("Notes"), 16)
    summary = long_text(gettext_lazy("Summary"), 3, required=False)

    def clean_appointment(self) -> Any:
        appointment = self.cleaned_data["appointment"]
        if appointment is None:
            raise forms.ValidationError(
                gettext("Choose the appointment they belong to.")
            )
        if Note.objects.filter(
            appointment=appointment, doctor=appointment.doctor
        ).exists():
            raise forms.ValidationError(
                gettext("This appointment has notes; change those.")
            )
        return appointment


@admin.register(Note)
class NoteAdmin(RecordAdmin):
    allowed = frozenset({"add", "change"})
    form = NoteForm
    list_display = ["appointment", "patient", "doctor", "summary", "updated_at"]
    fields = ["appointment", "doctor", "summary", "notes", "created_at", "updated_at"]
    new_fields = ["appointment", "summary", "notes"]

    def add_row(self, request: HttpRequest, facts: Mapping[str, Any]) -> Note:
        return self._save(request, facts["appointment"].pk, facts)

    def update_row(
        self, request: HttpRequest, row: Note, changes: Mapping[str, Any]
    ) -> None:
        facts = {"notes": row.notes, "summary": row.summary, **changes}
        assert row.appointment_id is not None
        self._save(request, row.appointment_id, facts)

    def _save(
        self, request: HttpRequest, appointment_id: str, facts: Mapping[str, Any]
    ) -> Note:
        return save_notes(
            user_of(request),
            appointment_id=appointment_id,
            notes=facts["notes"],
            summary=facts["summary"],
            actor=self.actor_of(request),
        )


class TranscriptionForm(_RecordForm):
    transcription = long_text(gettext_lazy("Transcription"), 24)

    def clean_appointment(self) -> Any:
        return without_one(self, gettext(TranscriptionExists.message))


@admin.register(Transcription)
class TranscriptionAdmin(RecordAdmin):
    allowed = frozenset({"add", "change", "delete"})
    form = TranscriptionForm
    list_display = ["appointment", "patient", "doctor", "updated_at"]
    new_fields = ["appointment", "transcription"]
    fields = [
        *("appointment", "doctor", "transcription"),
        *("created_at", "updated_at"),
    ]

    def add_row(self, request: HttpRequest, facts: Mapping[str, Any]) -> Transcription:
        return add_transcription(
            facts["appointment"],
            facts["transcription"],
            actor=self.actor_of(request),
        )

    def update_row(
        self, request: HttpRequest, row: Transcription, changes: Mapping[str, Any]
    ) -> None:
        update_transcription(
            row, changes["transcription"], actor=self.actor_of(request)
        )

    def delete_row(self, request: HttpRequest, row: Transcription) -> None:
        delete_transcription(row, actor=self.actor_of(request))


class LetterForm(_RecordForm):
    markdown_content = long_text(gettext_lazy("Markdown content"), 24)

    def clean_appointment(self) -> Any:
        return without_one(self, gettext(LetterExists.message))


@admin.register(DoctorLetter)
class LetterAdmin(RecordAdmin):
    allowed = frozenset({"add", "change"})
    form = LetterForm
    list_display = ["appointment", "patient", "doctor", "status", "updated_at"]
    new_fields = ["appointment", "markdown_content"]
    fields = [
        *("appointment", "doctor", "status", "markdown_content"),
        *("created_at", "updated_at"),
    ]
    fixed_fields = [*RecordAdmin.fixed_fields, "status"]

    def add_row(self, request: HttpRequest, facts: Mapping[str, Any]) -> DoctorLetter:
        return add_letter(
            facts["appointment"],
            facts["markdown_content"],
            actor=self.actor_of(request),
        )

    def update_row(
        self, request: HttpRequest, row: DoctorLetter, changes: Mapping[str, Any]
    ) -> None:
        edit_letter(row, changes["markdown_content"], actor=self.actor_of(request))


@admin.register(Document)
class DocumentAdmin(RecordAdmin):
    """Sent by clients; read, and deleted, here."""

    allowed = frozenset({"delete"})
    list_display = ["appointment", "patient", "doctor", "file_name", "created_at"]
    fields = [
        *("appointment", "doctor", "file_name", "download"),
        *("size", "sha256", "created_at"),
    ]
    readonly_fields = ["download"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields

    @admin.display(description=gettext_lazy("File"))
    def download(self, document: Document) -> SafeString:
        url = reverse("document", args=[document.appointment_id])
        return format_html('<a href="{}">{}</a>', url, gettext("Download"))

    def delete_row(self, request: HttpRequest, row: Document) -> None:
        with suppress(DocumentNotFound):  # Gone is what was asked for.
            delete_document(row, actor=self.actor_of(request))


class WrittenInline(ReadOnlyInline):
    """What was written about an appointment, beside its player."""

    template = "admin/notes/beside.html"

    def get_queryset(self, request: HttpRequest) -> Any:
        # As in notes.access: not what others saved under this appointment's id.
        own = models.F("appointment__doctor")
        return super().get_queryset(request).filter(doctor=own)


class TranscriptionFormSet(_NoteFormSet):
    @classmethod
    def get_default_prefix(cls) -> str:
        return "transcriptions"  # The relation has no name to make one of.


class NoteFormSet(_NoteFormSet):
    @classmethod
    def get_default_prefix(cls) -> str:
        return "notes"


class TranscriptionInline(WrittenInline):
    model = Transcription
    formset = TranscriptionFormSet
    fields = ["transcription", "opened"]
    readonly_fields = ["transcription", "opened"]
    verbose_name_plural = gettext_lazy("Transcript")


class NoteInline(WrittenInline):
    model = Note
    formset = NoteFormSet
    fields = ["summary", "notes", "opened"]
    readonly_fields = ["summary", "notes", "opened"]
    verbose_name_plural = gettext_lazy("Clinical notes")


AppointmentAdmin.inlines = [*AppointmentAdmin.inlines, TranscriptionInline, NoteInline]
