"""What the appointment's page sends of the notes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from medisync.lib.text import storable
from notes.models import Note
from notes.versions import Draft

LONGEST_NOTES, LONGEST_SUMMARY = 1_000_000, 100_000


class LongText(forms.CharField):
    """Text as it was typed, with its blanks at both ends."""

    def __init__(self, *, rows: int, **options: Any) -> None:
        area = forms.Textarea(attrs={"rows": rows})
        super().__init__(required=False, strip=False, widget=area, **options)

    def to_python(self, value: Any) -> str:
        # Browsers send every line's end as two characters.
        return str(super().to_python(value)).replace("\r\n", "\n")

    def validate(self, value: str) -> None:
        super().validate(value)
        if not storable(value):
            raise forms.ValidationError(_("This text holds what cannot be kept."))


class NotesEntry(forms.Form):
    summary = LongText(label=_("Summary"), rows=2, max_length=LONGEST_SUMMARY)
    notes = LongText(label=_("Notes"), rows=14, max_length=LONGEST_NOTES)
    base = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    window = forms.CharField(required=False, max_length=32, widget=forms.HiddenInput)

    @classmethod
    def of(cls, note: Note) -> NotesEntry:
        texts = {"notes": note.notes, "summary": note.summary}
        return cls(initial={**texts, "base": note.version}, auto_id="notes-%s")

    @property
    def texts(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("notes", "summary")}

    @property
    def draft(self) -> Draft:
        return Draft(self.cleaned_data["base"], self.cleaned_data["window"])


class RestoreEntry(forms.Form):
    base = forms.IntegerField(min_value=0)
