"""The admin's forms: days, times and nested objects as people enter them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from appointments.models import Appointment, Patient
from appointments.nested import flat

if TYPE_CHECKING:
    _PatientForm = forms.ModelForm[Patient]
    _AppointmentForm = forms.ModelForm[Appointment]
else:
    _PatientForm = _AppointmentForm = forms.ModelForm  # Generic for the checker.

_LONGEST_TEXT = 100_000


class DayField(forms.DateField):
    """A day, kept as the text ``YYYY-MM-DD``."""

    def __init__(self, **options: Any) -> None:
        picker = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(widget=picker, input_formats=["%Y-%m-%d"], **options)

    def clean(self, value: Any) -> str:
        day = super().clean(value)
        return day.isoformat() if day else ""

    def has_changed(self, initial: Any, data: Any) -> bool:
        return str(initial or "") != str(data or "")


class ClockField(forms.TimeField):
    """A time of day, kept as the text ``HH:MM``."""

    def __init__(self, **options: Any) -> None:
        picker = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
        super().__init__(widget=picker, input_formats=["%H:%M", "%H:%M:%S"], **options)

    def clean(self, value: Any) -> str:
        time = super().clean(value)
        return time.strftime("%H:%M") if time else ""

    def has_changed(self, initial: Any, data: Any) -> bool:
        return str(initial or "") != str(data or "")[:5]


class PatientForm(_PatientForm):
    """Address, insurance and contact as fields; what else they hold is kept."""

    first_name = forms.CharField(label=_("First name"), max_length=200)
    last_name = forms.CharField(label=_("Last name"), max_length=200)
    date_of_birth = DayField(label=_("Date of birth"), required=False)
    medical_history = forms.CharField(
        label=_("Medical history"),
        required=False,
        max_length=_LONGEST_TEXT,
        widget=forms.Textarea,
    )
    current_medications = forms.CharField(
        label=_("Current medication"),
        required=False,
        max_length=_LONGEST_TEXT,
        widget=forms.Textarea,
    )
    phone = forms.CharField(label=_("Phone"), required=False, max_length=100)
    email = forms.EmailField(label=_("E-mail"), required=False, max_length=254)
    street = forms.CharField(label=_("Street"), required=False, max_length=200)
    city = forms.CharField(label=_("City"), required=False, max_length=200)
    state = forms.CharField(
        label=pgettext_lazy("of a country", "State"), required=False, max_length=200
    )
    zip_code = forms.CharField(label=_("Postal code"), required=False, max_length=20)
    provider = forms.CharField(label=_("Insurance"), required=False, max_length=200)
    policy_number = forms.CharField(
        label=_("Policy number"), required=False, max_length=100
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial = {**flat(self.instance), **self.initial}


class AppointmentForm(_AppointmentForm):
    date = DayField(label=_("Date"))
    time = ClockField(label=_("Time"))
    notes_type = forms.CharField(
        label=_("Note template"),
        required=False,
        max_length=100,
        help_text=_("Left empty, it follows from the language."),
    )
    notes = forms.CharField(
        label=_("Notes on the appointment"),
        required=False,
        max_length=_LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def clean(self) -> dict[str, Any] | None:
        facts = super().clean() or self.cleaned_data
        patient = facts.get("patient")
        # A clinician has no choice of doctor: it stays, or is the clinician.
        doctor = facts.get("doctor")
        if patient and doctor and patient.doctor_id != doctor.pk:
            whose = gettext("This is a patient of %(doctor)s.")
            self.add_error("patient", whose % {"doctor": patient.doctor})
        return facts
