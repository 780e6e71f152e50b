"""Patients and their appointments (contract medisync 4.1 and 5.1)."""

from __future__ import annotations

import re
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from appointments.status import Status
from medisync.accounts.models import User
from medisync.lib.objectid import ObjectIdField
from medisync.lib.prefix import PrefixField
from medisync.lib.text import folded

_LONGEST_WORD = 100


class PatientQuerySet(models.QuerySet["Patient"]):
    def visible_to(self, user: User) -> PatientQuerySet:
        return self.all() if user.sees_clinic else self.filter(doctor=user)

    def after(self, patient: Patient) -> PatientQuerySet:
        """Those who come after ``patient`` in the order of names."""
        last, first = patient.last_name, patient.first_name
        further = models.Q(last_name__gt=last) | models.Q(last_name=last) & (
            models.Q(first_name__gt=first)
            | models.Q(first_name=first, pk__gt=patient.pk)
        )
        # Implied by the rest, and what an index is entered by.
        return self.filter(last_name__gte=last).filter(further)


class Patient(models.Model):
    id = ObjectIdField()
    doctor = models.ForeignKey(
        User,
        verbose_name=_("doctor"),
        on_delete=models.PROTECT,
        related_name="patients",
    )
    first_name = models.CharField(_("first name"), max_length=200)
    last_name = models.CharField(_("last name"), max_length=200)
    # Folded first and last name, which a search looks through.
    search_name = models.TextField(editable=False, default="")
    date_of_birth = models.CharField(
        _("date of birth"),
        max_length=10,
        blank=True,
        help_text=_("As the clinic sends it, YYYY-MM-DD."),
    )
    address = models.JSONField(_("address"), default=dict, blank=True)
    insurance = models.JSONField(_("insurance"), default=dict, blank=True)
    contact = models.JSONField(_("contact"), default=dict, blank=True)
    medical_history = models.TextField(_("medical history"), blank=True)
    current_medications = models.TextField(_("current medications"), blank=True)
    created_at = models.DateTimeField(
        _("created at"), default=timezone.now, editable=False
    )
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    objects = PatientQuerySet.as_manager()

    class Meta:
        verbose_name = _("patient")
        verbose_name_plural = _("patients")
        ordering = ["last_name", "first_name", "id"]
        indexes = [
            models.Index(fields=["doctor", "last_name", "first_name", "id"]),
            models.Index(fields=["last_name", "first_name", "id"]),
            models.Index(fields=["date_of_birth"]),
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def save(self, *args: Any, **options: Any) -> None:
        self.search_name = folded(f"{self.first_name} {self.last_name}")
        if options.get("update_fields") is not None:
            options["update_fields"] = {*options["update_fields"], "search_name"}
        with transaction.atomic():
            super().save(*args, **options)
            self._keep_words()

    def _keep_words(self) -> None:
        words = words_of(self.search_name)
        kept = NameWord.objects.filter(patient=self)
        if set(kept.values_list("word", flat=True)) != words:
            kept.delete()
            NameWord.objects.bulk_create(
                NameWord(patient=self, word=word) for word in words
            )


def words_of(text: str) -> set[str]:
    """The folded words of a name, or of what somebody looks for."""
    return {word[:_LONGEST_WORD] for word in re.split(r"[\s\-]+", folded(text)) if word}


class NameWordQuerySet(models.QuerySet["NameWord"]):
    def patients_of(self, start: str) -> models.QuerySet[Any, Any]:
        """The ids of those of whose name a word begins with ``start``."""
        return self.filter(word__begins=start).values("patient")


class NameWord(models.Model):
    """A word of a patient's name, for a search that needs no scan."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+")
    word = PrefixField(max_length=_LONGEST_WORD)

    objects = NameWordQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["word"], opclasses=["varchar_pattern_ops"], name="name_word"
            )
        ]

    def __str__(self) -> str:
        return self.word


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def visible_to(self, user: User) -> AppointmentQuerySet:
        return self.all() if user.sees_clinic else self.filter(doctor=user)


class Appointment(models.Model):
    id = ObjectIdField()
    doctor = models.ForeignKey(
        User,
        verbose_name=_("doctor"),
        on_delete=models.PROTECT,
        related_name="appointments",
    )
    patient = models.ForeignKey(
        Patient,
        verbose_name=_("patient"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="appointments",
    )
    name = models.CharField(_("name"), max_length=300)
    date = models.CharField(_("date"), max_length=10, help_text=_("YYYY-MM-DD"))
    time = models.CharField(
        _("time"), max_length=5, help_text=_("HH:MM, the clinic's own time")
    )
    status = models.CharField(
        _("status"), max_length=12, choices=Status.choices, default=Status.RECORDING
    )
    notes = models.TextField(
        _("notes"), blank=True, help_text=_("Free text on the appointment.")
    )
    language = models.CharField(_("language"), max_length=35, default="de")
    notes_type = models.CharField(_("notes type"), max_length=100)
    appointment_type = models.CharField(
        _("appointment type"), max_length=100, default="in_person"
    )
    # Set by the recordings app, or by a client that keeps its audio elsewhere.
    recording_id = models.CharField(max_length=100, blank=True, default="")
    recording_url = models.CharField(max_length=2000, blank=True, default="")
    recording_key = models.CharField(max_length=1000, blank=True, default="")
    # Set by the notes app.
    document_id = models.CharField(
        max_length=24, blank=True, default="", editable=False
    )
    created_at = models.DateTimeField(
        _("created at"), default=timezone.now, editable=False
    )
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        ordering = ["-date", "-time", "-id"]
        indexes = [
            models.Index(fields=["doctor", "-date", "-time", "-id"]),
            models.Index(fields=["-date", "-time", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.date} {self.time}"
