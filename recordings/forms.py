from __future__ import annotations

from django import forms

from recordings.models import Source


class RecordingSearch(forms.Form):
    """What the list of recordings is narrowed to; every field may be empty."""

    q = forms.CharField(
        label="Search",
        required=False,
        max_length=200,
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "placeholder": "Title, patient, doctor or file name",
            }
        ),
    )
    source = forms.ChoiceField(
        required=False,
        choices=[("", "All sources"), *((s.value, f"{s.label}s") for s in Source)],
    )

    @property
    def words(self) -> list[str]:
        text = self.cleaned_data.get("q", "") if self.is_valid() else ""
        return str(text).split()

    @property
    def chosen_source(self) -> str:
        return str(self.cleaned_data.get("source", "")) if self.is_valid() else ""
