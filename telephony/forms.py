from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from medisync.http.pages.lists import DayInput, ListSearch, midnight
from telephony.choices import CallType
from telephony.search import CallFilters

_YES_NO = {"yes": True, "no": False}


class CallSearch(ListSearch):
    """What the list of calls is narrowed to; every field may be empty."""

    folded_away = ("attached", "since", "until")

    number = forms.CharField(
        label=_("Number"),
        required=False,
        max_length=100,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": _("Number, or part of one")}
        ),
    )
    type = forms.ChoiceField(
        label=_("Direction"),
        required=False,
        choices=[("", _("All directions")), *CallType.choices],
    )
    recorded = forms.ChoiceField(
        label=_("Recording"),
        required=False,
        choices=[
            ("", _("Recorded or not")),
            ("yes", _("Recorded")),
            ("no", _("Not recorded")),
        ],
    )
    attached = forms.ChoiceField(
        label=_("Patient"),
        required=False,
        choices=[
            ("", _("With and without patient")),
            ("yes", _("With a patient")),
            ("no", _("Without a patient")),
        ],
    )
    since = forms.DateField(label=_("From"), required=False, widget=DayInput)
    until = forms.DateField(label=_("Until"), required=False, widget=DayInput)

    @property
    def filters(self) -> CallFilters:
        self.is_valid()
        told = self.cleaned_data.get
        return CallFilters(
            number=told("number") or "",
            type=told("type") or "",
            since=midnight(told("since")),
            until=midnight(told("until"), days=1),
            recorded=_YES_NO.get(told("recorded") or ""),
            attached=_YES_NO.get(told("attached") or ""),
        )


class AttachTo(forms.Form):
    """The one record that a call is to be attached to."""

    patient = forms.CharField(required=False)
    appointment = forms.CharField(required=False)

    def clean(self) -> dict[str, Any]:
        named = {name: value for name, value in self.cleaned_data.items() if value}
        if len(named) != 1:
            raise forms.ValidationError(_("Choose one patient or one appointment."))
        return named
