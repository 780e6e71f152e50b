"""Patients and appointments in the admin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appointments import services
from appointments.forms import AppointmentForm, PatientForm
from appointments.models import Appointment, NameWord, Patient
from appointments.nested import nested
from appointments.status import Status
from appointments.templatetags.days import day as written
from medisync.accounts.models import User
from medisync.http.admin.base import (
    ClinicAdmin,
    ReadOnlyInline,
    fieldsets_without,
    player,
    user_of,
)
from medisync.http.admin.dashboard import Line, Panel, few
from medisync.http.admin.lists import MOST_FOUND, DoctorFilter
from medisync.lib.objectid import is_object_id
from medisync.lib.text import folded, storable

#: What is older than this waits for nobody any more.
_WAITING_DAYS = 14


class DoctorsAdmin(ClinicAdmin):
    """Rows that belong to a doctor; a clinician is not asked whose they are."""

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        # The doctors apart: joined, SQLite would begin with them and sort all rows.
        return super().get_queryset(request).prefetch_related("doctor")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        assert self.fieldsets is not None
        left_out = {"recording"} if obj is None else set()
        if not user_of(request).sees_clinic:
            left_out.add("doctor")
        return fieldsets_without(self.fieldsets, left_out)


class AppointmentInline(ReadOnlyInline):
    model = Appointment
    fields = ["name", "date", "time", "status", "opened"]
    readonly_fields = ["name", "date", "time", "status", "opened"]
    verbose_name_plural = gettext_lazy("Appointments")
    ordering = ["-date", "-time"]


@admin.register(Patient)
class PatientAdmin(DoctorsAdmin):
    allowed = frozenset({"add", "change"})
    form = PatientForm
    inlines = [AppointmentInline]
    list_display = ["name", "date_of_birth", "phone", "doctor"]
    list_filter = [("doctor", DoctorFilter)]
    search_fields = ["search_name"]
    search_help_text = gettext_lazy("First or last name.")
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "doctor",
                    ("first_name", "last_name"),
                    "date_of_birth",
                    ("phone", "email"),
                ]
            },
        ),
        (
            gettext_lazy("Medical"),
            {"fields": ["medical_history", "current_medications"]},
        ),
        (
            gettext_lazy("Address"),
            {"fields": ["street", ("city", "state", "zip_code")]},
        ),
        (gettext_lazy("Insurance"), {"fields": [("provider", "policy_number")]}),
    ]

    @admin.display(description=gettext_lazy("name"), ordering="last_name")
    def name(self, patient: Patient) -> str:
        return str(patient)

    @admin.display(description=gettext_lazy("phone"))
    def phone(self, patient: Patient) -> str:
        return str(patient.contact.get("phone") or "")

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        # The column holds the names in one case, whatever the alphabet.
        return super().get_search_results(request, queryset, folded(search_term))

    def add_row(self, request: HttpRequest, facts: Mapping[str, Any]) -> Patient:
        facts = nested(facts)
        doctor = facts.pop("doctor", None) or user_of(request)
        return services.add_patient(doctor, actor=self.actor_of(request), **facts)

    def update_row(
        self, request: HttpRequest, row: Patient, changes: Mapping[str, Any]
    ) -> None:
        services.update_patient(
            row, actor=self.actor_of(request), changes=nested(changes)
        )


class WhenFilter(admin.SimpleListFilter):
    title = gettext_lazy("date")
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("today", _("Today")),
            ("week", _("Next 7 days")),
            ("past-week", _("Past 7 days")),
            ("future", _("From today on")),
            ("two-weeks", _("Past 14 days")),
            ("past", _("Before today")),
        ]

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        def day(days: int) -> str:
            return (timezone.localdate() + timedelta(days)).isoformat()

        ranges = {
            "today": {"date": day(0)},
            "week": {"date__gte": day(0), "date__lt": day(7)},
            "past-week": {"date__gte": day(-7), "date__lt": day(0)},
            "future": {"date__gte": day(0)},
            "two-weeks": {"date__gte": day(-_WAITING_DAYS), "date__lt": day(0)},
            "past": {"date__lt": day(0)},
        }
        return queryset.filter(**ranges.get(self.value() or "", {}))


def found_by(rows: models.QuerySet[Any], search_term: str) -> list[str]:
    """The ids of the newest appointments that a search finds, ``MOST_FOUND`` of them.

    Each word is in the name of the appointment or the doctor, or begins a name of
    the patient. Nothing is joined, so that only names are gone along: in the order
    of the table first, as the other order costs ten times more where little is found.
    """
    if not storable(search_term):
        return []
    for word in search_term.split():
        rows = rows.filter(
            models.Q(name__icontains=word)
            | models.Q(patient__in=NameWord.objects.patients_of(folded(word)))
            | models.Q(doctor__in=User.objects.filter(doctor_name__icontains=word))
        )
    ids = rows.order_by().values_list("pk", flat=True)
    found = list(ids[: MOST_FOUND + 1])
    if len(found) > MOST_FOUND:
        found = list(ids.order_by("-date", "-time", "-id")[:MOST_FOUND])
    return found


@admin.register(Appointment)
class AppointmentAdmin(DoctorsAdmin):
    allowed = frozenset({"add", "change", "delete"})
    form = AppointmentForm
    autocomplete_fields = ["patient"]
    readonly_fields = ["recording"]
    change_form_template = "admin/appointments/appointment/change_form.html"
    list_display = ["name", "day", "patient", "doctor", "state", "has_recording"]
    list_filter = [WhenFilter, "status", ("doctor", DoctorFilter)]
    list_select_related = ["patient"]
    search_fields = ["name"]  # get_search_results says where it looks.
    search_help_text = gettext_lazy("Appointment, patient or doctor.")
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "recording",
                    "name",
                    "doctor",
                    "patient",
                    ("date", "time"),
                    "status",
                    "notes",
                ]
            },
        ),
        (
            gettext_lazy("Dictation and notes"),
            {
                "classes": ["collapse"],
                "fields": ["language", "notes_type", "appointment_type"],
            },
        ),
    ]

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        if search_term.strip():
            own = Appointment.objects.visible_to(user_of(request))
            queryset = queryset.filter(pk__in=found_by(own, search_term))
        return queryset, False

    def panels(self, request: HttpRequest) -> Iterable[Panel]:
        user = user_of(request)
        rows = self.get_queryset(request).select_related("patient")
        today = timezone.localdate().isoformat()
        since = (timezone.localdate() - timedelta(days=_WAITING_DAYS)).isoformat()
        everything = reverse("admin:appointments_appointment_changelist")
        found, more = few(rows.filter(date=today).order_by("time", "id"), 20)
        yield Panel(
            _("Today’s appointments"),
            [self._line(row, user, row.time) for row in found],
            _("No appointments today."),
            f"{everything}?when=today" if more else "",
            wide=True,
        )
        lately = rows.filter(date__gte=since, date__lte=today)
        for title, waiting, empty in (
            (
                _("Without a recording"),
                lately.filter(
                    recording_id="",
                    date__lt=today,
                    status__in=[Status.PLANNED, Status.RECORDING],
                ),
                _("No appointment of the last two weeks waits for a recording."),
            ),
            (
                _("Transcribed, notes not written"),
                lately.filter(status=Status.PROCESSING),
                _("Nothing waits for notes."),
            ),
            (
                _("Something went wrong"),
                lately.filter(status=Status.ERROR),
                _("Nothing went wrong in the last two weeks."),
            ),
        ):
            found, more = few(waiting, 6)
            yield Panel(
                title,
                [
                    self._line(row, user, f"{written(row.date)} {row.time}")
                    for row in found
                ],
                empty,
                f"{everything}?when=two-weeks" if more else "",
            )

    def _line(self, row: Appointment, user: User, when: str) -> Line:
        who = [str(row.patient)] if row.patient else []
        if user.sees_clinic:
            who.append(str(row.doctor))
        heard = _("Recorded") if row.recording_id else _("No recording yet")
        return Line(
            f"{when} {row.name}",
            reverse("admin:appointments_appointment_change", args=[row.pk]),
            " · ".join([*who, heard]),
            self.state(row),
        )

    @admin.display(description=gettext_lazy("When"), ordering="date")
    def day(self, appointment: Appointment) -> str:
        return f"{written(appointment.date)} {appointment.time}"

    @admin.display(description=gettext_lazy("Status"), ordering="status")
    def state(self, appointment: Appointment) -> SafeString:
        return format_html(
            '<span class="pill {}">{}</span>',
            appointment.status,
            appointment.get_status_display(),
        )

    @admin.display(description=gettext_lazy("Audio"))
    def has_recording(self, appointment: Appointment) -> str:
        return _("Yes") if appointment.recording_id else ""

    @admin.display(description=gettext_lazy("Recording"))
    def recording(self, appointment: Appointment) -> SafeString:
        if not appointment.recording_id:
            return format_html("{}", _("None yet."))
        found = appointment.recording_id
        return player(
            f"/api/recordings/get/{appointment.pk}",
            # A client may keep its audio elsewhere, under an id of its own.
            reverse("recording-peaks", args=[found]) if is_object_id(found) else "",
        )

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"status": "planned", "date": timezone.localdate().isoformat()}

    def add_row(self, request: HttpRequest, facts: Mapping[str, Any]) -> Appointment:
        facts = dict(facts)
        user = user_of(request)
        doctor = facts.pop("doctor", None) or user
        return services.add_appointment(
            doctor, actor=self.actor_of(request), by=user, **facts
        )

    def update_row(
        self, request: HttpRequest, row: Appointment, changes: Mapping[str, Any]
    ) -> None:
        changes = dict(changes)
        if not changes.get("notes_type", "kept"):
            del changes["notes_type"]  # Emptied: the service's default is for new ones.
        services.update_appointment(row, actor=self.actor_of(request), changes=changes)

    def delete_row(self, request: HttpRequest, row: Appointment) -> None:
        services.delete_appointment(row, actor=self.actor_of(request))
