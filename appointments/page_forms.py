"""The forms of the pages: which days to show, an appointment, a patient."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import get_language_info, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from appointments.access import clinicians, patient_for, patients_found, twins
from appointments.errors import PatientNotFound
from appointments.forms import ClockField, DayField
from appointments.models import Appointment, Patient
from appointments.nested import flat, nested
from appointments.status import Status
from medisync.accounts.models import User

NONE, NEW = "none", "new"
_LONGEST_TEXT = 100_000
_MOST_CHOICES = 8
# What a visit may be held in, the commonest first; clients may name any other.
_LANGUAGES = ("de", "en", "fr", "it", "es", "tr", "ar", "uk", "pl", "ru")


class CalendarChoice(forms.Form):
    """Which days are shown, and whose; what makes no sense is as if not given."""

    on = forms.DateField(required=False, input_formats=["%Y-%m-%d"])
    view = forms.ChoiceField(
        required=False, choices=[("day", _("Day")), ("week", _("Week"))]
    )
    doctor = forms.ModelChoiceField(
        User.objects.none(), required=False, empty_label=_("All doctors")
    )

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        if user.sees_clinic:
            self.fields["doctor"].queryset = clinicians()  # type: ignore[attr-defined]
        else:
            del self.fields["doctor"]
        self.full_clean()

    @property
    def day(self) -> date:
        day: date | None = self.cleaned_data.get("on")
        # A week around the first or the last day there is would need another year.
        if day is None or not 1900 <= day.year <= 9000:
            return timezone.localdate()
        return day

    @property
    def of_week(self) -> bool:
        return self.cleaned_data.get("view") == "week"

    @property
    def whose(self) -> User | None:
        return self.cleaned_data.get("doctor")


class NameField(forms.CharField):
    def __init__(self, **options: Any) -> None:
        options["widget"] = forms.TextInput(attrs={"autocomplete": "off"})
        super().__init__(max_length=200, **options)


class TwinsForm(forms.Form):
    """Warns of patients who may be the one that is entered, once."""

    anyway = forms.BooleanField(
        required=False, label=_("This is somebody else: create another patient")
    )

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.user = user
        self.twins: list[Patient] = []

    def warn_of_twins(self, facts: dict[str, Any], prefix: str = "") -> None:
        if facts.get("anyway") or self.errors:
            return
        self.twins = twins(
            self.user,
            first_name=facts[f"{prefix}first_name"],
            last_name=facts[f"{prefix}last_name"],
            date_of_birth=facts[f"{prefix}date_of_birth"],
        )
        if self.twins:
            self.add_error(None, _("There is a patient like this one already."))


class AppointmentEntry(TwinsForm):
    """An appointment, and its patient: none, one there is, or a new one."""

    date = DayField(label=_("Date"))
    time = ClockField(label=_("Time"))
    name = forms.CharField(
        label=_("Reason"),
        max_length=300,
        help_text=_("What it is about, as lists show it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    doctor = forms.ModelChoiceField(
        User.objects.none(), label=_("Doctor"), empty_label=_("Choose a doctor")
    )
    language = forms.ChoiceField(label=_("Language of the visit"))
    notes = forms.CharField(
        label=_("Remarks"),
        required=False,
        max_length=_LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    find = forms.CharField(label=_("Find a patient"), required=False, max_length=200)
    patient = forms.CharField(required=False, max_length=24)
    first_name = NameField(label=_("First name"), required=False)
    last_name = NameField(label=_("Last name"), required=False)
    date_of_birth = DayField(label=_("Date of birth"), required=False)
    phone = forms.CharField(label=_("Phone"), required=False, max_length=100)

    def __init__(
        self,
        data: Any = None,
        *,
        user: User,
        appointment: Appointment | None = None,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, user=user, initial=initial)
        self.appointment = appointment
        self._limit_doctors()
        spoken = appointment.language if appointment else "de"
        self.fields["language"].choices = _languages(spoken)  # type: ignore[attr-defined]
        if appointment is None:
            self.initial = {"patient": NONE, "language": spoken, **self.initial}
            return
        for field in ("date", "time", "name", "doctor", "language", "notes"):
            self.initial[field] = getattr(appointment, field)
        self.initial["patient"] = appointment.patient_id or NONE

    def _limit_doctors(self) -> None:
        if not self.user.sees_clinic:
            del self.fields["doctor"]  # It stays whose it is, or is one's own.
            return
        doctors = clinicians()
        if self.appointment is not None:
            doctors |= User.objects.filter(pk=self.appointment.doctor_id)
        self.fields["doctor"].queryset = doctors  # type: ignore[attr-defined]

    def clean_patient(self) -> str | Patient | None:
        """The patient; None for none; NEW when it is to be made."""
        chosen = self.cleaned_data["patient"] or NONE
        if chosen == NEW:
            return NEW
        if chosen == NONE:
            if self.data.get("find", "").strip():
                raise forms.ValidationError(
                    _("Choose a patient from the list, or clear the search.")
                )
            return None
        linked = self.appointment.patient if self.appointment else None
        if linked is not None and linked.pk == chosen:
            return linked
        try:
            return patient_for(self.user, chosen)
        except PatientNotFound as error:
            raise forms.ValidationError(_("There is no such patient.")) from error

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or self.cleaned_data
        patient = facts.get("patient")
        if patient == NEW:
            for field in ("first_name", "last_name"):
                if not facts.get(field) and field not in self.errors:
                    self.add_error(field, _("A new patient needs a name."))
            self.warn_of_twins(facts)
        elif isinstance(patient, Patient) and not self._may_have(patient, facts):
            whose = _("This is a patient of %(doctor)s.") % {"doctor": patient.doctor}
            self.add_error("patient", whose)
        return facts

    def _may_have(self, patient: Patient, facts: dict[str, Any]) -> bool:
        """A doctor's own patients, and the one who is linked already."""
        if self.appointment and patient.pk == self.appointment.patient_id:
            return True
        return patient.doctor == self._doctor(facts)

    def _doctor(self, facts: dict[str, Any]) -> User | None:
        if self.user.sees_clinic:
            return facts.get("doctor")
        return self.appointment.doctor if self.appointment else self.user

    def facts(self) -> dict[str, Any]:
        """The appointment's fields; a patient yet to be made is ``new_patient``."""
        facts = {
            name: self.cleaned_data[name]
            for name in ("date", "time", "name", "language", "notes")
        }
        if self.user.sees_clinic:
            facts["doctor"] = self.cleaned_data["doctor"]
        if self.cleaned_data["patient"] != NEW:
            return facts | {"patient": self.cleaned_data["patient"]}
        patient = {
            name: self.cleaned_data[name]
            for name in ("first_name", "last_name", "date_of_birth", "phone")
        }
        return facts | {"new_patient": nested(patient)}

    def changes(self) -> dict[str, Any]:
        """What of :meth:`facts` differs from the appointment that there is."""
        assert self.appointment is not None
        return {
            name: value
            for name, value in self.facts().items()
            if name == "new_patient" or value != getattr(self.appointment, name)
        }

    @property
    def choices(self) -> list[tuple[str, Patient | None]]:
        """The patients to choose from: the chosen one, and those who are looked for."""
        chosen = str(self["patient"].value() or NONE)
        found = self._chosen(chosen)
        words = str(self["find"].value() or "")
        if words.strip():
            known = {patient.pk for patient in found}
            matching = patients_found(self.user, words)
            doctor = self["doctor"].value() if "doctor" in self.fields else None
            if doctor:
                matching = matching.filter(doctor=str(doctor))
            found += [p for p in matching[:_MOST_CHOICES] if p.pk not in known]
        return [(patient.pk, patient) for patient in found]

    def _chosen(self, chosen: str) -> list[Patient]:
        if chosen in (NONE, NEW):
            return []
        linked = self.appointment.patient if self.appointment else None
        if linked is not None and linked.pk == chosen:
            return [linked]
        try:
            return [patient_for(self.user, chosen)]
        except PatientNotFound:
            return []


def _languages(spoken: str) -> Sequence[tuple[str, str]]:
    codes = dict.fromkeys([*_LANGUAGES, spoken])
    return [(code, _language_name(code)) for code in codes]


def _language_name(code: str) -> str:
    try:
        return str(get_language_info(code)["name_local"])
    except KeyError:
        return code


class MoveForm(forms.Form):
    status = forms.ChoiceField(choices=Status.choices)


class PatientSearch(forms.Form):
    find = forms.CharField(label=_("Find a patient"), required=False, max_length=200)

    @property
    def words(self) -> str:
        return str(self.data.get("find", ""))[:200]


class PatientEntry(TwinsForm):
    """A patient's facts, flat; what else the nested objects hold is kept."""

    doctor = forms.ModelChoiceField(
        User.objects.none(), label=_("Doctor"), empty_label=_("Choose a doctor")
    )
    first_name = NameField(label=_("First name"))
    last_name = NameField(label=_("Last name"))
    date_of_birth = DayField(label=_("Date of birth"), required=False)
    phone = forms.CharField(label=_("Phone"), required=False, max_length=100)
    email = forms.EmailField(label=_("E-mail"), required=False, max_length=254)
    street = forms.CharField(label=_("Street"), required=False, max_length=200)
    zip_code = forms.CharField(label=_("Postal code"), required=False, max_length=20)
    city = forms.CharField(label=_("City"), required=False, max_length=200)
    state = forms.CharField(
        label=pgettext_lazy("of a country", "State"), required=False, max_length=200
    )
    provider = forms.CharField(label=_("Insurance"), required=False, max_length=200)
    policy_number = forms.CharField(
        label=_("Policy number"), required=False, max_length=100
    )
    medical_history = forms.CharField(
        label=_("Medical history"),
        required=False,
        max_length=_LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    current_medications = forms.CharField(
        label=_("Current medication"),
        required=False,
        max_length=_LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(
        self, data: Any = None, *, user: User, patient: Patient | None = None
    ) -> None:
        super().__init__(data, user=user)
        self.patient = patient
        if patient is None and user.sees_clinic:
            self.fields["doctor"].queryset = clinicians()  # type: ignore[attr-defined]
        else:
            del self.fields["doctor"]
        if patient is not None:
            self.initial = _flat(patient)
            del self.fields["anyway"]

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or self.cleaned_data
        if self.patient is None:
            self.warn_of_twins(facts)
        return facts

    def facts(self) -> dict[str, Any]:
        """The model's fields, of those that were changed."""
        return nested(
            {
                name: self.cleaned_data[name]
                for name in self.changed_data
                if name != "anyway"
            }
        )


def _flat(patient: Patient) -> dict[str, Any]:
    names = ("first_name", "last_name", "date_of_birth")
    texts = ("medical_history", "current_medications")
    return flat(patient) | {name: getattr(patient, name) for name in (*names, *texts)}
