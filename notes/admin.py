"""Clinical notes in the admin, and beside their appointment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db import models
from django.forms import BaseInlineFormSet
from django.http import HttpRequest

from appointments.admin import AppointmentAdmin
from medisync.http.admin.base import ClinicAdmin, ReadOnlyInline, user_of
from notes.models import Note
from notes.services import save_notes

if TYPE_CHECKING:
    _NoteForm = forms.ModelForm[Note]
    _NoteFormSet = BaseInlineFormSet[Any, Any, forms.ModelForm[Any]]
else:
    _NoteForm = forms.ModelForm  # Generic for the type checker only.
    _NoteFormSet = BaseInlineFormSet

_LONGEST_TEXT = 1_000_000


class NoteForm(_NoteForm):
    notes = forms.CharField(
        max_length=_LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 16})
    )
    summary = forms.CharField(
        required=False,
        max_length=_LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_appointment(self) -> Any:
        appointment = self.cleaned_data["appointment"]
        if appointment is None:
            raise forms.ValidationError("Choose the appointment they belong to.")
        if Note.objects.filter(
            appointment=appointment, doctor=appointment.doctor
        ).exists():
            raise forms.ValidationError("This appointment has notes; change those.")
        return appointment


@admin.register(Note)
class NoteAdmin(ClinicAdmin):
    allowed = frozenset({"add", "change"})
    form = NoteForm
    autocomplete_fields = ["appointment"]
    date_hierarchy = "created_at"
    list_display = ["appointment", "patient", "doctor", "summary", "updated_at"]
    list_filter = [("doctor", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["appointment__name", "appointment__patient__search_name"]
    search_help_text = "Appointment or patient."
    fields = ["appointment", "doctor", "summary", "notes", "created_at", "updated_at"]

    def get_queryset(self, request: HttpRequest) -> Any:
        # The appointment of a note may have been deleted.
        return (
            super()
            .get_queryset(request)
            .select_related("doctor", "appointment__patient")
        )

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["appointment", "summary", "notes"] if obj is None else self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fixed = ["appointment", "doctor", "created_at", "updated_at"]
        return fixed if obj is not None else []

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # What an appointment that is gone left behind can only be read.
        orphan = obj is not None and obj.appointment is None
        return not orphan and super().has_change_permission(request, obj)

    @admin.display
    def patient(self, note: Note) -> str:
        return str(note.appointment.patient or "") if note.appointment else ""

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


class NoteFormSet(_NoteFormSet):
    @classmethod
    def get_default_prefix(cls) -> str:
        return "notes"  # The relation has no name to make one of.


class NoteInline(ReadOnlyInline):
    model = Note
    formset = NoteFormSet
    fields = ["summary", "notes", "updated_at", "opened"]
    readonly_fields = ["summary", "notes", "updated_at", "opened"]
    verbose_name_plural = "Clinical notes"

    def get_queryset(self, request: HttpRequest) -> Any:
        # As in notes.access: not what others saved under this appointment's id.
        own = models.F("appointment__doctor")
        return super().get_queryset(request).filter(doctor=own)


AppointmentAdmin.inlines = [*AppointmentAdmin.inlines, NoteInline]
